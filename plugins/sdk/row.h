/* plugins/sdk/row.h: facts as providers spell them. What is absent, empty, of an unknown kind or
 * absurd stays "not said", so that one odd row never costs a poll. */
#ifndef BW_PLUGIN_ROW_H
#define BW_PLUGIN_ROW_H
#include "sdk/plugin.h"

/* The text that names the model. NULL after a failure, which it notes: a row without is none. */
const char *bw_row_id(struct bw_plugin *plugin, const struct bw_json *row, const char *name);

/* Ownership: the caller's; NULL: not said. */
char *bw_row_text(const struct bw_json *row, const char *name);
char *bw_row_lower(const struct bw_json *row, const char *name); /* in lower case, as makers are */

char *bw_owner_of(const char *id); /* "acme" of "Acme/Tall-9" */
bool bw_row_true(const struct bw_json *row, const char *name); /* true, or "true" */

/* A whole number above 0, also as text; 0: not said. */
int64_t bw_row_count(const struct bw_json *row, const char *name);

/* RFC 3339, YYYY-MM-DD, YYYY-MM, seconds since 1970, or {year, month, day}; 0: not said, as are
 * the epoch and the years from 2090 on that stand for "no date" (2098 and 2099 at several). */
int64_t bw_row_time(const struct bw_json *row, const char *name);

/* US dollars for that many tokens, a number or decimal text; below 0: not said. */
struct bw_price bw_row_price(const struct bw_json *row, const char *name, double tokens);

bool bw_row_lists(const struct bw_json *list, const char *word); /* is the word in the array? */

/* A list of modality words, in any case, as bits; words nobody knows are passed over. */
unsigned bw_modalities(const struct bw_json *list);

/* A platform's own words for a model's life; the list ends with a NULL word and what other words
 * mean, BW_LIFE_UNKNOWN. */
struct bw_life_name {
    const char *word;
    enum bw_life life;
};
enum bw_life bw_life_of(const struct bw_life_name *names, const char *word);

/* How a job or a tuned model stands, in any platform's words: "succeeded", "JOB_STATE_RUNNING",
 * "InProgress"; words nobody knows say nothing. */
enum bw_finding_status bw_row_status(const struct bw_json *row, const char *name);

/* What follows the last '/': of publishers/google/models/M and arn:...:foundation-model/M the M. */
const char *bw_last_part(const char *path);
char *bw_row_last_part(const struct bw_json *row, const char *name); /* as bw_row_text() */

/* The day of at_ms, unless that is 0. Ownership: evidence is copied. */
void bw_entry_add_date(struct bw_entry *entry, enum bw_clock clock, enum bw_certainty certainty,
                       int64_t at_ms, const char *evidence);
/* Unless it is "", the entry's own id, known already or one too many. */
void bw_entry_add_alias(struct bw_entry *entry, const char *alias);
#endif
