/* daemon/cli/swap_write.c: see swap_write.h. */
#include "cli/swap_write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/place.h"
#include "cli/rewrite.h"
#include "cli/text.h"
#include "domain/swap.h"

struct change {
    struct bw_place at;
    const char *from;
    const char *to;
};

static enum bw_err read_change(const struct bw_json *document, struct change *out,
                               struct bw_error *err)
{
    const struct bw_json *at = bw_json_get(document, "at");
    const struct bw_json *swap = bw_json_get(document, "swap");
    out->from = bw_json_text(bw_json_get(swap, "from"), "");
    out->to = bw_json_text(bw_json_get(swap, "to"), "");
    out->at.file = bw_xstrdup(bw_json_text(bw_json_get(at, "file"), NULL));
    out->at.line = bw_json_i64(bw_json_get(at, "line"), 0);
    out->at.context = bw_xstrdup(bw_json_text(bw_json_get(at, "context"), NULL));
    if (out->at.file == NULL || out->from[0] == '\0' || out->to[0] == '\0') {
        return bw_fail(err, BW_ERR_NOTFOUND,
                       "no place is registered for it: see basewatch deployments add --at and "
                       "basewatch scan --register");
    }
    return BW_OK;
}

/* The file's own name, links followed, if that is in the tree. Ownership: *out is the caller's. */
static enum bw_err resolve(const char *file, char **out, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *top = bw_place_top(".");
    if (top == NULL) {
        return bw_fail(err, BW_ERR_IO, "the current folder: %s", strerror(errno));
    }
    BW_CLEANUP(bw_freep)
    char *path = file[0] == '/' ? bw_xstrdup(file) : bw_xasprintf("%s/%s", top, file);
    BW_CLEANUP(bw_freep) char *real = realpath(path, NULL);
    if (real == NULL) {
        return bw_fail(err, errno == ENOENT ? BW_ERR_NOTFOUND : BW_ERR_IO, "%s: %s", path,
                       strerror(errno));
    }
    size_t size = strlen(top);
    if (strncmp(real, top, size) != 0 || real[size] != '/') {
        return bw_fail(err, BW_ERR_DENIED, "%s leads out of the tree, to %s", path, real);
    }
    *out = BW_TAKE(real);
    return BW_OK;
}

static enum bw_err make(const struct change *change, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *path = NULL;
    BW_CLEANUP(bw_freep) char *text = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str fresh = { 0 };
    size_t size = 0;
    enum bw_err rc = resolve(change->at.file, &path, err);
    if (rc != BW_OK) {
        return rc;
    }
    rc = bw_file_read(path, BW_SWAP_FILE_BYTES_MAX, &text, &size, err);
    if (rc != BW_OK) {
        return bw_error_prefix(err, "%s: ", path);
    }
    rc = bw_swap_apply(&change->at, change->from, change->to, text, size, &fresh, err);
    return rc == BW_OK ? bw_rewrite(path, fresh.text, fresh.size, NULL, err) : rc;
}

enum bw_err bw_swap_write(const struct bw_json *document, struct bw_error *err)
{
    struct change change = { 0 };
    enum bw_err rc = read_change(document, &change, err);
    if (rc == BW_OK) {
        rc = make(&change, err);
    }
    if (rc == BW_OK) {
        BW_CLEANUP(bw_freep)
        char *done = bw_xasprintf("%s:%" PRId64 ": %s is now %s", change.at.file, change.at.line,
                                  change.from, change.to);
        bw_text_print(stderr, done);
    }
    bw_place_clear(&change.at);
    return rc;
}
