/* daemon/domain/scan/key.c: see key.h. */
#include "domain/scan/key.h"

#include <ctype.h>
#include <string.h>

#include "domain/scan/words.h"

enum { NEAR_BYTES = 2000 }; /* how far up the item before is looked for */

/* Strip the type that stands between a name and its `=`: `MODEL: str =`, `models: string[] =`. */
static struct bw_slice without_type(struct bw_slice text)
{
    const char *colon = text.size == 0 ? NULL : memchr(text.at, ':', text.size);
    if (colon == NULL || (size_t)(colon - text.at) + 1 >= text.size || colon[1] == '=' ||
        colon[1] == ':') {
        return text;
    }
    struct bw_slice name = bw_slice_of(text.at, 0, (size_t)(colon - text.at));
    return bw_scan_last_name(name).size > 0 ? name : text;
}

/* `model string`, as Go, Bicep and SQL put it: the name comes first. */
struct bw_slice bw_scan_key_assigned(struct bw_slice left)
{
    struct bw_slice name = bw_scan_last_name(without_type(left));
    bool type = name.size == 6 && bw_slice_starts(name, "string") && name.at > left.at;
    struct bw_slice first =
        type ? bw_scan_last_name(bw_slice_of(left.at, 0, (size_t)(name.at - left.at))) : name;
    return first.size > 0 ? first : name;
}

/* The end of an operator that binds: `=`, `:=`, `||=`, `:`, `=>`, `->`. */
static size_t binding_size(struct bw_slice before)
{
    static const char *const OPERATORS[] = { "=>", "->", "=", ":" };
    for (size_t i = 0; i < BW_COUNT(OPERATORS); i++) {
        if (bw_slice_ends(before, OPERATORS[i])) {
            return strlen(OPERATORS[i]);
        }
    }
    return 0;
}

static struct bw_slice flag_name(struct bw_slice before)
{
    struct bw_slice name = bw_scan_last_name(before);
    bool whole = name.size > 0 && name.at + name.size == before.at + before.size;
    return whole && name.at[0] == '-' ? name : (struct bw_slice){ before.at, 0 };
}

static bool equals_twice(struct bw_slice before)
{
    return bw_slice_ends(before, "==") || bw_slice_ends(before, "!=") ||
           bw_slice_ends(before, "<=") || bw_slice_ends(before, ">=");
}

/* The second branch of `fast ? "a" : "b"`. */
static bool is_branch(struct bw_slice before)
{
    return bw_slice_ends(before, ":") && bw_slice_contains(before, "? ");
}

static struct bw_slice bound_name(struct bw_slice before)
{
    if (is_branch(before)) {
        return (struct bw_slice){ before.at, 0 };
    }
    size_t operator= equals_twice(before) ? 0 : binding_size(before);
    if (operator== 0) {
        return flag_name(before);
    }
    bool assigned = before.at[before.size - 1] == '=';
    struct bw_slice left = bw_slice_trim(bw_slice_of(before.at, 0, before.size - operator));
    return assigned ? bw_scan_key_assigned(left) : bw_scan_last_name(left);
}

/* `OPENAI_MODEL=id`, `model:id`: the literal without quotes has swallowed the name. */
static struct bw_slice name_in_prefix(struct bw_slice prefix)
{
    size_t end = prefix.size;
    while (end > 0 && strchr("\"'\\ ", prefix.at[end - 1]) != NULL) {
        end--;
    }
    struct bw_slice before = { prefix.at, end };
    return bound_name(before);
}

/* ["--model", "id"], and the same below one another: an item names the next one. */
static struct bw_slice flag_before(const struct bw_scan_context *c)
{
    struct bw_slice text = c->file->text;
    size_t end = (size_t)(c->lead.at - text.at);
    struct bw_slice name =
        bw_scan_last_name(bw_slice_of(text.at, end > NEAR_BYTES ? end - NEAR_BYTES : 0, end));
    bool near = (size_t)(c->lead.at - name.at) < name.size + 80;
    bool item = c->listed || (c->frame_count > 0 && c->frames[0].open == '[');
    return item && near && name.size > 0 && name.at[0] == '-' ? name
                                                              : (struct bw_slice){ text.at, 0 };
}

/* `MODELS=a,b` without quotes, make's `MODELS := a b`: of the second one too. */
static struct bw_slice name_of_list(struct bw_slice before)
{
    const char *equals = memchr(before.at, '=', before.size);
    return equals == NULL ? (struct bw_slice){ before.at, 0 }
                          : bound_name(bw_slice_of(before.at, 0, (size_t)(equals + 1 - before.at)));
}

/* Clojure: `:model X` */
static struct bw_slice keyword_before(struct bw_slice before)
{
    bool keyword =
        bw_slice_starts(before, ":") && bw_scan_last_name(before).size + 1 == before.size;
    return bw_slice_of(before.at, keyword ? 1 : 0, keyword ? before.size : 0);
}

/* ${MODEL:-X,Y} */
static struct bw_slice name_of_variable(const struct bw_scan_context *c)
{
    const struct bw_scan_enclosing *inner = &c->frames[0];
    size_t size = 0;
    if (c->frame_count > 0 && inner->open == '{' && bw_slice_ends(inner->head, "$")) {
        while (size < inner->body.size && (isalnum((unsigned char)inner->body.at[size]) != 0 ||
                                           inner->body.at[size] == '_')) {
            size++;
        }
    }
    return size == 0 ? (struct bw_slice){ c->before.at, 0 } : bw_slice_of(inner->body.at, 0, size);
}

void bw_scan_key_find(struct bw_scan_context *c)
{
    c->key = bound_name(c->before);
    if (c->key.size == 0) {
        c->key = name_of_variable(c);
    }
    if (c->key.size == 0) {
        c->key = flag_before(c);
    }
    if (c->key.size == 0 && c->spot.in_string && c->file->syntax->language == BW_LANG_C &&
        bw_slice_ends_with_word(c->before, "to")) { /* Kotlin: "fast" to X */
        c->key = bw_scan_last_name(bw_slice_of(c->before.at, 0, c->before.size - 2));
    }
    if (c->key.size == 0 && c->spot.in_string && c->file->syntax->language == BW_LANG_C) {
        c->key = keyword_before(c->before);
    }
    bool more = bw_slice_ends(c->before, ",") || bw_slice_contains(c->before, ":= ");
    if (c->key.size == 0 && c->file->syntax->lines && more) {
        c->key = name_of_list(c->before);
    }
    if (c->key.size == 0 && bw_slice_contains(c->prefix, " ")) {
        c->key = name_in_prefix(c->prefix);
    } else if (c->key.size == 0 && c->prefix.size > 0) {
        char last = c->prefix.at[c->prefix.size - 1];
        bool bound = strchr("=\"'", last) != NULL;
        c->key = bound ? name_in_prefix(c->prefix) : c->key;
    }
}
