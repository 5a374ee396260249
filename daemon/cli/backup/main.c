/* daemon/cli/backup/main.c: basewatch-backup, what `basewatch backup` becomes. */
#include <stdio.h>

#include "cli/cmd_backup.h"
#include "cli/database.h"
#include "store/backup.h"

int main(int argc, char **argv)
{
    struct bw_backup_call call = { 0 };
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_freep) char *database = NULL;
    int code = bw_cmd_begin(&bw_backup_cmd, &argc, argv, &call);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    enum bw_err rc = bw_database_find(call.config, call.state_dir, &database, &err);
    if (rc == BW_OK) {
        rc = bw_backup_make(database, argv[1], &err);
    }
    if (rc != BW_OK) {
        return bw_cmd_failed(&err);
    }
    (void)fprintf(stderr, "%s: backed up\n", argv[1]);
    return BW_EXIT_OK;
}
