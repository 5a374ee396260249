/* daemon/codec/token.c: see token.h. */
#include "codec/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

const char *bw_token_hash(const char *token, char *out)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_Digest(token, strlen(token), digest, &size, EVP_sha256(), NULL) != 1) {
        abort(); /* only memory can be missing */
    }
    for (unsigned i = 0; i < size; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
    }
    return out;
}

bool bw_token_fits(const char *token, const char *hash)
{
    char ours[BW_TOKEN_HASH_TEXT];
    return token != NULL && hash != NULL && strlen(hash) == sizeof(ours) - 1 &&
           CRYPTO_memcmp(bw_token_hash(token, ours), hash, sizeof(ours) - 1) == 0;
}
