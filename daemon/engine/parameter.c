/* daemon/engine/parameter.c: see parameter.h. */
#include "engine/parameter.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/json.h"

static enum bw_err refuse_unknown(const struct bw_parameter *known, const char *name,
                                  struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str names = { 0 };
    for (; known != NULL && known->name != NULL; known++) {
        bw_str_appendf(&names, "%s%s", names.size == 0 ? "" : ", ", known->name);
    }
    return bw_fail(err, BW_ERR_INVALID, "%.100s: not known here; known: %s", name,
                   names.size == 0 ? "none" : names.text);
}

static enum bw_err refuse_word(const struct bw_parameter *known, const char *text,
                               struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str words = { 0 };
    for (size_t i = 0; known->word(i) != NULL; i++) {
        bw_str_appendf(&words, "%s%s", i == 0 ? "" : ", ", known->word(i));
    }
    return bw_fail(err, BW_ERR_INVALID, "%s: '%.100s' is none of: %s", known->name, text,
                   words.text);
}

static enum bw_err check_word(const struct bw_parameter *known, const char *text,
                              struct bw_error *err)
{
    for (size_t i = 0; known->word(i) != NULL; i++) {
        if (strcmp(known->word(i), text) == 0) {
            return BW_OK;
        }
    }
    return refuse_word(known, text, err);
}

static enum bw_err check_text(const struct bw_parameter *known, const char *text,
                              struct bw_error *err)
{
    int64_t number = 0;
    int64_t at_ms = 0;
    enum bw_err rc = BW_OK;
    switch (known->kind) {
    case BW_SAYS_TEXT:
    case BW_SAYS_NUMBER:
    case BW_SAYS_FLAG:
    case BW_SAYS_LIST:
        break;
    case BW_SAYS_WORD:
        return check_word(known, text, err);
    case BW_SAYS_ID:
        return text[0] == '\0' || bw_str_number(text, &number)
                   ? BW_OK
                   : bw_fail(err, BW_ERR_INVALID, "%s: '%.100s' is not a number, as ids are",
                             known->name, text);
    case BW_SAYS_ROWS:
        return bw_str_number(text, &number) && number >= 1 && number <= BW_PARAMETER_ROWS_MAX
                   ? BW_OK
                   : bw_fail(err, BW_ERR_INVALID, "%s: '%.100s' is not a number from 1 to %d",
                             known->name, text, BW_PARAMETER_ROWS_MAX);
    case BW_SAYS_TIME:
        rc = bw_instant_parse(text, &at_ms, err);
        return rc == BW_OK ? rc : bw_error_prefix(err, "%s: ", known->name);
    }
    return BW_OK;
}

static const struct bw_parameter *find(const struct bw_parameter *known, const char *name)
{
    for (; known != NULL && known->name != NULL; known++) {
        if (strcmp(known->name, name) == 0) {
            return known;
        }
    }
    return NULL;
}

static enum bw_err check_pair(const struct bw_parameter *known, const char *pair, size_t size,
                              struct bw_error *err)
{
    const char *equals = memchr(pair, '=', size);
    size_t width = equals == NULL ? size : (size_t)(equals - pair);
    const char *value = equals == NULL ? pair + size : equals + 1;
    BW_CLEANUP(bw_freep) char *name = bw_xstrndup(pair, width);
    BW_CLEANUP(bw_freep) char *text = bw_parameter_decode(value, (size_t)(pair + size - value));
    const struct bw_parameter *parameter = find(known, name);
    return parameter == NULL ? refuse_unknown(known, name, err) : check_text(parameter, text, err);
}

enum bw_err bw_parameters_check_query(const struct bw_parameter *known, const char *query,
                                      struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    while (rc == BW_OK && *query != '\0') {
        size_t size = strcspn(query, "&");
        rc = size == 0 ? BW_OK : check_pair(known, query, size, err);
        query += size + (query[size] == '&' ? 1 : 0);
    }
    return rc;
}

/* ---- a body ---- */

static bool is_of(enum bw_parameter_kind kind, const struct bw_json *value)
{
    switch (kind) {
    case BW_SAYS_NUMBER:
        return isfinite(bw_json_double(value, NAN));
    case BW_SAYS_FLAG:
        return bw_json_bool(value, true) == bw_json_bool(value, false);
    case BW_SAYS_LIST:
        return bw_json_is_array(value);
    case BW_SAYS_TEXT:
    case BW_SAYS_WORD:
    case BW_SAYS_ID:
    case BW_SAYS_ROWS:
    case BW_SAYS_TIME:
        break;
    }
    return bw_json_is_text(value);
}

static enum bw_err check_member(const struct bw_parameter *known, const struct bw_json *value,
                                struct bw_error *err)
{
    static const char *const kinds[] = { [BW_SAYS_NUMBER] = "a number",
                                         [BW_SAYS_FLAG] = "true or false",
                                         [BW_SAYS_LIST] = "a list" };
    const char *name = bw_json_name(value);
    const struct bw_parameter *member = find(known, name);
    if (member == NULL) {
        return refuse_unknown(known, name, err);
    }
    if (bw_json_is_null(value)) {
        return BW_OK;
    }
    if (!is_of(member->kind, value)) {
        BW_CLEANUP(bw_freep) char *text = bw_json_print(value);
        return bw_fail(err, BW_ERR_INVALID, "%s: %.100s is not %s", name, text,
                       member->kind < BW_SAYS_NUMBER ? "a text" : kinds[member->kind]);
    }
    return check_text(member, bw_json_text(value, ""), err);
}

enum bw_err bw_parameters_check_body(const struct bw_parameter *known, const struct bw_json *body,
                                     struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    for (const struct bw_json *value = bw_json_first(body); rc == BW_OK && value != NULL;
         value = bw_json_next(value)) {
        rc = check_member(known, value, err);
    }
    return rc;
}

/* ---- text ---- */

static int hex_value(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : -1;
}

char *bw_parameter_decode(const char *text, size_t size)
{
    struct bw_str out = { 0 };
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (c == '%' && i + 2 < size && hex_value(text[i + 1]) >= 0 &&
            hex_value(text[i + 2]) >= 0) {
            c = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        }
        bw_str_append_bytes(&out, c == '\0' ? "?" : &c, 1);
    }
    return bw_str_take(&out);
}
