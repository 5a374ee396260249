/* daemon/cli/backtest/page.c: see page.h. */
#include "cli/backtest/page.h"

#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "cli/text.h"
#include "domain/platform.h"

enum { NAMES_SHOWN = 3, LINE_CELLS = 98, MONTH_TEXT = 7 /* YYYY-MM */, YEAR_TEXT = 4 };

struct group { /* notices of one day about one thing; borrowed */
    const struct bw_told *const *items;
    size_t count;
};

struct told_list BW_VEC(const struct bw_told *);

static void print_head(const struct bw_replay *replay, FILE *out);
static void print_sums(const struct bw_page *page, const struct bw_replay *replay, FILE *out);
static void print_totals(const struct bw_page *page, FILE *out);
static void print_months(const struct bw_page *page, const struct bw_replay *replay, FILE *out);

static void told_clear(struct bw_told *told)
{
    free(told->base);
    free(told->candidate);
}

void bw_page_clear(struct bw_page *page)
{
    BW_VEC_CLEAR(&page->told, told_clear);
}

static int compare_ids(const void *a, const void *b)
{
    const struct bw_told *x = a;
    const struct bw_told *y = b;
    return (x->notice > y->notice) - (x->notice < y->notice);
}

void bw_page_note(struct bw_page *page, const struct bw_fleet_member *member,
                  const struct bw_notice_event *event, const struct bw_notice *notice)
{
    if (strcmp(event->event, "opened") == 0) {
        BW_VEC_PUSH(&page->told, (struct bw_told){
                                     .member = member,
                                     .notice = notice->id,
                                     .at_ms = event->at_ms,
                                     .kind = notice->kind,
                                     .base = bw_xstrdup(notice->base),
                                     .candidate = bw_xstrdup(notice->candidate),
                                     .spend = bw_spend_of(notice->estimate, notice->refused),
                                 });
    }
    const struct bw_told key = { .notice = notice->id };
    struct bw_told *told = bsearch(&key, page->told.items, page->told.count, sizeof(key),
                                   compare_ids);
    enum bw_notice_state state = BW_NOTICE_OPEN;
    told->live = bw_notice_state_parse(event->to_state, &state) && bw_notice_is_live(state);
}

void bw_page_print(struct bw_page *page, const struct bw_replay *replay, FILE *out)
{
    print_head(replay, out);
    print_sums(page, replay, out);
    print_totals(page, out);
    print_months(page, replay, out);
    if (replay->accepted > 0) {
        (void)fprintf(out, "\n%zu list%s looked damaged and would have waited for `basewatch sources "
                           "accept`; here nobody waited.\n",
                      replay->accepted, replay->accepted == 1 ? "" : "s");
    }
}

/* ---- the days ---- */

/* Did it open with the first list of its platform, so that it was late already? */
static bool was_behind(const struct bw_told *told, const struct bw_replay *replay)
{
    const struct bw_history *history = replay->history;
    for (size_t i = 0; i < history->days.count; i++) {
        const struct bw_history_day *day = &history->days.items[i];
        const char *platform = bw_platform_canonical(history->platforms.items[day->platform]);
        if (strcmp(platform, told->member->deployment->platform) == 0) {
            int64_t first_ms = day->date_ms > replay->from_ms ? day->date_ms : replay->from_ms;
            return told->at_ms < first_ms + BW_DAY_MS;
        }
    }
    return false;
}

static int compare_told(const void *a, const void *b)
{
    const struct bw_told *x = *(const struct bw_told *const *)a;
    const struct bw_told *y = *(const struct bw_told *const *)b;
    const char *const left[] = { x->member->platform, bw_notice_matter(x->kind),
                                 x->candidate == NULL ? "" : x->candidate, x->base };
    const char *const right[] = { y->member->platform, bw_notice_matter(y->kind),
                                  y->candidate == NULL ? "" : y->candidate, y->base };
    int64_t days = x->at_ms / BW_DAY_MS - y->at_ms / BW_DAY_MS;
    int order = (days > 0) - (days < 0);
    for (size_t i = 0; order == 0 && i < BW_COUNT(left); i++) {
        order = strcmp(left[i], right[i]);
    }
    return order != 0 ? order : compare_ids(x, y);
}

/* One release on one platform, or one base that left it. */
static bool belong_together(const struct bw_told *a, const struct bw_told *b)
{
    return a->at_ms / BW_DAY_MS == b->at_ms / BW_DAY_MS &&
           strcmp(a->member->platform, b->member->platform) == 0 &&
           strcmp(bw_notice_matter(a->kind), bw_notice_matter(b->kind)) == 0 &&
           bw_str_equal(a->candidate, b->candidate) &&
           (a->candidate != NULL || strcmp(a->base, b->base) == 0);
}

static struct bw_spend spend_of(const struct group *group)
{
    struct bw_spend sum = { 0 };
    for (size_t i = 0; i < group->count; i++) {
        bw_spend_add(&sum, &group->items[i]->spend);
    }
    return sum;
}

/* ---- words ---- */

