/* daemon/base/names.h: lists of names in order, so that one of many is found quickly. */
#ifndef BW_BASE_NAMES_H
#define BW_BASE_NAMES_H
#include <stdbool.h>

#include "base/vec.h"

void bw_names_sort(struct bw_names *names);
/* Sort, and let go of repetitions. */
void bw_names_sort_unique(struct bw_names *names);
/* names: sorted. */
bool bw_names_find(const struct bw_names *names, const char *name);
#endif
