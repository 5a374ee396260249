/* daemon/base/words.h: the words of an enum, as SQL, JSON and help texts spell them: an array
 * indexed by the enum's values, without holes. */
#ifndef BW_BASE_WORDS_H
#define BW_BASE_WORDS_H
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

/* The index of word in words[count]; false (and *out untouched) when it is NULL or unknown. */
bool bw_words_find(const char *const *words, size_t count, const char *word, unsigned *out);

/* Define bw_NOUN_word() and bw_NOUN_parse() over WORDS. */
#define BW_DEFINE_WORDS(noun, WORDS)                                                               \
    const char *noun##_word(enum noun value)                                                       \
    {                                                                                              \
        return (WORDS)[value];                                                                     \
    }                                                                                              \
    bool noun##_parse(const char *word, enum noun *out)                                            \
    {                                                                                              \
        unsigned at = 0;                                                                           \
        bool known = bw_words_find((WORDS), BW_COUNT(WORDS), word, &at);                           \
        *out = known ? (enum noun)at : *out;                                                       \
        return known;                                                                              \
    }
#endif
