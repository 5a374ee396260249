/* daemon/cli/swap_write.h: the one-line swap made in the tree one stands in. */
#ifndef BW_CLI_SWAP_WRITE_H
#define BW_CLI_SWAP_WRITE_H
#include "base/error.h"
#include "codec/json.h"

enum { BW_SWAP_FILE_BYTES_MAX = 64 * 1024 * 1024 };

/* Make the change that the daemon's answer describes and say so on stderr. The file is looked for
 * from the top of the git work tree around the current folder, else from that folder.
 * Errors: BW_ERR_NOTFOUND no place is known, or no such file; BW_ERR_CONFLICT the lines have
 * changed; BW_ERR_DENIED the file leads out of the tree; BW_ERR_IO. The file is then as it was. */
BW_MUST_CHECK enum bw_err bw_swap_write(const struct bw_json *document, struct bw_error *err);
#endif
