/* daemon/store/sources.h: the places that are polled, and how each is doing. */
#ifndef BW_STORE_SOURCES_H
#define BW_STORE_SOURCES_H
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "domain/settings.h"
#include "store/db.h"

enum bw_source_state {
    BW_SOURCE_NEW,     /* never answered */
    BW_SOURCE_OK,
    BW_SOURCE_FAILING, /* the last good set stays */
    BW_SOURCE_HELD,    /* a set that looks wrong waits to be accepted */
};

enum bw_source_discovery { /* how looking for findings went, beside the catalog */
    BW_DISCOVERS_NOTHING,  /* the plugin has no inventory */
    BW_DISCOVERS_OK,
    BW_DISCOVERS_PARTIAL,  /* all but what `unseen` says */
    BW_DISCOVERS_REFUSED,  /* not visible with this key */
    BW_DISCOVERS_FAILING,
};

struct bw_source { /* one row; times in UTC ms, 0: never */
    char *name;
    bool active;
    enum bw_source_kind kind;
    char *platform;
    char *scope; /* a feed's "" is every scope of the platform */
    int64_t every_ms;
    enum bw_source_state state;
    char *detail;
    int64_t entries;
    int64_t set_hash;
    int64_t failures; /* in a row */
    int64_t failing_since_ms;
    int64_t last_attempt_ms;
    int64_t last_success_ms;
    int64_t changed_ms;
    int64_t due_ms;
    int64_t baseline_ms;
    int64_t held_hash;
    int64_t held_since_ms;
    enum bw_source_discovery discovery;
    char *unseen;           /* what could not be seen when it went well; "" */
    char *discovery_detail; /* why it does not; "" */
    int64_t discovered_ms;  /* last tried */
    int64_t looked_ms;      /* when they were last read */
    int64_t asked_ms;       /* since when another look is waited for; 0: none is */
    char *memory;           /* JSON: what its inventory left for the next one; NULL: nothing */
};

struct bw_sources BW_VEC(struct bw_source);

void bw_source_clear(struct bw_source *source);
void bw_sources_clear(struct bw_sources *sources);

/* Forget who is configured; follow with one bw_sources_configure() for each that is. */
BW_MUST_CHECK enum bw_err bw_sources_deactivate(struct bw_db *db, struct bw_error *err);
/* Insert or re-activate; one that is new, or polled by other settings than before, is due at
 * now_ms; one that sees another platform or scope than before starts anew. */
BW_MUST_CHECK enum bw_err bw_sources_configure(struct bw_db *db, const char *name,
                                               enum bw_source_kind kind,
                                               const char *platform, const char *scope,
                                               int64_t every_ms, uint64_t settings_hash,
                                               int64_t now_ms, struct bw_error *err);
/* To end with: note of each who else speaks of its platform now. */
BW_MUST_CHECK enum bw_err bw_sources_note_peers(struct bw_db *db, struct bw_error *err);
/* One whose word was merged among others than those, where none of them is still to answer for the
 * first time; it has been merged. Errors: BW_ERR_NOTFOUND: there is none. */
BW_MUST_CHECK enum bw_err bw_sources_unmerged(struct bw_db *db, struct bw_source *out,
                                              struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_sources_merged(struct bw_db *db, const char *name,
                                            struct bw_error *err);
/* Errors: BW_ERR_NOTFOUND, also for one that is no longer configured. */
BW_MUST_CHECK enum bw_err bw_sources_get(struct bw_db *db, const char *name,
                                         struct bw_source *out, struct bw_error *err);
BW_MUST_CHECK enum bw_err bw_sources_save(struct bw_db *db, const struct bw_source *source,
                                          struct bw_error *err);
/* The set (JSON) that a source holds back; NULL: none any more. */
BW_MUST_CHECK enum bw_err bw_sources_hold(struct bw_db *db, const char *name, const char *entries,
                                          struct bw_error *err);
/* Ownership: *out is the caller's. Errors: BW_ERR_NOTFOUND: it holds nothing back. */
BW_MUST_CHECK enum bw_err bw_sources_held(struct bw_db *db, const char *name, char **out,
                                          struct bw_error *err);
/* The configured ones, by name. */
BW_MUST_CHECK enum bw_err bw_sources_list(struct bw_db *db, struct bw_sources *out,
                                          struct bw_error *err);

/* Those of a place whose findings could be read once, and have not been since then. */
BW_MUST_CHECK enum bw_err bw_sources_unlooked(struct bw_db *db, const char *platform,
                                              const char *scope, int64_t since_ms,
                                              struct bw_sources *out, struct bw_error *err);

/* The scopes that a feed of (platform, scope) speaks of: those of the platform's own lists, whose
 * word comes first there. None: the feed's word is the only one. */
BW_MUST_CHECK enum bw_err bw_sources_own_scopes(struct bw_db *db, const char *platform,
                                                const char *scope, struct bw_names *out,
                                                struct bw_error *err);

/* "visible", "listed 200 of 1340 jobs...", "not visible with this key: ..."; NULL where there is no
 * inventory. Ownership: the caller's. */
char *bw_source_discovery_text(const struct bw_source *source);
const char *bw_source_discovery_word(enum bw_source_discovery discovery);
bool bw_source_discovery_parse(const char *word, enum bw_source_discovery *out);
const char *bw_source_state_word(enum bw_source_state state);
bool bw_source_state_parse(const char *word, enum bw_source_state *out);
#endif
