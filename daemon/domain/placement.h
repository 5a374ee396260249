/* daemon/domain/placement.h: where a model stands: its line, and its place in the order of that
 * line. */
#ifndef BW_DOMAIN_PLACEMENT_H
#define BW_DOMAIN_PLACEMENT_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/entry.h"
#include "domain/lineage_rules.h"
#include "domain/model_name.h"

struct bw_model_facts { /* borrowed; everything but id may be unknown (NULL, 0) */
    const char *platform;
    const char *id; /* never NULL */
    const char *name;
    const char *family;
    int64_t released_ms;
    struct bw_price price_input;
    struct bw_price price_output;
    int64_t context_tokens;
    unsigned input; /* enum bw_modality bits */
    unsigned output;
    enum bw_life life;
    bool embeds; /* of the older one: it is used to embed, and what follows it is no text model */
};

enum { BW_LINEAGE_TEXT = 448 }; /* a maker, a family and all words of the longest id */

/* Of one version, in order. */
enum bw_phase {
    BW_PHASE_PREVIEW,
    BW_PHASE_RELEASE,
    BW_PHASE_LATER_PREVIEW, /* a preview, after the release, of the next snapshot */
};

struct bw_placement {
    struct bw_model_name name;
    const struct bw_family *family; /* NULL: none */
    char line[BW_LINEAGE_TEXT];     /* "openai/gpt-mini"; empty: the maker is not known */
    bw_version version;             /* by name, by release date or by convention; 0: unknown */
    enum bw_phase phase;
    int64_t stamp; /* YYYYMMDD, or a numbered revision; 0: none */
    bool yearless; /* stamp is MMDD: its year could not be settled */
    bool text;     /* generates text, as far as is known */
};

/* Place a model. Ownership: facts and rules are borrowed; *out must not outlive rules, and a copy
 * of it is none. */
void bw_placement_of(const struct bw_lineage_rules *rules, const struct bw_model_facts *facts,
                     struct bw_placement *out);

/* The one order of a line: version, phase, stamp, size. Below 0 when a is older. Of different
 * lines: by name. Antisymmetric and transitive. */
int bw_placement_order(const struct bw_placement *a, const struct bw_placement *b);

/* The version and the snapshot for people: "4.1"; "2025-08-07", "2025-08", "08-07" (year not
 * known), "001" or "undated". Both return out. */
enum { BW_PLACEMENT_TEXT = 32 };
const char *bw_placement_version(const struct bw_placement *placement, char *out);
const char *bw_placement_stamp(const struct bw_placement *placement, char *out);

/* Names no more than "the latest of its line", so that it cannot be compared. */
bool bw_placement_moves(const struct bw_placement *placement);
#endif