static const char *base_of(const struct bw_told *told)
{
    return told->base;
}

static const char *owner_of(const struct bw_told *told)
{
    const char *owner = told->member->deployment->owner;
    return owner[0] == '\0' ? "nobody" : owner;
}

/* "a, b and 3 more": what pick() finds in the group, each once, as far as the line has room. */
static void append_names(struct bw_str *out, const struct group *group,
                         const char *(*pick)(const struct bw_told *told))
{
    BW_CLEANUP(bw_tally_clear) struct bw_tally seen = { 0 };
    for (size_t i = 0; i < group->count; i++) {
        bw_tally_add(&seen, pick(group->items[i]), &group->items[i]->spend);
    }
    size_t most = seen.rows.count > NAMES_SHOWN + 1 ? NAMES_SHOWN : seen.rows.count;
    size_t shown = 0;
    while (shown < most) {
        const char *name = seen.rows.items[shown].name;
        if (shown > 0 && bw_text_width(out->text) + bw_text_width(name) > LINE_CELLS) {
            break;
        }
        bool last = shown + 1 == seen.rows.count;
        bw_str_appendf(out, "%s%s", shown == 0 ? "" : last ? " and " : ", ", name);
        shown++;
    }
    if (shown < seen.rows.count) {
        bw_str_appendf(out, " and %zu more", seen.rows.count - shown);
    }
}

static bool is_succession(enum bw_notice_kind kind)
{
    return kind == BW_NOTICE_STALE || kind == BW_NOTICE_SWAP;
}

/* Of a base, where the notice does not say what to move to. */
static const char *what_became(enum bw_notice_kind kind)
{
    switch (kind) {
    case BW_NOTICE_BASE_UNLISTED:
        return " is no longer listed";
    case BW_NOTICE_RETIRED:
        return " has been retired";
    case BW_NOTICE_DEPRECATED:
        return " is deprecated";
    case BW_NOTICE_EMBEDDER_STALE:
        return " is superseded: what it embedded has to be embedded again";
    case BW_NOTICE_ALIAS_MOVED:
        return " stands for another model now";
    case BW_NOTICE_TRAINING_CLOSING:
        return " takes no new training job soon";
    case BW_NOTICE_DATE_CHANGED:
        return " has another end date";
    case BW_NOTICE_PRICE_STALE:
        return " is priced by what is out of date";
    case BW_NOTICE_STALE:
    case BW_NOTICE_SWAP:
    case BW_NOTICE_SOURCE_FAILING:
    case BW_NOTICE_SINK_FAILING:
        break;
    }
    return "";
}

static void print_headline(const char *day, const struct group *group, FILE *out)
{
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    const struct bw_told *first = group->items[0];
    bw_str_appendf(&line, "  %s  %s: ", day, first->member->platform);
    if (is_succession(first->kind)) {
        bw_str_append(&line, first->candidate);
        bw_text_print(out, line.text);
        bw_str_reset(&line);
        bw_str_append(&line, "      supersedes ");
        append_names(&line, group, base_of);
    } else {
        append_names(&line, group, base_of);
        bw_str_append(&line, what_became(first->kind));
    }
    bw_text_print(out, line.text);
}

static size_t tuned_in(const struct group *group)
{
    size_t tuned = 0;
    for (size_t i = 0; i < group->count; i++) {
        tuned += bw_technique_is_tuned(group->items[i]->member->deployment->technique) ? 1 : 0;
    }
    return tuned;
}

/* "3 deployments (1 fine-tuned) of search and web" */
static void append_whose(struct bw_str *out, const struct group *group)
{
    size_t tuned = tuned_in(group);
    bw_str_appendf(out, "%zu deployment%s", group->count, group->count == 1 ? "" : "s");
    if (tuned > 0) {
        bw_str_appendf(out, " (%zu fine-tuned)", tuned);
    }
    bw_str_append(out, " of ");
    append_names(out, group, owner_of);
}

static void print_group(const struct group *group, FILE *out)
{
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    const struct bw_spend spend = spend_of(group);
    char day[BW_INSTANT_TEXT];
    (void)bw_instant_format_day(group->items[0]->at_ms, day);
    print_headline(day + MONTH_TEXT + 1, group, out);
    bw_str_append(&line, "      ");
    append_whose(&line, group);
    if (spend.priced + spend.refused > 0) {
        bw_str_append(&line, ": ");
        bw_spend_append(&line, &spend);
    }
    bw_text_print(out, line.text);
}

/* ---- sections ---- */

