/* daemon/store/backup.h: a copy of the database, taken while the daemon writes to it. */
#ifndef BW_STORE_BACKUP_H
#define BW_STORE_BACKUP_H
#include "base/error.h"

/* Copy the database at `from` into the new file `to`: one moment of it, whole, compact, checked and
 * on disk. The daemon goes on undisturbed. `to` exists only once all that is true. Errors:
 * BW_ERR_EXISTS (never overwritten), BW_ERR_NOTFOUND (no database there), BW_ERR_STORE, BW_ERR_IO.
 */
BW_MUST_CHECK enum bw_err bw_backup_make(const char *from, const char *to, struct bw_error *err);
#endif
