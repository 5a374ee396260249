/* daemon/cli/backtest/main.c: `basewatch-backtest`, what `basewatch backtest` becomes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/log.h"
#include "cli/backtest/page.h"
#include "cli/backtest/record.h"
#include "cli/backtest/replay.h"
#include "cli/cmd_backtest.h"

enum { FLUSH_BYTES = 1 << 16 };

struct output {
    const struct bw_fleet *fleet;
    struct bw_str lines; /* of JSON, not yet written */
    struct bw_page page;
};

static void write_lines(struct bw_str *lines)
{
    (void)fwrite(lines->text, 1, lines->size, stdout);
    bw_str_reset(lines);
}

static void hear_for_lines(void *context, const struct bw_notice_event *event,
                           const struct bw_notice *notice)
{
    struct output *output = context;
    const struct bw_fleet_member *member = bw_fleet_find(output->fleet, notice->subject);
    bw_record_append(&output->lines, member, event, notice);
    if (output->lines.size >= FLUSH_BYTES) {
        write_lines(&output->lines);
    }
}

static void hear_for_page(void *context, const struct bw_notice_event *event,
                          const struct bw_notice *notice)
{
    struct output *output = context;
    bw_page_note(&output->page, bw_fleet_find(output->fleet, notice->subject), event, notice);
}

static enum bw_err read_day(const char *option, const char *text, int64_t fallback_ms,
                            int64_t *out_ms, struct bw_error *err)
{
    *out_ms = fallback_ms;
    if (text == NULL) {
        return BW_OK;
    }
    enum bw_err rc = bw_instant_parse(text, out_ms, err);
    *out_ms -= *out_ms % BW_DAY_MS;
    return rc == BW_OK ? rc : bw_error_prefix(err, "--%s: ", option);
}

static enum bw_err read_call(const struct bw_backtest_call *call, bool *lines,
                             struct bw_error *err)
{
    *lines = call->format != NULL && strcmp(call->format, "jsonl") == 0;
    if (call->history == NULL || call->deployments == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "--history and --deployments must be given");
    }
    if (call->format != NULL && !*lines && strcmp(call->format, "page") != 0) {
        return bw_fail(err, BW_ERR_INVALID, "--format '%.40s' is neither page nor jsonl",
                       call->format);
    }
    return BW_OK;
}

static enum bw_err read_days(const struct bw_backtest_call *call, struct bw_replay *replay,
                             struct bw_error *err)
{
    const struct bw_history *history = replay->history;
    int64_t first_ms = history->days.items[0].date_ms;
    int64_t last_ms = history->days.items[history->days.count - 1].date_ms;
    enum bw_err rc = read_day("from", call->from, first_ms, &replay->from_ms, err);
    if (rc == BW_OK) {
        rc = read_day("to", call->to, last_ms, &replay->to_ms, err);
    }
    if (rc == BW_OK && replay->to_ms < replay->from_ms) {
        rc = bw_fail(err, BW_ERR_INVALID, "--from is after %s",
                     call->to == NULL ? "the last day that was recorded" : "--to");
    }
    return rc;
}

static enum bw_err play(const struct bw_backtest_call *call, bool lines, struct bw_error *err)
{
    BW_CLEANUP(bw_history_clear) struct bw_history history = { 0 };
    BW_CLEANUP(bw_fleet_clear) struct bw_fleet fleet = { 0 };
    struct output output = { .fleet = &fleet };
    struct bw_replay replay = { .history = &history,
                                .fleet = &fleet,
                                .heard = lines ? hear_for_lines : hear_for_page,
                                .context = &output };
    enum bw_err rc = bw_history_read(call->history, &history, err);
    if (rc == BW_OK) {
        rc = bw_fleet_read(call->deployments, &history, &fleet, err);
    }
    if (rc == BW_OK) {
        rc = read_days(call, &replay, err);
    }
    if (rc == BW_OK) {
        rc = bw_replay_run(&replay, err);
    }
    if (rc == BW_OK && lines) {
        write_lines(&output.lines);
    } else if (rc == BW_OK) {
        bw_page_print(&output.page, &replay, stdout);
    }
    bw_str_clear(&output.lines);
    bw_page_clear(&output.page);
    return rc;
}

int main(int argc, char **argv)
{
    struct bw_backtest_call call = { 0 };
    struct bw_error err = { 0 };
    bool lines = false;
    bw_log_setup(BW_LOG_TEXT, BW_LOG_ERROR); /* what the engine notes of each day is no news here */
    int code = bw_cmd_begin(&bw_backtest_cmd, &argc, argv, &call);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    if (read_call(&call, &lines, &err) != BW_OK) {
        return bw_cmd_misused(&bw_backtest_cmd, &err);
    }
    if (play(&call, lines, &err) != BW_OK) {
        return bw_cmd_failed(&err);
    }
    errno = 0;
    if (ferror(stdout) != 0 || fclose(stdout) != 0) {
        (void)bw_fail(&err, BW_ERR_IO, "standard output: %s",
                      errno != 0 ? strerror(errno) : "not everything was written");
        return bw_cmd_failed(&err);
    }
    return BW_EXIT_OK;
}
