/* daemon/domain/hosted_training.c: see hosted_training.h. */
#include "domain/hosted_training.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/str.h"

enum epochs_rule {
    EPOCHS_FIXED,
    EPOCHS_BY_ROWS, /* OpenAI's cookbook: three, bent so that small sets are seen often enough */
};

/* One row a platform; what is false or 0 does not apply. */
static const struct billing {
    const char *platform;
    enum epochs_rule rule;
    int64_t epochs;
    bool epochs_guessed;
    bool validation_billed;    /* once a pass over it */
    bool validation_once;      /* billed once even when nobody asks for evaluations */
    bool padding_billed;
    bool both_answers_counted; /* DPO rows are pairs, each answer with its prompt */
    bool row_capped;           /* what exceeds the model's row length is cut off, unbilled */
} BILLING[] = {
    { .platform = "openai", .rule = EPOCHS_BY_ROWS, .row_capped = true },
    { .platform = "azure", .rule = EPOCHS_BY_ROWS, .epochs_guessed = true },
    { .platform = "together", .epochs = 1, .validation_billed = true, .padding_billed = true },
    { .platform = "fireworks", .epochs = 1, .epochs_guessed = true, .both_answers_counted = true },
    { .platform = "ori", .epochs = 3, .epochs_guessed = true, .validation_billed = true,
      .validation_once = true },
    { .platform = "bedrock", .epochs = 2 },
};

static const struct billing ANY_PLATFORM = { .epochs = 3, .epochs_guessed = true };

static const struct {
    const char *glob;
    double tokens;
} ROW_CAPS[] = {
    { "gpt-3.5-turbo*", 16385 },
    { "gpt-4*", 65536 },
};

static const struct billing *billing_of(const char *platform)
{
    for (size_t i = 0; i < BW_COUNT(BILLING); i++) {
        if (bw_str_equal(BILLING[i].platform, platform)) {
            return &BILLING[i];
        }
    }
    return &ANY_PLATFORM;
}

/* github.com/openai/openai-cookbook, chat fine-tuning data preparation: a target of three epochs,
 * at least 100 and at most 25,000 rows seen in all, between 1 and 25 passes. */
static int64_t epochs_by_rows(int64_t rows)
{
    if (rows <= 0) {
        return 3;
    }
    if (rows < 34) {
        int64_t passes = 100 / rows;
        return passes > 25 ? 25 : passes;
    }
    if (rows > 25000 / 3) {
        int64_t passes = 25000 / rows;
        return passes < 1 ? 1 : passes;
    }
    return 3;
}

int64_t bw_hosted_default_epochs(const char *platform, int64_t rows, bool *guessed)
{
    const struct billing *billing = billing_of(platform);
    *guessed = billing->epochs_guessed;
    return billing->rule == EPOCHS_BY_ROWS ? epochs_by_rows(rows) : billing->epochs;
}

static double row_cap(const char *model)
{
    for (size_t i = 0; model != NULL && i < BW_COUNT(ROW_CAPS); i++) {
        if (bw_str_glob(ROW_CAPS[i].glob, model)) {
            return ROW_CAPS[i].tokens;
        }
    }
    return INFINITY;
}

static bool is_preference(const char *method)
{
    return method != NULL && strstr(method, "dpo") != NULL;
}

double bw_hosted_tokens(const struct bw_hosted_job *job)
{
    const struct billing *billing = billing_of(job->platform);
    double row = billing->row_capped ? fmin(job->tokens_per_row, row_cap(job->model))
                                     : job->tokens_per_row;
    if (billing->padding_billed && job->padded_to > 0) {
        row = job->padded_to;
    }
    if (billing->both_answers_counted && is_preference(job->method)) {
        row *= 2;
    }
    bool guessed = false;
    int64_t rows = job->rows < 9e18 ? (int64_t)job->rows : INT64_MAX;
    int64_t epochs = job->epochs > 0 ? job->epochs
                                     : bw_hosted_default_epochs(job->platform, rows, &guessed);
    double passes = billing->validation_once ? fmax(1, job->evaluations) : job->evaluations;
    return job->rows * row * (double)epochs +
           (billing->validation_billed ? passes * job->validation_tokens : 0);
}

double bw_hosted_hours(double hours)
{
    return floor(hours * 100 + 0.5) / 100;
}

double bw_hosted_usd(double tokens, double usd_per_million, double usd_minimum)
{
    return fmax(usd_minimum, tokens / 1e6 * usd_per_million);
}
