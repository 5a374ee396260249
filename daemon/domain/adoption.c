/* daemon/domain/adoption.c: see adoption.h. */
#include "domain/adoption.h"

#include <string.h>

#include "base/str.h"

enum { RUNS_MAX = 9 };

/* Of several tunes of one base and suffix the newest is the one that is called. */
static const char NEWEST_NAME[] = "{suffix}@{base}";
static const char EACH_NAME[] = "{model}";

static const char *const WORDS[] = { "suffix", "base",  "model",   "job",
                                     "owner",  "name", "account", "region" };
enum { WORDS_COUNT = sizeof(WORDS) / sizeof(WORDS[0]) };

struct ordered { /* an adoption on its way into order */
    struct bw_adopted adopted;
    const struct bw_candidate *candidate;
};

static bool is_adoptable(const struct bw_adopt_rule *rule, const struct bw_candidate *candidate,
                         struct bw_str_run *runs);
static size_t hole_at(const char *pattern, size_t *word);
static bool fill_hole(struct bw_str *out, size_t word, const struct bw_candidate *candidate,
                      const struct bw_str_run *runs);
static char *name_of(const struct bw_adopt_rule *rule, const struct bw_candidate *candidate);
static int by_name(const void *a, const void *b);
static void settle_names(struct ordered *items, size_t count);

bool bw_candidate_is_fit(const struct bw_candidate *candidate)
{
    const struct bw_finding *finding = candidate->finding;
    bool no_model_yet = bw_str_equal(finding->job, finding->id);
    bool callable = finding->status == BW_FINDING_READY ||
                    (finding->status == BW_FINDING_UNKNOWN && !no_model_yet);
    return callable && finding->checkpoint_of == NULL && candidate->root != NULL;
}

static int64_t made_ms(const struct bw_candidate *candidate)
{
    const struct bw_finding *finding = candidate->finding;
    return finding->finished_ms != 0  ? finding->finished_ms
           : finding->created_ms != 0 ? finding->created_ms
                                      : candidate->first_seen_ms;
}

bool bw_candidate_is_newer(const struct bw_candidate *a, const struct bw_candidate *b)
{
    int64_t a_ms = made_ms(a);
    int64_t b_ms = made_ms(b);
    return a_ms != b_ms ? a_ms > b_ms : strcmp(a->finding->id, b->finding->id) > 0;
}

char *bw_adopt_expand(const struct bw_adopt_rule *rule, const char *pattern,
                      const struct bw_candidate *candidate)
{
    struct bw_str_run runs[RUNS_MAX] = { 0 };
    struct bw_str out = { 0 };
    bool good = is_adoptable(rule, candidate, runs);
    while (good && *pattern != '\0') {
        size_t word = 0;
        size_t size = hole_at(pattern, &word);
        if (size > 0) {
            good = fill_hole(&out, word, candidate, runs);
        } else {
            bw_str_append_bytes(&out, pattern, 1);
        }
        pattern += size > 0 ? size : 1;
    }
    if (!good || out.size == 0) {
        bw_str_clear(&out);
        return NULL;
    }
    return bw_str_take(&out);
}

bool bw_adopt_varies(const char *pattern, const char **unknown)
{
    bool varies = false;
    *unknown = NULL;
    for (; *pattern != '\0'; pattern++) {
        size_t word = 0;
        bool hole = hole_at(pattern, &word) > 0;
        varies = varies || hole;
        if (*pattern == '{' && !hole && *unknown == NULL) {
            *unknown = pattern;
        }
    }
    return varies;
}

void bw_adopt(const struct bw_settings *settings, const struct bw_candidate *candidates,
              size_t count, struct bw_adoptions *out)
{
    struct ordered *items = bw_xcalloc(count + 1, sizeof(*items));
    size_t fit = 0;
    for (size_t i = 0; i < count; i++) {
        char *name = NULL;
        const struct bw_adopt_rule *rule = settings->adopt.items;
        const struct bw_adopt_rule *end = rule + settings->adopt.count;
        while (rule != end && bw_candidate_is_fit(&candidates[i]) &&
               (name = name_of(rule, &candidates[i])) == NULL) {
            rule++;
        }
        if (name != NULL) {
            char *owner = rule->owner == NULL ? NULL
                                              : bw_adopt_expand(rule, rule->owner, &candidates[i]);
            items[fit++] = (struct ordered){
                { i, rule, name, owner == NULL ? bw_xstrdup("") : owner, false }, &candidates[i]
            };
        }
    }
    qsort(items, fit, sizeof(*items), by_name);
    settle_names(items, fit);
    for (size_t i = 0; i < fit; i++) {
        BW_VEC_PUSH(out, items[i].adopted);
    }
    free(items);
}

static void adopted_clear(struct bw_adopted *adopted)
{
    free(adopted->name);
    free(adopted->owner);
}

void bw_adoptions_clear(struct bw_adoptions *adoptions)
{
    BW_VEC_CLEAR(adoptions, adopted_clear);
}

