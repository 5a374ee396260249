#include "store/catalog.h"

#include <string.h>

#include "store/lineage_facts.h"
#include "store/sources.h"
#include "support/database.h"

static struct bw_db *db;
static struct bw_error err;

static void begin(void)
{
    db = bw_test_db();
    OK(bw_sources_configure(db, "api", BW_SOURCE_OWN, "openai", "", 1, 1, 1, &err));
    OK(bw_sources_configure(db, "feed", BW_SOURCE_CATALOG, "openai", "", 1, 1, 1, &err));
    OK(bw_sources_configure(db, "eu", BW_SOURCE_OWN, "openai", "eu", 1, 1, 1, &err));
}

static void end(void)
{
    bw_db_free(db);
}

TestSuite(catalog, .init = begin, .fini = end);

static void list(const char *source, const char *id, const char *maker, int64_t context)
{
    const struct bw_entry entry = { .id = (char *)id, .maker = (char *)maker,
                                    .context_tokens = context };
    OK(bw_catalog_put(db, source, &entry, context, 5, &err));
}

Test(catalog, the_first_source_wins_and_the_next_fills_what_it_left_open)
{
    BW_CLEANUP(bw_entry_clear) struct bw_entry merged = { 0 };
    BW_CLEANUP(bw_freep) char *sources = NULL;
    list("feed", "m", "feedmaker", 400);
    list("api", "m", NULL, 100);
    list("eu", "m", "elsewhere", 7);
    const struct bw_names none = { 0 };
    OK(bw_catalog_merge(db, "openai", "", "m", &none, &merged, &sources, &err));
    cr_expect(eq(i64, merged.context_tokens, 100));
    cr_expect(eq(str, merged.maker, "feedmaker"));
    cr_expect(eq(str, sources, "[\"api\",\"feed\"]"));
    OK(bw_catalog_remove(db, "api", "m", &err));
    OK(bw_catalog_remove(db, "feed", "m", &err));
    cr_expect(eq(int, (int)bw_catalog_merge(db, "openai", "", "m", &none, &merged, &sources, &err),
                 BW_ERR_NOTFOUND));
}

Test(catalog, what_was_seen_is_in_the_order_of_ids)
{
    BW_CLEANUP(bw_seen_list_clear) struct bw_seen_list seen = { 0 };
    list("api", "b", NULL, 2);
    list("api", "B", NULL, 3);
    list("api", "a", NULL, 1);
    list("api", "a", NULL, 9);
    OK(bw_catalog_seen(db, "api", &seen, &err));
    cr_assert(eq(sz, seen.count, 3));
    cr_expect(eq(str, seen.items[0].id, "B"));
    cr_expect(eq(i64, seen.items[1].hash, 9));
}

static void put_model(const char *id, const char *alias, int64_t now_ms)
{
    BW_CLEANUP(bw_model_clear) struct bw_model model = {
        .platform = bw_xstrdup("openai"), .scope = bw_xstrdup(""), .lineage = bw_xstrdup("l"),
        .sources = bw_xstrdup("[]"),      .entry = { .id = bw_xstrdup(id) },
        .first_seen_ms = now_ms,
    };
    if (alias != NULL) {
        BW_VEC_PUSH(&model.entry.aliases, bw_xstrdup(alias));
    }
    OK(bw_models_put(db, &model, &err));
    OK(bw_aliases_note(db, &model, now_ms, &err));
}

static enum bw_err get(const char *id, struct bw_model *out)
{
    return bw_models_get(db, "openai", "", id, out, &err);
}

Test(catalog, a_model_is_found_by_its_id_and_by_its_alias_and_not_by_a_part)
{
    BW_CLEANUP(bw_model_clear) struct bw_model model = { 0 };
    BW_CLEANUP(bw_model_clear) struct bw_model none = { 0 };
    put_model("m-2026-01-01", "m", 5);
    put_model("m-2026-01-01-big", "m \"big\"", 5);
    OK(get("m", &model));
    cr_expect(eq(str, model.entry.id, "m-2026-01-01"));
    cr_expect(eq(int, (int)get("m-2026", &none), BW_ERR_NOTFOUND));
    bw_model_clear(&model);
    OK(get("m \"big\"", &model));
    cr_expect(eq(str, model.entry.id, "m-2026-01-01-big"));
    bw_model_clear(&model);
    put_model("m-2026-01-01", NULL, 6);
    cr_expect(eq(int, (int)get("m", &none), BW_ERR_NOTFOUND), "it is called so no more");
}

Test(catalog, one_that_left_is_remembered_and_comes_back_as_it_was)
{
    BW_CLEANUP(bw_model_clear) struct bw_model gone = { 0 };
    BW_CLEANUP(bw_model_clear) struct bw_model back = { 0 };
    put_model("m", NULL, 5);
    OK(bw_models_gone(db, "openai", "", "m", 70, &err));
    OK(bw_models_gone(db, "openai", "", "m", 80, &err));
    OK(bw_models_missed(db, "openai", "", &err));
    OK(bw_models_missed(db, "openai", "eu", &err));
    OK(get("m", &gone));
    cr_expect(eq(i64, gone.gone_ms, 70), "since the first time");
    cr_expect(eq(i64, gone.missing_polls, 1));
    put_model("m", NULL, 90);
    OK(get("m", &back));
    cr_expect(eq(i64, back.gone_ms, 0));
    cr_expect(eq(i64, back.missing_polls, 0));
    cr_expect(eq(i64, back.first_seen_ms, 5));
}

Test(catalog, a_damaged_row_is_an_error_that_says_so)
{
    BW_CLEANUP(bw_model_clear) struct bw_model model = { 0 };
    put_model("m", NULL, 5);
    OK(bw_stmt_run(bw_db_query(db, "UPDATE model SET body = '{\"id\":'"), &err));
    cr_expect(eq(int, (int)get("m", &model), BW_ERR_STORE));
    cr_expect(ne(ptr, strstr(err.text, "a stored entry is damaged"), NULL), "%s", err.text);
}

Test(catalog, pages_go_over_all_platforms_in_order)
{
    BW_CLEANUP(bw_models_clear) struct bw_models page = { 0 };
    put_model("a", NULL, 5);
    put_model("b", NULL, 5);
    put_model("c", NULL, 5);
    OK(bw_models_page(db, NULL, "openai", "", "a", 1, &page, &err));
    cr_assert(eq(sz, page.count, 1));
    cr_expect(eq(str, page.items[0].entry.id, "b"));
}
