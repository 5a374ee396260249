/* daemon/cli/history_days.c: see history_days.h. */
#include "cli/history_days.h"

#include <string.h>

#include "base/instant.h"
#include "codec/json.h"

enum { BULK = 10 /* models added or removed in a day */ };

struct day_list { /* what is listed on a day, by id; borrowed */
    const struct bw_listing **items;
    size_t count, capacity;
};

static void listing_clear(struct bw_listing *listing)
{
    free(listing->id);
    free(listing->model);
}

void bw_listings_clear(struct bw_listings *listings)
{
    BW_VEC_CLEAR(listings, listing_clear);
}

static int by_id(const void *a, const void *b)
{
    const struct bw_listing *x = a;
    const struct bw_listing *y = b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x->from_ms > y->from_ms) - (x->from_ms < y->from_ms);
}

static int by_time(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;
    return (*x > *y) - (*x < *y);
}

static void list_day(const struct bw_listings *all, int64_t day_ms, struct day_list *out)
{
    out->count = 0;
    BW_VEC_EACH(const struct bw_listing, listing, all)
    {
        bool there = listing->from_ms <= day_ms && day_ms < listing->until_ms;
        bool twice = out->count > 0 && strcmp(out->items[out->count - 1]->id, listing->id) == 0;
        if (there && !twice) {
            BW_VEC_PUSH(out, listing);
        }
    }
}

static const char *status_of(const struct bw_json *model)
{
    return bw_json_text(bw_json_get(model, "status"), "");
}

static void write_head(struct bw_json_writer *w, const char *platform, const char *type,
                       int64_t day_ms, size_t count)
{
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "type", type);
    bw_json_add_day(w, "date", day_ms);
    bw_json_add_text(w, "provider", platform);
    bw_json_add_i64(w, "n", (int64_t)count);
}

static void write_models(struct bw_json_writer *w, const char *name, const struct day_list *list)
{
    bw_json_array_begin(w, name);
    BW_VEC_EACH(const struct bw_listing *const, listing, list)
    {
        bw_json_add_raw(w, NULL, (*listing)->model);
    }
    bw_json_array_end(w);
}

/* Which members of a model changed. */
static void write_change(struct bw_json_writer *w, const struct bw_listing *was,
                         const struct bw_listing *is, bool *status)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *older = NULL;
    BW_CLEANUP(bw_json_freep) struct bw_json *newer = NULL;
    if (bw_json_parse(was->model, strlen(was->model), &older, NULL) != BW_OK ||
        bw_json_parse(is->model, strlen(is->model), &newer, NULL) != BW_OK) {
        return; /* they were printed from parsed values */
    }
    *status = *status || strcmp(status_of(older), status_of(newer)) != 0;
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "id", is->id);
    bw_json_array_begin(w, "fields");
    for (const struct bw_json *member = bw_json_first(newer); member != NULL;
         member = bw_json_next(member)) {
        const char *name = bw_json_name(member);
        BW_CLEANUP(bw_freep) char *a = bw_json_print(member);
        const struct bw_json *old = bw_json_get(older, name);
        BW_CLEANUP(bw_freep) char *b = old == NULL ? NULL : bw_json_print(old);
        if (!bw_str_equal(a, b)) {
            bw_json_add_text(w, NULL, name);
        }
    }
    bw_json_array_end(w);
    bw_json_add_raw(w, "model", is->model);
    bw_json_object_end(w);
}

/* A line of what differs; nothing when nothing does. */
static void append_delta(struct bw_str *out, const char *platform, int64_t day_ms,
                         const struct day_list *before, const struct day_list *now)
{
    BW_CLEANUP(bw_str_clear) struct bw_str changed = { 0 };
    struct bw_json_writer c = { .out = &changed };
    struct day_list added = { 0 };
    struct day_list removed = { 0 };
    bool status = false;
    bw_json_array_begin(&c, "changed");
    size_t empty = changed.size;
    for (size_t i = 0, j = 0; i < before->count || j < now->count;) {
        int order = i == before->count ? 1
                    : j == now->count  ? -1
                                       : strcmp(before->items[i]->id, now->items[j]->id);
        if (order < 0) {
            BW_VEC_PUSH(&removed, before->items[i]);
        } else if (order > 0) {
            BW_VEC_PUSH(&added, now->items[j]);
        } else if (strcmp(before->items[i]->model, now->items[j]->model) != 0) {
            write_change(&c, before->items[i], now->items[j], &status);
        }
        i += order <= 0 ? 1 : 0;
        j += order >= 0 ? 1 : 0;
    }
    bool differs = added.count > 0 || removed.count > 0;
    if (differs || changed.size > empty) {
        struct bw_json_writer w = { .out = out };
        write_head(&w, platform, "delta", day_ms, now->count);
        bw_json_add_bool(&w, "set_changed", differs || status);
        bw_json_add_bool(&w, "bulk", added.count >= BULK || removed.count >= BULK);
        write_models(&w, "added", &added);
        bw_json_array_begin(&w, "removed");
        BW_VEC_EACH(const struct bw_listing *const, listing, &removed)
        {
            bw_json_add_text(&w, NULL, (*listing)->id);
        }
        bw_json_array_end(&w);
        bw_str_append(out, ",");
        bw_str_append(out, changed.text);
        bw_str_append(out, "]}\n");
    }
    BW_VEC_CLEAR(&added, BW_VEC_PLAIN);
    BW_VEC_CLEAR(&removed, BW_VEC_PLAIN);
}

void bw_history_days_append(struct bw_str *out, const char *platform, struct bw_listings *listings)
{
    struct BW_VEC(int64_t) days = { 0 };
    struct day_list lists[2] = { 0 };
    BW_VEC_EACH(const struct bw_listing, listing, listings)
    {
        BW_VEC_PUSH(&days, listing->from_ms);
        if (listing->until_ms != INT64_MAX) {
            BW_VEC_PUSH(&days, listing->until_ms);
        }
    }
    if (days.count == 0) {
        return;
    }
    qsort(days.items, days.count, sizeof(*days.items), by_time);
    qsort(listings->items, listings->count, sizeof(*listings->items), by_id);
    list_day(listings, days.items[0], &lists[0]);
    struct bw_json_writer w = { .out = out };
    write_head(&w, platform, "full", days.items[0], lists[0].count);
    write_models(&w, "models", &lists[0]);
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
    size_t now = 0;
    for (size_t i = 1; i < days.count; i++) {
        if (days.items[i] != days.items[i - 1]) {
            list_day(listings, days.items[i], &lists[1 - now]);
            append_delta(out, platform, days.items[i], &lists[now], &lists[1 - now]);
            now = 1 - now;
        }
    }
    BW_VEC_CLEAR(&days, BW_VEC_PLAIN);
    BW_VEC_CLEAR(&lists[0], BW_VEC_PLAIN);
    BW_VEC_CLEAR(&lists[1], BW_VEC_PLAIN);
}
