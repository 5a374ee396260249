/* daemon/cli/scan/report.h: what a scan found, as a table, as JSON, or as SARIF 2.1.0. */
#ifndef BW_CLI_SCAN_REPORT_H
#define BW_CLI_SCAN_REPORT_H
#include "cli/scan/found.h"
#include "cli/screen.h"

/* Each prints to standard output. */
void bw_scan_print_table(const struct bw_scan_result *result, const struct bw_screen *screen);
void bw_scan_print_json(const struct bw_scan_result *result);
void bw_scan_print_sarif(const struct bw_scan_result *result);
#endif
