/* daemon/codec/deployment_json.c: see deployment_json.h. One table of fields reads and writes. */
#include "codec/deployment_json.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/instant.h"

enum type {
    NAME,
    TEXT,
    LINES,
    COUNT,
    SHARE,
    DAY,
    DURATION,
    FLAG,
    PACKED,
    NAMES,
    TECHNIQUE,
    ORIGIN,
    KINDS
};

enum { NAME_MAX_BYTES = 128, TEXT_MAX_BYTES = 1024 };

struct field {
    const char *group; /* NULL: top level */
    const char *name;
    enum type type;
    size_t offset;
};

#define AT(member) offsetof(struct bw_deployment, member)
static const struct field FIELDS[] = {
    { NULL, "name", NAME, AT(name) },
    { NULL, "technique", TECHNIQUE, AT(technique) },
    { NULL, "origin", ORIGIN, AT(origin) },
    { NULL, "platform", NAME, AT(platform) },
    { NULL, "account", NAME, AT(account) },
    { NULL, "region", NAME, AT(region) },
    { NULL, "model", TEXT, AT(model) },
    { NULL, "match", TEXT, AT(match) },
    { NULL, "pick", TEXT, AT(pick) },
    { NULL, "base", TEXT, AT(base) },
    { NULL, "owner", NAME, AT(owner) },
    { NULL, "tags", NAMES, AT(tags) },
    { NULL, "lead_days", COUNT, AT(lead_days) },
    { "training", "rows", COUNT, AT(training.rows) },
    { "training", "tokens_per_row", COUNT, AT(training.tokens_per_row) },
    { "training", "epochs", COUNT, AT(training.epochs) },
    { "training", "method", TEXT, AT(training.method) },
    { "training", "refresh_share", SHARE, AT(training.refresh_share) },
    { "training", "parameters", COUNT, AT(training.parameters) },
    { "training", "gpu", TEXT, AT(training.gpu) },
    { "training", "gpus", COUNT, AT(training.gpus) },
    { "training", "packed", PACKED, AT(training.packed) },
    { "training", "trained_tokens", COUNT, AT(training.trained_tokens) },
    { "training", "run_time", DURATION, AT(training.run_ms) },
    { "traffic", "calls_per_day", COUNT, AT(traffic.calls_per_day) },
    { "traffic", "input_tokens", COUNT, AT(traffic.input_tokens) },
    { "traffic", "output_tokens", COUNT, AT(traffic.output_tokens) },
    { "traffic", "prompted_input_tokens", COUNT, AT(traffic.prompted_input_tokens) },
    { "traffic", "cached_tokens", COUNT, AT(traffic.cached_tokens) },
    { "evals", "suite", TEXT, AT(evals.suite) },
    { "evals", "cases", COUNT, AT(evals.cases) },
    { "evals", "start", TEXT, AT(evals.start) },
    { "evals", "trigger", NAME, AT(evals.trigger) },
    { "worth", "clean_examples", COUNT, AT(worth.clean_examples) },
    { "worth", "stable_since", DAY, AT(worth.stable_since_ms) },
    { "worth", "tried", NAMES, AT(worth.tried) },
    { "worth", "purpose", TEXT, AT(worth.purpose) },
    { "embedding", "platform", TEXT, AT(embedding.platform) },
    { "embedding", "model", TEXT, AT(embedding.model) },
    { "embedding", "corpus_tokens", COUNT, AT(embedding.corpus_tokens) },
    { "at", "repo", TEXT, AT(at.repo) },
    { "at", "file", TEXT, AT(at.file) },
    { "at", "line", COUNT, AT(at.line) },
    { "at", "context", LINES, AT(at.context) },
};
#undef AT

#define AT(member) offsetof(struct bw_policy, member)
static const struct field POLICY_FIELDS[] = {
    { NULL, "previews", FLAG, AT(previews) },
    { NULL, "data_may_leave", FLAG, AT(data_may_leave) },
    { NULL, "min_age", DURATION, AT(min_age_ms) },
    { NULL, "kinds", KINDS, AT(kinds) },
    { "models", "allow", NAMES, AT(models.allow) },
    { "models", "deny", NAMES, AT(models.deny) },
    { "platforms", "allow", NAMES, AT(platforms.allow) },
    { "platforms", "deny", NAMES, AT(platforms.deny) },
    { "regions", "allow", NAMES, AT(regions.allow) },
    { "regions", "deny", NAMES, AT(regions.deny) },
};
#undef AT

