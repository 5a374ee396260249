#include "domain/replacement.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

struct row {
    const char *id;
    struct bw_declared says;
};

static const struct row ROWS[] = {
    { "live", { NULL, false, 50 } },
    { "retired", { "live", true, 40 } },
    { "ancient", { "retired", true, 10 } },
    { "lost", { "dead", true, 10 } },
    { "dead", { NULL, true, 20 } },
    { "ring-a", { "ring-b", true, 0 } },
    { "ring-b", { "ring-c", true, 0 } },
    { "ring-c", { "ring-a", true, 0 } },
    { "self", { "self", true, 0 } },
    { "forward", { "ancient", true, 60 } },
    { "elsewhere", { "never-listed", true, 0 } },
};

static bool find(void *context, const char *id, struct bw_declared *out)
{
    (void)context;
    for (size_t i = 0; i < BW_COUNT(ROWS); i++) {
        if (strcmp(ROWS[i].id, id) == 0) {
            *out = ROWS[i].says;
            return true;
        }
    }
    return false;
}

static void expect(const char *id, enum bw_follow outcome, const char *end, unsigned hops)
{
    struct bw_followed got = bw_replacement_follow(id, find, NULL);
    cr_expect(eq(int, got.outcome, outcome), "%s", id);
    cr_expect(eq(uint, got.hops, hops), "%s", id);
    if (end == NULL) {
        cr_expect(eq(ptr, (void *)got.end, NULL));
    } else {
        cr_expect(eq(str, (char *)got.end, (char *)end), "%s", id);
    }
}

Test(replacement, is_followed_to_a_live_end)
{
    expect("live", BW_FOLLOW_NONE, NULL, 0);
    expect("retired", BW_FOLLOW_LIVE, "live", 1);
    expect("ancient", BW_FOLLOW_LIVE, "live", 2);
    expect("elsewhere", BW_FOLLOW_LIVE, "never-listed", 1);
    expect("unheard-of", BW_FOLLOW_NONE, NULL, 0);
}

Test(replacement, dead_ends_cycles_and_older_models_are_reported)
{
    expect("lost", BW_FOLLOW_DEAD_END, "dead", 1);
    expect("ring-a", BW_FOLLOW_CYCLE, "ring-a", 3);
    expect("self", BW_FOLLOW_CYCLE, "self", 1);
    expect("forward", BW_FOLLOW_OLDER, "ancient", 1);
}

static bool find_endless(void *context, const char *id, struct bw_declared *out)
{
    char *next = context;
    char *slot = next + 8 * ((size_t)strtol(id, NULL, 10) % 64);
    (void)snprintf(slot, 8, "%ld", strtol(id, NULL, 10) + 1);
    *out = (struct bw_declared){ slot, true, 0 };
    return true;
}

Test(replacement, an_endless_chain_ends)
{
    char room[8 * 64];
    struct bw_followed got = bw_replacement_follow("0", find_endless, room);
    cr_expect(eq(int, got.outcome, BW_FOLLOW_CYCLE));
    cr_expect(eq(uint, got.hops, BW_FOLLOW_HOPS_MAX + 1));
}
