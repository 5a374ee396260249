/* daemon/domain/scan/class.c: see class.h. The rules are asked in order and the first that
 * fits speaks; what none of them claims is a deployment if it is the whole of a value. */
#include "domain/scan/class.h"

#include "domain/scan/rules.h"
#include "domain/scan/words.h"

static const char *const CLASS_WORDS[] = {
    [BW_SCAN_DEPLOYMENT] = "deployment", [BW_SCAN_ALIAS_DEPLOYMENT] = "alias-deployment",
    [BW_SCAN_FINE_TUNE] = "fine-tune",   [BW_SCAN_EMBEDDING] = "embedding",
    [BW_SCAN_TOKENIZER] = "tokenizer",   [BW_SCAN_DEPLOYMENT_NAME] = "deployment-name",
    [BW_SCAN_COMPARISON] = "comparison", [BW_SCAN_CATALOG] = "catalog",
    [BW_SCAN_COMMENT] = "comment",       [BW_SCAN_IN_DOC] = "doc",
    [BW_SCAN_IN_FIXTURE] = "fixture",    [BW_SCAN_IN_LOCK] = "lock",
    [BW_SCAN_IN_VENDORED] = "vendored",  [BW_SCAN_IN_GENERATED] = "generated",
    [BW_SCAN_OTHER] = "other",
};

static const char TOKENIZER[] =
    "|tokenizer|tokenizers|tokenize|tokenise|tokeniser|tiktoken|encoding|encoder|encode|"
    "bpe|detokenize|";
static const char EMBEDDER[] =
    "|embed|embeds|embedding|embeddings|embedder|embedders|embedcontent|vectorizer|vectorize|";
static const char EMBEDDER_ID[] =
    "|embed|embedding|embeddings|bge|gte|e5|voyage|nomic|minilm|mxbai|";
static const char TUNING[] = "|finetune|finetuning|finetuned|sft|lora|qlora|tuning|";

static bool by_place(const struct bw_scan_context *c, enum bw_scan_class *out)
{
    static const enum bw_scan_class CLASSES[] = {
        [BW_SCAN_DOC] = BW_SCAN_IN_DOC,
        [BW_SCAN_FIXTURE] = BW_SCAN_IN_FIXTURE,
        [BW_SCAN_LOCK] = BW_SCAN_IN_LOCK,
        [BW_SCAN_VENDORED] = BW_SCAN_IN_VENDORED,
        [BW_SCAN_GENERATED] = BW_SCAN_IN_GENERATED,
        [BW_SCAN_HISTORY] = BW_SCAN_OTHER,
        [BW_SCAN_LIST] = BW_SCAN_CATALOG,
        [BW_SCAN_CODE] = BW_SCAN_DEPLOYMENT,
    };
    *out = CLASSES[c->file->place];
    return c->file->place != BW_SCAN_CODE;
}

static bool is_tokenizer(const struct bw_scan_context *c)
{
    return any(c->key, TOKENIZER) || any(bw_scan_subject(c), TOKENIZER) ||
           any(bw_scan_any_call(c), TOKENIZER) ||
           any(bw_scan_last_part(bw_scan_any_call(c)), "|counttokens|gettokenizer|") ||
           (any(bw_scan_any_call(c), "|count|num|counter|estimate|") &&
            any(bw_scan_any_call(c), "|token|tokens|"));
}

static bool is_embedding(const struct bw_scan_context *c)
{
    bool near_parent = c->parent_count > 0 && any(c->parents[0], EMBEDDER);
    bool near_frame = frame_of(c, 0)->data && any(frame_of(c, 0)->name, EMBEDDER);
    return any(c->id, EMBEDDER_ID) || any(c->key, EMBEDDER) || any(bw_scan_subject(c), EMBEDDER) ||
           near_parent || near_frame || any(bw_scan_any_call(c), EMBEDDER);
}

static bool is_fine_tune(const struct bw_scan_context *c)
{
    struct bw_slice call = bw_scan_any_call(c);
    bool job = bw_slice_contains(call, "fine_tuning") || bw_slice_contains(call, "fineTuning") ||
               any(call, TUNING);
    return bw_slice_ends(c->prefix, "ft:") || bw_slice_contains(c->prefix, "ft:") || job ||
           any(c->key, TUNING) || (any(c->key, "|base|") && any(c->key, "|model|"));
}

/* An id that says "latest" is moved by its platform, and ends with its line all the same. */
static bool moves(struct bw_slice id)
{
    return bw_scan_words_last(id, "|latest|");
}

enum bw_scan_class bw_scan_classify(const struct bw_scan_context *c,
                                    const struct bw_scan_signs *signs)
{
    enum bw_scan_class class = BW_SCAN_OTHER;
    if (by_place(c, &class)) {
        return class;
    }
    if (c->spot.comment) {
        return BW_SCAN_COMMENT;
    }
    if (c->spot.docstring) {
        return BW_SCAN_IN_DOC;
    }
    if (signs->recorded || (frame_of(c, 0)->data && bw_scan_is_answer(frame_of(c, 0)->body))) {
        return BW_SCAN_IN_FIXTURE;
    }
    if (is_tokenizer(c)) {
        return BW_SCAN_TOKENIZER;
    }
    if (bw_scan_is_compared(c)) {
        return BW_SCAN_COMPARISON;
    }
    if (is_embedding(c)) {
        return BW_SCAN_EMBEDDING;
    }
    if (is_fine_tune(c)) {
        return BW_SCAN_FINE_TUNE;
    }
    if (bw_scan_is_deployment_name(c, signs)) {
        return BW_SCAN_DEPLOYMENT_NAME;
    }
    if (bw_scan_is_listed(c)) {
        return BW_SCAN_CATALOG;
    }
    if (!bw_scan_is_called(c)) {
        return BW_SCAN_OTHER;
    }
    return moves(c->id) ? BW_SCAN_ALIAS_DEPLOYMENT : BW_SCAN_DEPLOYMENT;
}

const char *bw_scan_class_word(enum bw_scan_class class)
{
    return CLASS_WORDS[class];
}
