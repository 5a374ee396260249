/* daemon/cli/cmd_check.c: `basewatch check`, a monitoring plugin: one line on stdout, exit 0 OK,
 * 1 WARNING, 2 CRITICAL, 3 UNKNOWN (Monitoring Plugins Development Guidelines). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/text.h"
#include "cli/threshold.h"

enum state { OK, WARNING, CRITICAL, UNKNOWN };

enum { NAMED_MAX = 5 }; /* notices that -v names */

#define OVERDUE_TARGET "/v1/notices?state=open&severity=overdue"

struct options {
    struct bw_common common;
    const char *warning;
    const char *critical;
    const char *feed_warning;
    const char *feed_stale;
    const char *timeout;
    bool version;
    bool verbose;
};

static const struct bw_option OPTIONS[] = {
    { "warning", "RANGE", "open notices; default 0: any one warns",
      offsetof(struct options, warning), 'w' },
    { "critical", "RANGE", "open notices; one that is overdue is always critical",
      offsetof(struct options, critical), 'c' },
    { "feed-warning", "RANGE", "seconds since the last good poll of a source; default 86400",
      offsetof(struct options, feed_warning), 0 },
    { "feed-stale", "RANGE", "the same, where the answer becomes UNKNOWN; default 259200",
      offsetof(struct options, feed_stale), 0 },
    { "timeout", "SECONDS", "for the whole check; default 10", offsetof(struct options, timeout),
      't' },
    { "host", "PATH", "the same as --socket", offsetof(struct bw_common, socket), 'H' },
    { "version", NULL, "print the version", offsetof(struct options, version), 'V' },
    { "verbose", NULL, "name what is overdue", offsetof(struct options, verbose), 'v' },
    BW_COMMON_OPTIONS,
    { 0 },
};

struct ranges {
    struct bw_threshold warning;
    struct bw_threshold critical;
    struct bw_threshold feed_warning;
    struct bw_threshold feed_stale;
};

struct facts {
    int64_t open;
    int64_t overdue;
    int64_t unwatched;    /* deployments on platforms without a source */
    int64_t sources;
    int64_t feed_age_sec; /* of the source that has been silent longest; -1: none has answered */
    struct bw_str names;  /* deployments whose notices are overdue */
    struct bw_str silent; /* the source that has never answered, "" when all have */
    struct bw_str refused; /* what status says is wrong with the configuration, "" for nothing */
};

static int check(int argc, char **argv);
static enum bw_err read_options(struct options *values, struct ranges *ranges, int64_t *timeout_ms,
                                struct bw_error *err);
static enum bw_err learn(int64_t timeout_ms, struct facts *facts, struct bw_error *err);
static int report(const struct facts *facts, const struct options *values,
                  const struct ranges *ranges);

const struct bw_cmd bw_check_cmd = {
    .name = "check",
    .run = check,
    .usage = "check [-w RANGE] [-c RANGE] [-t SECONDS] [-H PATH] [-v]",
    .help = "Be a monitoring plugin: exit 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN",
    .options = OPTIONS,
};

static void facts_clear(struct facts *facts)
{
    bw_str_clear(&facts->names);
    bw_str_clear(&facts->silent);
    bw_str_clear(&facts->refused);
}

/* Whatever goes wrong is an answer too; a `|` would begin the performance data. */
static int say_unknown(struct bw_error *err)
{
    for (char *bar = strchr(err->text, '|'); bar != NULL; bar = strchr(bar, '|')) {
        *bar = ' ';
    }
    BW_CLEANUP(bw_freep) char *line = bw_xasprintf("BASEWATCH UNKNOWN - %s", err->text);
    bw_text_print(stdout, line);
    return UNKNOWN;
}

static int check(int argc, char **argv)
{
    struct options values = { 0 };
    struct ranges ranges = { 0 };
    struct bw_error err = { 0 };
    int64_t timeout_ms = 0;
    int operands = argc;
    if (bw_option_parse(OPTIONS, &operands, argv, &values, &err) != BW_OK) {
        return say_unknown(&err);
    }
    if (values.common.help) {
        bw_cmd_help(&bw_check_cmd);
        return OK;
    }
    if (values.version) {
        (void)puts("basewatch check " BW_VERSION);
        return OK;
    }
    if (operands > 1) {
        (void)bw_fail(&err, BW_ERR_INVALID, "unexpected argument '%.60s'", argv[1]);
        return say_unknown(&err);
    }
    BW_CLEANUP(facts_clear) struct facts facts = { .feed_age_sec = -1 };
    if (read_options(&values, &ranges, &timeout_ms, &err) != BW_OK ||
        learn(timeout_ms, &facts, &err) != BW_OK) {
        return say_unknown(&err);
    }
    return report(&facts, &values, &ranges);
}

