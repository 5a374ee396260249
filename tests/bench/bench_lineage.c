/* tests/bench/bench_lineage.c: how many pairs a second. Not a test: machines differ.
 *
 *   bench_lineage judge                  pairs a second of the rule alone
 *   bench_lineage feed 1000000 >F        questions for the whole way, to be timed with
 *   time basewatch lineage relate --batch <F >/dev/null
 */
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "codec/lineage_file.h"

static struct bw_model_facts facts(const struct bw_lineage_vector *vector, const char *id)
{
    return (struct bw_model_facts){ .platform = vector->platform, .id = id };
}

static void judge_for_two_seconds(const struct bw_lineage_rules *rules,
                                  const struct bw_lineage_vectors *vectors)
{
    int64_t begin_ms = bw_clock_monotonic_ms();
    int64_t spent_ms = 0;
    int64_t pairs = 0;
    struct bw_judgement out;
    while (spent_ms < 2 * BW_SECOND_MS) {
        BW_VEC_EACH(const struct bw_lineage_vector, vector, vectors)
        {
            struct bw_model_facts older = facts(vector, vector->older);
            struct bw_model_facts newer = facts(vector, vector->newer);
            bw_lineage_judge(rules, &older, &newer, &out);
            pairs++;
        }
        spent_ms = bw_clock_monotonic_ms() - begin_ms;
    }
    (void)printf("%lld pairs/s\n", (long long)(pairs * BW_SECOND_MS / spent_ms));
}

static void feed(const struct bw_lineage_vectors *vectors, long count)
{
    static const char FACTS[] = "\"released\":\"2026-01-15\",\"name\":\"A display name\","
                                "\"family\":\"a-family\",\"cost_in\":1.25,\"cost_out\":10,"
                                "\"context\":400000,\"input\":[\"text\",\"image\"],"
                                "\"output\":[\"text\"]";
    for (long i = 0; i < count; i++) {
        const struct bw_lineage_vector *vector = &vectors->items[(size_t)i % vectors->count];
        (void)printf(
            "{\"platform\":\"%s\",\"old\":{\"id\":\"%s\",%s},\"new\":{\"id\":\"%s\",%s}}\n",
            vector->platform, vector->older, FACTS, vector->newer, FACTS);
    }
}

int main(int argc, char **argv)
{
    BW_CLEANUP(bw_lineage_rules_freep) struct bw_lineage_rules *rules = NULL;
    BW_CLEANUP(bw_lineage_vectors_clear) struct bw_lineage_vectors vectors = { 0 };
    struct bw_error err = { 0 };
    if (bw_lineage_files_load(NULL, &rules, &vectors, &err) != BW_OK) {
        (void)fprintf(stderr, "bench_lineage: %s\n", err.text);
        return 1;
    }
    if (argc == 2 && strcmp(argv[1], "judge") == 0) {
        judge_for_two_seconds(rules, &vectors);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "feed") == 0) {
        feed(&vectors, strtol(argv[2], NULL, 10));
        return 0;
    }
    (void)fputs("usage: bench_lineage judge | feed COUNT\n", stderr);
    return 2;
}
