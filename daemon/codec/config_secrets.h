/* daemon/codec/config_secrets.h: can every secret that a configuration names be read? */
#ifndef BW_CODEC_CONFIG_SECRETS_H
#define BW_CODEC_CONFIG_SECRETS_H
#include "base/error.h"
#include "domain/settings.h"

/* Heard for each that cannot, or about which the operator ought to do something: whose names its
 * part of the configuration ("sink 'ops'"); problem is a sentence. */
typedef void (*bw_secret_problem)(void *context, const char *whose, bool fatal,
                                  const char *problem);

/* files_only: what a command prints is left alone, for it may take long. False: one cannot be read,
 * or is no key where one has to sign. */
bool bw_config_check_secrets(const struct bw_settings *settings, bool files_only,
                             bw_secret_problem hear, void *context);
#endif