static enum bw_err read_options(struct options *values, struct ranges *ranges, int64_t *timeout_ms,
                                struct bw_error *err)
{
    const struct {
        const char **text;
        const char *usual; /* "": none */
        struct bw_threshold *range;
    } rows[] = {
        { &values->warning, "0", &ranges->warning },
        { &values->critical, "", &ranges->critical },
        { &values->feed_warning, "86400", &ranges->feed_warning },
        { &values->feed_stale, "259200", &ranges->feed_stale },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        bool given = *rows[i].text != NULL;
        *rows[i].text = given ? *rows[i].text : rows[i].usual;
        const char *text = !given && rows[i].usual[0] == '\0' ? "~:" : *rows[i].text;
        enum bw_err rc = bw_threshold_parse(text, rows[i].range, err);
        if (rc != BW_OK) {
            return rc;
        }
    }
    if (values->common.socket != NULL) {
        bw_client_set_socket(values->common.socket);
    }
    const char *seconds = values->timeout != NULL ? values->timeout : "10";
    int64_t limit = 0;
    if (!bw_str_number(seconds, &limit) || limit < 1 || limit > 3600) {
        return bw_fail(err, BW_ERR_INVALID, "--timeout: '%.40s' is not 1 to 3600 seconds", seconds);
    }
    *timeout_ms = limit * BW_SECOND_MS;
    return BW_OK;
}

static enum bw_err get(const char *target, int64_t deadline_ms, struct bw_json **out,
                       struct bw_error *err)
{
    int64_t left_ms = deadline_ms - bw_clock_monotonic_ms();
    const struct bw_client_request request = {
        .method = "GET",
        .target = target,
        .timeout_ms = left_ms > 1 ? left_ms : 1,
    };
    return bw_client_ask(&request, out, err);
}

static void learn_age(const struct bw_json *sources, struct facts *facts)
{
    int64_t now_ms = bw_clock_now_ms();
    for (const struct bw_json *source = bw_json_first(sources); source != NULL;
         source = bw_json_next(source)) {
        int64_t at_ms = 0;
        facts->sources++;
        const char *at = bw_json_text(bw_json_get(source, "last_success_at"), "");
        if (bw_instant_parse(at, &at_ms, NULL) != BW_OK) {
            bw_str_reset(&facts->silent);
            bw_str_append(&facts->silent, bw_json_text(bw_json_get(source, "name"), "?"));
            continue;
        }
        int64_t age_sec = at_ms < now_ms ? (now_ms - at_ms) / BW_SECOND_MS : 0;
        facts->feed_age_sec = age_sec > facts->feed_age_sec ? age_sec : facts->feed_age_sec;
    }
}

static void learn_overdue(const struct bw_json *notices, struct facts *facts)
{
    for (const struct bw_json *notice = bw_json_first(notices); notice != NULL;
         notice = bw_json_next(notice)) {
        const char *severity = bw_json_text(bw_json_get(notice, "severity"), "");
        const char *state = bw_json_text(bw_json_get(notice, "state"), "");
        bool inhibited = bw_json_bool(bw_json_get(notice, "inhibited"), false);
        if (strcmp(severity, "overdue") != 0 || strcmp(state, "open") != 0 || inhibited) {
            continue;
        }
        if (facts->overdue++ < NAMED_MAX) {
            bw_str_appendf(&facts->names, "%s%s", facts->names.size > 0 ? ", " : "",
                           bw_json_text(bw_json_get(notice, "deployment"), "?"));
        }
    }
}

