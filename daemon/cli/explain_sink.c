/* daemon/cli/explain_sink.c: see explain_sink.h. */
#include "cli/explain_sink.h"

#include <inttypes.h>

#include "base/instant.h"

static const char *severity_at(unsigned i)
{
    return i <= BW_SEVERITY_OVERDUE ? bw_severity_word((enum bw_severity)i) : NULL;
}

static const char *kind_at(unsigned i)
{
    return i <= BW_NOTICE_SINK_FAILING ? bw_notice_kind_word((enum bw_notice_kind)i) : NULL;
}

static const char *technique_at(unsigned i)
{
    return i <= BW_TECHNIQUE_FINE_TUNED_RAG ? bw_technique_word((enum bw_technique)i) : NULL;
}

static const char *day_at(unsigned i)
{
    static const char *const words[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };
    return words[i];
}

static void append_patterns(struct bw_str *out, const char *what, const struct bw_names *patterns)
{
    BW_VEC_EACH(char *, pattern, patterns)
    {
        bw_str_appendf(out, "%s%s%s", pattern == patterns->items ? what : "",
                       pattern == patterns->items ? " " : ", ", *pattern);
    }
}

/* None and all of the words are the same, and go without saying. */
static void append_words(struct bw_str *out, const char *what, unsigned bits,
                         const char *(*word_at)(unsigned i))
{
    unsigned all = 0;
    const char *before = what;
    for (unsigned i = 0; word_at(i) != NULL; i++) {
        all |= 1U << i;
    }
    for (unsigned i = 0; (bits & all) != all && word_at(i) != NULL; i++) {
        if ((bits & (1U << i)) != 0) {
            bw_str_appendf(out, "%s %s", before, word_at(i));
            before = ",";
        }
    }
}

static void append_filter(struct bw_str *out, const struct bw_sink_filter *only)
{
    append_patterns(out, "; only owners", &only->owners);
    append_patterns(out, "; only platforms", &only->platforms);
    append_patterns(out, "; only tags", &only->tags);
    append_words(out, "; only", only->severities, severity_at);
    append_words(out, "; only notices of", only->kinds, kind_at);
    append_words(out, "; only deployments that are", only->techniques, technique_at);
}

static void append_hour(struct bw_str *out, const char *before, int64_t at_ms)
{
    bw_str_appendf(out, "%s%02d:%02d", before, (int)(at_ms / BW_HOUR_MS),
                   (int)(at_ms % BW_HOUR_MS / BW_MINUTE_MS));
}

static void append_rhythm(struct bw_str *out, const struct bw_rhythm *rhythm)
{
    bool quiet = rhythm->quiet_from_ms != rhythm->quiet_to_ms;
    if (rhythm->pause_ms > 0) {
        char pause[BW_INSTANT_TEXT];
        bw_str_appendf(out, "; what can wait at most once in %s an owner",
                       bw_duration_format(rhythm->pause_ms, pause));
    }
    if (rhythm->digest) {
        append_hour(out, "; what can wait gathered until ", rhythm->digest_at_ms);
        append_words(out, " of", rhythm->digest_days, day_at);
    }
    if (quiet) {
        append_hour(out, "; quiet from ", rhythm->quiet_from_ms);
        append_hour(out, " to ", rhythm->quiet_to_ms);
    }
    append_words(out, "; quiet on", rhythm->quiet_days, day_at);
    if (rhythm->digest || quiet || rhythm->quiet_days != 0) {
        bw_str_appendf(out, "; by the clock of %s", rhythm->zone);
    }
}

void bw_explain_sink(const struct bw_sink_settings *sink, struct bw_str *out)
{
    append_filter(out, &sink->only);
    if (sink->catch_all) {
        bw_str_append(out, "; only what no other sink wants");
    }
    if (sink->group == BW_GROUP_OWNER) {
        bw_str_append(out, "; one message an owner");
    }
    if (sink->detail == BW_DETAIL_MINIMAL) {
        bw_str_append(out, "; without models, dates and money");
    }
    append_rhythm(out, &sink->rhythm);
    if (sink->template != NULL) {
        bw_str_append(out, "; in the words of its template");
    }
}
