/* daemon/domain/finding.c: see finding.h. */
#include "domain/finding.h"

#include <string.h>

#include "base/words.h"
#include "domain/entry.h"

static const char *const KIND_WORDS[] = {
    [BW_FINDING_FINE_TUNE] = "fine-tune",
    [BW_FINDING_SERVED] = "served",
};

static const char *const STATUS_WORDS[] = {
    [BW_FINDING_UNKNOWN] = "unknown", [BW_FINDING_RUNNING] = "running",
    [BW_FINDING_READY] = "ready",     [BW_FINDING_FAILED] = "failed",
    [BW_FINDING_CANCELLED] = "cancelled",
};

const struct bw_finding_field bw_finding_texts[] = {
    { "id", offsetof(struct bw_finding, id) },
    { "base", offsetof(struct bw_finding, base) },
    { "parent", offsetof(struct bw_finding, parent) },
    { "job", offsetof(struct bw_finding, job) },
    { "suffix", offsetof(struct bw_finding, suffix) },
    { "checkpoint_of", offsetof(struct bw_finding, checkpoint_of) },
    { "method", offsetof(struct bw_finding, method) },
    { "serves", offsetof(struct bw_finding, serves) },
    { "upgrade", offsetof(struct bw_finding, upgrade) },
    { "owner", offsetof(struct bw_finding, owner) },
    { "name", offsetof(struct bw_finding, name) },
    { "evidence", offsetof(struct bw_finding, evidence) },
    { NULL, 0 },
};

const struct bw_finding_field bw_finding_counts[] = {
    { "trained_tokens", offsetof(struct bw_finding, trained_tokens) },
    { "epochs", offsetof(struct bw_finding, epochs) },
    { "rows", offsetof(struct bw_finding, rows) },
    { NULL, 0 },
};

const struct bw_finding_field bw_finding_times[] = {
    { "created", offsetof(struct bw_finding, created_ms) },
    { "finished", offsetof(struct bw_finding, finished_ms) },
    { NULL, 0 },
};

char **bw_finding_text(struct bw_finding *finding, const struct bw_finding_field *field)
{
    return (char **)(void *)((char *)finding + field->offset);
}

int64_t *bw_finding_number(struct bw_finding *finding, const struct bw_finding_field *field)
{
    return (int64_t *)(void *)((char *)finding + field->offset);
}

void bw_finding_clear(struct bw_finding *finding)
{
    for (const struct bw_finding_field *field = bw_finding_texts; field->name != NULL; field++) {
        free(*bw_finding_text(finding, field));
    }
    *finding = (struct bw_finding){ 0 };
}

void bw_findings_clear(struct bw_findings *findings)
{
    BW_VEC_CLEAR(findings, bw_finding_clear);
}

void bw_finding_merge(struct bw_finding *into, const struct bw_finding *from)
{
    struct bw_finding known = *from; /* the tables speak of one that may change */
    for (const struct bw_finding_field *field = bw_finding_texts; field->name != NULL; field++) {
        char **text = bw_finding_text(into, field);
        *text = *text != NULL ? *text : bw_xstrdup(*bw_finding_text(&known, field));
    }
    const struct bw_finding_field *const numbers[] = { bw_finding_counts, bw_finding_times };
    for (size_t i = 0; i < BW_COUNT(numbers); i++) {
        for (const struct bw_finding_field *field = numbers[i]; field->name != NULL; field++) {
            int64_t *number = bw_finding_number(into, field);
            *number = *number != 0 ? *number : *bw_finding_number(&known, field);
        }
    }
    into->status = into->status != BW_FINDING_UNKNOWN ? into->status : from->status;
    if (!into->price_known) {
        into->price_known = from->price_known;
        into->price = from->price;
    }
}

/* qsort is not stable, so equal ids keep their order by their places. */
struct placed {
    struct bw_finding finding;
    size_t at;
};

static int by_id(const void *a, const void *b)
{
    const struct placed *left = a;
    const struct placed *right = b;
    int order = strcmp(left->finding.id, right->finding.id);
    return order != 0 ? order : (left->at > right->at) - (left->at < right->at);
}

void bw_findings_normalise(struct bw_findings *findings)
{
    struct placed *placed = bw_xcalloc(findings->count + 1, sizeof(*placed));
    for (size_t i = 0; i < findings->count; i++) {
        placed[i] = (struct placed){ findings->items[i], i };
    }
    qsort(placed, findings->count, sizeof(*placed), by_id);
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++) {
        struct bw_finding *last = kept == 0 ? NULL : &findings->items[kept - 1];
        if (last != NULL && strcmp(last->id, placed[i].finding.id) == 0) {
            bw_finding_merge(last, &placed[i].finding);
            bw_finding_clear(&placed[i].finding);
        } else {
            findings->items[kept++] = placed[i].finding;
        }
    }
    findings->count = kept;
    free(placed);
}

enum bw_err bw_finding_check(const struct bw_finding *finding, struct bw_error *err)
{
    struct bw_finding checked = *finding;
    if (finding->id == NULL || finding->id[0] == '\0') {
        return bw_fail(err, BW_ERR_INVALID, "id is empty");
    }
    for (const struct bw_finding_field *field = bw_finding_texts; field->name != NULL; field++) {
        enum bw_err rc = bw_entry_check_text(field->name, *bw_finding_text(&checked, field), err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    bool negative = finding->price_known && finding->price.micros < 0;
    const struct bw_finding_field *const numbers[] = { bw_finding_counts, bw_finding_times };
    for (size_t i = 0; i < BW_COUNT(numbers); i++) {
        for (const struct bw_finding_field *field = numbers[i]; field->name != NULL; field++) {
            negative = negative || *bw_finding_number(&checked, field) < 0;
        }
    }
    return negative ? bw_fail(err, BW_ERR_INVALID, "'%s' has a negative number", finding->id)
                    : BW_OK;
}

BW_DEFINE_WORDS(bw_finding_kind, KIND_WORDS)
BW_DEFINE_WORDS(bw_finding_status, STATUS_WORDS)
