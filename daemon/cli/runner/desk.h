/* daemon/cli/runner/desk.h: where jobs come from and results go to: the daemon's control socket. */
#ifndef BW_CLI_RUNNER_DESK_H
#define BW_CLI_RUNNER_DESK_H
#include <stdbool.h>
#include <stdint.h>

#include "codec/eval_report.h"
#include "domain/eval_suite.h"

struct bw_ordered_model { /* what the suite is to be run on */
    enum bw_eval_role role;
    char *model;
};

struct bw_order { /* a job that is ours while its lease lasts */
    int64_t id;
    char *suite;
    char *deployment;
    char *notice; /* "" where there is none */
    char *token;
    struct { struct bw_ordered_model *items; size_t count, capacity; } models;
    int64_t lease_ms;
    int64_t renewed_ms; /* monotonic: when we last asked for the lease that we hold */
};
void bw_order_clear(struct bw_order *order);

/* From then on it may be given up for lost. */
int64_t bw_order_lost_ms(const struct bw_order *order);

/* Ask for a job of one of the suites, and wait for it for some seconds; BW_ERR_NOTFOUND: none came.
 * Gives up once wake_fd is readable. Ownership: *out is the caller's.
 * Errors: those of bw_client_ask(). */
BW_MUST_CHECK enum bw_err bw_desk_lease(const char *runner, const struct bw_eval_suites *suites,
                                        int wake_fd, struct bw_order *out, struct bw_error *err);

/* Say that the job is still being run. Errors: BW_ERR_CONFLICT: it is ours no longer. While nobody
 * answers it is ours until its lease ends. */
BW_MUST_CHECK enum bw_err bw_desk_renew(struct bw_order *order, struct bw_error *err);

/* Hand in what came of it, again and again while nobody answers and the lease lasts; once wake_fd
 * is readable, no more. Errors: those of bw_client_ask(). */
BW_MUST_CHECK enum bw_err bw_desk_report(const struct bw_order *order,
                                         const struct bw_eval_report *report, int wake_fd,
                                         struct bw_error *err);
#endif