static bool is_adoptable(const struct bw_adopt_rule *rule, const struct bw_candidate *candidate,
                         struct bw_str_run *runs)
{
    return (rule->platform == NULL || strcmp(rule->platform, candidate->platform) == 0) &&
           (rule->account == NULL || bw_str_glob(rule->account, candidate->account)) &&
           bw_str_glob_runs(rule->match, candidate->finding->id, runs, RUNS_MAX);
}

/* The bytes of the {..} that begins here, and what it means: 0 to 8 a run, then a word; 0: none. */
static size_t hole_at(const char *pattern, size_t *word)
{
    if (pattern[0] != '{') {
        return 0;
    }
    if (pattern[1] >= '1' && pattern[1] <= '9' && pattern[2] == '}') {
        *word = (size_t)(pattern[1] - '1');
        return 3;
    }
    for (size_t i = 0; i < WORDS_COUNT; i++) {
        size_t size = strlen(WORDS[i]);
        if (strncmp(pattern + 1, WORDS[i], size) == 0 && pattern[size + 1] == '}') {
            *word = RUNS_MAX + i;
            return size + 2;
        }
    }
    return 0;
}

static bool fill_hole(struct bw_str *out, size_t word, const struct bw_candidate *candidate,
                      const struct bw_str_run *runs)
{
    if (word < RUNS_MAX) {
        bw_str_append_bytes(out, runs[word].text, runs[word].size);
        return runs[word].size > 0;
    }
    const struct bw_finding *finding = candidate->finding;
    const char *const texts[WORDS_COUNT] = { finding->suffix, candidate->root,    finding->id,
                                             finding->job,    finding->owner,     finding->name,
                                             candidate->account, candidate->region };
    const char *text = texts[word - RUNS_MAX];
    bw_str_append(out, text == NULL ? "" : text);
    return text != NULL && text[0] != '\0';
}

/* What lacks something that the name is to hold, as a tune without a suffix does, is called as it is.
 * NULL: the rule does not fit. */
static char *name_of(const struct bw_adopt_rule *rule, const struct bw_candidate *candidate)
{
    const char *pattern = rule->name != NULL   ? rule->name
                          : rule->pick != NULL ? NEWEST_NAME
                                               : EACH_NAME;
    char *name = bw_adopt_expand(rule, pattern, candidate);
    return name != NULL ? name : bw_adopt_expand(rule, EACH_NAME, candidate);
}

static int by_name(const void *a, const void *b)
{
    const struct ordered *left = a;
    const struct ordered *right = b;
    int order = strcmp(left->adopted.name, right->adopted.name);
    order = order != 0 ? order : strcmp(left->candidate->platform, right->candidate->platform);
    order = order != 0 ? order : strcmp(left->candidate->scope, right->candidate->scope);
    return order != 0 ? order
           : bw_candidate_is_newer(left->candidate, right->candidate) ? -1
                                                                       : 1;
}

static bool same_scope(const struct ordered *a, const struct ordered *b)
{
    return strcmp(a->candidate->platform, b->candidate->platform) == 0 &&
           strcmp(a->candidate->scope, b->candidate->scope) == 0;
}

/* How many, from the first on, are of its name; with scoped: and of its scope. */
static size_t run_of(const struct ordered *items, size_t count, bool scoped)
{
    size_t run = 1;
    while (run < count && strcmp(items[run].adopted.name, items[0].adopted.name) == 0 &&
           (!scoped || same_scope(&items[run], &items[0]))) {
        run++;
    }
    return run;
}

static bool has_name(const struct ordered *items, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (bw_str_equal(items[i].candidate->deployment, name)) {
            return true;
        }
    }
    return false;
}

/* The name of those of one scope, and the first of them is picked. Ownership: the caller's. */
static char *name_in_scope(const struct ordered *items, size_t count, bool *taken)
{
    const char *plain = items[0].adopted.name;
    const struct bw_candidate *first = items[0].candidate;
    char *own = bw_xasprintf("%s/%s%s%s", plain, first->platform,
                             first->scope[0] == '\0' ? "" : "/", first->scope);
    if (has_name(items, count, plain) || (!*taken && !has_name(items, count, own))) {
        *taken = true;
        bw_replace(&own, plain);
    }
    return own;
}

/* Scopes are never mixed: each has a name of its own. */
static void settle_names(struct ordered *items, size_t count)
{
    for (size_t i = 0; i < count;) {
        size_t end = i + run_of(items + i, count - i, false);
        bool taken = has_name(items + i, end - i, items[i].adopted.name);
        while (i < end) {
            size_t run = run_of(items + i, end - i, true);
            BW_CLEANUP(bw_freep) char *name = name_in_scope(items + i, run, &taken);
            items[i].adopted.picked = true;
            for (; run > 0; run--) {
                bw_replace(&items[i++].adopted.name, name);
            }
        }
    }
}
