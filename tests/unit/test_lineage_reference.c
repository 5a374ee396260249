/* What needs the reference data: every id of the recorded catalogs, and the labelled pairs. */
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "lineage_support.h"

#include "base/instant.h"
#include "base/str.h"
#include "codec/json.h"

static char *reference(void)
{
    char *path = getenv("BASEWATCH_REFERENCE");
    if (path == NULL) {
        (void)fprintf(stderr, "skipped: BASEWATCH_REFERENCE is not set\n");
    }
    return path;
}

TestSuite(lineage_reference, .init = load, .fini = unload, .timeout = 240);

/* The next line that is JSON; NULL at the end. */
static struct bw_json *next_line(FILE *file)
{
    BW_CLEANUP(bw_freep) char *line = NULL;
    size_t room = 0;
    struct bw_json *root = NULL;
    for (ssize_t size = getline(&line, &room, file);
         size > 0 && bw_json_parse(line, (size_t)size, &root, NULL) != BW_OK;
         size = getline(&line, &room, file)) {
    }
    return root;
}

static FILE *open_under(const char *directory, const char *name)
{
    BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    cr_assert(ne(ptr, file, NULL), "%s", path);
    return file;
}

/* ---- ids ---- */

static size_t ids;

/* A respelling of an id is the same model: in capitals, or with its slashes percent-encoded. */
static void try_id(const char *id)
{
    char own[BW_LINEAGE_TEXT];
    char other[BW_LINEAGE_TEXT];
    char upper[BW_ENTRY_ID_MAX + 1] = "";
    struct bw_str encoded = { 0 };
    if (id == NULL || id[0] == '\0' || strlen(id) > BW_ENTRY_ID_MAX / 3) {
        return;
    }
    for (size_t i = 0; id[i] != '\0'; i++) {
        upper[i] = id[i] >= 'a' && id[i] <= 'z' ? (char)(id[i] - 'a' + 'A') : id[i];
        bw_str_appendf(&encoded, id[i] == '/' ? "%%2F" : "%c", id[i]);
    }
    ids++;
    bw_lineage_key(rules, &(struct bw_model_facts){ .id = id }, own, sizeof(own));
    bw_lineage_key(rules, &(struct bw_model_facts){ .id = upper }, other, sizeof(other));
    if (strchr(id, '%') == NULL) {
        cr_expect(eq(str, own, other), "%s", id);
        bw_lineage_key(rules, &(struct bw_model_facts){ .id = encoded.text }, other, sizeof(other));
        cr_expect(eq(str, own, other), "%s", id);
    }
    cr_expect(eq(int, judge(NULL, id, upper).successor, 0), "%s", id);
    bw_str_clear(&encoded);
}

static void walk(const struct bw_json *value)
{
    static const char *const NAMES[] = { "id", "name", "model", "modelId", "base" };
    for (size_t i = 0; i < BW_COUNT(NAMES); i++) {
        try_id(bw_json_text(bw_json_get(value, NAMES[i]), NULL));
    }
    for (const struct bw_json *child = bw_json_first(value); child != NULL;
         child = bw_json_next(child)) {
        walk(child);
    }
}

static int visit(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)where;
    bool lines = bw_str_ends_with(path, ".jsonl");
    if (type != FTW_F || !(lines || bw_str_ends_with(path, ".json"))) {
        return 0;
    }
    FILE *file = fopen(path, "r");
    cr_assert(ne(ptr, file, NULL), "%s", path);
    struct bw_str text = { 0 };
    char bytes[65536];
    for (size_t got = fread(bytes, 1, sizeof(bytes), file); !lines && got > 0;
         got = fread(bytes, 1, sizeof(bytes), file)) {
        bw_str_append_bytes(&text, bytes, got);
    }
    struct bw_json *root = NULL;
    if (!lines && text.text != NULL && bw_json_parse(text.text, text.size, &root, NULL) == BW_OK) {
        walk(root);
        bw_json_free(root);
    }
    while (lines && (root = next_line(file)) != NULL) {
        walk(root);
        bw_json_free(root);
    }
    bw_str_clear(&text);
    (void)fclose(file);
    return 0;
}

Test(lineage_reference, every_listed_id_parses_and_its_spellings_agree)
{
    char *root = reference();
    if (root == NULL) {
        return;
    }
    const char *const folders[] = { "providers/recorded", "replay" };
    for (size_t i = 0; i < BW_COUNT(folders); i++) {
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/%s", root, folders[i]);
        cr_assert(eq(int, nftw(path, visit, 16, FTW_PHYS), 0), "%s", path);
    }
    cr_expect(gt(sz, ids, 10000));
}

/* ---- labelled pairs ---- */

