/* daemon/cli/cmd_events.c: what has happened to notices, and what is happening now. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/table.h"
#include "cli/text.h"

enum { EVERY_SEC = 1 };

struct events_options {
    struct bw_list_options list;
    const char *after;
    bool follow;
};

static const struct bw_column COLUMNS[] = {
    { "AT", "at", BW_CELL_MINUTE },
    { "EVENT", "event", BW_CELL_TEXT },
    { "NOTICE", "notice", BW_CELL_TEXT },
    { "SUBJECT", "deployment|source|sink", BW_CELL_TEXT },
    { "KIND", "kind", BW_CELL_TEXT },
    { "STATE", "to_state", BW_CELL_TEXT },
    { "BY", "actor", BW_CELL_TEXT },
    { "REASON", "reason", BW_CELL_TEXT },
};
static const struct bw_list LIST = { "events", COLUMNS, BW_COUNT(COLUMNS) };

static const struct bw_option OPTIONS[] = {
    { "follow", NULL, "print each as it happens, a line an event, until interrupted",
      offsetof(struct events_options, follow), 'f' },
    { "after", "ID", "follow from this event on, not from now",
      offsetof(struct events_options, after), 0 },
    BW_FILTER(0, "notice", "ID", "only those of this notice"),
    BW_FILTER(1, "deployment", "NAME", "only those about this deployment"),
    BW_FILTER(2, "owner", "OWNER", "only those of notices to this owner"),
    BW_FILTER(3, "kind", "KIND", "only those of notices of this kind"),
    BW_FILTER(4, "actor", "ACTOR", "only what this one did: basewatch, uid:1000 ..."),
    BW_FILTER(5, "since", "DATE", "only those from that day or moment on"),
    BW_LIST_OPTIONS,
    { 0 },
};

static int events(int argc, char **argv);

const struct bw_cmd bw_events_cmd = {
    .name = "events",
    .run = events,
    .usage = "events [--notice ID] [--deployment NAME] [--owner OWNER] [--kind KIND]"
             " [--actor ACTOR] [--since DATE] [--json]\nevents --follow [--after ID] [--json]",
    .help = "List what has happened to notices, or follow it",
    .options = OPTIONS,
};

static void print_event(const struct bw_json *event, bool json)
{
    if (json) {
        bw_ask_print_json(event);
        return;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    for (size_t i = 0; i < BW_COUNT(COLUMNS); i++) {
        bw_str_append(&line, i == 0 ? "" : "  ");
        bw_cell_append(&line, COLUMNS[i].kind, bw_cell_pick(event, COLUMNS[i].field));
    }
    bw_text_print(stdout, line.text);
}

/* Print what came after *after, which moves on as far as was looked. */
static enum bw_err print_new(const struct events_options *values, char **after, bool *more,
                             struct bw_error *err)
{
    BW_CLEANUP(bw_str_clear) struct bw_str target = { 0 };
    BW_CLEANUP(bw_json_freep) struct bw_json *page = NULL;
    bw_str_append(&target, "/v1/events");
    bw_ask_add_filters(&target, OPTIONS, &values->list);
    bw_client_add_query(&target, "after", *after);
    enum bw_err rc = bw_ask_get(target.text, &page, err);
    if (rc != BW_OK) {
        return rc;
    }
    const struct bw_json *rows = bw_json_get(page, "events");
    for (const struct bw_json *event = bw_json_first(rows); event != NULL;
         event = bw_json_next(event)) {
        print_event(event, values->list.common.json);
    }
    const char *next = bw_json_text(bw_json_get(page, "next"), NULL);
    *more = next != NULL;
    bw_replace(after, *more ? next : bw_json_text(bw_json_get(page, "last"), *after));
    return BW_OK;
}

static enum bw_err find_end(char **after, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *page = NULL;
    enum bw_err rc = bw_ask_get("/v1/events?after=9223372036854775807", &page, err);
    bw_replace(after, bw_json_text(bw_json_get(page, "last"), "0"));
    return rc;
}

/* Restarted, or busy: it goes on from where we are. 503 is an answer of one that is starting. */
static bool may_come_back(enum bw_err rc)
{
    return rc == BW_ERR_NET || rc == BW_ERR_TIMEOUT || rc == BW_ERR_REFUSED;
}

static int follow(const struct events_options *values)
{
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_freep) char *after = bw_xstrdup(values->after);
    enum bw_err rc = after == NULL ? find_end(&after, &err) : BW_OK;
    bool away = false;
    for (bool heard = after != NULL && rc == BW_OK; heard && ferror(stdout) == 0;) {
        bool more = false;
        rc = print_new(values, &after, &more, &err);
        (void)fflush(stdout);
        heard = rc == BW_OK || may_come_back(rc);
        if (rc != BW_OK && heard && !away) {
            BW_CLEANUP(bw_freep)
            char *line = bw_xasprintf("warning: %s; trying again every second", err.text);
            bw_text_print(stderr, line);
        }
        away = rc != BW_OK;
        if (heard && !more) {
            const struct timespec pause = { .tv_sec = EVERY_SEC };
            (void)nanosleep(&pause, NULL);
        }
    }
    return rc == BW_OK ? BW_EXIT_FAILED : bw_cmd_failed(&err);
}

static int events(int argc, char **argv)
{
    struct events_options values = { 0 };
    int code = bw_cmd_begin(&bw_events_cmd, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    if (values.follow) {
        return follow(&values);
    }
    if (values.after != NULL) {
        struct bw_error err = { 0 };
        (void)bw_fail(&err, BW_ERR_INVALID, "--after belongs to --follow");
        return bw_cmd_misused(&bw_events_cmd, &err);
    }
    return bw_ask_print_list(&bw_events_cmd, &LIST, &values.list);
}
