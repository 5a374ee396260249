/* daemon/cli/threshold.c: see threshold.h. */
#include "cli/threshold.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static bool read_number(const char **at, double *out)
{
    char *end = NULL;
    if (!isdigit((unsigned char)**at) && **at != '-' && **at != '.') {
        return false; /* strtod() would take "inf" and blanks */
    }
    *out = strtod(*at, &end);
    bool good = end != *at && isfinite(*out);
    *at = end;
    return good;
}

/* "start:" when there is a colon, else start is 0. */
static bool read_start(const char **at, double *out)
{
    *out = 0;
    if (strchr(*at, ':') == NULL) {
        return true;
    }
    bool good = true;
    if (**at == '~') {
        *out = -INFINITY;
        ++*at;
    } else if (**at != ':') {
        good = read_number(at, out);
    }
    return good && *(*at)++ == ':';
}

enum bw_err bw_threshold_parse(const char *text, struct bw_threshold *out, struct bw_error *err)
{
    const char *at = text;
    struct bw_threshold threshold = { .end = INFINITY, .inside = *at == '@' };
    at += threshold.inside ? 1 : 0;
    bool ranged = strchr(at, ':') != NULL;
    bool good = read_start(&at, &threshold.start);
    if (good && (*at != '\0' || !ranged)) {
        good = read_number(&at, &threshold.end);
    }
    if (!good || *at != '\0' || threshold.start > threshold.end) {
        return bw_fail(err, BW_ERR_INVALID, "'%.40s' is not a range: [@][start:]end", text);
    }
    *out = threshold;
    return BW_OK;
}

bool bw_threshold_alerts(const struct bw_threshold *threshold, double value)
{
    bool within = value >= threshold->start && value <= threshold->end;
    return within == threshold->inside;
}