static const struct {
    const char *word;
    enum bw_kind bit;
} KIND_WORDS[] = {
    { "snapshot", BW_KIND_SNAPSHOT },
    { "minor", BW_KIND_MINOR },
    { "major", BW_KIND_MAJOR },
};

static enum bw_err wrong(struct bw_error *err, const struct field *field, const char *want)
{
    return bw_fail(err, BW_ERR_INVALID, "%s%s%s is not %s",
                   field->group == NULL ? "" : field->group, field->group == NULL ? "" : ".",
                   field->name, want);
}

static enum bw_err read_names(const struct bw_json *json, const struct field *field,
                              struct bw_names *out, struct bw_error *err)
{
    if (!bw_json_is_array(json)) {
        return wrong(err, field, "a list of strings");
    }
    bw_names_clear(out);
    for (const struct bw_json *word = bw_json_first(json); word != NULL;
         word = bw_json_next(word)) {
        if (!bw_json_is_text(word)) {
            return wrong(err, field, "a list of strings");
        }
        BW_VEC_PUSH(out, bw_xstrdup(bw_json_text(word, "")));
    }
    return BW_OK;
}

static enum bw_err read_kinds(const struct bw_json *json, const struct field *field, unsigned *out,
                              struct bw_error *err)
{
    unsigned kinds = 0;
    if (!bw_json_is_array(json)) {
        return wrong(err, field, "a list of snapshot, minor, major");
    }
    for (const struct bw_json *word = bw_json_first(json); word != NULL;
         word = bw_json_next(word)) {
        unsigned bit = 0;
        for (size_t i = 0; i < BW_COUNT(KIND_WORDS); i++) {
            if (bw_str_equal(bw_json_text(word, NULL), KIND_WORDS[i].word)) {
                bit = KIND_WORDS[i].bit;
            }
        }
        if (bit == 0) {
            return wrong(err, field, "a list of snapshot, minor, major");
        }
        kinds |= bit;
    }
    *out = kinds;
    return BW_OK;
}

/* A count may be -1 where that stands for "not given" (lead_days). */
static enum bw_err read_count(const struct bw_json *json, const struct field *field, int64_t *out,
                              struct bw_error *err)
{
    double number = bw_json_double(json, NAN);
    if (!(number >= -1 && number <= 9e15)) {
        return wrong(err, field, "a count");
    }
    *out = bw_json_i64(json, 0);
    return BW_OK;
}

static bool is_flag(const struct bw_json *json)
{
    return bw_json_bool(json, false) == bw_json_bool(json, true);
}

static bool is_one_line(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            return false;
        }
    }
    return true;
}

static enum bw_err read_text(const char *text, const struct field *field, char **out,
                             struct bw_error *err)
{
    if (text == NULL) {
        return wrong(err, field, "a string");
    }
    if (field->type != LINES && !is_one_line(text)) {
        return wrong(err, field, "a text without control characters");
    }
    if (field->type == NAME && strlen(text) > NAME_MAX_BYTES) {
        return wrong(err, field, "a name of at most 128 bytes");
    }
    if (field->type == TEXT && strlen(text) > TEXT_MAX_BYTES) {
        return wrong(err, field, "a text of at most 1024 bytes");
    }
    bw_replace(out, text);
    return BW_OK;
}

static enum bw_err read_field(const struct bw_json *json, const struct field *field, void *out,
                              struct bw_error *err)
{
    const char *text = bw_json_text(json, NULL);
    switch (field->type) {
    case NAME:
    case TEXT:
    case LINES:
        return read_text(text, field, out, err);
    case COUNT:
        return read_count(json, field, out, err);
    case SHARE:
        *(double *)out = bw_json_double(json, NAN);
        return *(double *)out >= 0.0 ? BW_OK : wrong(err, field, "a share from 0 to 1");
    case DAY:
        return text == NULL ? wrong(err, field, "a date") : bw_instant_parse(text, out, err);
    case DURATION:
        return text == NULL ? wrong(err, field, "a duration") : bw_duration_parse(text, out, err);
    case FLAG:
        *(bool *)out = bw_json_bool(json, false);
        return is_flag(json) ? BW_OK : wrong(err, field, "true or false");
    case PACKED:
        if (!is_flag(json)) {
            return wrong(err, field, "true or false");
        }
        ((struct bw_training *)((char *)out - offsetof(struct bw_training, packed)))->packed =
            bw_json_bool(json, false) ? BW_PACKED_YES : BW_PACKED_NO;
        return BW_OK;
    case NAMES:
        return read_names(json, field, out, err);
    case KINDS:
        return read_kinds(json, field, out, err);
    case TECHNIQUE:
        return bw_technique_parse(text, out)
                   ? BW_OK
                   : wrong(err, field, "prompt, rag, fine-tuned or fine-tuned+rag");
    case ORIGIN:
        return bw_origin_parse(text, out) ? BW_OK : wrong(err, field, "file, api or adopted");
    }
    return BW_OK;
}

