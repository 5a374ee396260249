#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/catalog_cases.h"
#include "support/mutant.h"

enum { MUTANTS = 500, SECONDS_MAX = 10, MEMORY_MAX = 512 * 1024 * 1024 };

static char running[200]; /* which mutant, for whoever has to look into it */

static void on_death(int number)
{
    (void)!write(STDERR_FILENO, running, strlen(running));
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* A mutant that hangs or eats up memory ends the test, and its name is told. The sanitizer maps
 * more than any limit, and has one of its own (CMakeLists.txt). */
static void set_limits(void)
{
    (void)signal(SIGALRM, on_death);
    (void)signal(SIGABRT, on_death);
    (void)signal(SIGSEGV, on_death);
#if !defined(BW_SANITIZED)
    const struct rlimit memory = { MEMORY_MAX, MEMORY_MAX };
    cr_assert(zero(int, setrlimit(RLIMIT_AS, &memory)));
#endif
}

static int mutants(void)
{
    const char *said = getenv("BW_MUTANTS");
    int count = said == NULL ? MUTANTS : atoi(said);
    cr_assert(count > 0, "BW_MUTANTS is no number: %s", said);
    return count;
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

/* One page of the list is another one, or one that came already. */
static struct bw_str hostile_page(const struct catalog_run *run, size_t page, uint64_t seed)
{
    struct bw_str body = { 0 };
    if (run->page_count > 1 && seed % 16 == 0) {
        const struct recorded_page *again = &run->pages[(page + 1) % run->page_count];
        bw_str_append_bytes(&body, again->body, again->body_bytes);
        return body;
    }
    return mutant_of(run->pages[page].body, run->pages[page].body_bytes, seed);
}

static bool survives(struct catalog_run *run, size_t at, uint64_t seed)
{
    struct recorded_page *page = &run->pages[at];
    const struct recorded_page original = *page;
    BW_CLEANUP(bw_str_clear) struct bw_str body = hostile_page(run, at, seed);
    page->body = body.size == 0 ? "" : body.text;
    page->body_bytes = body.size;
    (void)snprintf(running, sizeof(running), "%s: mutant %llu of page %zu\n", run->of->entries,
                   (unsigned long long)seed, at + 1);
    (void)alarm(SECONDS_MAX);
    BW_CLEANUP(recorded_clear) struct recorded got = catalog_play(run);
    (void)alarm(0);
    bool passed = got.err.code == BW_OK;
    if (passed) {
        bool whole = run->of->rows == NULL || got.entries == rows_of(run, (size_t)got.fetches);
        cr_expect(whole, "a part passed for the whole: %s", running);
    } else {
        cr_expect(strlen(got.err.text) > 0 && strchr(got.err.text, '\n') == NULL, "%s", running);
    }
    *page = original;
    return passed;
}

/* Every mutant by its own seed, so that one of them can be made again without the others. */
static void expect_mutants_to_do_no_harm(const struct catalog_case *of, recorded_verb *verb,
                                         int count)
{
    BW_CLEANUP(catalog_unload) struct catalog_run run = catalog_load(of, verb);
    int passed = 0;
    for (int i = 0; i < count; i++) {
        passed += survives(&run, (size_t)i % run.page_count, UINT64_C(20261124) + (uint64_t)i);
    }
    cr_expect(passed > 0 && passed < count, "%s: %d of %d passed", of->entries, passed, count);
}

Test(catalog_mutants, bodies_never_crash_a_plugin_and_never_pass_in_part)
{
    set_limits();
    int count = mutants();
    for (size_t i = 0; i < BW_COUNT(RECORDED_SHAPES); i++) {
        expect_mutants_to_do_no_harm(&RECORDED_SHAPES[i], bw_plugin_catalog, count);
    }
    for (size_t i = 0; i < BW_COUNT(SYNTHESISED_SHAPES); i++) {
        expect_mutants_to_do_no_harm(&SYNTHESISED_SHAPES[i], bw_plugin_catalog, count);
    }
    for (size_t i = 0; i < BW_COUNT(INVENTORIES); i++) {
        expect_mutants_to_do_no_harm(&INVENTORIES[i], bw_plugin_inventory, count);
    }
    fprintf(stderr, "%d mutants of each of %zu catalogs and %zu inventories\n", count,
            BW_COUNT(RECORDED_SHAPES) + BW_COUNT(SYNTHESISED_SHAPES), BW_COUNT(INVENTORIES));
}