static void print_head(const struct bw_replay *replay, FILE *out)
{
    BW_CLEANUP(bw_tally_clear) struct bw_tally owners = { 0 };
    BW_CLEANUP(bw_tally_clear) struct bw_tally platforms = { 0 };
    const struct bw_spend none = { 0 };
    size_t tuned = 0;
    BW_VEC_EACH(const struct bw_fleet_member, member, &replay->fleet->members)
    {
        bw_tally_add(&owners, member->deployment->owner, &none);
        bw_tally_add(&platforms, member->platform, &none);
        tuned += bw_technique_is_tuned(member->deployment->technique) ? 1 : 0;
    }
    char from[BW_INSTANT_TEXT];
    char to[BW_INSTANT_TEXT];
    (void)fprintf(out, "What basewatch would have said from %s to %s\n\n",
                  bw_instant_format_day(replay->from_ms, from),
                  bw_instant_format_day(replay->to_ms, to));
    (void)fprintf(out, "%zu deployments (%zu fine-tuned) of %zu owners on %zu platforms.\n",
                  replay->fleet->members.count, tuned, owners.rows.count, platforms.rows.count);
}

static void print_sum(const char *what, const struct bw_spend *spend, FILE *out)
{
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_str_appendf(&line, "  %-28s%5zu move%s  ", what, spend->priced,
                   spend->priced == 1 ? ", " : "s,");
    bw_spend_append(&line, spend);
    bw_text_print(out, line.text);
}

/* What it comes to, before anything else is read. */
static void print_sums(const struct bw_page *page, const struct bw_replay *replay, FILE *out)
{
    enum { ALL, TUNED, LATE, LIVE, SUMS };
    static const char *const titles[] = {
        [ALL] = "Each move as it was told:",
        [TUNED] = "  of them fine-tunes:",
        [LATE] = "  of them late at the start:",
        [LIVE] = "One move each, at the end:",
    };
    struct bw_spend sums[SUMS] = { 0 };
    BW_VEC_EACH(const struct bw_told, told, &page->told)
    {
        const bool counts[] = {
            [ALL] = true,
            [TUNED] = bw_technique_is_tuned(told->member->deployment->technique),
            [LATE] = was_behind(told, replay),
            [LIVE] = told->live,
        };
        for (size_t i = 0; i < SUMS; i++) {
            if (counts[i]) {
                bw_spend_add(&sums[i], &told->spend);
            }
        }
    }
    (void)fputs("\n", out);
    for (size_t i = 0; i < SUMS; i++) {
        print_sum(titles[i], &sums[i], out);
    }
    (void)fputs("\nCosts are people's time and what providers bill: expected, with low and high in "
                "brackets. Low and\nhigh are sums, as if every guess erred the same way.\n", out);
}

static void print_totals(const struct bw_page *page, FILE *out)
{
    enum { TECHNIQUES, OWNERS, YEARS, KINDS };
    struct bw_tally tallies[] = {
        [TECHNIQUES] = { .title = "TECHNIQUE" },
        [OWNERS] = { .title = "OWNER" },
        [YEARS] = { .title = "YEAR" },
        [KINDS] = { .title = "KIND" },
    };
    BW_VEC_EACH(const struct bw_told, told, &page->told)
    {
        char year[BW_INSTANT_TEXT];
        (void)bw_instant_format_day(told->at_ms, year);
        year[YEAR_TEXT] = '\0';
        bw_tally_add(&tallies[TECHNIQUES], bw_technique_word(told->member->deployment->technique),
                     &told->spend);
        bw_tally_add(&tallies[OWNERS], owner_of(told), &told->spend);
        bw_tally_add(&tallies[YEARS], year, &told->spend);
        bw_tally_add(&tallies[KINDS], bw_notice_kind_word(told->kind), &told->spend);
    }
    for (size_t i = 0; i < BW_COUNT(tallies); i++) {
        if (i != YEARS) {
            bw_tally_sort(&tallies[i]);
        }
        if (tallies[i].rows.count > 0) {
            (void)fputs("\n", out);
            bw_tally_print(&tallies[i], out);
        }
        bw_tally_clear(&tallies[i]);
    }
}

static void print_months(const struct bw_page *page, const struct bw_replay *replay, FILE *out)
{
    struct told_list list = { 0 };
    char month[BW_INSTANT_TEXT] = "";
    size_t late = 0;
    BW_VEC_EACH(const struct bw_told, told, &page->told)
    {
        if (was_behind(told, replay)) {
            late++;
        } else {
            BW_VEC_PUSH(&list, told);
        }
    }
    (void)fputs("\nMonth by month", out);
    if (late > 0) {
        (void)fprintf(out, ", after %zu notices of what was late when the record of its platform "
                           "begins", late);
    }
    (void)fputs(":\n", out);
    if (list.count > 0) {
        qsort(list.items, list.count, sizeof(*list.items), compare_told);
    }
    for (size_t i = 0; i < list.count;) {
        struct group group = { .items = &list.items[i], .count = 1 };
        while (i + group.count < list.count &&
               belong_together(list.items[i], list.items[i + group.count])) {
            group.count++;
        }
        char day[BW_INSTANT_TEXT];
        (void)bw_instant_format_day(list.items[i]->at_ms, day);
        if (strncmp(day, month, MONTH_TEXT) != 0) {
            (void)fprintf(out, "\n%.*s\n", MONTH_TEXT, day);
            (void)memcpy(month, day, sizeof(month));
        }
        print_group(&group, out);
        i += group.count;
    }
    BW_VEC_CLEAR(&list, BW_VEC_PLAIN);
}
