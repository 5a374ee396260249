/* daemon/domain/scan/scan.c: see scan.h. */
#include "domain/scan/scan.h"

#include <string.h>

#include "domain/scan/notebook.h"
#include "domain/scan/words.h"

enum { IDS_BY_HAND = 3000 }; /* a file that holds more is a list, whatever it is called */

struct counter { /* lines up to a place, counted once */
    const char *text;
    size_t at;
    size_t line;
    size_t line_at;
};

static void count_to(struct counter *counter, size_t at)
{
    for (; counter->at < at; counter->at++) {
        if (counter->text[counter->at] == '\n') {
            counter->line++;
            counter->line_at = counter->at + 1;
        }
    }
}

static bool find_all(const struct bw_model_ids *ids, const char *text, size_t size,
                     struct bw_id_matches *out)
{
    struct bw_id_match match;
    for (size_t at = 0; bw_model_ids_next(ids, text, size, &at, &match);) {
        BW_VEC_PUSH(out, match);
    }
    return out->count > 0;
}

static bool speaks_of_retrieval(struct bw_slice text)
{
    static const char *const SIGNS[] = { "retriever",         "Retriever",    "vectorstore",
                                         "VectorStore",       "vector_store", "vectorStore",
                                         "similarity_search", "RetrievalQA",  "retrieval" };
    for (size_t i = 0; i < BW_COUNT(SIGNS); i++) {
        if (bw_slice_contains(text, SIGNS[i])) {
            return true;
        }
    }
    return false;
}

static enum bw_scan_place place_of(const char *path, const char *text, size_t size, size_t ids)
{
    enum bw_scan_place place = bw_scan_place_of(path);
    if (place != BW_SCAN_CODE) {
        return place;
    }
    return ids > IDS_BY_HAND                    ? BW_SCAN_LIST
           : bw_scan_says_generated(text, size) ? BW_SCAN_GENERATED
                                                : BW_SCAN_CODE;
}

/* The same bytes of the text that was given. */
static struct bw_slice slice_in(const char *text, const struct bw_scan_file *file,
                                struct bw_slice slice)
{
    size_t at = slice.size == 0 ? 0 : (size_t)(slice.at - file->text.at);
    return (struct bw_slice){ text + at, slice.size };
}

/* What is no code in a notebook has been blanked, and is read by people. */
static void note_prose(const char *text, const char *code, const struct bw_id_matches *matches,
                       struct bw_scan_outline *outline)
{
    for (size_t i = 0; i < matches->count; i++) {
        const struct bw_id_match *match = &matches->items[i];
        outline->spots.items[i].docstring |=
            memcmp(text + match->at, code + match->at, match->size) != 0;
    }
}

void bw_scan_text(const struct bw_model_ids *ids, const char *path, const char *text, size_t size,
                  struct bw_scan_hits *hits)
{
    struct bw_id_matches matches = { 0 };
    if (!find_all(ids, text, size, &matches)) {
        return;
    }
    const struct bw_scan_syntax *syntax = bw_scan_syntax_of(path);
    BW_CLEANUP(bw_freep) char *code = syntax->notebook ? bw_scan_notebook_code(text, size) : NULL;
    const struct bw_scan_file file = {
        .path = path,
        .place = place_of(path, text, size, matches.count),
        .syntax = syntax,
        .text = { code == NULL ? text : code, size },
    };
    struct bw_scan_outline outline;
    bw_scan_outline_make(syntax, file.text.at, size, &matches, &outline);
    if (code != NULL) {
        note_prose(text, code, &matches, &outline);
    }
    const struct bw_scan_signs signs = bw_scan_signs_of(&file);
    enum bw_answer rag = BW_UNKNOWN; /* asked only of a file that has something to patch */
    struct counter counter = { .text = text, .line = 1 };
    for (size_t i = 0; i < matches.count; i++) {
        struct bw_scan_context context;
        bw_scan_context_make(&file, &outline, &matches.items[i], &outline.spots.items[i], &context);
        if (!bw_scan_counts(&context, &signs)) {
            continue;
        }
        count_to(&counter, matches.items[i].at);
        enum bw_scan_class class = bw_scan_classify(&context, &signs);
        bool patchable = class == BW_SCAN_DEPLOYMENT || class == BW_SCAN_ALIAS_DEPLOYMENT;
        if (patchable && rag == BW_UNKNOWN) {
            rag = speaks_of_retrieval(file.text) ? BW_YES : BW_NO;
        }
        BW_VEC_PUSH(hits, (struct bw_scan_hit){
                              .line = counter.line,
                              .column = matches.items[i].at - counter.line_at + 1,
                              .at = matches.items[i].at,
                              .size = matches.items[i].size,
                              .id = matches.items[i].id,
                              .class = class,
                              .patchable = patchable,
                              .rag = patchable && rag == BW_YES,
                              .key = slice_in(text, &file, context.key),
                          });
    }
    bw_scan_outline_clear(&outline);
    BW_VEC_CLEAR(&matches, BW_VEC_PLAIN);
}
