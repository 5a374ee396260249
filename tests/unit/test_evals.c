#include "store/evals.h"

#include "base/str.h"
#include "support/database.h"

static struct bw_db *db;
static struct bw_error err;

static void begin(void)
{
    db = bw_test_db();
}

static void end(void)
{
    bw_db_free(db);
}

TestSuite(evals, .init = begin, .fini = end);

/* Ownership: the caller's. */
static struct bw_eval_job job_of(const char *deployment, const char *suite)
{
    return (struct bw_eval_job){ .reason = bw_xstrdup(""),
                                 .deployment = bw_xstrdup(deployment),
                                 .owner = bw_xstrdup("web"),
                                 .suite = bw_xstrdup(suite),
                                 .starter = bw_xstrdup(BW_STARTER_RUNNER),
                                 .baseline = bw_xstrdup("old"),
                                 .candidate = bw_xstrdup("new"),
                                 .expected = { 1500000 },
                                 .created_ms = 5 };
}

static int64_t insert(const char *deployment, const char *suite)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = job_of(deployment, suite);
    OK(bw_evals_insert(db, &job, &err));
    return job.id;
}

static void change(int64_t id, enum bw_job_state state, int64_t started_ms, int64_t lease_ms)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job job = { 0 };
    OK(bw_evals_get(db, id, &job, &err));
    job.state = state;
    job.verdict = BW_EVAL_FAIL;
    job.started_ms = started_ms;
    job.lease_until_ms = lease_ms;
    OK(bw_evals_save(db, &job, &err));
}

Test(evals, every_field_reads_back)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job in = job_of("a", "triage");
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job out = { 0 };
    in.tuned = bw_xstrdup("newer");
    OK(bw_evals_insert(db, &in, &err));
    in.state = BW_JOB_FINISHED;
    in.verdict = BW_EVAL_TIMEOUT;
    in.by_hand = true;
    in.runner = bw_xstrdup("r1");
    in.token_hash = bw_xstrdup("abc");
    in.lease_until_ms = 6;
    in.due_ms = 7;
    in.memory = bw_xstrdup("{}");
    in.result = bw_xstrdup("{\"difference\":0}");
    in.started_ms = 8;
    in.finished_ms = 9;
    bw_replace(&in.reason, "too slow");
    OK(bw_evals_save(db, &in, &err));
    OK(bw_evals_latest(db, "a", &out, &err));
    cr_expect(eq(i64, out.id, in.id));
    cr_expect(eq(int, (int)out.state, BW_JOB_FINISHED));
    cr_expect(eq(int, (int)out.verdict, BW_EVAL_TIMEOUT));
    char *const texts[][2] = {
        { out.reason, in.reason },         { out.deployment, in.deployment },
        { out.owner, in.owner },           { out.suite, in.suite },
        { out.starter, in.starter },       { out.baseline, in.baseline },
        { out.candidate, in.candidate },   { out.tuned, in.tuned },
        { out.runner, in.runner },         { out.token_hash, in.token_hash },
        { out.memory, in.memory },         { out.result, in.result },
    };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        cr_expect(bw_str_equal(texts[i][0], texts[i][1]), "%zu: %s", i, texts[i][1]);
    }
    cr_expect(out.by_hand);
    cr_expect(eq(i64, out.lease_until_ms, 6));
    cr_expect(eq(i64, out.due_ms, 7));
    cr_expect(eq(i64, out.expected.micros, 1500000));
    cr_expect(eq(i64, out.created_ms, 5));
    cr_expect(eq(i64, out.started_ms, 8));
    cr_expect(eq(i64, out.finished_ms, 9));
}

Test(evals, a_deployment_has_one_unfinished_job)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job second = job_of("a", "triage");
    int64_t first = insert("a", "triage");
    cr_expect(eq(int, (int)bw_evals_insert(db, &second, &err), BW_ERR_EXISTS));
    change(first, BW_JOB_RUNNING, 1, 50);
    cr_expect(eq(int, (int)bw_evals_insert(db, &second, &err), BW_ERR_EXISTS));
    change(first, BW_JOB_FINISHED, 1, 0);
    OK(bw_evals_insert(db, &second, &err));
}

