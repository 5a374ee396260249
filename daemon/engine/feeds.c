/* daemon/engine/feeds.c: for those who only look: GET /v1/feed.atom, the newest notices (RFC 4287),
 * and GET /v1/deadlines.ics, what has to be done by when (RFC 5545). ?owner= leaves out the
 * others'. */
#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "engine/call.h"
#include "engine/rows.h"
#include "store/unsaid.h"

enum {
    ENTRIES_MAX = 100,    /* of the Atom feed */
    DEADLINES_MAX = 1000, /* of the calendar */
    ICS_LINE_BYTES = 74,  /* 75 allowed, one of which is the blank of a folded line */
};

/* ---- Atom ---- */

/* Control characters have no place in XML 1.0, escaped or not. */
static void append_xml(struct bw_str *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *escape = *text == '&'   ? "&amp;"
                             : *text == '<' ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '"' ? "&quot;"
                                            : NULL;
        bool gone = (unsigned char)*text < ' ' && *text != '\n' && *text != '\t';
        bw_str_append_bytes(out, escape != NULL ? escape : text,
                            escape != NULL ? strlen(escape) : gone ? 0 : 1);
    }
}

static void append_element(struct bw_str *out, const char *open, const char *text,
                           const char *close)
{
    bw_str_append(out, open);
    append_xml(out, text);
    bw_str_append(out, close);
}

static void append_entry(struct bw_str *out, const struct bw_engine *engine,
                         const struct bw_notice *notice)
{
    char opened[BW_INSTANT_TEXT];
    char updated[BW_INSTANT_TEXT];
    const char *kind = bw_notice_kind_word(notice->kind);
    BW_CLEANUP(bw_freep) char *title =
        bw_xasprintf("%s: %s, %s, %s", notice->subject, kind, bw_severity_word(notice->severity),
                     bw_notice_state_word(notice->state));
    bw_str_appendf(out, "<entry>\n<id>urn:basewatch:%s:notice:%" PRId64 "</id>\n", engine->instance,
                   notice->id);
    append_element(out, "<title>", title, "</title>\n");
    bw_str_appendf(out, "<published>%s</published>\n<updated>%s</updated>\n",
                   bw_instant_format(notice->opened_ms, opened),
                   bw_instant_format(notice->updated_ms, updated));
    bw_str_appendf(out, "<category term=\"%s\"/>\n", kind);
    BW_CLEANUP(bw_freep) char *text = bw_notice_text(notice);
    append_element(out, "<content type=\"text\">", text, "</content>\n</entry>\n");
}

enum bw_err bw_api_feed_atom(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *owner = bw_call_query(call, "owner");
    BW_CLEANUP(bw_notices_clear) struct bw_notices notices = { 0 };
    struct bw_engine *engine = call->engine;
    enum bw_err rc = bw_notices_newest(engine->db, owner, ENTRIES_MAX, &notices, err);
    char updated[BW_INSTANT_TEXT];
    int64_t newest_ms = notices.count == 0 ? engine->now_ms : notices.items[0].updated_ms;
    call->content_type = "application/atom+xml; charset=utf-8";
    bw_str_append(&call->body, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                               "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    bw_str_appendf(&call->body, "<id>urn:basewatch:%s:notices</id>\n", engine->instance);
    append_element(&call->body, "<title>basewatch: notices",
                   owner == NULL ? "" : owner[0] == '\0' ? " without an owner" : " of ", "");
    append_element(&call->body, "", owner == NULL ? "" : owner, "</title>\n");
    bw_str_appendf(&call->body, "<updated>%s</updated>\n<author><name>basewatch</name></author>\n",
                   bw_instant_format(newest_ms, updated));
    BW_VEC_EACH(const struct bw_notice, notice, &notices)
    {
        bool unsaid = false;
        rc = rc == BW_OK ? bw_unsaid_has(engine->db, notice->id, true, &unsaid, err) : rc;
        if (!unsaid) {
            append_entry(&call->body, engine, notice);
        }
    }
    bw_str_append(&call->body, "</feed>\n");
    return rc;
}

/* ---- iCalendar ---- */

/* name:text as one content line, folded between characters; text is escaped (RFC 5545, 3.3.11). */
static void append_line(struct bw_str *out, const char *name, const char *text)
{
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    bw_str_appendf(&line, "%s:", name);
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            bw_str_append(&line, "\\n");
        } else if ((unsigned char)*text >= ' ') {
            bw_str_append(&line, strchr("\\;,", *text) != NULL ? "\\" : "");
            bw_str_append_bytes(&line, text, 1);
        }
    }
    for (const char *at = line.text; *at != '\0';) {
        size_t size = bw_str_utf8_cut(at, ICS_LINE_BYTES);
        bw_str_append(out, at == line.text ? "" : " ");
        bw_str_append_bytes(out, at, size);
        bw_str_append(out, "\r\n");
        at += size;
    }
}

