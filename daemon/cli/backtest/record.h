/* daemon/cli/backtest/record.h: what was said, as JSON lines for programs. */
#ifndef BW_CLI_BACKTEST_RECORD_H
#define BW_CLI_BACKTEST_RECORD_H
#include "base/str.h"
#include "cli/backtest/fleet.h"
#include "store/notice_events.h"

/* Append one object and a newline:
 * {"at","event","notice","deployment","owner","technique","platform","model","kind","severity",
 *  "candidate","relation","via","train_on","route","train_by","serve_until","estimate",
 *  "estimate_refused"}; at is a day, model the base, estimate what the API calls so. */
void bw_record_append(struct bw_str *out, const struct bw_fleet_member *member,
                      const struct bw_notice_event *event, const struct bw_notice *notice);
#endif
