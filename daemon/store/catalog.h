/* daemon/store/catalog.h: what sources list (entries) and what a platform therefore offers (models,
 * the merge of all sources of one platform and scope). */
#ifndef BW_STORE_CATALOG_H
#define BW_STORE_CATALOG_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/entry.h"
#include "store/db.h"

struct bw_seen { /* what was stored of one entry: enough to tell whether it changed */
    char *id;
    int64_t hash;
};
struct bw_seen_list BW_VEC(struct bw_seen);
void bw_seen_list_clear(struct bw_seen_list *list);

struct bw_model {
    char *platform;
    char *scope;
    char *lineage; /* "" when it cannot be placed */
    char *sources; /* JSON array of names */
    struct bw_entry entry;
    int64_t first_seen_ms;
    int64_t since_ms;      /* it has been as it is; 0: first_seen_ms */
    int64_t gone_ms;       /* 0: listed */
    int64_t missing_polls; /* complete lists in a row without it */
};
struct bw_models BW_VEC(struct bw_model);
void bw_model_clear(struct bw_model *model);
void bw_models_clear(struct bw_models *models);

/* All entries of a source by id. */
BW_MUST_CHECK enum bw_err bw_catalog_seen(struct bw_db *db, const char *source,
                                          struct bw_seen_list *out, struct bw_error *err);
/* The same, whole. */
BW_MUST_CHECK enum bw_err bw_catalog_entries(struct bw_db *db, const char *source,
                                             struct bw_entries *out, struct bw_error *err);
/* A date that the source has named before keeps the time it was first seen. */
BW_MUST_CHECK enum bw_err bw_catalog_put(struct bw_db *db, const char *source,
                                         const struct bw_entry *entry, int64_t hash,
                                         int64_t now_ms, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_catalog_remove(struct bw_db *db, const char *source, const char *id,
                                            struct bw_error *err);

/* Merge what the configured sources of (platform, scope) say of id: the platform's own lists first,
 * then feeds of lifecycles, then feeds of catalogs, each by name; later ones fill what is missing.
 * Last comes what feeds say of the other spellings of id. Each date tells who has said it, and since
 * when.
 * BW_ERR_NOTFOUND when none lists it, and when there are own lists and only feeds have it.
 * Ownership: entry and *sources are the caller's. */
BW_MUST_CHECK enum bw_err bw_catalog_merge(struct bw_db *db, const char *platform,
                                           const char *scope, const char *id,
                                           const struct bw_names *spellings,
                                           struct bw_entry *entry, char **sources,
                                           struct bw_error *err);
/* Fill `into` with what feeds alone say of id, whether the platform lists it or not. */
BW_MUST_CHECK enum bw_err bw_catalog_said(struct bw_db *db, const char *platform,
                                          const char *scope, const char *id,
                                          struct bw_entry *into, struct bw_error *err);
/* The ids that feeds alone have where there are own lists of the scope; else none. */
BW_MUST_CHECK enum bw_err bw_catalog_strangers(struct bw_db *db, const char *platform,
                                               const char *scope, struct bw_names *out,
                                               struct bw_error *err);

/* Write the model (first_seen_ms of a known one stays); gone_ms is cleared. */
BW_MUST_CHECK enum bw_err bw_models_put(struct bw_db *db, const struct bw_model *model,
                                        struct bw_error *err);
/* It left the list at now_ms; what was known of it stays. */
BW_MUST_CHECK enum bw_err bw_models_gone(struct bw_db *db, const char *platform, const char *scope,
                                         const char *id, int64_t now_ms, struct bw_error *err);
/* The ids of those that have not left. */
BW_MUST_CHECK enum bw_err bw_models_listed(struct bw_db *db, const char *platform,
                                           const char *scope, struct bw_names *out,
                                           struct bw_error *err);
/* One more complete list without those that are gone. */
BW_MUST_CHECK enum bw_err bw_models_missed(struct bw_db *db, const char *platform,
                                           const char *scope, struct bw_error *err);
/* By id, or by an alias that bw_aliases_note() has seen. Errors: BW_ERR_NOTFOUND. */
BW_MUST_CHECK enum bw_err bw_models_get(struct bw_db *db, const char *platform, const char *scope,
                                        const char *id, struct bw_model *out,
                                        struct bw_error *err);
/* Members of a lineage, gone ones too. */
BW_MUST_CHECK enum bw_err bw_models_in_lineage(struct bw_db *db, const char *platform,
                                               const char *scope, const char *lineage,
                                               struct bw_models *out, struct bw_error *err);
/* A page of a lineage, on all platforms, gone ones too, in order of (first_seen_ms, platform, scope,
 * id) after the four given. */
BW_MUST_CHECK enum bw_err bw_models_lineage_page(struct bw_db *db, const char *lineage,
                                                 int64_t after_ms, const char *after_platform,
                                                 const char *after_scope, const char *after_id,
                                                 int64_t limit, struct bw_models *out,
                                                 struct bw_error *err);
/* A page in order of (platform, scope, id) after the three given; platform filter NULL: all. */
BW_MUST_CHECK enum bw_err bw_models_page(struct bw_db *db, const char *platform_only,
                                         const char *after_platform, const char *after_scope,
                                         const char *after_id, int64_t limit,
                                         struct bw_models *out, struct bw_error *err);

/* Move a model to another lineage. */
BW_MUST_CHECK enum bw_err bw_models_place(struct bw_db *db, const struct bw_model *model,
                                          const char *lineage, struct bw_error *err);

/* By which rules the models have been placed, and how far the others have come that place them
 * anew. */
struct bw_placing { /* owned */
    uint64_t placed_by; /* hash of the rules; 0: none yet */
    uint64_t rules;     /* of those that are under way */
    char *platform;     /* the last model they have placed; "": none */
    char *scope;
    char *model;
};
void bw_placing_clear(struct bw_placing *placing);
BW_MUST_CHECK enum bw_err bw_placing_get(struct bw_db *db, struct bw_placing *out,
                                         struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_placing_save(struct bw_db *db, const struct bw_placing *placing,
                                          struct bw_error *err);
#endif
