/* daemon/base/log.h: one line an event on stderr. */
#ifndef BW_BASE_LOG_H
#define BW_BASE_LOG_H
#include "base/mem.h"

enum bw_log_level { /* the journal's priorities (sd-daemon(3)) */
    BW_LOG_ERROR = 3,
    BW_LOG_WARNING = 4,
    BW_LOG_NOTICE = 5,
    BW_LOG_INFO = 6,
    BW_LOG_DEBUG = 7,
};

enum bw_log_format {
    BW_LOG_TEXT,    /* level and message */
    BW_LOG_JOURNAL, /* <priority>message, for a stderr that is the journal */
    BW_LOG_JSON,    /* {"time","level","message"} */
};

/* Set once by main before threads start. Default: text, down to info. */
void bw_log_setup(enum bw_log_format format, enum bw_log_level lowest);

/* Journal when $JOURNAL_STREAM names the device and inode of stderr (systemd.exec(5)), else text.
 */
enum bw_log_format bw_log_detect(void);

/* Write one line: lower-case start, the object in quotes, what follows from it; never a secret.
 * Control characters become blanks. Safe from any thread. */
void bw_log(enum bw_log_level level, const char *format, ...) BW_PRINTF(2, 3);
#endif
