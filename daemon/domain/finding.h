/* daemon/domain/finding.h: something discovery saw in an account: a fine-tune, or a model that is
 * served. Nobody is told of it until it is adopted as a deployment. */
#ifndef BW_DOMAIN_FINDING_H
#define BW_DOMAIN_FINDING_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/money.h"
#include "base/vec.h"

enum bw_finding_kind {
    BW_FINDING_FINE_TUNE,
    BW_FINDING_SERVED, /* a deployment of the platform, of whatever model */
};

enum bw_finding_status {
    BW_FINDING_UNKNOWN,
    BW_FINDING_RUNNING, /* or waiting to */
    BW_FINDING_READY,   /* can be called */
    BW_FINDING_FAILED,
    BW_FINDING_CANCELLED,
};

/* Texts are owned, NULL: not said. Counts and times are 0: not said. */
struct bw_finding {
    char *id; /* what is called; of a job that has no model yet, the job. Never NULL or empty. */
    enum bw_finding_kind kind;
    enum bw_finding_status status;
    char *base;   /* the model it was trained on, or is an adapter of */
    char *parent; /* another fine-tune or adapter it was built on */
    char *job;
    char *suffix;        /* the name its maker gave it */
    char *checkpoint_of; /* the job whose intermediate step this is */
    char *method;        /* sft, dpo, rft, lora... as `training.method` of a deployment */
    char *serves;        /* the model that a served deployment answers with */
    char *upgrade;       /* the platform's own rule of when that model is changed */
    char *owner;
    char *name;
    char *evidence; /* where it was said */
    int64_t created_ms;
    int64_t finished_ms;
    int64_t trained_tokens; /* as the platform counts them, all epochs */
    int64_t epochs;
    int64_t rows;
    bool price_known;
    struct bw_money price; /* what its training was really charged */
};

struct bw_findings BW_VEC(struct bw_finding);

enum { BW_FINDINGS_MAX = 50000 }; /* of one poll */

/* The members that differ in nothing but their name, as JSON spells it; each table ends with a NULL
 * name. `id` is the first of the texts. */
struct bw_finding_field {
    const char *name;
    size_t offset; /* of a char * or an int64_t */
};
extern const struct bw_finding_field bw_finding_texts[];
extern const struct bw_finding_field bw_finding_counts[];
extern const struct bw_finding_field bw_finding_times[];
char **bw_finding_text(struct bw_finding *finding, const struct bw_finding_field *field);
int64_t *bw_finding_number(struct bw_finding *finding, const struct bw_finding_field *field);

void bw_finding_clear(struct bw_finding *finding);
void bw_findings_clear(struct bw_findings *findings);

/* Fill what `into` does not know from `from`. */
void bw_finding_merge(struct bw_finding *into, const struct bw_finding *from);

/* Sort by id; of two with one id the later one only fills what the other does not say. */
void bw_findings_normalise(struct bw_findings *findings);

/* Is it fit to be stored? As bw_entry_check(). Errors: BW_ERR_INVALID. */
BW_MUST_CHECK enum bw_err bw_finding_check(const struct bw_finding *finding, struct bw_error *err);

const char *bw_finding_kind_word(enum bw_finding_kind kind);
bool bw_finding_kind_parse(const char *word, enum bw_finding_kind *out);
const char *bw_finding_status_word(enum bw_finding_status status);
bool bw_finding_status_parse(const char *word, enum bw_finding_status *out);
#endif
