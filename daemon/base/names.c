/* daemon/base/names.c: see names.h. */
#include "base/names.h"

#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void bw_names_sort(struct bw_names *names)
{
    if (names->count > 0) {
        qsort(names->items, names->count, sizeof(*names->items), by_text);
    }
}

void bw_names_sort_unique(struct bw_names *names)
{
    size_t kept = 0;
    bw_names_sort(names);
    for (size_t i = 0; i < names->count; i++) {
        if (kept > 0 && strcmp(names->items[kept - 1], names->items[i]) == 0) {
            free(names->items[i]);
        } else {
            names->items[kept++] = names->items[i];
        }
    }
    names->count = kept;
}

bool bw_names_find(const struct bw_names *names, const char *name)
{
    return names->count > 0 && bsearch(&name, names->items, names->count, sizeof(*names->items),
                                       by_text) != NULL;
}
