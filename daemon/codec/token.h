/* daemon/codec/token.h: secrets that are handed out once: they are kept as a hash alone. */
#ifndef BW_CODEC_TOKEN_H
#define BW_CODEC_TOKEN_H
#include <stdbool.h>

enum { BW_TOKEN_HASH_TEXT = 65 }; /* SHA-256 in hexadecimal, and a NUL */

/* Returns out, BW_TOKEN_HASH_TEXT bytes. */
const char *bw_token_hash(const char *token, char *out);
/* Is it the token of that hash? NULL is no token, and of no hash. */
bool bw_token_fits(const char *token, const char *hash);
#endif
