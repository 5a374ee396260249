/* daemon/codec/config_value.c: see config_value.h. */
#include "codec/config_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "domain/platform.h"

static const int64_t COUNT_MAX = INT64_C(1000000000000000); /* exact in JSON, too */
enum { TEXT_MAX = 1024, ARGUMENT_MAX = 64 * 1024, COUNT_DIGITS_MAX = 17 };

static enum bw_err read_text(const struct bw_config_option *option, const char *text, char **slot,
                             struct bw_error *err);
static enum bw_err read_word(const struct bw_config_option *option, const char *text, unsigned *out,
                             struct bw_error *err);
static enum bw_err read_flag(const struct bw_config_option *option, const struct bw_yaml *yaml,
                             bool *out, struct bw_error *err);
static enum bw_err read_number(const struct bw_config_option *option, const char *text,
                               int64_t *slot, struct bw_error *err);
static enum bw_err read_share(const struct bw_config_option *option, const char *text, double *slot,
                              struct bw_error *err);
static enum bw_err read_money(const char *text, struct bw_money *slot, struct bw_error *err);

static enum bw_err read_scalar(const struct bw_config_option *option, const struct bw_yaml *yaml,
                               void *slot, struct bw_error *err)
{
    unsigned word = 0;
    bool flag = false;
    char *text = NULL;
    enum bw_err rc = BW_OK;
    switch (option->type) {
    case BW_CONFIG_TEXT:
    case BW_CONFIG_LINES:
    case BW_CONFIG_PATH:
    case BW_CONFIG_PROGRAM:
    case BW_CONFIG_PLATFORM:
        return read_text(option, yaml->text, slot, err);
    case BW_CONFIG_TEXTS:
        rc = read_text(option, yaml->text, &text, err);
        if (rc == BW_OK) {
            BW_VEC_PUSH((struct bw_names *)slot, text);
        }
        return rc;
    case BW_CONFIG_ARGV:
        if (strlen(yaml->text) > ARGUMENT_MAX) {
            return bw_fail(err, BW_ERR_INVALID, "a word is longer than %d bytes", ARGUMENT_MAX);
        }
        BW_VEC_PUSH((struct bw_names *)slot, bw_xstrdup(yaml->text));
        return BW_OK;
    case BW_CONFIG_WORD:
        rc = read_word(option, yaml->text, &word, err);
        if (rc == BW_OK) {
            memcpy(slot, &word, sizeof(word));
        }
        return rc;
    case BW_CONFIG_BITS:
        rc = read_word(option, yaml->text, &word, err);
        if (rc == BW_OK) {
            *(unsigned *)slot |= 1U << word;
        }
        return rc;
    case BW_CONFIG_BOOL:
        return read_flag(option, yaml, slot, err);
    case BW_CONFIG_ANSWER:
        rc = read_flag(option, yaml, &flag, err);
        if (rc == BW_OK) {
            word = flag ? BW_PACKED_YES : BW_PACKED_NO;
            memcpy(slot, &word, sizeof(word));
        }
        return rc;
    case BW_CONFIG_COUNT:
    case BW_CONFIG_BYTES:
    case BW_CONFIG_DURATION:
        return read_number(option, yaml->text, slot, err);
    case BW_CONFIG_DAY:
        return bw_instant_parse(yaml->text, slot, err);
    case BW_CONFIG_SHARE:
        return read_share(option, yaml->text, slot, err);
    case BW_CONFIG_MONEY:
        return read_money(yaml->text, slot, err);
    case BW_CONFIG_JSON:
    case BW_CONFIG_SECRET:
    case BW_CONFIG_MAP:
    case BW_CONFIG_LIST:
    case BW_CONFIG_NAMED:
    case BW_CONFIG_VARIABLES:
        break;
    }
    return bw_fail(err, BW_ERR_INVALID, "must be %s", bw_config_type_text(option->type));
}

enum bw_err bw_config_value_read(const struct bw_config_option *option, const struct bw_yaml *yaml,
                                 void *slot, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    if (yaml->kind != BW_YAML_SCALAR) {
        bool item = option->type == BW_CONFIG_TEXTS || option->type == BW_CONFIG_ARGV ||
                    option->type == BW_CONFIG_BITS;
        rc = bw_fail(err, BW_ERR_INVALID, "must be %s",
                     item ? "a list of plain words" : bw_config_type_text(option->type));
    } else if (bw_yaml_is_null(yaml)) {
        rc = bw_fail(err, BW_ERR_INVALID, "no value; give one or leave the key out");
    } else {
        rc = read_scalar(option, yaml, slot, err);
    }
    if (rc != BW_OK) {
        (void)bw_error_prefix(err, "%s: ", option->name);
        err->code = BW_ERR_INVALID;
        return BW_ERR_INVALID;
    }
    return BW_OK;
}

