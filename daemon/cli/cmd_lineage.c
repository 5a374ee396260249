/* daemon/cli/cmd_lineage.c: see cmd_lineage.h. */
#include "cli/cmd_lineage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "codec/folder.h"
#include "codec/json.h"
#include "codec/lineage_file.h"

enum { EXIT_BAD = 2, FLUSH_BYTES = 1 << 16, LINE_BYTES_MAX = 1 << 20 };

static const char USAGE[] =
    "usage: basewatch lineage relate OLD NEW [--platform P] [--config FILE]\n"
    "       basewatch lineage relate --batch [--config FILE]\n"
    "       basewatch lineage show MODEL [--platform P] [--json] [--config FILE]\n"
    "       basewatch lineage check [DIR]\n";

struct call {
    const char *words[2];
    size_t word_count;
    const char *platform;
    const char *config; /* its folder `lineages` overrides what ships */
    bool batch;
    bool json;
};

static int complain(const struct bw_error *err)
{
    (void)fprintf(stderr, "basewatch lineage: %s\n", err->text);
    return EXIT_BAD;
}

static bool parse_call(int argc, char **argv, struct call *out)
{
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--batch") == 0) {
            out->batch = true;
        } else if (strcmp(argv[i], "--json") == 0) {
            out->json = true;
        } else if (strcmp(argv[i], "--platform") == 0 && i + 1 < argc) {
            out->platform = argv[++i];
        } else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            out->config = argv[++i];
        } else if (argv[i][0] != '-' && out->word_count < BW_COUNT(out->words)) {
            out->words[out->word_count++] = argv[i];
        } else {
            (void)fprintf(stderr, "basewatch lineage: '%s' is not understood here\n", argv[i]);
            return false;
        }
    }
    return true;
}

static void add_judgement(struct bw_json_writer *w, const struct bw_judgement *judgement)
{
    bw_json_add_bool(w, "successor", judgement->successor);
    bw_json_add_text(w, "relation", bw_relation_word(judgement->relation));
    bw_json_add_text(w, "via", bw_via_word(judgement->via));
    bw_json_add_bool(w, "preview_only", judgement->preview_only);
    bw_json_add_text(w, "lineage", judgement->lineage);
    bw_json_add_text(w, "why", judgement->why);
}

/* ---- relate ---- */

static unsigned modalities_of(const struct bw_json *list)
{
    unsigned bits = 0;
    for (const struct bw_json *item = bw_json_first(list); item != NULL;
         item = bw_json_next(item)) {
        bits |= bw_modality_parse(bw_json_text(item, NULL));
    }
    return bits;
}

/* A date that is no date is an unknown one: catalogs hold all sorts. */
static int64_t day_of(const char *text)
{
    int64_t at_ms = 0;
    return text != NULL && bw_instant_parse(text, &at_ms, NULL) == BW_OK ? at_ms : 0;
}

/* Of the facts a question may hold, the rule looks at these. */
static bool facts_of(const struct bw_json *value, const char *platform, struct bw_model_facts *out)
{
    *out = (struct bw_model_facts){
        .platform = platform,
        .id = bw_json_text(bw_json_get(value, "id"), NULL),
        .released_ms = day_of(bw_json_text(bw_json_get(value, "released"), NULL)),
        .output = modalities_of(bw_json_get(value, "output")),
    };
    return out->id != NULL && out->id[0] != '\0';
}

static bool answer_line(const struct bw_lineage_rules *rules, const char *line, size_t size,
                        struct bw_str *out, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    struct bw_model_facts older;
    struct bw_model_facts newer;
    struct bw_judgement judgement;
    if (bw_json_parse(line, size, &root, err) != BW_OK) {
        return false;
    }
    const char *platform = bw_json_text(bw_json_get(root, "platform"), NULL);
    if (!facts_of(bw_json_get(root, "old"), platform, &older) ||
        !facts_of(bw_json_get(root, "new"), platform, &newer)) {
        (void)bw_fail(err, BW_ERR_INVALID, "old.id and new.id are needed");
        return false;
    }
    bw_lineage_judge(rules, &older, &newer, &judgement);
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "platform", platform);
    bw_json_add_text(&w, "old", older.id);
    bw_json_add_text(&w, "new", newer.id);
    add_judgement(&w, &judgement);
    bw_json_object_end(&w);
    bw_str_append_bytes(out, "\n", 1);
    return true;
}

