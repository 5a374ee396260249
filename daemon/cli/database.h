/* daemon/cli/database.h: where the daemon keeps its database, for the helpers that read it. */
#ifndef BW_CLI_DATABASE_H
#define BW_CLI_DATABASE_H
#include "domain/settings.h"

extern const char bw_default_config[]; /* of the unit */

/* The path of the database: in state_dir when it is given, else where the configuration says,
 * else the unit's; config NULL: the unit's file, if there is one.
 * Ownership: *out is the caller's. Errors: those of bw_config_read(). */
BW_MUST_CHECK enum bw_err bw_database_find(const char *config, const char *state_dir, char **out,
                                           struct bw_error *err);
#endif
