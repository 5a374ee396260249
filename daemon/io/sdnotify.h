/* daemon/io/sdnotify.h: what the service manager is told (sd_notify(3)), without its library. */
#ifndef BW_IO_SDNOTIFY_H
#define BW_IO_SDNOTIFY_H
#include <stdint.h>

#include "base/mem.h"

/* Send an assignment: "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...". Does
 * nothing without $NOTIFY_SOCKET, and a manager that cannot be reached stops nobody: the word is
 * dropped. Never blocks. Control characters inside are replaced, for a line end would begin
 * another assignment. */
void bw_sdnotify(const char *format, ...) BW_PRINTF(1, 2);

/* How often to send WATCHDOG=1: half of what the manager waits; 0: it does not wait for us. */
int64_t bw_sdnotify_watchdog_ms(void);
#endif
