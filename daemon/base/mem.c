/* daemon/base/mem.c: see mem.h. */
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static void *or_abort(void *memory)
{
    if (memory == NULL) {
        (void)fputs("basewatch: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *bw_xcalloc(size_t count, size_t size)
{
    return or_abort(calloc(count == 0 ? 1 : count, size == 0 ? 1 : size));
}

void *bw_xrealloc(void *memory, size_t count, size_t size)
{
    return or_abort(reallocarray(memory, count == 0 ? 1 : count, size == 0 ? 1 : size));
}

void *bw_xmemdup(const void *bytes, size_t size)
{
    return bytes == NULL ? NULL : memcpy(bw_xcalloc(1, size), bytes, size);
}

char *bw_xstrdup(const char *text)
{
    return text == NULL ? NULL : or_abort(strdup(text));
}

char *bw_xstrndup(const char *text, size_t size)
{
    return or_abort(strndup(text, size));
}

char *bw_xvasprintf(const char *format, va_list args)
{
    char *text = NULL;
    return vasprintf(&text, format, args) < 0 ? or_abort(NULL) : text;
}

char *bw_xasprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = bw_xvasprintf(format, args);
    va_end(args);
    return text;
}

void bw_replace(char **slot, const char *text)
{
    char *copy = bw_xstrdup(text);
    free(*slot);
    *slot = copy;
}
