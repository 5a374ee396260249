/* daemon/domain/swap.h: the one-line swap as an exact unified diff. */
#ifndef BW_DOMAIN_SWAP_H
#define BW_DOMAIN_SWAP_H
#include "base/error.h"
#include "base/str.h"
#include "domain/deployment.h"

/* The diff that replaces the first whole occurrence of `from` in the registered line by `to`:
 * a/ and b/ paths, up to three lines of context, bytes untouched, CR and a missing final newline
 * kept (`\ No newline at end of file`). `git apply` accepts it as long as the lines still stand.
 * Ownership: *diff is the caller's. Errors: BW_ERR_NOTFOUND when no lines were captured,
 * BW_ERR_CONFLICT when the captured line does not hold `from`. */
BW_MUST_CHECK enum bw_err bw_swap_diff(const struct bw_place *at, const char *from, const char *to,
                                       char **diff, struct bw_error *err);

/* The same change made in text[size], the whole file as it is now.
 * Ownership: *out is the caller's, to release with bw_str_clear(). Errors: those of bw_swap_diff();
 * BW_ERR_CONFLICT when the lines around the place are no longer the captured ones. */
BW_MUST_CHECK enum bw_err bw_swap_apply(const struct bw_place *at, const char *from, const char *to,
                                        const char *text, size_t size, struct bw_str *out,
                                        struct bw_error *err);

/* The same in words, where no place is known: "in web:services/help/config.yaml, line 12,
 * replace A by B". Ownership: the result is the caller's. */
char *bw_swap_words(const struct bw_place *at, const char *from, const char *to);
#endif