/* 2027-01-06T00:00:00Z as 20270106T000000Z; the first `size` bytes of that. */
static const char *compact(int64_t at_ms, size_t size, char *out)
{
    char text[BW_INSTANT_TEXT];
    size_t to = 0;
    for (const char *from = bw_instant_format(at_ms, text); *from != '\0' && to < size; from++) {
        if (*from != '-' && *from != ':') {
            out[to++] = *from;
        }
    }
    out[to] = '\0';
    return out;
}

static void append_event(struct bw_str *out, const struct bw_engine *engine,
                         const struct bw_notice *notice, const char *clock, const char *what,
                         int64_t at_ms)
{
    char text[BW_INSTANT_TEXT];
    BW_CLEANUP(bw_freep) char *uid =
        bw_xasprintf("notice-%" PRId64 "-%s@%s", notice->id, clock, engine->instance);
    BW_CLEANUP(bw_freep) char *title = bw_xasprintf("%s: %s", notice->subject, what);
    bw_str_append(out, "BEGIN:VEVENT\r\n");
    append_line(out, "UID", uid);
    append_line(out, "DTSTAMP", compact(notice->updated_ms, sizeof("YYYYMMDDTHHMMSSZ"), text));
    append_line(out, "DTSTART;VALUE=DATE", compact(at_ms, strlen("YYYYMMDD"), text));
    append_line(out, "SUMMARY", title);
    append_line(out, "DESCRIPTION", notice->summary);
    append_line(out, "CATEGORIES", bw_severity_word(notice->severity));
    bw_str_append(out, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

/* One notice of a deployment speaks of its dates: the one that reminds of them. */
static void append_deadlines(struct bw_str *out, const struct bw_engine *engine,
                             const struct bw_notice *notice)
{
    if (notice->state == BW_NOTICE_WAIVED) {
        return;
    }
    if (notice->deadline_ms == notice->train_by_ms) {
        append_event(out, engine, notice, "train", "last day to train on its base",
                     notice->train_by_ms);
    }
    if (notice->serve_until_ms != 0) {
        append_event(out, engine, notice, "serve", "its base is served until today",
                     notice->serve_until_ms);
    }
}

enum bw_err bw_api_deadlines_ics(struct bw_call *call, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *owner = bw_call_query(call, "owner");
    BW_CLEANUP(bw_notices_clear) struct bw_notices notices = { 0 };
    enum bw_err rc =
        bw_notices_deadlines(call->engine->db, owner, DEADLINES_MAX, &notices, err);
    call->content_type = "text/calendar; charset=utf-8";
    bw_str_append(&call->body, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
                               "PRODID:-//basewatch//" BW_VERSION "//EN\r\n"
                               "X-WR-CALNAME:basewatch\r\n");
    BW_VEC_EACH(const struct bw_notice, notice, &notices)
    {
        append_deadlines(&call->body, call->engine, notice);
    }
    bw_str_append(&call->body, "END:VCALENDAR\r\n");
    return rc;
}