void bw_config_value_default(const struct bw_config_option *option, void *slot)
{
    if (option->fallback == NULL) {
        return;
    }
    if (option->type == BW_CONFIG_JSON) {
        bw_replace(slot, option->fallback);
        return;
    }
    if (option->type == BW_CONFIG_BITS) {
        for (unsigned i = 0; option->words[i] != NULL; i++) {
            *(unsigned *)slot |= 1U << i;
        }
        return;
    }
    struct bw_yaml yaml = { .kind = BW_YAML_SCALAR, .plain = true };
    struct bw_error err = { 0 };
    yaml.text = bw_xstrdup(option->fallback);
    if (read_scalar(option, &yaml, slot, &err) != BW_OK) {
        abort(); /* the table contradicts itself */
    }
    free(yaml.text);
}

/* The words of the option do not hold text: point at the nearest, or show them all. */
static enum bw_err fail_word(const struct bw_config_option *option, const char *text,
                             struct bw_error *err)
{
    const char *nearest = bw_str_nearest(text, option->words);
    if (nearest != NULL) {
        return bw_fail(err, BW_ERR_INVALID, "'%.60s' is unknown; did you mean '%s'?", text,
                       nearest);
    }
    BW_CLEANUP(bw_str_clear) struct bw_str list = { 0 };
    for (size_t i = 0; option->words[i] != NULL; i++) {
        bw_str_appendf(&list, "%s%s", i > 0 ? ", " : "", option->words[i]);
    }
    return bw_fail(err, BW_ERR_INVALID, "'%.60s' is unknown; known: %s%s", text, list.text,
                   option->type == BW_CONFIG_PROGRAM ? ", or an absolute path" : "");
}

static enum bw_err read_word(const struct bw_config_option *option, const char *text, unsigned *out,
                             struct bw_error *err)
{
    for (unsigned i = 0; option->words[i] != NULL; i++) {
        if (strcmp(option->words[i], text) == 0) {
            *out = i;
            return BW_OK;
        }
    }
    return fail_word(option, text, err);
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            return true;
        }
    }
    return false;
}

static enum bw_err read_text(const struct bw_config_option *option, const char *text, char **slot,
                             struct bw_error *err)
{
    size_t most = option->max > 0 ? (size_t)option->max : TEXT_MAX;
    bool absolute = text[0] == '/';
    unsigned word = 0;
    if (text[0] == '\0' && !bw_str_equal(option->fallback, "")) {
        return bw_fail(err, BW_ERR_INVALID, "is empty; give a value or leave the key out");
    }
    if (strlen(text) > most) {
        return bw_fail(err, BW_ERR_INVALID, "is longer than %zu bytes", most);
    }
    if (option->type != BW_CONFIG_LINES && has_control(text)) {
        return bw_fail(err, BW_ERR_INVALID, "holds a control character");
    }
    if (option->type == BW_CONFIG_PATH && !absolute) {
        return bw_fail(err, BW_ERR_INVALID, "'%.60s' must begin with /", text);
    }
    if (option->words != NULL && !(option->type == BW_CONFIG_PROGRAM && absolute) &&
        read_word(option, text, &word, err) != BW_OK) {
        return BW_ERR_INVALID;
    }
    bw_replace(slot, option->type == BW_CONFIG_PLATFORM ? bw_platform_canonical(text) : text);
    return BW_OK;
}

static enum bw_err read_flag(const struct bw_config_option *option, const struct bw_yaml *yaml,
                             bool *out, struct bw_error *err)
{
    bool yes = strcmp(yaml->text, "true") == 0;
    if (!yaml->plain || (!yes && strcmp(yaml->text, "false") != 0)) {
        return bw_fail(err, BW_ERR_INVALID, "'%.60s' is not %s", yaml->text,
                       bw_config_type_text(option->type));
    }
    *out = yes;
    return BW_OK;
}

static bool count_parse(const char *text, size_t size, int64_t *out)
{
    bool good = size > 0 && size <= COUNT_DIGITS_MAX && strspn(text, "0123456789") >= size;
    *out = good ? strtoll(text, NULL, 10) : 0;
    return good;
}

static bool bytes_parse(const char *text, int64_t *out)
{
    static const char *const units[] = { "", "KiB", "MiB", "GiB" };
    size_t digits = strspn(text, "0123456789");
    for (unsigned i = 0; i < BW_COUNT(units); i++) {
        if (strcmp(text + digits, units[i]) == 0 && count_parse(text, digits, out) &&
            *out <= COUNT_MAX >> (10 * i)) {
            *out <<= 10 * i;
            return true;
        }
    }
    return false;
}

