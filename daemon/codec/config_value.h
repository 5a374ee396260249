/* daemon/codec/config_value.h: one scalar of the configuration, read strictly by its option.
 * Internal to the configuration reader. */
#ifndef BW_CODEC_CONFIG_VALUE_H
#define BW_CODEC_CONFIG_VALUE_H
#include "base/error.h"
#include "base/str.h"
#include "codec/config_options.h"
#include "codec/yaml.h"

/* Read yaml into slot, the place that the option fills: a scalar replaces what is there; one item
 * of TEXTS is appended, one of BITS is added. JSON, SECRET, MAP and LIST are no scalars.
 * Errors: BW_ERR_INVALID, "option: what; hint"; slot is then untouched. */
BW_MUST_CHECK enum bw_err bw_config_value_read(const struct bw_config_option *option,
                                               const struct bw_yaml *yaml, void *slot,
                                               struct bw_error *err);

/* Put the fallback, if there is one, into slot. */
void bw_config_value_default(const struct bw_config_option *option, void *slot);

/* How the type is called: "a duration like 6h". */
const char *bw_config_type_text(enum bw_config_type type);
/* Does the type have a range, and which, in the option's own notation: "1s to 30d". */
bool bw_config_option_has_range(const struct bw_config_option *option);
void bw_config_option_range(const struct bw_config_option *option, struct bw_str *out);
#endif
