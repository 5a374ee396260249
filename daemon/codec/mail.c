/* daemon/codec/mail.c: see mail.h. */
#include "codec/mail.h"

#include <string.h>
#include <time.h>

#include <openssl/evp.h>

enum {
    LINE_MAX_BYTES = 76, /* of a quoted-printable line, RFC 2045, 6.7 */
    WORD_BYTES = 39,     /* of text in one encoded word: with "Subject: " it stays within 76 */
};

static bool is_one_line(const char *text);
static bool is_ascii(const char *text);
static bool is_address(const char *text);
static void add_header_text(struct bw_str *out, const char *text);
static void add_header_address(struct bw_str *out, const char *text);
static void add_part(struct bw_str *out, const char *type, const char *text);
static void add_quoted_printable(struct bw_str *out, const char *text);

void bw_mail_clear(struct bw_mail *mail)
{
    free(mail->from);
    free(mail->subject);
    free(mail->text);
    free(mail->html);
    bw_names_clear(&mail->to);
    *mail = (struct bw_mail){ 0 };
}

enum bw_err bw_mail_from_json(const struct bw_json *json, struct bw_mail *out,
                              struct bw_error *err)
{
    const struct bw_json *to = bw_json_get(json, "to");
    *out = (struct bw_mail){
        .id = bw_json_i64(bw_json_get(json, "id"), 0),
        .from = bw_xstrdup(bw_json_text(bw_json_get(json, "from"), "")),
        .subject = bw_xstrdup(bw_json_text(bw_json_get(json, "subject"), "")),
        .text = bw_xstrdup(bw_json_text(bw_json_get(json, "text"), NULL)),
        .html = bw_xstrdup(bw_json_text(bw_json_get(json, "html"), NULL)),
        .plain = bw_json_bool(bw_json_get(json, "plain"), false),
    };
    if (out->id <= 0) {
        return bw_fail(err, BW_ERR_INVALID, "id is not a number from 1");
    }
    if (!bw_json_is_array(to) || bw_json_size(to) == 0 ||
        bw_json_size(to) > BW_MAIL_RECIPIENTS_MAX) {
        return bw_fail(err, BW_ERR_INVALID, "to is not a list of 1 to %d addresses",
                       BW_MAIL_RECIPIENTS_MAX);
    }
    bool clean = is_one_line(out->subject) && is_address(out->from);
    for (const struct bw_json *one = bw_json_first(to); one != NULL; one = bw_json_next(one)) {
        BW_VEC_PUSH(&out->to, bw_xstrdup(bw_json_text(one, "")));
        clean = clean && is_address(out->to.items[out->to.count - 1]);
    }
    if (!clean || (out->text == NULL && out->html == NULL)) {
        return bw_fail(err, BW_ERR_INVALID,
                       "needs text or html, a one-line subject, and addresses like "
                       "ops@example.org or Ops <ops@example.org>");
    }
    return BW_OK;
}

void bw_mail_to_json(const struct bw_mail *mail, struct bw_json_writer *w, const char *name)
{
    bw_json_object_begin(w, name);
    bw_json_add_i64(w, "id", mail->id);
    bw_json_add_text(w, "from", mail->from);
    bw_json_array_begin(w, "to");
    BW_VEC_EACH(char *, address, &mail->to)
    {
        bw_json_add_text(w, NULL, *address);
    }
    bw_json_array_end(w);
    bw_json_add_text(w, "subject", mail->subject);
    bw_json_add_text(w, "text", mail->text);
    bw_json_add_text(w, "html", mail->html);
    bw_json_add_bool(w, "plain", mail->plain);
    bw_json_object_end(w);
}

char *bw_mail_address(const char *text)
{
    const char *open = strrchr(text, '<');
    return open == NULL ? bw_xstrdup(text) : bw_xstrndup(open + 1, strcspn(open + 1, ">"));
}

