/* daemon/cli/ignore.c: see ignore.h. */
#include "cli/ignore.h"

#include <string.h>

#include "base/str.h"

static void add_line(struct bw_ignore *ignore, size_t base, const char *line, size_t size);

static void rule_clear(struct bw_ignore_rule *rule)
{
    free(rule->pattern);
}

void bw_ignore_clear(struct bw_ignore *ignore)
{
    BW_VEC_CLEAR(ignore, rule_clear);
}

void bw_ignore_cut(struct bw_ignore *ignore, size_t count)
{
    while (ignore->count > count) {
        rule_clear(&ignore->items[--ignore->count]);
    }
}

void bw_ignore_add(struct bw_ignore *ignore, size_t base, const char *text)
{
    while (*text != '\0') {
        size_t size = strcspn(text, "\n");
        add_line(ignore, base, text, size);
        text += size + (text[size] == '\n' ? 1 : 0);
    }
}

/* Blanks at the end do not count, but for one behind a backslash. */
static size_t without_blanks(const char *line, size_t size)
{
    if (size > 0 && line[size - 1] == '\r') {
        size--;
    }
    while (size > 0 && (line[size - 1] == ' ' || line[size - 1] == '\t') &&
           (size < 2 || line[size - 2] != '\\')) {
        size--;
    }
    return size;
}

static void add_line(struct bw_ignore *ignore, size_t base, const char *line, size_t size)
{
    struct bw_ignore_rule rule = { .base = base };
    size = without_blanks(line, size);
    if (size == 0 || line[0] == '#') {
        return;
    }
    if (line[0] == '!') {
        rule.negated = true;
        line++;
        size--;
    }
    if (size > 0 && line[size - 1] == '/') {
        rule.folders_only = true;
        size--;
    }
    rule.anchored = memchr(line, '/', size) != NULL;
    if (size > 0 && line[0] == '/') {
        line++;
        size--;
    }
    if (size > 0) {
        rule.pattern = bw_xstrndup(line, size);
        BW_VEC_PUSH(ignore, rule);
    }
}

/* [a-z], [!x]: *pattern stands on the bracket and moves behind the class. False also for a class
 * that is never closed. */
static bool class_fits(const char **pattern, char c)
{
    const char *p = *pattern + 1;
    bool negated = *p == '!' || *p == '^';
    p += negated ? 1 : 0;
    bool fits = false;
    for (bool first = true; *p != '\0' && (first || *p != ']'); first = false) {
        p += *p == '\\' && p[1] != '\0' ? 1 : 0;
        char from = *p++;
        char to = from;
        if (*p == '-' && p[1] != ']' && p[1] != '\0') {
            p++;
            p += *p == '\\' && p[1] != '\0' ? 1 : 0;
            to = *p++;
        }
        fits = fits ||
               ((unsigned char)c >= (unsigned char)from && (unsigned char)c <= (unsigned char)to);
    }
    if (*p == '\0') {
        return false;
    }
    *pattern = p + 1;
    return fits != negated;
}

/* Does one step of the pattern fit the byte? *pattern moves behind it. */
static bool step_fits(const char **pattern, char c)
{
    if (**pattern == '[') {
        return class_fits(pattern, c);
    }
    if (**pattern == '\\' && (*pattern)[1] != '\0') {
        ++*pattern;
    } else if (**pattern == '?') {
        ++*pattern;
        return true;
    }
    return *(*pattern)++ == c;
}

/* One name against one part of a pattern, up to its slash. A star that has been passed is all that
 * is ever gone back to, so the time is at most the product of both sizes. */
static bool name_fits(const char *pattern, const char *name, size_t size)
{
    const char *star = NULL;
    size_t star_at = 0;
    size_t at = 0;
    for (;;) {
        bool ends = *pattern == '\0' || *pattern == '/';
        if (at == size && ends) {
            return true;
        }
        const char *next = pattern;
        if (*pattern == '*') {
            star = ++pattern;
            star_at = at;
        } else if (!ends && at < size && step_fits(&next, name[at])) {
            pattern = next;
            at++;
        } else if (star != NULL && star_at < size) {
            pattern = star;
            at = ++star_at;
        } else {
            return false;
        }
    }
}

static const char *part_behind(const char *text)
{
    const char *slash = strchr(text, '/');
    return slash == NULL ? text + strlen(text) : slash + 1;
}

static bool is_any_folders(const char *pattern)
{
    return pattern[0] == '*' && pattern[1] == '*' && (pattern[2] == '/' || pattern[2] == '\0');
}

/* Folder by folder; `**` stands for any number of them, and at the end for at least one name. */
static bool path_fits(const char *pattern, const char *path)
{
    const char *any = NULL;
    const char *any_at = NULL;
    for (;;) {
        if (*pattern == '\0' && *path == '\0') {
            return true;
        }
        if (*pattern != '\0' && is_any_folders(pattern)) {
            any = part_behind(pattern);
            if (*any == '\0') {
                return *path != '\0';
            }
            any_at = path;
            pattern = any;
        } else if (*pattern != '\0' && *path != '\0' &&
                   name_fits(pattern, path, strcspn(path, "/"))) {
            pattern = part_behind(pattern);
            path = part_behind(path);
        } else if (any != NULL && *any_at != '\0') {
            any_at = part_behind(any_at);
            pattern = any;
            path = any_at;
        } else {
            return false;
        }
    }
}

static bool rule_fits(const struct bw_ignore_rule *rule, const char *path, bool folder)
{
    if (rule->folders_only && !folder) {
        return false;
    }
    const char *below = path + rule->base;
    if (rule->anchored) {
        return path_fits(rule->pattern, below);
    }
    const char *slash = strrchr(below, '/');
    const char *name = slash == NULL ? below : slash + 1;
    return name_fits(rule->pattern, name, strlen(name));
}

bool bw_ignore_leaves_out(const struct bw_ignore *ignore, const char *path, bool folder)
{
    for (size_t i = ignore->count; i > 0; i--) {
        if (rule_fits(&ignore->items[i - 1], path, folder)) {
            return !ignore->items[i - 1].negated;
        }
    }
    return false;
}
