/* daemon/io/http_answer.h: what came back for an HTTP request. */
#ifndef BW_IO_HTTP_ANSWER_H
#define BW_IO_HTTP_ANSWER_H
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"

struct bw_http_answer {
    enum bw_err code;        /* BW_OK: an answer came, whatever its status */
    int status; /* 0 when none came; beside an error: the head came, its body did not */
    struct bw_names headers; /* "name: value", names in lower case */
    char *body;              /* NUL-terminated as a courtesy; body_bytes counts; "" when empty */
    size_t body_bytes;
    int64_t retry_after_ms;  /* the larger of Retry-After (seconds or date) and retry-after-ms; 0:
                              * not said; at most a day */
    char error[480];         /* code != BW_OK: one line with scheme and host only, no secret */
};

/* Ownership: a zeroed value may be cleared. */
void bw_http_answer_clear(struct bw_http_answer *answer);

/* The value of the first header of that name (lower case), NULL when absent. */
const char *bw_http_header(const struct bw_http_answer *answer, const char *name);

/* Take in one line of the head as it came, with or without its line end. A status line starts the
 * head anew: what an interim answer (100, 103) said does not count. */
void bw_http_answer_add_line(struct bw_http_answer *answer, const char *line, size_t size);

/* Set retry_after_ms from the headers, a date being counted from now_ms. */
void bw_http_answer_read_retry(struct bw_http_answer *answer, int64_t now_ms);
#endif
