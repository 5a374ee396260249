/* daemon/cli/cmd_deployments_import.c: many deployments, one JSON object a line, sent in chunks. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/instant.h"
#include "cli/ask.h"
#include "cli/cmds.h"

#define CHUNK_TIMEOUT_MS INT64_C(120000)

enum {
    CHUNK_LINES = 1000,
    CHUNK_BYTES = 8 * 1024 * 1024, /* half of what the daemon takes at once */
    LINE_BYTES = 1024 * 1024,
};

struct import {
    FILE *file;
    const char *name;
    struct bw_str chunk;
    size_t chunk_lines;
    size_t first_line; /* of the chunk, in the file */
    size_t last_line;
    size_t line; /* read last */
    size_t done; /* deployments the daemon has taken */
    int64_t started_ms;
    bool progress;
};

static int import(int argc, char **argv);
static enum bw_err import_all(struct import *import, struct bw_error *err);

const struct bw_cmd bw_deployments_import_cmd = {
    .name = "import",
    .run = import,
    .usage = "deployments import FILE.ndjson",
    .help = "Add many deployments: one JSON object a line, `-` for standard input",
    .options = bw_ask_plain_options,
    .operands_min = 1,
    .operands_max = 1,
};

static void import_clear(struct import *import)
{
    bw_str_clear(&import->chunk);
    if (import->file != NULL && import->file != stdin) {
        (void)fclose(import->file);
    }
}

static int import(int argc, char **argv)
{
    struct bw_common common = { 0 };
    int code = bw_cmd_begin(&bw_deployments_import_cmd, &argc, argv, &common);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    bool standard = strcmp(argv[1], "-") == 0;
    BW_CLEANUP(import_clear)
    struct import import = {
        .file = standard ? stdin : fopen(argv[1], "rbe"),
        .name = standard ? "standard input" : argv[1],
        .started_ms = bw_clock_monotonic_ms(),
    };
    struct bw_error err = { 0 };
    if (import.file == NULL) {
        (void)bw_fail(&err, BW_ERR_IO, "%s: %s", import.name, strerror(errno));
        return bw_cmd_failed(&err);
    }
    import.progress = isatty(STDERR_FILENO) != 0;
    enum bw_err rc = import_all(&import, &err);
    (void)fprintf(stderr, "%s%zu deployments are imported\n", import.progress ? "\r" : "",
                  import.done);
    return rc == BW_OK ? BW_EXIT_OK : bw_cmd_failed(&err);
}

static enum bw_err send_chunk(struct import *import, struct bw_error *err)
{
    if (import->chunk_lines == 0) {
        return BW_OK;
    }
    const struct bw_client_request request = {
        .method = "POST",
        .target = "/v1/deployments/import",
        .type = "application/x-ndjson",
        .body = import->chunk.text,
        .timeout_ms = CHUNK_TIMEOUT_MS,
    };
    BW_CLEANUP(bw_json_freep) struct bw_json *answer = NULL;
    if (bw_client_ask(&request, &answer, err) != BW_OK) {
        return bw_error_prefix(err, "%s: lines %zu to %zu: ", import->name, import->first_line,
                               import->last_line);
    }
    import->done += import->chunk_lines;
    import->chunk_lines = 0;
    bw_str_reset(&import->chunk);
    if (import->progress && bw_clock_monotonic_ms() - import->started_ms > BW_SECOND_MS) {
        (void)fprintf(stderr, "\r%zu deployments", import->done);
    }
    return BW_OK;
}

/* Read one line into the chunk; a blank one adds nothing. *more is false at the end of the file. */
static enum bw_err read_line(struct import *import, bool *more, struct bw_error *err)
{
    size_t from = import->chunk.size;
    bool blank = true;
    int c = 0;
    import->line++;
    while ((c = getc_unlocked(import->file)) != EOF && c != '\n') {
        char byte = (char)c;
        blank = blank && strchr(" \t\r", byte) != NULL && byte != '\0';
        bw_str_append_bytes(&import->chunk, &byte, 1);
        if (byte == '\0' || import->chunk.size - from > LINE_BYTES) {
            return bw_fail(err, BW_ERR_INVALID, "%s:%zu: error: %s", import->name, import->line,
                           byte == '\0' ? "not text" : "the line is longer than 1 MiB");
        }
    }
    *more = c != EOF;
    if (c == EOF && ferror(import->file) != 0) {
        return bw_fail(err, BW_ERR_IO, "%s: it cannot be read", import->name);
    }
    if (blank) {
        import->chunk.size = from;
        return BW_OK;
    }
    bw_str_append(&import->chunk, "\n");
    import->first_line = import->chunk_lines == 0 ? import->line : import->first_line;
    import->last_line = import->line;
    import->chunk_lines++;
    return BW_OK;
}

static enum bw_err import_all(struct import *import, struct bw_error *err)
{
    enum bw_err rc = BW_OK;
    for (bool more = true; rc == BW_OK && more;) {
        rc = read_line(import, &more, err);
        bool full = import->chunk_lines >= CHUNK_LINES || import->chunk.size >= CHUNK_BYTES;
        if (rc == BW_OK && (full || !more)) {
            rc = send_chunk(import, err);
        }
    }
    return rc;
}