static enum bw_err read_number(const struct bw_config_option *option, const char *text,
                               int64_t *slot, struct bw_error *err)
{
    int64_t value = 0;
    if (option->type == BW_CONFIG_DURATION) {
        enum bw_err rc = bw_duration_parse(text, &value, err);
        if (rc != BW_OK) {
            return rc;
        }
    } else if (option->type == BW_CONFIG_BYTES ? !bytes_parse(text, &value)
                                               : !count_parse(text, strlen(text), &value)) {
        return bw_fail(err, BW_ERR_INVALID, "'%.60s' is not %s", text,
                       bw_config_type_text(option->type));
    }
    int64_t most = option->max > 0 ? option->max : COUNT_MAX;
    if (value < option->min || value > most) {
        BW_CLEANUP(bw_str_clear) struct bw_str range = { 0 };
        bw_config_option_range(option, &range);
        return bw_fail(err, BW_ERR_INVALID, "'%.60s' is out of range; allowed: %s", text,
                       range.text);
    }
    *slot = value;
    return BW_OK;
}

static enum bw_err read_share(const struct bw_config_option *option, const char *text, double *slot,
                              struct bw_error *err)
{
    char *end = NULL;
    bool good = strspn(text, "0123456789.") == strlen(text);
    double value = good ? strtod(text, &end) : 0;
    if (!good || end == text || *end != '\0' || value > 1) {
        return bw_fail(err, BW_ERR_INVALID, "'%.60s' is not %s", text,
                       bw_config_type_text(option->type));
    }
    *slot = value;
    return BW_OK;
}

static enum bw_err read_money(const char *text, struct bw_money *slot, struct bw_error *err)
{
    struct bw_money value = { 0 };
    enum bw_err rc = bw_money_parse(text, &value, err);
    if (rc == BW_OK && value.micros < 0) {
        return bw_fail(err, BW_ERR_INVALID, "'%.60s' is negative", text);
    }
    if (rc == BW_OK) {
        *slot = value;
    }
    return rc;
}

const char *bw_config_type_text(enum bw_config_type type)
{
    static const char *const texts[] = {
        [BW_CONFIG_TEXT] = "text",
        [BW_CONFIG_LINES] = "lines of text",
        [BW_CONFIG_PATH] = "an absolute path",
        [BW_CONFIG_PROGRAM] = "a word or an absolute path",
        [BW_CONFIG_PLATFORM] = "the name of a platform",
        [BW_CONFIG_TEXTS] = "a list of words",
        [BW_CONFIG_ARGV] = "a list of a program and its arguments",
        [BW_CONFIG_WORD] = "a word",
        [BW_CONFIG_BITS] = "a list of words",
        [BW_CONFIG_BOOL] = "true or false",
        [BW_CONFIG_ANSWER] = "true or false",
        [BW_CONFIG_COUNT] = "a whole number",
        [BW_CONFIG_BYTES] = "a size like 64KiB or 16MiB",
        [BW_CONFIG_SHARE] = "a share from 0 to 1",
        [BW_CONFIG_DURATION] = "a duration like 30s, 6h or 10d",
        [BW_CONFIG_DAY] = "a day like 2026-01-10",
        [BW_CONFIG_MONEY] = "an amount of US dollars",
        [BW_CONFIG_JSON] = "a map",
        [BW_CONFIG_SECRET] = "{file: NAME} or {command: [PROGRAM, ARGUMENT...]}",
        [BW_CONFIG_MAP] = "a map",
        [BW_CONFIG_LIST] = "a list",
        [BW_CONFIG_NAMED] = "a map of names",
        [BW_CONFIG_VARIABLES] = "a map of names and texts, or {file: NAME} for a secret",
    };
    return texts[type];
}

static void append_number(const struct bw_config_option *option, int64_t value, struct bw_str *out)
{
    static const char *const units[] = { "", "KiB", "MiB", "GiB" };
    char text[BW_INSTANT_TEXT];
    unsigned unit = 0;
    if (option->type == BW_CONFIG_DURATION) {
        bw_str_append(out, bw_duration_format(value, text));
        return;
    }
    while (option->type == BW_CONFIG_BYTES && unit < BW_COUNT(units) - 1 && value >= 1024 &&
           value % 1024 == 0) {
        value /= 1024;
        unit++;
    }
    bw_str_appendf(out, "%" PRId64 "%s", value, units[unit]);
}

bool bw_config_option_has_range(const struct bw_config_option *option)
{
    return option->type == BW_CONFIG_COUNT || option->type == BW_CONFIG_BYTES ||
           option->type == BW_CONFIG_DURATION;
}

void bw_config_option_range(const struct bw_config_option *option, struct bw_str *out)
{
    int64_t most = option->type == BW_CONFIG_DURATION ? 10 * BW_YEAR_MS : COUNT_MAX;
    append_number(option, option->min, out);
    bw_str_append(out, " to ");
    append_number(option, option->max > 0 ? option->max : most, out);
}