Test(evals, the_one_that_waits_longest_is_ready_first)
{
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job held = job_of("c", "triage");
    BW_CLEANUP(bw_eval_job_clear) struct bw_eval_job out = { 0 };
    int64_t next_ms = 0;
    held.due_ms = 100;
    OK(bw_evals_insert(db, &held, &err));
    cr_expect(eq(int, (int)bw_evals_ready(db, "runner", "triage", 99, &out, &err),
                 BW_ERR_NOTFOUND));
    OK(bw_evals_next_ready(db, "runner", &next_ms, &err));
    cr_expect(eq(i64, next_ms, 100));
    int64_t first = insert("a", "triage");
    (void)insert("b", "triage");
    cr_expect(eq(int, (int)bw_evals_ready(db, "runner", "help", 99, &out, &err), BW_ERR_NOTFOUND));
    cr_expect(eq(int, (int)bw_evals_ready(db, "ci", "triage", 99, &out, &err), BW_ERR_NOTFOUND));
    OK(bw_evals_ready(db, "runner", "triage", 99, &out, &err));
    cr_expect(eq(i64, out.id, first));
    OK(bw_evals_release(db, &err));
    OK(bw_evals_next_ready(db, "runner", &next_ms, &err));
    cr_expect(eq(i64, next_ms, 0));
}

Test(evals, leases_end_and_can_be_extended)
{
    BW_CLEANUP(bw_eval_jobs_clear) struct bw_eval_jobs lost = { 0 };
    int64_t next_ms = 0;
    OK(bw_evals_next_due(db, 0, &next_ms, &err));
    cr_expect(eq(i64, next_ms, INT64_MAX));
    change(insert("a", "triage"), BW_JOB_RUNNING, 1, 50);
    change(insert("b", "triage"), BW_JOB_RUNNING, 1, 60);
    (void)insert("c", "triage");
    OK(bw_evals_next_due(db, 0, &next_ms, &err));
    cr_expect(eq(i64, next_ms, 50));
    OK(bw_evals_lost(db, 55, 10, &lost, &err));
    cr_expect(eq(sz, lost.count, 1));
    cr_expect(eq(str, lost.items[0].deployment, "a"));
    OK(bw_evals_extend(db, true, 50, 40, &err));
    OK(bw_evals_next_due(db, 0, &next_ms, &err));
    cr_expect(eq(i64, next_ms, 90));
}

Test(evals, what_began_in_a_month_counts_for_it)
{
    int64_t spent = 0;
    change(insert("a", "triage"), BW_JOB_FINISHED, 99, 0);
    change(insert("b", "triage"), BW_JOB_RUNNING, 100, 200);
    change(insert("c", "triage"), BW_JOB_FINISHED, 150, 0);
    (void)insert("d", "triage");
    OK(bw_evals_spent(db, 100, &spent, &err));
    cr_expect(eq(i64, spent, 3000000));
    OK(bw_evals_spent(db, 1000, &spent, &err));
    cr_expect(eq(i64, spent, 0));
}

Test(evals, they_are_counted_by_state_and_by_verdict)
{
    int64_t states[BW_JOB_FINISHED + 1] = { 0 };
    int64_t verdicts[BW_EVAL_CANCELLED + 1] = { 0 };
    int64_t running = 0;
    change(insert("a", "triage"), BW_JOB_FINISHED, 99, 0);
    change(insert("b", "triage"), BW_JOB_RUNNING, 100, 200);
    (void)insert("d", "triage");
    OK(bw_evals_count(db, states, verdicts, &err));
    OK(bw_evals_running(db, &running, &err));
    cr_expect(eq(i64, states[BW_JOB_QUEUED], 1));
    cr_expect(eq(i64, states[BW_JOB_RUNNING], 1));
    cr_expect(eq(i64, states[BW_JOB_FINISHED], 1));
    cr_expect(eq(i64, verdicts[BW_EVAL_FAIL], 1));
    cr_expect(eq(i64, running, 1));
}

Test(evals, a_page_is_filtered)
{
    BW_CLEANUP(bw_eval_jobs_clear) struct bw_eval_jobs jobs = { 0 };
    change(insert("a", "triage"), BW_JOB_FINISHED, 99, 0);
    (void)insert("a", "triage");
    (void)insert("b", "help");
    static const struct {
        struct bw_eval_filter filter;
        size_t count;
    } cases[] = {
        { { 0 }, 3 },
        { { .state = "queued" }, 2 },
        { { .verdict = "fail" }, 1 },
        { { .deployment = "a" }, 2 },
        { { .owner = "web", .suite = "help" }, 1 },
        { { .owner = "nobody" }, 0 },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        struct bw_list_page page = { .limit = 10 };
        OK(bw_evals_page(db, &cases[i].filter, &page, &jobs, &err));
        cr_expect(eq(sz, jobs.count, cases[i].count), "%zu", i);
        bw_eval_jobs_clear(&jobs);
    }
}
