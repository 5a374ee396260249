/* daemon/base/vec.h: a typed growing array: struct { T *items; size_t count, capacity; }. */
#ifndef BW_BASE_VEC_H
#define BW_BASE_VEC_H
#include <stdint.h>

#include "base/mem.h"

/* Declare the struct: `struct bw_names BW_VEC(char *);`. A zeroed one is empty and ready. */
#define BW_VEC(type)                                                                               \
    {                                                                                              \
        type *items;                                                                               \
        size_t count;                                                                              \
        size_t capacity;                                                                           \
    }

/* Append a value. The items may move. */
#define BW_VEC_PUSH(vec, ...)                                                                      \
    do {                                                                                           \
        if ((vec)->count == (vec)->capacity) {                                                     \
            (vec)->capacity = (vec)->capacity == 0 ? 8 : (vec)->capacity * 2;                      \
            (vec)->items = bw_xrealloc((vec)->items, (vec)->capacity, sizeof(*(vec)->items));      \
        }                                                                                          \
        (vec)->items[(vec)->count++] = __VA_ARGS__;                                                \
    } while (0)

/* Visit each item: BW_VEC_EACH(struct bw_entry, entry, &entries) { entry->id ... } */
#define BW_VEC_EACH(type, item, vec)                                                               \
    for (type *item = (vec)->items; item != NULL && item < (vec)->items + (vec)->count; item++)

/* Clear each item with clear(item), which may be BW_VEC_PLAIN, and free the array. */
#define BW_VEC_CLEAR(vec, clear)                                                                   \
    do {                                                                                           \
        for (size_t i_ = 0; i_ < (vec)->count; i_++) {                                             \
            clear(&(vec)->items[i_]);                                                              \
        }                                                                                          \
        free((vec)->items);                                                                        \
        (vec)->items = NULL;                                                                       \
        (vec)->count = 0;                                                                          \
        (vec)->capacity = 0;                                                                       \
    } while (0)
#define BW_VEC_PLAIN(item) ((void)(item))

/* A list of owned strings, used wherever names travel together. */
struct bw_names BW_VEC(char *);
static inline void bw_names_clear(struct bw_names *names)
{
    BW_VEC_CLEAR(names, bw_freep);
}

struct bw_ids BW_VEC(int64_t); /* row ids */
static inline void bw_ids_clear(struct bw_ids *ids)
{
    BW_VEC_CLEAR(ids, BW_VEC_PLAIN);
}
#endif
