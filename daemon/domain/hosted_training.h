/* daemon/domain/hosted_training.h: what a platform bills for training a model: its rule for
 * counting tokens or hours, its default number of epochs, its least charge. Prices come from the
 * caller. */
#ifndef BW_DOMAIN_HOSTED_TRAINING_H
#define BW_DOMAIN_HOSTED_TRAINING_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/range.h"

struct bw_hosted_job {
    const char *platform;
    const char *model;      /* for caps on the length of a row; NULL: none */
    const char *method;     /* sft, dpo, lora, ...; NULL: sft */
    double rows;            /* training rows; pairs for dpo */
    double tokens_per_row;  /* prompt, answer and template; of one answer for dpo */
    int64_t epochs;         /* 0: the platform's default */
    double validation_tokens;
    double evaluations;     /* passes over the validation tokens */
    double padded_to;       /* rows filled up to this length because packing is off; 0: packed */
};

/* Passes over the data when the user names none. *guessed: the platform publishes no rule. */
int64_t bw_hosted_default_epochs(const char *platform, int64_t rows, bool *guessed);

/* Tokens the platform will bill for one run. */
double bw_hosted_tokens(const struct bw_hosted_job *job);

/* Hours as an invoice shows them: two decimals. */
double bw_hosted_hours(double hours);

/* Dollars of one run: the least charge, or billed tokens at a price per million of them. */
double bw_hosted_usd(double tokens, double usd_per_million, double usd_minimum);
#endif
