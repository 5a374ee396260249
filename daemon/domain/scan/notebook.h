/* daemon/domain/scan/notebook.h: the code inside of a Jupyter notebook. */
#ifndef BW_DOMAIN_SCAN_NOTEBOOK_H
#define BW_DOMAIN_SCAN_NOTEBOOK_H
#include <stddef.h>

/* The same bytes with all blanked that is not the source of a code cell: prose, output, the JSON
 * around. Each byte of code stays where it is, so that offsets hold for both texts.
 * Ownership: the caller frees it; size bytes, without a NUL. */
char *bw_scan_notebook_code(const char *text, size_t size);
#endif
