/* daemon/codec/template.h: a text with holes that an event fills: {{data.summary}} is that member's
 * text as it stands inside JSON quotes (a number as such, nothing for null or none), {{{data}}} the
 * JSON value itself (null for none). Members are named from the top, joined by dots; rows of a list
 * by their number. Everything else stays as it is. */
#ifndef BW_CODEC_TEMPLATE_H
#define BW_CODEC_TEMPLATE_H
#include "base/error.h"
#include "codec/json.h"

/* Errors: BW_ERR_INVALID: a hole that does not end, or names nothing. */
BW_MUST_CHECK enum bw_err bw_template_check(const char *template, struct bw_error *err);

/* template has been checked. Ownership: the result is the caller's. */
char *bw_template_fill(const char *template, const struct bw_json *event);
#endif