static bool flush(struct bw_str *out)
{
    bool good = out->size == 0 || fwrite(out->text, 1, out->size, stdout) == out->size;
    bw_str_reset(out);
    return good;
}

static int relate_batch(const struct bw_lineage_rules *rules)
{
    BW_CLEANUP(bw_freep) char *line = NULL;
    size_t room = 0;
    struct bw_str out = { 0 };
    struct bw_error err = { 0 };
    int status = EXIT_SUCCESS;
    unsigned long number = 0;
    for (ssize_t size = getline(&line, &room, stdin); size >= 0 && status == EXIT_SUCCESS;
         size = getline(&line, &room, stdin)) {
        number++;
        if (strspn(line, " \t\r\n") == (size_t)size) {
            continue;
        }
        if (size > LINE_BYTES_MAX) {
            (void)bw_fail(&err, BW_ERR_TOOBIG, "longer than %d bytes", LINE_BYTES_MAX);
        } else if (answer_line(rules, line, (size_t)size, &out, &err)) {
            if (out.size >= FLUSH_BYTES && !flush(&out)) {
                status = EXIT_BAD;
            }
            continue;
        }
        (void)bw_error_prefix(&err, "question %lu: ", number);
        status = complain(&err);
    }
    if (!flush(&out) || fflush(stdout) != 0) {
        (void)fprintf(stderr, "basewatch lineage: write: %s\n", strerror(errno));
        status = EXIT_BAD;
    }
    bw_str_clear(&out);
    return status;
}

static int relate(const struct bw_lineage_rules *rules, const struct call *call)
{
    const struct bw_model_facts older = { .platform = call->platform, .id = call->words[0] };
    const struct bw_model_facts newer = { .platform = call->platform, .id = call->words[1] };
    struct bw_judgement judgement;
    bw_lineage_judge(rules, &older, &newer, &judgement);
    struct bw_str out = { 0 };
    if (call->json) {
        struct bw_json_writer w = { .out = &out };
        bw_json_object_begin(&w, NULL);
        bw_json_add_text(&w, "platform", call->platform);
        bw_json_add_text(&w, "old", older.id);
        bw_json_add_text(&w, "new", newer.id);
        add_judgement(&w, &judgement);
        bw_json_object_end(&w);
    } else {
        bw_str_appendf(&out, "%s: %s\n%s", judgement.successor ? "successor" : "no successor",
                       bw_relation_word(judgement.relation), judgement.why);
    }
    (void)puts(out.text);
    bw_str_clear(&out);
    return EXIT_SUCCESS;
}

/* ---- show ---- */

static const char *phase_word(enum bw_phase phase)
{
    static const char *const WORDS[] = {
        [BW_PHASE_PREVIEW] = "preview",
        [BW_PHASE_RELEASE] = "release",
        [BW_PHASE_LATER_PREVIEW] = "preview after the release",
    };
    return WORDS[phase];
}

