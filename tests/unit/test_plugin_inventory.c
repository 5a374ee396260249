#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "sdk/list.h"
#include "support/recorded.h"

/* A plugin whose account has jobs, page by page, and one detail of each. */
static enum bw_err job(struct bw_plugin *plugin, const struct bw_json *row)
{
    struct bw_names *ids = plugin->memory;
    BW_VEC_PUSH(ids, bw_xstrdup(bw_json_text(bw_json_get(row, "id"), "")));
    return BW_OK;
}

static char *next(struct bw_plugin *plugin, const char *path, const struct bw_json *page,
                  const struct bw_response *response)
{
    (void)plugin;
    (void)response;
    return bw_next_by_token(path, "page", bw_json_get(page, "next"));
}

static enum bw_err detail(struct bw_plugin *plugin, size_t at, void *context)
{
    const struct bw_names *ids = context;
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("/jobs/%s", ids->items[at]);
    const struct bw_fetch request = { .path = path };
    BW_CLEANUP(bw_json_freep) struct bw_json *answer = NULL;
    enum bw_err rc = bw_fetch_detail(plugin, &request, &answer);
    const struct bw_finding finding = { .id = ids->items[at] };
    return rc == BW_OK && answer != NULL ? bw_emit_finding(plugin, &finding) : rc;
}

static bool settled; /* do the details stay as they are? */

static enum bw_err inventory(struct bw_plugin *plugin)
{
    static char path[] = "/jobs";
    BW_CLEANUP(bw_names_clear) struct bw_names ids = { 0 };
    plugin->memory = &ids;
    const struct bw_own_list jobs = {
        .list = { .request = { .path = path }, .rows = "data", .row = job, .next = next },
        .what = "jobs", .total = "total", .keep = 2, .optional = true,
    };
    enum bw_err rc = bw_own_list_read(plugin, &jobs);
    const struct bw_details details = {
        .what = "jobs", .settled = settled, .ids = &ids, .cost = 1, .detail = detail, .context = &ids
    };
    return rc == BW_OK ? bw_each_detail(plugin, &details) : rc;
}

static const struct bw_plugin_descriptor PLUGIN = { .name = "test", .inventory = inventory };

static struct recorded_page page_of(const char *path, int status, const char *body)
{
    return (struct recorded_page){ path, status, body, strlen(body), NULL };
}

static void expect_run(struct recorded *run, const char *lines, const char *notes,
                       const char *remembered)
{
    cr_assert(eq(int, recorded_do(run, bw_plugin_inventory, &PLUGIN, "test"), BW_OK), "%s",
              run->err.text);
    cr_expect(eq(str, run->lines.text != NULL ? run->lines.text : "", (char *)lines));
    cr_expect(eq(str, run->notes.text != NULL ? run->notes.text : "", (char *)notes));
    cr_expect(bw_str_equal(run->remembered, remembered), "%s", run->remembered);
}

Test(plugin_inventory, details_go_on_where_the_budget_of_the_last_run_ended)
{
    const struct recorded_page pages[] = {
        page_of("/jobs", 200, "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}]}"),
        page_of(NULL, 200, "{}"),
    };
    BW_CLEANUP(recorded_clear)
    struct recorded first = { .pages = pages, .page_count = 2, .fetches_max = 3 };
    expect_run(&first, "{\"id\":\"a\",\"kind\":\"fine-tune\"}\n{\"id\":\"b\",\"kind\":\"fine-tune\"}\n",
               "details of 2 of 3 jobs; the others come with later polls, sooner with a greater "
               "fetches_per_poll\n",
               "{\"after\":\"b\"}");
    BW_CLEANUP(recorded_clear)
    struct recorded second = {
        .pages = pages, .page_count = 2, .fetches_max = 3, .memory = first.remembered
    };
    expect_run(&second, "{\"id\":\"c\",\"kind\":\"fine-tune\"}\n{\"id\":\"a\",\"kind\":\"fine-tune\"}\n",
               "details of 2 of 3 jobs; the others come with later polls, sooner with a greater "
               "fetches_per_poll\n",
               "{\"after\":\"a\"}");
    BW_CLEANUP(recorded_clear)
    struct recorded third = {
        .pages = pages, .page_count = 2, .fetches_max = 4, .memory = second.remembered
    };
    expect_run(&third, "{\"id\":\"b\",\"kind\":\"fine-tune\"}\n{\"id\":\"c\",\"kind\":\"fine-tune\"}\n"
                       "{\"id\":\"a\",\"kind\":\"fine-tune\"}\n", "", NULL);
}

