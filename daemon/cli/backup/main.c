/* daemon/cli/backup/main.c: basewatch-backup, what `basewatch backup` becomes. */
#include <stdio.h>
#include <sys/stat.h>

#include "cli/cmd_backup.h"
#include "codec/config.h"
#include "store/backup.h"

static const char DEFAULT_CONFIG[] = "/etc/basewatch/basewatch.yaml";
static const char DEFAULT_STATE_DIR[] = "/var/lib/basewatch"; /* of the unit */

/* As the daemon finds it; without a configuration file the unit's. */
static enum bw_err find_database(const struct bw_backup_call *call, char **out,
                                 struct bw_error *err)
{
    struct stat st;
    BW_CLEANUP(bw_settings_freep) struct bw_settings *settings = NULL;
    const char *config = call->config == NULL ? DEFAULT_CONFIG : call->config;
    const char *dir = call->state_dir;
    if (dir == NULL && (call->config != NULL || stat(config, &st) == 0)) {
        enum bw_err rc = bw_config_read(config, &settings, err);
        if (rc != BW_OK) {
            return rc;
        }
        dir = settings->state_dir;
    }
    *out = bw_xasprintf("%s/basewatch.db", dir == NULL ? DEFAULT_STATE_DIR : dir);
    return BW_OK;
}

int main(int argc, char **argv)
{
    struct bw_backup_call call = { 0 };
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_freep) char *database = NULL;
    int code = bw_cmd_begin(&bw_backup_cmd, &argc, argv, &call);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    enum bw_err rc = find_database(&call, &database, &err);
    if (rc == BW_OK) {
        rc = bw_backup_make(database, argv[1], &err);
    }
    if (rc != BW_OK) {
        return bw_cmd_failed(&err);
    }
    (void)fprintf(stderr, "%s: backed up\n", argv[1]);
    return BW_EXIT_OK;
}
