/* daemon/cli/database.c: see database.h. */
#include "cli/database.h"

#include <sys/stat.h>

#include "base/str.h"
#include "codec/config.h"

const char bw_default_config[] = "/etc/basewatch/basewatch.yaml";
static const char DEFAULT_STATE_DIR[] = "/var/lib/basewatch"; /* of the unit */

enum bw_err bw_database_find(const char *config, const char *state_dir, char **out,
                             struct bw_error *err)
{
    struct stat st;
    BW_CLEANUP(bw_settings_freep) struct bw_settings *settings = NULL;
    const char *path = config == NULL ? bw_default_config : config;
    if (state_dir == NULL && (config != NULL || stat(path, &st) == 0)) {
        enum bw_err rc = bw_config_read(path, &settings, err);
        if (rc != BW_OK) {
            return rc;
        }
        state_dir = settings->state_dir;
    }
    *out = bw_xasprintf("%s/basewatch.db", state_dir == NULL ? DEFAULT_STATE_DIR : state_dir);
    return BW_OK;
}
