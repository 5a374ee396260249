/* daemon/domain/scan/compare.c: is an id only compared with? See rules.h. */
#include "domain/scan/rules.h"

#include <ctype.h>
#include <string.h>

static const char COMPARE_CALL[] =
    "|startswith|starts|start|endswith|ends|includes|contains|has|prefix|suffix|equals|equal|"
    "equalsignorecase|matches|match|matching|indexof|index|compare|strcmp|strncmp|strcasecmp|eq|"
    "ne|fold|regex|regexp|fullmatch|search|test|expect|tobe|toequal|like|is|supports|count|"
    "isin|instanceof|filter|replace|be|";

/* `for m in` runs them all; `any(m in name for m in` asks for each. */
static bool loops(struct bw_slice before)
{
    const char *loop =
        bw_slice_starts(before, "for ") ? before.at : memmem(before.at, before.size, " for ", 5);
    struct bw_slice asked =
        bw_slice_of(before.at, 0, loop == NULL ? 0 : (size_t)(loop - before.at));
    return loop != NULL && !bw_slice_contains(asked, " in ") && !bw_slice_contains(asked, "==") &&
           !any(asked, COMPARE_CALL);
}

static bool compares_before(struct bw_slice before)
{
    static const char *const OPERATORS[] = { "==",
                                             "!=",
                                             "=~",
                                             "~=",
                                             "<>",
                                             "!~",
                                             "-eq",
                                             "-ne",
                                             "-like",
                                             "-match",
                                             "-in",
                                             "%in%",
                                             "isEqualToString:@" };
    static const char *const WORDS[] = { "in",   "is",   "not",  "eq", "ne",         "case",
                                         "when", "like", "LIKE", "IN", "startswith", "contains" };
    for (size_t i = 0; i < BW_COUNT(OPERATORS); i++) {
        if (bw_slice_ends(before, OPERATORS[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < BW_COUNT(WORDS); i++) {
        if (bw_slice_ends_with_word(before, WORDS[i])) {
            return !loops(before);
        }
    }
    /* C#: m is "a" or "b" */
    return bw_slice_ends_with_word(before, "or") && bw_slice_contains(before, " is \"");
}

static bool compares_after(struct bw_slice trail)
{
    static const char *const FORMS[] = { "==",        "!=",        "in ",         "not in ",
                                         ".equals",   ".includes", ".startsWith", ".test(",
                                         ".contains", ".match",    ".eq(",        ".toEqual",
                                         ".toBe",     ".indexOf",  ".compare",    ".some(",
                                         ".has(",     ".include?" };
    for (size_t i = 0; i < BW_COUNT(FORMS); i++) {
        if (bw_slice_starts(trail, FORMS[i])) {
            return true;
        }
    }
    return false;
}

/* `"a", "b" -> ..`: behind more labels comes what they lead to. */
static bool leads_with_others(struct bw_slice trail)
{
    bool more = false;
    while (trail.size > 3 && (strchr(",|", trail.at[0]) != NULL || bw_slice_starts(trail, "or "))) {
        size_t width = trail.at[0] == 'o' ? 3 : 1;
        trail = bw_slice_trim(bw_slice_of(trail.at, width, trail.size));
        const char *close = trail.size < 2 || strchr("\"'", trail.at[0]) == NULL
                                ? NULL
                                : memchr(trail.at + 1, trail.at[0], trail.size - 1);
        if (close == NULL) {
            return false;
        }
        trail = bw_slice_trim(bw_slice_of(trail.at, (size_t)(close + 1 - trail.at), trail.size));
        more = true;
    }
    return more && (bw_slice_starts(trail, "->") || bw_slice_starts(trail, "=>"));
}

/* `case "a", "b":`, `when "a"`, `"a" => ..` of a match: the id is before what it leads to. */
static bool is_case_label(const struct bw_scan_context *c)
{
    struct bw_slice line = bw_slice_trim(c->line);
    if (!bw_slice_starts(line, "case ") && !bw_slice_starts(line, "when ")) {
        return c->spot.in_string && c->before.size == 0 && leads_with_others(c->trail);
    }
    struct bw_slice left = bw_slice_of(line.at, 0, (size_t)(c->id.at - line.at));
    return !bw_slice_contains(left, "->") && !bw_slice_contains(left, "=>") &&
           !bw_slice_contains(left, "\":") && !bw_slice_contains(left, "return") &&
           !bw_slice_contains(left, "then") && !bw_slice_contains(left, "':") &&
           !bw_slice_contains(left, ": ");
}

/* `[ "$MODEL" = "x" ]`, `gpt-4*)` */
static bool shell_compares(const struct bw_scan_context *c)
{
    bool script = language_is(c, BW_LANG_SHELL) || language_is(c, BW_LANG_YAML);
    if (!script) {
        return false;
    }
    struct bw_slice line = bw_slice_trim(c->line);
    struct bw_slice left = bw_slice_of(line.at, 0, (size_t)(c->id.at - line.at));
    bool bracket = (bw_slice_contains(left, "[ ") || bw_slice_contains(left, "[[ ") ||
                    bw_slice_contains(left, "test ")) &&
                   (bw_slice_ends(c->before, " =") || bw_slice_ends(c->before, "=="));
    bool label = language_is(c, BW_LANG_SHELL) && bw_slice_contains(c->trail, ")") &&
                 !bw_slice_contains(line, "(") && !bw_slice_contains(left, "=");
    bool condition = bw_slice_starts(line, "if: ") || bw_slice_starts(line, "ifeq ") ||
                     bw_slice_starts(line, "ifneq ");
    return bracket || label || condition || any(left, "|grep|egrep|rg|") ||
           bw_slice_contains(left, "{{ if") || bw_slice_contains(left, "{{- if") ||
           bw_slice_contains(left, "{% if");
}

static bool list_is_compared(const struct bw_scan_context *c)
{
    for (size_t i = 0; i < c->frame_count && i < 2; i++) {
        const struct bw_scan_enclosing *list = &c->frames[i];
        bool vector = language_is(c, BW_LANG_HASH) && any(list->name, "|c|"); /* R: c("a", "b") */
        bool set = list->open == '(' && (vector || any(list->name, BW_SET_WORDS));
        struct bw_slice head = bw_slice_trim(
            bw_slice_of(list->head.at, 0, list->head.size - (set ? list->name.size : 0)));
        if (set && (compares_after(list->tail) ||
                    (compares_before(head) && !any(frame_of(c, i + 1)->name, "|for|")))) {
            return true; /* model in setOf(..), setOf(..).contains(model) */
        }
        if (list->open == '(' && !list->data && !bw_slice_ends_with_word(list->head, "in")) {
            struct bw_slice call = bw_scan_last_part(list->name); /* contains([..], x) */
            return i > 0 && (any(call, COMPARE_CALL) || bw_slice_starts(call, "in_"));
        }
        bool cast =
            bw_slice_starts(list->tail, "as ") && bw_slice_contains(list->tail, ").includes(");
        if (cast || compares_before(list->head) || compares_after(list->tail)) {
            return true;
        }
    }
    return false;
}

bool bw_scan_is_compared(const struct bw_scan_context *c)
{
    struct bw_slice call = bw_scan_last_part(bw_scan_direct_call(c));
    bool member = call.size > 2 && any(call, "|in|within|"); /* in_array( */
    bool asks = (any(call, COMPARE_CALL) || member) && c->key.size == 0;
    bool selects = any(bw_scan_last_part(bw_scan_any_call(c)), "|where|filter|exclude|find|");
    bool where = language_is(c, BW_LANG_SQL) &&
                 (bw_slice_contains(c->lead, "WHERE") || bw_slice_contains(c->lead, "where"));
    struct bw_slice inner = c->prefix; /* *ngIf="model === 'X'" */
    while (inner.size > 0 && strchr("'\"", inner.at[inner.size - 1]) != NULL) {
        inner.size--;
    }
    bool inside = inner.size < c->prefix.size && compares_before(bw_slice_trim(inner));
    bool lisp = frame_of(c, 0)->open == '(' && bw_slice_starts(frame_of(c, 0)->body, "= ");
    bool expected = any(c->key, "|contains|icontains|equals|expected|expect|regex|pattern|");
    expected = expected || (any(c->key, "|right|") && bw_scan_words_last(c->key, "|value|"));
    bool asserted = language_is(c, BW_LANG_YAML) && c->parent_count > 0 &&
                    any(c->parents[0], "|assert|asserts|assertions|");
    expected = expected || (asserted && bw_scan_words_last(c->key, "|value|"));
    bool operand = bw_slice_starts(c->key, "$") && language_is(c, BW_LANG_JSON);
    expected = expected || operand; /* {"model": {"$eq": X}} */
    bool pattern = frame_of(c, 0)->parameters && c->before.size == 0; /* Elixir: def f("X") */
    return inside || lisp || pattern || expected || compares_before(c->before) ||
           compares_after(c->trail) || asks || selects || is_case_label(c) || shell_compares(c) ||
           list_is_compared(c) || where;
}
