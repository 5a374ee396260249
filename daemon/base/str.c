/* daemon/base/str.c: see str.h. */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

enum { NEAREST_MAX = 64 }; /* longer words are not typing slips */

static void reserve(struct bw_str *str, size_t more)
{
    size_t need = str->size + more + 1;
    if (need <= str->capacity) {
        return;
    }
    size_t capacity = str->capacity < 64 ? 64 : str->capacity;
    while (capacity < need) {
        capacity += capacity / 2;
    }
    str->text = bw_xrealloc(str->text, capacity, 1);
    str->capacity = capacity;
}

void bw_str_clear(struct bw_str *str)
{
    free(str->text);
    *str = (struct bw_str){ 0 };
}

void bw_str_append(struct bw_str *str, const char *text)
{
    bw_str_append_bytes(str, text, strlen(text));
}

void bw_str_append_bytes(struct bw_str *str, const void *bytes, size_t size)
{
    reserve(str, size);
    if (size > 0) {
        memcpy(str->text + str->size, bytes, size);
    }
    str->size += size;
    str->text[str->size] = '\0';
}

void bw_str_appendf(struct bw_str *str, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size >= 0) {
        reserve(str, (size_t)size);
        (void)vsnprintf(str->text + str->size, (size_t)size + 1, format, again);
        str->size += (size_t)size;
    }
    va_end(again);
}

void bw_str_append_url(struct bw_str *str, const char *text)
{
    for (; *text != '\0'; text++) {
        bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                     (*text >= '0' && *text <= '9') || strchr("-._~", *text) != NULL;
        bw_str_appendf(str, plain ? "%c" : "%%%02X", (unsigned char)*text);
    }
}

void bw_str_reset(struct bw_str *str)
{
    str->size = 0;
    if (str->text != NULL) {
        str->text[0] = '\0';
    }
}

char *bw_str_take(struct bw_str *str)
{
    char *text = str->text == NULL ? bw_xstrdup("") : str->text;
    *str = (struct bw_str){ 0 };
    return text;
}

bool bw_str_equal(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool bw_str_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool bw_str_ends_with(const char *text, const char *suffix)
{
    size_t size = strlen(text);
    size_t want = strlen(suffix);
    return size >= want && memcmp(text + size - want, suffix, want) == 0;
}

bool bw_str_number(const char *text, int64_t *out)
{
    int64_t value = 0;
    bool good = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
    for (; good && *text != '\0'; text++) {
        good = !__builtin_mul_overflow(value, 10, &value) &&
               !__builtin_add_overflow(value, *text - '0', &value);
    }
    *out = good ? value : *out;
    return good;
}

bool bw_str_glob(const char *pattern, const char *text)
{
    return bw_str_glob_runs(pattern, text, NULL, 0);
}

/* The star before this place stands for all up to it. */
static void end_run(struct bw_str_run *runs, size_t max, size_t seen, const char *at)
{
    if (seen > 0 && seen <= max) {
        runs[seen - 1].size = (size_t)(at - runs[seen - 1].text);
    }
}

static void begin_run(struct bw_str_run *runs, size_t max, size_t seen, const char *at)
{
    if (seen < max) {
        runs[seen] = (struct bw_str_run){ at, 0 };
    }
}

bool bw_str_glob_runs(const char *pattern, const char *text, struct bw_str_run *runs, size_t max)
{
    const char *star = NULL; /* the last `*` seen, to come back to */
    const char *mark = NULL; /* where the text stood when it was seen */
    size_t seen = 0;
    while (*text != '\0') {
        if (*pattern == '*') {
            end_run(runs, max, seen, mark);
            begin_run(runs, max, seen++, text);
            star = pattern++;
            mark = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++mark;
        } else {
            return false;
        }
    }
    end_run(runs, max, seen, mark);
    for (; *pattern == '*'; pattern++) {
        begin_run(runs, max, seen++, text);
    }
    return *pattern == '\0';
}

static size_t edit_distance(const char *a, const char *b)
{
    size_t row[NEAREST_MAX + 1];
    size_t width = strlen(b);
    for (size_t j = 0; j <= width; j++) {
        row[j] = j;
    }
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = change < best ? change : best;
        }
    }
    return row[width];
}

const char *bw_str_nearest(const char *text, const char *const *words)
{
    const char *nearest = NULL;
    size_t least = strlen(text) / 3 + 1;
    for (; *words != NULL && strlen(text) <= NEAREST_MAX; words++) {
        size_t distance = strlen(*words) <= NEAREST_MAX ? edit_distance(text, *words) : least + 1;
        if (distance < least || (distance == least && nearest == NULL)) {
            nearest = *words;
            least = distance;
        }
    }
    return nearest;
}

bool bw_str_is_utf8(const char *bytes, size_t size)
{
    const unsigned char *c = (const unsigned char *)bytes;
    const unsigned char *end = c + size;
    while (c < end) {
        unsigned char lead = *c++;
        size_t more = lead < 0x80 ? 0 : lead < 0xc2 ? 9 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        if (lead == 0 || lead > 0xf4 || more == 9 || (size_t)(end - c) < more) {
            return false;
        }
        unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80; /* no overlong form */
        unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf; /* no surrogate */
        for (; more > 0; more--, low = 0x80, high = 0xbf) {
            if (*c < low || *c > high) {
                return false;
            }
            c++;
        }
    }
    return true;
}

static uint64_t hash_on(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *c = bytes;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ c[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

size_t bw_str_utf8_cut(const char *text, size_t max)
{
    size_t size = strnlen(text, max + 1);
    if (size <= max) {
        return size;
    }
    size = max;
    while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80) {
        size--;
    }
    return size > 0 ? size : max > 0 ? max : 1;
}

/* How many bytes of the secret the text ends with; fewer than that tell nothing of it. */
static size_t begun_at_end(const char *text, const char *secret)
{
    enum { TELLING = 4 };
    size_t size = strlen(text);
    size_t begun = strlen(secret);
    begun = begun < size ? begun : size;
    while (begun >= TELLING && memcmp(text + size - begun, secret, begun) != 0) {
        begun--;
    }
    return begun >= TELLING ? begun : 0;
}

char *bw_str_without(const char *text, const char *secret)
{
    static const char INSTEAD[] = "[credential]";
    struct bw_str out = { 0 };
    const char *found = NULL;
    if (secret == NULL || secret[0] == '\0') {
        return bw_xstrdup(text);
    }
    while ((found = strstr(text, secret)) != NULL) {
        bw_str_append_bytes(&out, text, (size_t)(found - text));
        bw_str_append(&out, INSTEAD);
        text = found + strlen(secret);
    }
    size_t begun = begun_at_end(text, secret);
    bw_str_append_bytes(&out, text, strlen(text) - begun);
    bw_str_append(&out, begun > 0 ? INSTEAD : "");
    return bw_str_take(&out);
}

uint64_t bw_hash(const void *bytes, size_t size)
{
    return hash_on(BW_HASH_SEED, bytes, size);
}

uint64_t bw_hash_text(uint64_t seed, const char *text)
{
    return text == NULL ? hash_on(seed, "\xff", 1) : hash_on(seed, text, strlen(text) + 1);
}
