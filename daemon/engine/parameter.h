/* daemon/engine/parameter.h: what a request may say besides its path: the parameters of its query,
 * or the members of its body. What is not known, or not of its kind, is refused with what would
 * be, for a filter that is silently ignored answers another question. */
#ifndef BW_ENGINE_PARAMETER_H
#define BW_ENGINE_PARAMETER_H
#include <stddef.h>

#include "base/error.h"

struct bw_json;

enum { BW_PARAMETER_ROWS_MAX = 1000 };

enum bw_parameter_kind {
    BW_SAYS_TEXT,
    BW_SAYS_WORD, /* one of a few */
    BW_SAYS_ID,   /* digits alone; "" is before the first */
    BW_SAYS_ROWS, /* from 1 to BW_PARAMETER_ROWS_MAX */
    BW_SAYS_TIME, /* a day or a moment */
    /* members of a body alone: */
    BW_SAYS_NUMBER,
    BW_SAYS_FLAG,
    BW_SAYS_LIST,
};

struct bw_parameter {
    const char *name;
    enum bw_parameter_kind kind;
    const char *(*word)(size_t i); /* BW_SAYS_WORD: the i-th of them, NULL behind the last */
};

/* known ends with a zeroed one; NULL: there is none. Errors: BW_ERR_INVALID, the sentence begins
 * with the parameter's name. */
BW_MUST_CHECK enum bw_err bw_parameters_check_query(const struct bw_parameter *known,
                                                    const char *query, struct bw_error *err);
/* A member that is null is absent. */
BW_MUST_CHECK enum bw_err bw_parameters_check_body(const struct bw_parameter *known,
                                                   const struct bw_json *body,
                                                   struct bw_error *err);

/* Percent-decoding: `+` stays itself, what is no escape stays as it is, NUL becomes `?`.
 * Ownership: the caller's. */
char *bw_parameter_decode(const char *text, size_t size);
#endif
