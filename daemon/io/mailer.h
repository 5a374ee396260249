/* daemon/io/mailer.h: one mail to one SMTP server, on the loop (libcurl). TLS is demanded unless
 * the mail says `plain`: smtps:// begins with it, smtp:// turns to it by STARTTLS. A password never
 * crosses a network without TLS. */
#ifndef BW_IO_MAILER_H
#define BW_IO_MAILER_H
#include <uv.h>

#include "base/error.h"
#include "codec/mail.h"

struct bw_mailer;
struct bw_mail_job;

struct bw_mail_order { /* borrowed for the call */
    const char *url;   /* smtp://host[:port] or smtps://; a path is what we call ourselves there */
    const char *userpwd; /* "user:password"; NULL: no login */
    const struct bw_mail *mail;
    const char *message_id;
    const char *instance; /* names this installation in Message-ID */
    int64_t timeout_ms;
};

/* status: the server's last reply (250 taken, 4xx not now, 5xx never); 0: none came. error is NULL
 * when it was taken, else one line without secrets; borrowed for the call. */
typedef void (*bw_mail_done)(void *context, int status, const char *error);

/* Ownership: loop is borrowed. Errors: BW_ERR_NET when libcurl does not start. */
BW_MUST_CHECK enum bw_err bw_mailer_new(uv_loop_t *loop, struct bw_mailer **out,
                                        struct bw_error *err);

/* done is called once, never from inside. The job is gone then, or when bw_mailer_cancel() returns.
 */
struct bw_mail_job *bw_mailer_send(struct bw_mailer *mailer, const struct bw_mail_order *order,
                                   bw_mail_done done, void *context);
void bw_mailer_cancel(struct bw_mail_job *job); /* done is not called */

/* No job may be left. Freed in the last close callback. */
void bw_mailer_close(struct bw_mailer *mailer);
#endif
