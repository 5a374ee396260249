/* daemon/codec/json.c: see json.h. A struct bw_json is a cJSON under another name. */
#include "codec/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/instant.h"

static const cJSON *tree(const struct bw_json *value)
{
    return (const cJSON *)value;
}

static const struct bw_json *door(const cJSON *value)
{
    return (const struct bw_json *)value;
}

enum bw_err bw_json_parse(const char *text, size_t size, struct bw_json **out, struct bw_error *err)
{
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text, size, &end, 0);
    const char *limit = text + size;
    while (root != NULL && end < limit && strchr(" \t\r\n", *end) != NULL && *end != '\0') {
        end++;
    }
    if (root != NULL && end >= limit) {
        *out = (struct bw_json *)root;
        return BW_OK;
    }
    cJSON_Delete(root);
    size_t line = 1;
    size_t column = 1;
    for (const char *c = text; c < limit && end != NULL && c < end; c++) {
        column = *c == '\n' ? 1 : column + 1;
        line += *c == '\n' ? 1 : 0;
    }
    return bw_fail(err, BW_ERR_INVALID, "line %zu, column %zu: not JSON", line, column);
}

void bw_json_free(struct bw_json *root)
{
    cJSON_Delete((cJSON *)root);
}

bool bw_json_is_object(const struct bw_json *value)
{
    return cJSON_IsObject(tree(value));
}

bool bw_json_is_array(const struct bw_json *value)
{
    return cJSON_IsArray(tree(value));
}

bool bw_json_is_text(const struct bw_json *value)
{
    return cJSON_IsString(tree(value));
}

bool bw_json_is_null(const struct bw_json *value)
{
    return value == NULL || cJSON_IsNull(tree(value));
}

const struct bw_json *bw_json_get(const struct bw_json *value, const char *name)
{
    return bw_json_is_object(value) ? door(cJSON_GetObjectItemCaseSensitive(tree(value), name))
                                    : NULL;
}

/* One token of a pointer, unescaped. Ownership: the caller's. */
static char *pointer_token(const char *token, size_t size)
{
    struct bw_str out = { 0 };
    for (size_t i = 0; i < size; i++) {
        bool escaped =
            token[i] == '~' && i + 1 < size && (token[i + 1] == '0' || token[i + 1] == '1');
        bw_str_append_bytes(&out, !escaped ? token + i : token[i + 1] == '0' ? "~" : "/", 1);
        i += escaped ? 1 : 0;
    }
    return bw_str_take(&out);
}

static const struct bw_json *child_of(const struct bw_json *value, const char *token)
{
    if (!bw_json_is_array(value)) {
        return bw_json_get(value, token);
    }
    size_t digits = strspn(token, "0123456789");
    bool index = digits > 0 && digits < 9 && token[digits] == '\0' &&
                 (token[0] != '0' || digits == 1);
    return index ? door(cJSON_GetArrayItem(tree(value), atoi(token))) : NULL;
}

const struct bw_json *bw_json_at(const struct bw_json *value, const char *pointer)
{
    while (value != NULL && *pointer == '/') {
        size_t size = strcspn(++pointer, "/");
        BW_CLEANUP(bw_freep) char *token = pointer_token(pointer, size);
        value = child_of(value, token);
        pointer += size;
    }
    return *pointer == '\0' ? value : NULL;
}

const struct bw_json *bw_json_first(const struct bw_json *value)
{
    return bw_json_is_array(value) || bw_json_is_object(value) ? door(tree(value)->child) : NULL;
}

const struct bw_json *bw_json_next(const struct bw_json *value)
{
    return door(tree(value)->next);
}

const char *bw_json_name(const struct bw_json *value)
{
    return tree(value)->string;
}

size_t bw_json_size(const struct bw_json *value)
{
    return value == NULL ? 0 : (size_t)cJSON_GetArraySize(tree(value));
}

const char *bw_json_text(const struct bw_json *value, const char *fallback)
{
    const char *text = cJSON_GetStringValue(tree(value));
    return text == NULL ? fallback : text;
}

double bw_json_double(const struct bw_json *value, double fallback)
{
    if (cJSON_IsNumber(tree(value))) {
        return tree(value)->valuedouble;
    }
    const char *text = bw_json_text(value, "");
    char *end = NULL;
    double number = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(number) ? number : fallback;
}

int64_t bw_json_i64(const struct bw_json *value, int64_t fallback)
{
    const char *text = bw_json_text(value, "");
    char *end = NULL;
    errno = 0;
    long long exact = strtoll(text, &end, 10);
    if (end != text && *end == '\0' && errno == 0) {
        return exact;
    }
    double number = bw_json_double(value, NAN);
    return number >= -9.2e18 && number <= 9.2e18 ? (int64_t)number : fallback;
}

bool bw_json_bool(const struct bw_json *value, bool fallback)
{
    if (cJSON_IsBool(tree(value))) {
        return cJSON_IsTrue(tree(value));
    }
    const char *text = bw_json_text(value, "");
    return strcmp(text, "true") == 0 || (strcmp(text, "false") != 0 && fallback);
}

enum bw_err bw_json_read_time(const struct bw_json *value, const char *name, int64_t *out_ms,
                              struct bw_error *err)
{
    if (bw_json_is_null(value)) {
        return BW_OK;
    }
    if (bw_json_is_text(value)) {
        enum bw_err rc = bw_instant_parse(bw_json_text(value, ""), out_ms, err);
        return rc == BW_OK ? rc : bw_error_prefix(err, "%s: ", name);
    }
    int64_t seconds = bw_json_i64(value, -1);
    if (seconds < 0 || seconds > INT64_C(253402300799)) { /* the year 9999 */
        return bw_fail(err, BW_ERR_INVALID, "%s is not a time", name);
    }
    *out_ms = seconds * BW_SECOND_MS;
    return BW_OK;
}