void bw_mail_compose(const struct bw_mail *mail, const char *message_id, const char *instance,
                     int64_t now_ms, struct bw_str *out)
{
    char date[64];
    struct tm tm = { 0 };
    const time_t now_sec = (time_t)(now_ms / 1000);
    (void)gmtime_r(&now_sec, &tm);
    (void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &tm);
    bw_str_appendf(out, "Date: %s\r\nFrom: ", date);
    add_header_address(out, mail->from);
    bw_str_append(out, "\r\nTo: ");
    BW_VEC_EACH(char *, address, &mail->to)
    {
        bw_str_append(out, address == mail->to.items ? "" : ",\r\n ");
        add_header_address(out, *address);
    }
    bw_str_append(out, "\r\nSubject: ");
    add_header_text(out, mail->subject);
    bw_str_appendf(out, "\r\nMessage-ID: <%s@%s>\r\n", message_id, instance);
    bw_str_append(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
    if (mail->text == NULL || mail->html == NULL) {
        bool is_text = mail->text != NULL;
        add_part(out, is_text ? "plain" : "html", is_text ? mail->text : mail->html);
        return;
    }
    /* "=_" cannot stand in a quoted-printable text, so no part holds the boundary. */
    bw_str_appendf(out, "Content-Type: multipart/alternative; boundary=\"=_%s\"\r\n\r\n--=_%s\r\n",
                   message_id, message_id);
    add_part(out, "plain", mail->text);
    bw_str_appendf(out, "\r\n--=_%s\r\n", message_id);
    add_part(out, "html", mail->html);
    bw_str_appendf(out, "\r\n--=_%s--\r\n", message_id);
}

static bool is_one_line(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80) {
        text++;
    }
    return *text == '\0';
}

static bool is_address(const char *text)
{
    BW_CLEANUP(bw_freep) char *bare = bw_mail_address(text);
    const char *at = strchr(bare, '@');
    const char *open = strpbrk(text, "<>");
    bool good = is_one_line(text) &&
                (open == NULL || strcspn(open + 1, "<>") + 2 == strlen(open)) && at != NULL &&
                at != bare && at[1] != '\0';
    for (const char *c = bare; good && *c != '\0'; c++) {
        good = *c > ' ' && *c < 0x7f && strchr("<>,;:\"()", *c) == NULL;
    }
    return good;
}

/* As it is in ASCII, else as encoded words that never cut a character (RFC 2047, 5). */
static void add_header_text(struct bw_str *out, const char *text)
{
    if (is_ascii(text)) {
        bw_str_append(out, text);
        return;
    }
    for (const char *at = text; *at != '\0';) {
        unsigned char word[4 * WORD_BYTES];
        size_t size = bw_str_utf8_cut(at, WORD_BYTES);
        (void)EVP_EncodeBlock(word, (const unsigned char *)at, (int)size);
        bw_str_appendf(out, "%s=?UTF-8?B?%s?=", at == text ? "" : "\r\n ", (const char *)word);
        at += size;
    }
}

static void add_header_address(struct bw_str *out, const char *text)
{
    const char *open = strrchr(text, '<');
    BW_CLEANUP(bw_freep) char *bare = bw_mail_address(text);
    size_t size = open == NULL ? 0 : (size_t)(open - text);
    while (size > 0 && text[size - 1] == ' ') {
        size--;
    }
    BW_CLEANUP(bw_freep) char *name = bw_xstrndup(text, size);
    if (size == 0) {
        bw_str_append(out, bare);
    } else if (is_ascii(name)) {
        bw_str_append(out, "\"");
        for (const char *c = name; *c != '\0'; c++) {
            bw_str_append_bytes(out, c, *c == '"' || *c == '\\' ? 0 : 1);
        }
        bw_str_appendf(out, "\" <%s>", bare);
    } else {
        add_header_text(out, name);
        bw_str_appendf(out, " <%s>", bare);
    }
}

static void add_part(struct bw_str *out, const char *type, const char *text)
{
    bw_str_appendf(out,
                   "Content-Type: text/%s; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                   type);
    add_quoted_printable(out, text);
}

static void add_quoted_printable(struct bw_str *out, const char *text)
{
    size_t line = 0;
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '\n') {
            bw_str_append(out, "\r\n");
            line = 0;
            continue;
        }
        bool at_end = text[1] == '\n' || text[1] == '\0';
        bool plain = (c > ' ' && c < 0x7f && c != '=') || (c == ' ' && !at_end);
        size_t size = plain ? 1 : 3;
        if (line + size >= LINE_MAX_BYTES) { /* the soft break takes a column itself */
            bw_str_append(out, "=\r\n");
            line = 0;
        }
        if (plain) {
            bw_str_append_bytes(out, text, 1);
        } else {
            bw_str_appendf(out, "=%02X", c);
        }
        line += size;
    }
}
