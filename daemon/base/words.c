/* daemon/base/words.c: see words.h. */
#include "base/words.h"

#include <string.h>

bool bw_words_find(const char *const *words, size_t count, const char *word, unsigned *out)
{
    for (unsigned i = 0; word != NULL && i < count; i++) {
        if (strcmp(word, words[i]) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}
