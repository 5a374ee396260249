/* daemon/domain/scan/words.h: names as programmers write them, asked for the words inside:
 * ALLOWED_MODELS, allowedModels and allowed-models all say "allowed" and "models". */
#ifndef BW_DOMAIN_SCAN_WORDS_H
#define BW_DOMAIN_SCAN_WORDS_H
#include <stdbool.h>
#include <stddef.h>

#include "domain/model_name.h"

enum { BW_SCAN_WORD_MAX = 24 }; /* bytes of a word, its NUL included; longer ones match nothing */

/* The next word at or after *at, in lower case; false at the end. */
bool bw_scan_words_next(struct bw_slice text, size_t *at, char word[BW_SCAN_WORD_MAX]);

/* Is one of the words in the list, written "|one|two|"? */
bool bw_scan_words_any(struct bw_slice text, const char *list);
/* Is the last one? */
bool bw_scan_words_last(struct bw_slice text, const char *list);

/* Letters and digits of a name, ".", "_", "-" and "$" between them: the last such run. */
struct bw_slice bw_scan_last_name(struct bw_slice text);

/* Letters, digits, "." and "-" that it begins with. */
struct bw_slice bw_scan_first_name(struct bw_slice text);

/* Of a.b.c the last part, c. */
struct bw_slice bw_scan_last_part(struct bw_slice name);

/* Plain helpers over slices. */
struct bw_slice bw_slice_of(const char *text, size_t from, size_t to);
bool bw_slice_contains(struct bw_slice text, const char *part);
bool bw_slice_starts(struct bw_slice text, const char *start);
bool bw_slice_ends(struct bw_slice text, const char *end);
bool bw_slice_ends_with_word(struct bw_slice text, const char *word); /* no part of a name */
struct bw_slice bw_slice_trim(struct bw_slice text);
#endif