char *bw_json_print(const struct bw_json *value)
{
    char *printed = cJSON_PrintUnformatted(tree(value));
    char *copy = bw_xstrdup(printed == NULL ? "null" : printed);
    cJSON_free(printed);
    return copy;
}

/* The length of the well-formed UTF-8 sequence at c, or 0. */
static size_t utf8_length(const char *c, size_t left)
{
    for (size_t size = 2; size <= 4 && size <= left; size++) {
        if (bw_str_is_utf8(c, size)) {
            return size;
        }
    }
    return 0;
}

void bw_json_quote(struct bw_str *out, const char *text)
{
    bw_str_append_bytes(out, "\"", 1);
    size_t left = strlen(text);
    while (left > 0) {
        size_t plain = 0;
        while (plain < left && (unsigned char)text[plain] >= 0x20 &&
               (unsigned char)text[plain] < 0x7f && text[plain] != '"' && text[plain] != '\\') {
            plain++;
        }
        bw_str_append_bytes(out, text, plain);
        text += plain;
        left -= plain;
        if (left == 0) {
            break;
        }
        unsigned char c = (unsigned char)*text;
        size_t used = 1;
        if (c == '"' || c == '\\') {
            bw_str_appendf(out, "\\%c", c);
        } else if (c == '\n') {
            bw_str_append(out, "\\n");
        } else if (c < 0x20 || c == 0x7f) {
            bw_str_appendf(out, "\\u%04x", c);
        } else if ((used = utf8_length(text, left)) > 0) {
            bw_str_append_bytes(out, text, used);
        } else {
            bw_str_append(out, "\xef\xbf\xbd");
            used = 1;
        }
        text += used;
        left -= used;
    }
    bw_str_append_bytes(out, "\"", 1);
}

static void value_begin(struct bw_json_writer *w, const char *name)
{
    if (w->comma) {
        bw_str_append_bytes(w->out, ",", 1);
    }
    w->comma = true;
    if (name != NULL) {
        bw_json_quote(w->out, name);
        bw_str_append_bytes(w->out, ":", 1);
    }
}

static void bracket_open(struct bw_json_writer *w, const char *name, const char *bracket)
{
    value_begin(w, name);
    bw_str_append(w->out, bracket);
    w->comma = false;
}

static void bracket_close(struct bw_json_writer *w, const char *bracket)
{
    bw_str_append(w->out, bracket);
    w->comma = true;
}

void bw_json_object_begin(struct bw_json_writer *w, const char *name)
{
    bracket_open(w, name, "{");
}

void bw_json_object_end(struct bw_json_writer *w)
{
    bracket_close(w, "}");
}

void bw_json_array_begin(struct bw_json_writer *w, const char *name)
{
    bracket_open(w, name, "[");
}

void bw_json_array_end(struct bw_json_writer *w)
{
    bracket_close(w, "]");
}

void bw_json_add_text(struct bw_json_writer *w, const char *name, const char *text)
{
    value_begin(w, name);
    if (text == NULL) {
        bw_str_append(w->out, "null");
    } else {
        bw_json_quote(w->out, text);
    }
}

void bw_json_add_i64(struct bw_json_writer *w, const char *name, int64_t value)
{
    value_begin(w, name);
    bw_str_appendf(w->out, "%" PRId64, value);
}

void bw_json_add_double(struct bw_json_writer *w, const char *name, double value)
{
    value_begin(w, name);
    if (!isfinite(value)) {
        bw_str_append(w->out, "null");
        return;
    }
    char text[40];
    (void)snprintf(text, sizeof(text), "%.15g", value);
    if (strtod(text, NULL) != value) {
        (void)snprintf(text, sizeof(text), "%.17g", value);
    }
    bw_str_append(w->out, text);
}

void bw_json_add_bool(struct bw_json_writer *w, const char *name, bool value)
{
    value_begin(w, name);
    bw_str_append(w->out, value ? "true" : "false");
}

void bw_json_add_null(struct bw_json_writer *w, const char *name)
{
    value_begin(w, name);
    bw_str_append(w->out, "null");
}

void bw_json_add_usd(struct bw_json_writer *w, const char *name, struct bw_money money)
{
    value_begin(w, name);
    uint64_t size = money.micros < 0 ? 0 - (uint64_t)money.micros : (uint64_t)money.micros;
    char text[40];
    int used = snprintf(text, sizeof(text), "%s%" PRIu64 ".%06" PRIu64,
                        money.micros < 0 ? "-" : "", size / 1000000, size % 1000000);
    while (text[used - 1] == '0') {
        text[--used] = '\0';
    }
    if (text[used - 1] == '.') {
        text[--used] = '\0';
    }
    bw_str_append(w->out, text);
}

void bw_json_add_time(struct bw_json_writer *w, const char *name, int64_t at_ms)
{
    char text[BW_INSTANT_TEXT];
    bw_json_add_text(w, name, at_ms == 0 ? NULL : bw_instant_format(at_ms, text));
}

void bw_json_add_day(struct bw_json_writer *w, const char *name, int64_t at_ms)
{
    char text[BW_INSTANT_TEXT];
    bw_json_add_text(w, name, at_ms == 0 ? NULL : bw_instant_format_day(at_ms, text));
}

void bw_json_add_id(struct bw_json_writer *w, const char *name, int64_t id)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRId64, id);
    bw_json_add_text(w, name, text);
}

void bw_json_add_raw(struct bw_json_writer *w, const char *name, const char *json)
{
    value_begin(w, name);
    bw_str_append(w->out, json == NULL ? "null" : json);
}
