/* tests/support/database.h: an empty database in memory, and rows to put into it. */
#ifndef BW_SUPPORT_DATABASE_H
#define BW_SUPPORT_DATABASE_H
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/db.h"

#define OK(call) cr_assert(eq(int, (int)(call), BW_OK), "%s", err.text)

/* Ownership: the caller's. */
static inline struct bw_db *bw_test_db(void)
{
    struct bw_db *db = NULL;
    struct bw_error err = { 0 };
    OK(bw_db_open(":memory:", &db, &err));
    return db;
}
#endif