/* "ID" of each finding of a run, and where its details go on, with a budget. */
static void expect_found(const struct recorded_page *pages, size_t count, char **memory,
                         const char *ids)
{
    BW_CLEANUP(recorded_clear)
    struct recorded run = {
        .pages = pages, .page_count = count, .fetches_max = 3, .memory = *memory
    };
    settled = true;
    cr_assert(eq(int, recorded_do(&run, bw_plugin_inventory, &PLUGIN, "test"), BW_OK));
    settled = false;
    BW_CLEANUP(bw_str_clear) struct bw_str found = { 0 };
    bw_str_append(&found, "");
    const char *at = run.lines.text == NULL ? "" : run.lines.text;
    while ((at = strstr(at, "\"id\":\"")) != NULL) {
        at += strlen("\"id\":\"");
        bw_str_append_bytes(&found, at, 1);
    }
    cr_expect(eq(str, found.text, (char *)ids));
    bw_replace(memory, run.remembered);
}

Test(plugin_inventory, what_is_settled_is_asked_for_once_and_the_budget_gets_to_the_end)
{
    const struct recorded_page pages[] = {
        page_of("/jobs", 200,
                "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"},{\"id\":\"d\"},{\"id\":\"e\"}]}"),
        page_of("/jobs/c", 403, "{}"),
        page_of(NULL, 200, "{}"),
    };
    BW_CLEANUP(bw_freep) char *memory = NULL;
    expect_found(pages, 3, &memory, "ab");
    expect_found(pages, 3, &memory, "d"); /* and c is not for this key */
    expect_found(pages, 3, &memory, "e");
    expect_found(pages, 3, &memory, "");
}

Test(plugin_inventory, a_detail_that_is_refused_or_gone_costs_itself_alone)
{
    const struct recorded_page pages[] = {
        page_of("/jobs", 200,
                "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"},{\"id\":\"d\"}]}"),
        page_of("/jobs/a", 403, "{}"),
        page_of("/jobs/b", 404, "{}"),
        page_of("/jobs/c", 410, "{}"),
        page_of("/jobs/d", 200, "{}"),
    };
    BW_CLEANUP(recorded_clear) struct recorded run = { .pages = pages, .page_count = 5 };
    expect_run(&run, "{\"id\":\"d\",\"kind\":\"fine-tune\"}\n",
               "details of 3 jobs are not visible with this key\n", NULL);
    const struct recorded_page broken[] = { pages[0], page_of(NULL, 500, "{}") };
    BW_CLEANUP(recorded_clear) struct recorded failed = { .pages = broken, .page_count = 2 };
    cr_expect(eq(int, recorded_do(&failed, bw_plugin_inventory, &PLUGIN, "test"), BW_ERR_PLUGIN));
}

Test(plugin_inventory, a_list_longer_than_the_budget_says_how_much_of_it_was_read)
{
    const struct recorded_page pages[] = {
        page_of("/jobs", 200, "{\"data\":[{\"id\":\"a\"}],\"total\":340,\"next\":\"2\"}"),
        page_of("/jobs?page=2", 200, "{\"data\":[{\"id\":\"b\"}],\"total\":340,\"next\":\"3\"}"),
        page_of(NULL, 200, "{}"),
    };
    BW_CLEANUP(recorded_clear)
    struct recorded run = { .pages = pages, .page_count = 3, .fetches_max = 4 };
    expect_run(&run, "{\"id\":\"a\",\"kind\":\"fine-tune\"}\n{\"id\":\"b\",\"kind\":\"fine-tune\"}\n",
               "(partial) listed 2 of 340 jobs; raise fetches_per_poll to see the rest\n", NULL);
    cr_expect(eq(int, run.fetches, 4));
}

Test(plugin_inventory, an_account_with_nothing_in_it_is_no_failure)
{
    const struct recorded_page pages[] = { page_of("/jobs", 200, "{\"data\":[]}") };
    BW_CLEANUP(recorded_clear) struct recorded run = { .pages = pages, .page_count = 1 };
    expect_run(&run, "", "", NULL);
}

Test(plugin_inventory, a_part_that_the_key_may_not_see_is_noted)
{
    const struct recorded_page pages[] = { page_of("/jobs", 403, "{}") };
    BW_CLEANUP(recorded_clear) struct recorded run = { .pages = pages, .page_count = 1 };
    expect_run(&run, "", "(partial) jobs are not visible with this key (HTTP 403)\n", NULL);
}

Test(plugin_inventory, a_server_s_own_error_fails_it)
{
    const struct recorded_page pages[] = { page_of("/jobs", 500, "{}") };
    BW_CLEANUP(recorded_clear) struct recorded run = { .pages = pages, .page_count = 1 };
    cr_expect(eq(int, recorded_do(&run, bw_plugin_inventory, &PLUGIN, "test"), BW_ERR_PLUGIN));
    cr_expect(eq(int, run.failure, BW_FAILURE_SERVER));
}
