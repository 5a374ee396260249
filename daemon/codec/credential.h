/* daemon/codec/credential.h: what a credential command prints when it is more than the credential: the
 * answer of a token endpoint, of az, gcloud, a kubectl credential plugin or an AWS credential
 * process; and until when a token counts that says so itself. */
#ifndef BW_CODEC_CREDENTIAL_H
#define BW_CODEC_CREDENTIAL_H
#include <stdbool.h>
#include <stdint.h>

struct bw_credential {
    char *text; /* what is sent; owned. AWS keys as ID:SECRET:TOKEN */
    int64_t expires_ms; /* 0: not said */
};

/* Read the output of a command; whatever is not known is a token as it stands. now_ms: for expires_in.
 * Ownership: the caller's, to release with bw_credential_clear(), which wipes it. */
struct bw_credential bw_credential_read(const char *output, int64_t now_ms);
void bw_credential_clear(struct bw_credential *said);
#endif
