#include <string.h>

#include "support/catalog_cases.h"

enum { MUTATIONS = 500 };

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Flip, cut, drop, double or swap; several times for every third body. */
static void mutate(char *body, size_t *size, size_t room, uint64_t *state)
{
    static const char *const bits[] = { "null", "-1", "{}", "[]", "\"\"", "1e999", "true", "\\u0000",
                                        "}", "]", "\xff" };
    size_t rounds = 1 + (next_random(state) % 3 == 0 ? next_random(state) % 5 : 0);
    for (size_t i = 0; i < rounds && *size > 1; i++) {
        size_t at = next_random(state) % *size;
        size_t span = 1 + next_random(state) % 40;
        span = span > *size - at ? *size - at : span;
        const char *bit = bits[next_random(state) % BW_COUNT(bits)];
        size_t bit_size = strlen(bit);
        switch (next_random(state) % 5) {
        case 0:
            body[at] = (char)(next_random(state) & 0xff);
            break;
        case 1:
            *size = at;
            break;
        case 2:
            memmove(body + at, body + at + span, *size - at - span);
            *size -= span;
            break;
        case 3:
            if (*size + span <= room) {
                memmove(body + at + span, body + at, *size - at);
                *size += span;
            }
            break;
        default:
            if (at + bit_size <= *size) {
                memcpy(body + at, bit, bit_size);
            }
            break;
        }
    }
}

/* Rows of the pages that were asked for: what a poll that passed has to have listed. */
static size_t rows_of(const struct catalog_run *run, size_t pages)
{
    size_t rows = 0;
    for (size_t i = 0; i < pages && i < run->page_count; i++) {
        BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
        const struct recorded_page *page = &run->pages[i];
        cr_assert(eq(int, bw_json_parse(page->body, page->body_bytes, &root, NULL), BW_OK));
        rows += bw_json_size(run->of->rows[0] == '\0' ? root : bw_json_get(root, run->of->rows));
    }
    return rows;
}

static void expect_mutants_to_do_no_harm(const struct catalog_case *of)
{
    BW_CLEANUP(catalog_unload) struct catalog_run run = catalog_load(of);
    uint64_t state = 20261124;
    int good = 0;
    for (int i = 0; i < MUTATIONS; i++) {
        struct recorded_page *page = &run.pages[(size_t)i % run.page_count];
        const struct recorded_page original = *page;
        size_t room = original.body_bytes + 1024;
        BW_CLEANUP(bw_freep) char *body = bw_xcalloc(room + 1, 1);
        memcpy(body, original.body, original.body_bytes);
        mutate(body, &page->body_bytes, room, &state);
        page->body = body;
        BW_CLEANUP(recorded_clear) struct recorded got = catalog_play(&run);
        if (got.err.code == BW_OK) {
            good++;
            cr_expect(of->rows == NULL || got.entries == rows_of(&run, (size_t)got.fetches),
                      "%s, mutation %d: a part passed for the whole", of->entries, i);
        } else {
            cr_expect(strlen(got.err.text) > 0 && strchr(got.err.text, '\n') == NULL);
        }
        *page = original;
    }
    cr_expect(good > 0 && good < MUTATIONS, "%s: %d mutants were accepted", of->entries, good);
}

Test(catalog_mutants, bodies_never_crash_a_plugin_and_never_pass_in_part)
{
    for (size_t i = 0; i < BW_COUNT(RECORDED_SHAPES); i++) {
        expect_mutants_to_do_no_harm(&RECORDED_SHAPES[i]);
    }
    for (size_t i = 0; i < BW_COUNT(SYNTHESISED_SHAPES); i++) {
        expect_mutants_to_do_no_harm(&SYNTHESISED_SHAPES[i]);
    }
}
