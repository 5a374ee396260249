/* daemon/base/error.h: what can go wrong, and the sentence an operator reads about it. */
#ifndef BW_BASE_ERROR_H
#define BW_BASE_ERROR_H
#include "base/mem.h"

/* Code, and the short text that stands in for a missing sentence. */
#define BW_ERR_TABLE(X)                                                                            \
    X(OK, "no error")                                                                              \
    X(INVALID, "invalid input")                                                                    \
    X(NOTFOUND, "not found")                                                                       \
    X(EXISTS, "already exists")                                                                    \
    X(DENIED, "not permitted")                                                                     \
    X(CONFLICT, "not possible in the present state")                                               \
    X(RANGE, "value out of range")                                                                 \
    X(TOOBIG, "too large")                                                                         \
    X(IO, "input/output failed")                                                                   \
    X(STORE, "database failed")                                                                    \
    X(NEWER, "database is newer than this program")                                                \
    X(NET, "network failed")                                                                       \
    X(TIMEOUT, "timed out")                                                                        \
    X(PLUGIN, "plugin failed")                                                                     \
    X(REFUSED, "no answer can be given")                                                           \
    X(GONE, "over and gone")

enum bw_err {
#define X(code, text) BW_ERR_##code,
    BW_ERR_TABLE(X)
#undef X
    BW_OK = BW_ERR_OK,
};

struct bw_error {
    enum bw_err code; /* BW_OK: nothing has been said yet */
    char text[480];   /* one line, no final newline, lower-case start, no secret */
};

/* The short text of a code. Ownership: static. */
const char *bw_err_text(enum bw_err code);

/* Say what failed and return code, so that callers write `return bw_fail(err, CODE, ...)`.
 * err may be NULL. Control characters are replaced, so the text stays one line. */
enum bw_err bw_fail(struct bw_error *err, enum bw_err code, const char *format, ...)
    BW_PRINTF(3, 4);

/* Prefix the sentence on its way up: `source 'hub': ` + what was said. Returns err->code. */
enum bw_err bw_error_prefix(struct bw_error *err, const char *format, ...) BW_PRINTF(2, 3);
#endif
