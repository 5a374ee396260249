/* daemon/codec/finding_json.c: see finding_json.h. */
#include "codec/finding_json.h"

#include <math.h>

static enum bw_err read_texts(const struct bw_json *json, struct bw_finding *finding,
                              struct bw_error *err);
static enum bw_err read_numbers(const struct bw_json *json, struct bw_finding *finding,
                                struct bw_error *err);
static enum bw_err read_price(const struct bw_json *json, struct bw_finding *finding,
                              struct bw_error *err);
static enum bw_err read_words(const struct bw_json *json, struct bw_finding *finding,
                              struct bw_error *err);

enum bw_err bw_finding_from_json(const struct bw_json *json, struct bw_finding *out,
                                 struct bw_error *err)
{
    if (!bw_json_is_object(json)) {
        return bw_fail(err, BW_ERR_INVALID, "a finding is not an object");
    }
    BW_CLEANUP(bw_finding_clear) struct bw_finding finding = { 0 };
    enum bw_err (*const steps[])(const struct bw_json *, struct bw_finding *, struct bw_error *) = {
        read_texts, read_numbers, read_price, read_words
    };
    for (size_t i = 0; i < BW_COUNT(steps); i++) {
        enum bw_err rc = steps[i](json, &finding, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    enum bw_err rc = bw_finding_check(&finding, err);
    if (rc == BW_OK) {
        *out = finding;
        finding = (struct bw_finding){ 0 };
    }
    return rc;
}

void bw_finding_to_json(const struct bw_finding *finding, struct bw_json_writer *w,
                        const char *name)
{
    bw_json_object_begin(w, name);
    bw_finding_members(finding, w);
    bw_json_object_end(w);
}

void bw_finding_members(const struct bw_finding *finding, struct bw_json_writer *w)
{
    struct bw_finding written = *finding; /* the tables speak of one that may change */
    const struct bw_finding_field *field = bw_finding_texts;
    for (; field->name != NULL; field++) {
        const char *text = *bw_finding_text(&written, field);
        if (text != NULL) {
            bw_json_add_text(w, field->name, text);
        }
    }
    bw_json_add_text(w, "kind", bw_finding_kind_word(finding->kind));
    if (finding->status != BW_FINDING_UNKNOWN) {
        bw_json_add_text(w, "status", bw_finding_status_word(finding->status));
    }
    for (field = bw_finding_times; field->name != NULL; field++) {
        int64_t at_ms = *bw_finding_number(&written, field);
        if (at_ms != 0) {
            bw_json_add_time(w, field->name, at_ms);
        }
    }
    for (field = bw_finding_counts; field->name != NULL; field++) {
        int64_t count = *bw_finding_number(&written, field);
        if (count != 0) {
            bw_json_add_i64(w, field->name, count);
        }
    }
    if (finding->price_known) {
        bw_json_add_usd(w, "price_usd", finding->price);
    }
}

void bw_knowledge_to_json(const struct bw_knowledge *knowledge, struct bw_json_writer *w)
{
    bw_json_object_begin(w, NULL);
    bw_finding_members(&knowledge->finding, w);
    bw_json_add_text(w, "root", knowledge->root);
    bw_json_add_text(w, "chain", knowledge->chain);
    bw_json_object_end(w);
}

enum bw_err bw_knowledge_from_json(const struct bw_json *json, struct bw_knowledge *out,
                                   struct bw_error *err)
{
    struct bw_knowledge knowledge = { 0 };
    enum bw_err rc = bw_finding_from_json(json, &knowledge.finding, err);
    if (rc == BW_OK) {
        knowledge.root = bw_xstrdup(bw_json_text(bw_json_get(json, "root"), NULL));
        knowledge.chain = bw_xstrdup(bw_json_text(bw_json_get(json, "chain"), NULL));
        *out = knowledge;
    }
    return rc;
}

static enum bw_err read_texts(const struct bw_json *json, struct bw_finding *finding,
                              struct bw_error *err)
{
    for (const struct bw_finding_field *field = bw_finding_texts; field->name != NULL; field++) {
        const struct bw_json *value = bw_json_get(json, field->name);
        if (bw_json_is_null(value)) {
            continue;
        }
        if (!bw_json_is_text(value)) {
            return bw_fail(err, BW_ERR_INVALID, "%s is not a string", field->name);
        }
        *bw_finding_text(finding, field) = bw_xstrdup(bw_json_text(value, NULL));
    }
    return BW_OK;
}

static enum bw_err read_numbers(const struct bw_json *json, struct bw_finding *finding,
                                struct bw_error *err)
{
    for (const struct bw_finding_field *field = bw_finding_counts; field->name != NULL; field++) {
        const struct bw_json *value = bw_json_get(json, field->name);
        int64_t count = bw_json_is_null(value) ? 0 : bw_json_i64(value, -1);
        if (count < 0) {
            return bw_fail(err, BW_ERR_INVALID, "%s is not a count", field->name);
        }
        *bw_finding_number(finding, field) = count;
    }
    for (const struct bw_finding_field *field = bw_finding_times; field->name != NULL; field++) {
        enum bw_err rc = bw_json_read_time(bw_json_get(json, field->name), field->name,
                                           bw_finding_number(finding, field), err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

static enum bw_err read_price(const struct bw_json *json, struct bw_finding *finding,
                              struct bw_error *err)
{
    const struct bw_json *value = bw_json_get(json, "price_usd");
    if (bw_json_is_null(value)) {
        return BW_OK;
    }
    double usd = bw_json_double(value, NAN);
    if (!(usd >= 0.0 && usd < 1e9)) {
        return bw_fail(err, BW_ERR_INVALID, "price_usd is not an amount of dollars");
    }
    finding->price_known = true;
    finding->price = bw_money_from_usd(usd);
    return BW_OK;
}

static enum bw_err read_words(const struct bw_json *json, struct bw_finding *finding,
                              struct bw_error *err)
{
    const char *kind = bw_json_text(bw_json_get(json, "kind"), "fine-tune");
    if (!bw_finding_kind_parse(kind, &finding->kind)) {
        return bw_fail(err, BW_ERR_INVALID, "kind is fine-tune or served");
    }
    (void)bw_finding_status_parse(bw_json_text(bw_json_get(json, "status"), NULL),
                                  &finding->status);
    return BW_OK;
}