static size_t asked[2];    /* by label: no, yes */
static size_t answered[2]; /* rightly */
static size_t steps;
static size_t right_steps;

static struct bw_model_facts facts_of(const char *platform, const char *id, const char *released)
{
    struct bw_model_facts facts = { .platform = platform, .id = id };
    if (released != NULL) {
        (void)!bw_instant_parse(released, &facts.released_ms, NULL);
    }
    return facts;
}

static void ask(const struct bw_model_facts *older, const struct bw_model_facts *newer, bool want,
                const char *relation)
{
    struct bw_judgement got;
    bw_lineage_judge(rules, older, newer, &got);
    asked[want]++;
    answered[want] += got.successor == want;
    if (relation != NULL) {
        steps++;
        right_steps += got.successor && strcmp(bw_relation_word(got.relation), relation) == 0;
    }
}

static const struct bw_json *node_of(const struct bw_json *chain, const char *id)
{
    const struct bw_json *node = bw_json_first(bw_json_get(chain, "nodes"));
    while (node != NULL && !bw_str_equal(bw_json_text(bw_json_get(node, "id"), NULL), id)) {
        node = bw_json_next(node);
    }
    return node;
}

static void ask_chain(const struct bw_json *chain)
{
    const char *platform = bw_json_text(bw_json_get(chain, "provider"), NULL);
    for (const struct bw_json *step = bw_json_first(bw_json_get(chain, "steps")); step != NULL;
         step = bw_json_next(step)) {
        const char *from = bw_json_text(bw_json_get(step, "from"), NULL);
        const char *to = bw_json_text(bw_json_get(step, "to"), NULL);
        struct bw_model_facts older = facts_of(
            platform, from, bw_json_text(bw_json_get(node_of(chain, from), "released"), NULL));
        struct bw_model_facts newer =
            facts_of(platform, to, bw_json_text(bw_json_get(node_of(chain, to), "released"), NULL));
        if (bw_json_bool(bw_json_get(step, "scored"), false)) {
            ask(&older, &newer, true, bw_json_text(bw_json_get(step, "decision"), NULL));
            ask(&newer, &older, false, NULL);
        }
    }
}

static void ask_row(const struct bw_json *row, const char *old, const char *old_released,
                    const char *new, const char *new_released, bool want)
{
    const char *platform = bw_json_text(bw_json_get(row, "provider"), NULL);
    struct bw_model_facts older = facts_of(platform, bw_json_text(bw_json_get(row, old), NULL),
                                           bw_json_text(bw_json_get(row, old_released), NULL));
    struct bw_model_facts newer = facts_of(platform, bw_json_text(bw_json_get(row, new), NULL),
                                           bw_json_text(bw_json_get(row, new_released), NULL));
    ask(&older, &newer, want, NULL);
}

Test(lineage_reference, labelled_pairs_are_judged_as_an_expert_would)
{
    char *root = reference();
    if (root == NULL) {
        return;
    }
    struct bw_json *row = NULL;
    FILE *file = open_under(root, "lineage/chains.dev.jsonl");
    while ((row = next_line(file)) != NULL) {
        ask_chain(row);
        bw_json_free(row);
    }
    (void)fclose(file);
    file = open_under(root, "lineage/negatives.dev.jsonl");
    while ((row = next_line(file)) != NULL) {
        ask_row(row, "old", "old_released", "new", "new_released", false);
        bw_json_free(row);
    }
    (void)fclose(file);
    file = open_under(root, "lineage/successors.dev.jsonl");
    while ((row = next_line(file)) != NULL) {
        const char *expect = bw_json_text(bw_json_get(row, "expect"), "");
        bool want = strcmp(expect, "successor") == 0;
        if (bw_json_is_text(bw_json_get(row, "preferred")) &&
            bw_json_bool(bw_json_get(row, "latest"), false) &&
            (want || strcmp(expect, "notice-only") == 0)) {
            ask_row(row, "model", "released", "preferred", "replacement_released", want);
        }
        bw_json_free(row);
    }
    (void)fclose(file);
    double wrong_yes = (double)(asked[0] - answered[0]);
    double precision = (double)answered[1] / ((double)answered[1] + wrong_yes);
    double recall = (double)answered[1] / (double)asked[1];
    double relation = (double)right_steps / (double)steps;
    (void)fprintf(stderr, "precision %.4f recall %.4f relation %.4f of %zu pairs\n", precision,
                  recall, relation, asked[0] + asked[1]);
    cr_expect(ge(dbl, precision, 0.995));
    cr_expect(ge(dbl, recall, 0.97));
    cr_expect(ge(dbl, relation, 0.95));
    cr_expect(gt(sz, asked[1], 100));
}
