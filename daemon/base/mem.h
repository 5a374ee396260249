/* daemon/base/mem.h: allocation that aborts when memory is gone, and owners that clean up after
 * themselves. State is in SQLite and the service manager restarts us, so a small allocation is
 * never checked; a size that comes from outside is capped before it gets here. */
#ifndef BW_BASE_MEM_H
#define BW_BASE_MEM_H
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#define BW_MUST_CHECK __attribute__((warn_unused_result))
#define BW_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* Declare a local owner: BW_CLEANUP(bw_x_freep) struct bw_x *x = ...; every return releases it. */
#define BW_CLEANUP(function) __attribute__((cleanup(function)))

/* Hand a local owner on: the variable is NULL afterwards, so its cleanup does nothing. */
#define BW_TAKE(pointer)                                                                           \
    __extension__({                                                                                \
        __typeof__(pointer) taken_ = (pointer);                                                    \
        (pointer) = NULL;                                                                          \
        taken_;                                                                                    \
    })

/* Define noun_freep() for BW_CLEANUP from noun_free(). */
#define BW_DEFINE_FREEP(noun)                                                                      \
    static inline void noun##_freep(struct noun **object)                                          \
    {                                                                                              \
        noun##_free(*object);                                                                      \
    }

#define BW_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Ownership: each result is the caller's, to release with free(). None returns NULL
 * (bw_xstrdup(NULL) and bw_xmemdup(NULL, n) give NULL back). */
void *bw_xcalloc(size_t count, size_t size);
void *bw_xrealloc(void *memory, size_t count, size_t size);
void *bw_xmemdup(const void *bytes, size_t size);
char *bw_xstrdup(const char *text);
char *bw_xstrndup(const char *text, size_t size);
char *bw_xasprintf(const char *format, ...) BW_PRINTF(1, 2);
char *bw_xvasprintf(const char *format, va_list args) BW_PRINTF(1, 0);

/* Replace *slot, an owned string or NULL, by a copy of text (NULL allowed; may alias *slot). */
void bw_replace(char **slot, const char *text);

/* For BW_CLEANUP on a plain char *. */
static inline void bw_freep(char **text)
{
    free(*text);
}
#endif