static const struct field *find_field(const struct field *fields, size_t count, const char *group,
                                      const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (bw_str_equal(fields[i].group, group) && strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static bool is_group(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (bw_str_equal(fields[i].group, name)) {
            return true;
        }
    }
    return false;
}

static unsigned bit_of(const struct field *policy_field)
{
    return 1U << (policy_field - POLICY_FIELDS);
}

static void note_own(const struct field *fields, const struct field *field, void *out)
{
    if (fields == POLICY_FIELDS) {
        ((struct bw_policy *)out)->own |= bit_of(field);
    }
}

static enum bw_err read_members(const struct bw_json *json, const char *group,
                                const struct field *fields, size_t count, void *out,
                                struct bw_error *err)
{
    for (const struct bw_json *m = bw_json_first(json); m != NULL; m = bw_json_next(m)) {
        const char *name = bw_json_name(m);
        const struct field *field = find_field(fields, count, group, name);
        enum bw_err rc = BW_OK;
        if (bw_json_is_null(m) || (group == NULL && strcmp(name, "policy") == 0)) {
            continue;
        }
        if (field != NULL) {
            rc = read_field(m, field, (char *)out + field->offset, err);
            note_own(fields, field, out);
        } else if (group == NULL && bw_json_is_object(m) && is_group(fields, count, name)) {
            rc = read_members(m, name, fields, count, out, err);
        } else {
            rc = bw_fail(err, BW_ERR_INVALID, "%s%s%s is not a field of a deployment",
                         group == NULL ? "" : group, group == NULL ? "" : ".", name);
        }
        if (rc != BW_OK) {
            return rc;
        }
    }
    return BW_OK;
}

enum bw_err bw_policy_from_json(const struct bw_json *json, struct bw_policy *policy,
                                struct bw_error *err)
{
    return read_members(json, NULL, POLICY_FIELDS, BW_COUNT(POLICY_FIELDS), policy, err);
}

enum bw_err bw_deployment_from_json(const struct bw_json *json, const struct bw_policy *fleet,
                                    struct bw_deployment *out, struct bw_error *err)
{
    if (!bw_json_is_object(json)) {
        return bw_fail(err, BW_ERR_INVALID, "a deployment is an object");
    }
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment read = {
        .policy = bw_policy_copy(fleet),
        .lead_days = -1,
        .training = { .refresh_share = -1.0 },
    };
    read.policy.own = 0;
    enum bw_err rc = read_members(json, NULL, FIELDS, BW_COUNT(FIELDS), &read, err);
    const struct bw_json *policy = bw_json_get(json, "policy");
    if (rc == BW_OK && !bw_json_is_null(policy) && !bw_json_is_object(policy)) {
        rc = bw_fail(err, BW_ERR_INVALID, "policy is not an object");
    }
    if (rc == BW_OK) {
        rc = bw_policy_from_json(policy, &read.policy, err);
    }
    if (rc == BW_OK) {
        rc = bw_deployment_complete(&read, err);
    }
    if (rc == BW_OK) {
        *out = read;
        read = (struct bw_deployment){ 0 };
    }
    return rc;
}

static void write_names(struct bw_json_writer *w, const char *name, const struct bw_names *names)
{
    bw_json_array_begin(w, name);
    BW_VEC_EACH(char *, word, names)
    {
        bw_json_add_text(w, NULL, *word);
    }
    bw_json_array_end(w);
}

static void write_kinds(struct bw_json_writer *w, const char *name, unsigned kinds)
{
    bw_json_array_begin(w, name);
    for (size_t i = 0; i < BW_COUNT(KIND_WORDS); i++) {
        if ((kinds & KIND_WORDS[i].bit) != 0) {
            bw_json_add_text(w, NULL, KIND_WORDS[i].word);
        }
    }
    bw_json_array_end(w);
}

/* Is there anything to write? What was not given stays away. */
static bool given(const struct field *field, const void *value)
{
    switch (field->type) {
    case NAME:
    case TEXT:
    case LINES:
        return *(char *const *)value != NULL && (*(char *const *)value)[0] != '\0';
    case COUNT:
        return *(const int64_t *)value != (strcmp(field->name, "lead_days") == 0 ? -1 : 0);
    case DAY:
        return *(const int64_t *)value != 0;
    case SHARE:
        return *(const double *)value >= 0.0;
    case PACKED:
        return *(const int *)value != BW_PACKED_UNKNOWN;
    case NAMES:
        return ((const struct bw_names *)value)->count > 0;
    case DURATION:
    case FLAG:
    case KINDS:
    case TECHNIQUE:
    case ORIGIN:
        return true;
    }
    return true;
}

static void write_field(struct bw_json_writer *w, const struct field *field, const void *value)
{
    char text[BW_INSTANT_TEXT];
    switch (field->type) {
    case NAME:
    case TEXT:
    case LINES:
        bw_json_add_text(w, field->name, *(char *const *)value);
        break;
    case COUNT:
        bw_json_add_i64(w, field->name, *(const int64_t *)value);
        break;
    case SHARE:
        bw_json_add_double(w, field->name, *(const double *)value);
        break;
    case DAY:
        bw_json_add_day(w, field->name, *(const int64_t *)value);
        break;
    case DURATION:
        bw_json_add_text(w, field->name, bw_duration_format(*(const int64_t *)value, text));
        break;
    case FLAG:
        bw_json_add_bool(w, field->name, *(const bool *)value);
        break;
    case PACKED:
        bw_json_add_bool(w, field->name, *(const int *)value == BW_PACKED_YES);
        break;
    case NAMES:
        write_names(w, field->name, value);
        break;
    case KINDS:
        write_kinds(w, field->name, *(const unsigned *)value);
        break;
    case TECHNIQUE:
        bw_json_add_text(w, field->name, bw_technique_word(*(const enum bw_technique *)value));
        break;
    case ORIGIN:
        bw_json_add_text(w, field->name, bw_origin_word(*(const enum bw_origin *)value));
        break;
    }
}

/* own: of a policy, the fields to write, empty ones too; NULL: what is given. */
static void write_fields(struct bw_json_writer *w, const struct field *fields, size_t count,
                         const void *object, const unsigned *own)
{
    const char *group = NULL;
    for (size_t i = 0; i < count; i++) {
        const void *value = (const char *)object + fields[i].offset;
        if (own == NULL ? !given(&fields[i], value) : (*own & bit_of(&fields[i])) == 0) {
            continue;
        }
        if (!bw_str_equal(group, fields[i].group)) {
            if (group != NULL) {
                bw_json_object_end(w);
            }
            group = fields[i].group;
            bw_json_object_begin(w, group);
        }
        write_field(w, &fields[i], value);
    }
    if (group != NULL) {
        bw_json_object_end(w);
    }
}

void bw_policy_to_json(const struct bw_policy *policy, struct bw_json_writer *w, const char *name)
{
    bw_json_object_begin(w, name);
    write_fields(w, POLICY_FIELDS, BW_COUNT(POLICY_FIELDS), policy, NULL);
    bw_json_object_end(w);
}

/* Ownership: the caller's. */
static char *field_text(const struct field *field, const void *object)
{
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_json_object_begin(&w, NULL);
    write_field(&w, field, (const char *)object + field->offset);
    bw_json_object_end(&w);
    return bw_str_take(&text);
}

unsigned bw_policy_own(const struct bw_policy *policy, const struct bw_policy *fleet)
{
    unsigned own = 0;
    for (size_t i = 0; i < BW_COUNT(POLICY_FIELDS); i++) {
        BW_CLEANUP(bw_freep) char *said = field_text(&POLICY_FIELDS[i], policy);
        BW_CLEANUP(bw_freep) char *usual = field_text(&POLICY_FIELDS[i], fleet);
        own |= strcmp(said, usual) == 0 ? 0 : bit_of(&POLICY_FIELDS[i]);
    }
    return own;
}

void bw_deployment_to_json(const struct bw_deployment *deployment, struct bw_json_writer *w,
                           const char *name)
{
    bw_json_object_begin(w, name);
    write_fields(w, FIELDS, BW_COUNT(FIELDS), deployment, NULL);
    if (deployment->policy.own != 0) {
        bw_json_object_begin(w, "policy");
        write_fields(w, POLICY_FIELDS, BW_COUNT(POLICY_FIELDS), &deployment->policy,
                     &deployment->policy.own);
        bw_json_object_end(w);
    }
    bw_json_object_end(w);
}
