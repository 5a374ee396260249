/* daemon/domain/model_ids.h: finds known model ids in any text, the leftmost and there the longest.
 * One pass over the bytes: an automaton over all ids is entered where a word begins. */
#ifndef BW_DOMAIN_MODEL_IDS_H
#define BW_DOMAIN_MODEL_IDS_H
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct bw_model_ids;

struct bw_id_match {
    size_t at;   /* offset of its first byte */
    size_t size; /* bytes, as the text spells it */
    size_t id;   /* index of the known id: the same, or another spelling of the same model */
};

/* Make ready to find ids[count]; those that are empty or longer than BW_ENTRY_ID_MAX are left out,
 * blanks at both ends do not count. Other spellings of a known id are found too: gpt-35 for
 * gpt-3.5, X@date for X-date, a region before a maker's prefix, and claude X as anthropic.X-v1:0.
 * Ownership: ids are borrowed for the call; the result is the caller's. */
struct bw_model_ids *bw_model_ids_new(const char *const *ids, size_t count);
void bw_model_ids_free(struct bw_model_ids *ids);
BW_DEFINE_FREEP(bw_model_ids)

/* The next id at or after *at in text[size]; *at moves behind it. False: there is none. */
bool bw_model_ids_next(const struct bw_model_ids *ids, const char *text, size_t size, size_t *at,
                       struct bw_id_match *out);

/* A character that ids are made of: a match must not touch another one. */
bool bw_model_id_char(char c);

/* Does text[at .. at + width) stand alone: nothing of an id touches it, but for the full stop of a
 * sentence behind it and the shell's `-` of ${NAME:-id} before it? */
bool bw_model_id_alone(const char *text, size_t size, size_t at, size_t width);
#endif