static enum bw_err learn(int64_t timeout_ms, struct facts *facts, struct bw_error *err)
{
    int64_t deadline_ms = bw_clock_monotonic_ms() + timeout_ms;
    BW_CLEANUP(bw_json_freep) struct bw_json *status = NULL;
    BW_CLEANUP(bw_json_freep) struct bw_json *overdue = NULL;
    enum bw_err rc = get("/v1/status", deadline_ms, &status, err);
    if (rc == BW_OK) {
        rc = get(OVERDUE_TARGET, deadline_ms, &overdue, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    facts->open = bw_json_i64(bw_json_get(bw_json_get(status, "notices"), "open"), -1);
    if (facts->open < 0 || !bw_json_is_array(bw_json_get(status, "sources"))) {
        return bw_fail(err, BW_ERR_INVALID, "the daemon's status lacks notices or sources");
    }
    facts->unwatched = bw_json_i64(bw_json_get(status, "unwatched"), 0);
    const struct bw_json *configuration = bw_json_get(status, "configuration");
    const char *restart = bw_json_text(bw_json_get(configuration, "needs_restart"), NULL);
    bw_str_append(&facts->refused, bw_json_text(bw_json_get(configuration, "error"), ""));
    if (facts->refused.size == 0 && restart != NULL) {
        bw_str_appendf(&facts->refused, "%s changed, which needs a restart", restart);
    }
    learn_age(bw_json_get(status, "sources"), facts);
    learn_overdue(bw_json_get(overdue, "notices"), facts);
    return BW_OK;
}

static enum state judge(const struct facts *facts, const struct ranges *ranges)
{
    if (facts->overdue > 0 || bw_threshold_alerts(&ranges->critical, (double)facts->open)) {
        return CRITICAL;
    }
    if (facts->sources == 0 || facts->silent.size > 0 ||
        bw_threshold_alerts(&ranges->feed_stale, (double)facts->feed_age_sec)) {
        return UNKNOWN; /* no news, or old: neither "fine" nor a count can be asserted */
    }
    if (facts->refused.size > 0 || facts->unwatched > 0 ||
        bw_threshold_alerts(&ranges->warning, (double)facts->open) ||
        bw_threshold_alerts(&ranges->feed_warning, (double)facts->feed_age_sec)) {
        return WARNING;
    }
    return OK;
}

static void tell_notices(const struct facts *facts, bool verbose, struct bw_str *line)
{
    bw_str_appendf(line, "%" PRId64 " notice%s open", facts->open, facts->open == 1 ? "" : "s");
    if (facts->overdue > 0) {
        bw_str_appendf(line, ", %" PRId64 " overdue", facts->overdue);
    }
    if (facts->overdue > 0 && verbose) {
        bw_str_appendf(line, " (%s%s)", facts->names.text,
                       facts->overdue > NAMED_MAX ? ", ..." : "");
    }
}

static void tell_sources(const struct facts *facts, const struct ranges *ranges,
                         struct bw_str *line)
{
    if (facts->sources == 0) {
        bw_str_append(line, ", no source is configured: nothing is watched");
    } else if (facts->silent.size > 0) {
        bw_str_appendf(line, ", source %s has never answered", facts->silent.text);
    } else if (bw_threshold_alerts(&ranges->feed_warning, (double)facts->feed_age_sec)) {
        bw_str_appendf(line, ", a source has been silent for %" PRId64 " hours",
                       facts->feed_age_sec * BW_SECOND_MS / BW_HOUR_MS);
    }
    if (facts->sources > 0 && facts->unwatched > 0) {
        bw_str_appendf(line, ", no source speaks of the platform of %" PRId64 " deployment%s",
                       facts->unwatched, facts->unwatched == 1 ? "" : "s");
    }
    if (facts->refused.size > 0) {
        bw_str_appendf(line, ", the configuration is not in force: %s", facts->refused.text);
    }
}

/* What is not known is U (Monitoring Plugins Development Guidelines, performance data). */
static void add_data(const struct facts *facts, const struct options *values, struct bw_str *line)
{
    BW_CLEANUP(bw_freep) char *age = bw_xasprintf("%" PRId64 "s", facts->feed_age_sec);
    bw_str_appendf(line, " | notices=%" PRId64 ";%s;%s;0; feed_age=%s;%s;%s;0;", facts->open,
                   values->warning, values->critical, facts->feed_age_sec < 0 ? "U" : age,
                   values->feed_warning, values->feed_stale);
    bw_str_appendf(line, " overdue=%" PRId64 ";;0;0; unwatched=%" PRId64 ";0;;0;", facts->overdue,
                   facts->unwatched);
}

static int report(const struct facts *facts, const struct options *values,
                  const struct ranges *ranges)
{
    static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };
    enum state state = judge(facts, ranges);
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_str_appendf(&line, "BASEWATCH %s - ", words[state]);
    tell_notices(facts, values->verbose, &line);
    tell_sources(facts, ranges, &line);
    for (char *bar = line.text; (bar = strchr(bar, '|')) != NULL;) {
        *bar = ' ';
    }
    add_data(facts, values, &line);
    bw_text_print(stdout, line.text);
    return (int)state;
}
