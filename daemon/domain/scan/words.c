/* daemon/domain/scan/words.c: see words.h. */
#include "domain/scan/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static bool letter(char c)
{
    return isalpha((unsigned char)c) != 0;
}

static bool upper(char c)
{
    return isupper((unsigned char)c) != 0;
}

/* Does a new word begin at `at`, inside a run of letters and digits? aB, ABc: before the B; 4O: no.
 */
static bool word_begins(struct bw_slice text, size_t at)
{
    if (!upper(text.at[at])) {
        return false;
    }
    bool lower_follows = at + 1 < text.size && letter(text.at[at + 1]) && !upper(text.at[at + 1]);
    return (letter(text.at[at - 1]) && !upper(text.at[at - 1])) || lower_follows;
}

bool bw_scan_words_next(struct bw_slice text, size_t *at, char word[BW_SCAN_WORD_MAX])
{
    size_t from = *at;
    while (from < text.size && isalnum((unsigned char)text.at[from]) == 0) {
        from++;
    }
    if (from == text.size) {
        *at = from;
        return false;
    }
    size_t to = from + 1;
    while (to < text.size && isalnum((unsigned char)text.at[to]) != 0 && !word_begins(text, to)) {
        to++;
    }
    size_t size = to - from < BW_SCAN_WORD_MAX ? to - from : 0;
    for (size_t i = 0; i < size; i++) {
        word[i] = (char)tolower((unsigned char)text.at[from + i]);
    }
    word[size] = '\0';
    *at = to;
    return true;
}

static bool listed(const char *word, const char *list)
{
    char wanted[BW_SCAN_WORD_MAX + 2];
    (void)snprintf(wanted, sizeof(wanted), "|%s|", word);
    return word[0] != '\0' && strstr(list, wanted) != NULL;
}

bool bw_scan_words_any(struct bw_slice text, const char *list)
{
    char word[BW_SCAN_WORD_MAX];
    for (size_t at = 0; bw_scan_words_next(text, &at, word);) {
        if (listed(word, list)) {
            return true;
        }
    }
    return false;
}

bool bw_scan_words_last(struct bw_slice text, const char *list)
{
    char word[BW_SCAN_WORD_MAX] = "";
    for (size_t at = 0; bw_scan_words_next(text, &at, word);) {
    }
    return listed(word, list);
}

static bool in_name(char c)
{
    return isalnum((unsigned char)c) != 0 || (c != '\0' && strchr("._-$", c) != NULL);
}

struct bw_slice bw_scan_last_name(struct bw_slice text)
{
    size_t end = text.size;
    while (end > 0 && isalnum((unsigned char)text.at[end - 1]) == 0) {
        end--;
    }
    size_t from = end;
    while (from > 0 && in_name(text.at[from - 1])) {
        from--;
    }
    return bw_slice_of(text.at, from, end);
}

struct bw_slice bw_scan_first_name(struct bw_slice text)
{
    size_t end = 0;
    while (end < text.size && (isalnum((unsigned char)text.at[end]) != 0 || text.at[end] == '-' ||
                               text.at[end] == '.')) {
        end++;
    }
    return bw_slice_of(text.at, 0, end);
}

struct bw_slice bw_scan_last_part(struct bw_slice name)
{
    size_t from = name.size;
    while (from > 0 && name.at[from - 1] != '.') {
        from--;
    }
    return bw_slice_of(name.at, from, name.size);
}

struct bw_slice bw_slice_of(const char *text, size_t from, size_t to)
{
    return (struct bw_slice){ text + from, to > from ? to - from : 0 };
}

bool bw_slice_contains(struct bw_slice text, const char *part)
{
    return text.size > 0 && memmem(text.at, text.size, part, strlen(part)) != NULL;
}

bool bw_slice_starts(struct bw_slice text, const char *start)
{
    size_t size = strlen(start);
    return text.size >= size && memcmp(text.at, start, size) == 0;
}

bool bw_slice_ends(struct bw_slice text, const char *end)
{
    size_t size = strlen(end);
    return text.size >= size && memcmp(text.at + text.size - size, end, size) == 0;
}

bool bw_slice_ends_with_word(struct bw_slice text, const char *word)
{
    size_t size = strlen(word);
    return bw_slice_ends(text, word) &&
           (text.size == size || (isalnum((unsigned char)text.at[text.size - size - 1]) == 0 &&
                                  strchr("_-.$", text.at[text.size - size - 1]) == NULL));
}

struct bw_slice bw_slice_trim(struct bw_slice text)
{
    while (text.size > 0 && isspace((unsigned char)text.at[0]) != 0) {
        text = bw_slice_of(text.at, 1, text.size);
    }
    while (text.size > 0 && isspace((unsigned char)text.at[text.size - 1]) != 0) {
        text.size--;
    }
    return text;
}
