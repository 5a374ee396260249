/* daemon/store/lineage_facts.h: what is remembered of succession over time: replacements as they
 * were declared and revised, aliases and what they stood for, the newest member of each lineage. */
#ifndef BW_STORE_LINEAGE_FACTS_H
#define BW_STORE_LINEAGE_FACTS_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "store/catalog.h"
#include "store/db.h"

struct bw_declaration { /* times UTC ms */
    char *replacement;
    char *sources; /* JSON array of names */
    int64_t said_ms;
    int64_t withdrawn_ms; /* 0: it is still said */
};
struct bw_declarations BW_VEC(struct bw_declaration);
void bw_declarations_clear(struct bw_declarations *declarations);

/* The model's declared replacement is now what its entry says (NULL: none); what was said before is
 * withdrawn. Nothing happens when it is the same. */
BW_MUST_CHECK enum bw_err bw_declared_note(struct bw_db *db, const struct bw_model *model,
                                           int64_t now_ms, struct bw_error *err);
/* All that was ever declared of a model, the latest first. */
BW_MUST_CHECK enum bw_err bw_declared_list(struct bw_db *db, const char *platform,
                                           const char *scope, const char *id,
                                           struct bw_declarations *out, struct bw_error *err);

struct bw_alias {
    char *model;
    char *previous; /* NULL: it has never moved */
    int64_t since_ms;
};
void bw_alias_clear(struct bw_alias *alias);

/* Each alias of the model stands for it now. An id that used to be a model of its own has moved. */
BW_MUST_CHECK enum bw_err bw_aliases_note(struct bw_db *db, const struct bw_model *model,
                                          int64_t now_ms, struct bw_error *err);
/* Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_aliases_get(struct bw_db *db, const char *platform, const char *scope,
                                         const char *alias, struct bw_alias *out,
                                         struct bw_error *err);

/* The newest member a lineage ever had. Ownership: *model is the caller's. BW_ERR_NOTFOUND: none.
 */
BW_MUST_CHECK enum bw_err bw_high_water_get(struct bw_db *db, const char *platform,
                                            const char *scope, const char *lineage, char **model,
                                            struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_high_water_set(struct bw_db *db, const char *platform,
                                            const char *scope, const char *lineage,
                                            const char *model, struct bw_error *err);
/* Newest members that are no longer listed, though something of their lineage is. */
BW_MUST_CHECK enum bw_err bw_high_water_fallen(struct bw_db *db, const char *platform,
                                               const char *scope, struct bw_names *models,
                                               struct bw_error *err);
#endif