static int show(const struct bw_lineage_rules *rules, const struct call *call)
{
    const struct bw_model_facts facts = { .platform = call->platform, .id = call->words[0] };
    struct bw_placement place;
    char version[BW_PLACEMENT_TEXT];
    char stamp[BW_PLACEMENT_TEXT];
    bw_placement_of(rules, &facts, &place);
    BW_CLEANUP(bw_freep) char *region = bw_xstrndup(place.name.region.at, place.name.region.size);
    bool pinned = bw_lineage_spelling(rules, &facts) == BW_SPELLING_PINNED;
    const struct {
        const char *name;
        const char *value; /* NULL: see otherwise */
        const char *otherwise;
    } rows[] = {
        { "lineage", place.line[0] == '\0' ? NULL : place.line, "its maker is not known" },
        { "version", place.version == 0 ? NULL : bw_placement_version(&place, version), "none" },
        { "phase", phase_word(place.phase), "" },
        { "snapshot", place.stamp == 0 ? NULL : bw_placement_stamp(&place, stamp), "none named" },
        { "spelling", pinned ? "pinned" : "alias", "" },
        { "region", place.name.region.size == 0 ? NULL : region, "none named" },
    };
    struct bw_str out = { 0 };
    if (call->json) {
        struct bw_json_writer w = { .out = &out };
        bw_json_object_begin(&w, NULL);
        bw_json_add_text(&w, "schema", "basewatch/lineage/v1");
        bw_json_add_text(&w, "id", facts.id);
        bw_json_add_text(&w, "platform", facts.platform);
        for (size_t i = 0; i < BW_COUNT(rows); i++) {
            bw_json_add_text(&w, rows[i].name, rows[i].value);
        }
        bw_json_add_bool(&w, "floating", bw_lineage_is_floating(rules, &facts));
        bw_json_add_bool(&w, "text", place.text);
        bw_json_object_end(&w);
    } else {
        bw_str_append(&out, facts.id);
        for (size_t i = 0; i < BW_COUNT(rows); i++) {
            bw_str_appendf(&out, "\n  %-10s%s", rows[i].name,
                           rows[i].value != NULL ? rows[i].value : rows[i].otherwise);
        }
        bw_str_append(&out, place.text ? "" : "\n  does not generate text");
    }
    (void)puts(out.text);
    bw_str_clear(&out);
    return EXIT_SUCCESS;
}

/* ---- check ---- */

static int check(const struct bw_lineage_rules *rules, const struct bw_lineage_vectors *vectors)
{
    size_t wrong = 0;
    BW_VEC_EACH(const struct bw_lineage_vector, vector, vectors)
    {
        struct bw_judgement got;
        if (!bw_lineage_vector_holds(rules, vector, &got)) {
            wrong++;
            (void)printf("%s:%d: '%s' -> '%s': expected %s, judged %s: %s\n", vector->file,
                         vector->line, vector->older, vector->newer,
                         vector->preview_only ? "preview" : bw_relation_word(vector->relation),
                         got.preview_only ? "preview" : bw_relation_word(got.relation), got.why);
        }
    }
    (void)printf("%zu makers, %zu families, %zu vectors, %zu wrong\n", rules->makers.count,
                 rules->families.count, vectors->count, wrong);
    return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run(const char *verb, struct call *call)
{
    BW_CLEANUP(bw_lineage_rules_freep) struct bw_lineage_rules *rules = NULL;
    BW_CLEANUP(bw_lineage_vectors_clear) struct bw_lineage_vectors vectors = { 0 };
    struct bw_error err = { 0 };
    bool checking = strcmp(verb, "check") == 0;
    BW_CLEANUP(bw_freep)
    char *beside = call->config == NULL ? NULL : bw_folder_beside(call->config, "lineages");
    const char *directory = checking && call->word_count == 1 ? call->words[0] : beside;
    if (bw_lineage_files_load(directory, &rules, checking ? &vectors : NULL, &err) != BW_OK) {
        return complain(&err);
    }
    if (checking && call->word_count <= 1) {
        return check(rules, &vectors);
    }
    if (strcmp(verb, "show") == 0 && call->word_count == 1) {
        return show(rules, call);
    }
    if (strcmp(verb, "relate") == 0 && call->batch && call->word_count == 0) {
        return relate_batch(rules);
    }
    if (strcmp(verb, "relate") == 0 && !call->batch && call->word_count == 2) {
        return relate(rules, call);
    }
    (void)fputs(USAGE, stderr);
    return EXIT_BAD;
}

int bw_cmd_lineage(int argc, char **argv)
{
    struct call call = { 0 };
    if (argc < 2 || !parse_call(argc, argv, &call)) {
        (void)fputs(USAGE, stderr);
        return EXIT_BAD;
    }
    return run(argv[1], &call);
}
