/* daemon/io/loopback.h: a listening TCP socket that only this machine reaches. */
#ifndef BW_IO_LOOPBACK_H
#define BW_IO_LOOPBACK_H
#include "base/error.h"

/* Listen on 127.0.0.1. Ownership: *out is the caller's to close. Errors: BW_ERR_IO, with the port.
 */
BW_MUST_CHECK enum bw_err bw_loopback_listen(int port, int *out, struct bw_error *err);
#endif
