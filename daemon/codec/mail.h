/* daemon/codec/mail.h: one mail, as a plugin asks for it and as it travels (RFC 5322, 2045, 2047).
 */
#ifndef BW_CODEC_MAIL_H
#define BW_CODEC_MAIL_H
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"
#include "codec/json.h"

enum { BW_MAIL_RECIPIENTS_MAX = 100 };

struct bw_mail { /* owned texts */
    int64_t id;         /* the plugin's number of it */
    char *from;         /* user@host, or Name <user@host> */
    struct bw_names to; /* likewise */
    char *subject;
    char *text; /* one of text and html may be NULL */
    char *html;
    bool plain; /* without TLS where the server offers none */
};
void bw_mail_clear(struct bw_mail *mail);

/* Ownership: what *out holds is the caller's, also after a failure. Errors: BW_ERR_INVALID; nothing
 * in an accepted mail can begin a header line of its own. */
BW_MUST_CHECK enum bw_err bw_mail_from_json(const struct bw_json *json, struct bw_mail *out,
                                            struct bw_error *err);
void bw_mail_to_json(const struct bw_mail *mail, struct bw_json_writer *w, const char *name);

/* user@host alone. Ownership: the caller's. */
char *bw_mail_address(const char *text);

/* Append the mail as it is sent: CRLF lines, ASCII throughout. message_id and instance become
 * Message-ID, so that a second attempt is the same mail. */
void bw_mail_compose(const struct bw_mail *mail, const char *message_id, const char *instance,
                     int64_t now_ms, struct bw_str *out);
#endif
