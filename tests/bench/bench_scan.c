/* tests/bench/bench_scan.c: how many megabytes a second of processor time. Not a test: machines
 * differ.
 *
 *   bench_scan IDS FILE...   IDS: one id a line; each file is read once and scanned many times,
 *                            first for its lines, then for ids alone, then with all rules
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/str.h"
#include "domain/scan/scan.h"

enum { BYTES_MAX = 256 * 1024 * 1024 };

static int64_t processor_ms(void)
{
    return (int64_t)clock() * BW_SECOND_MS / CLOCKS_PER_SEC;
}

static struct bw_model_ids *read_ids(const char *path)
{
    BW_CLEANUP(bw_freep) char *text = NULL;
    size_t size = 0;
    struct BW_VEC(const char *) lines = { 0 };
    if (bw_file_read(path, BYTES_MAX, &text, &size, NULL) != BW_OK) {
        return NULL;
    }
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        BW_VEC_PUSH(&lines, line);
    }
    int64_t begin_ms = processor_ms();
    struct bw_model_ids *ids = bw_model_ids_new(lines.items, lines.count);
    (void)printf("%zu ids, made ready in %lld ms\n", lines.count,
                 (long long)(processor_ms() - begin_ms));
    BW_VEC_CLEAR(&lines, BW_VEC_PLAIN);
    return ids;
}

/* What it costs to look at each byte once. */
static size_t count_lines(const struct bw_model_ids *ids, const char *path, const char *text,
                          size_t size)
{
    (void)ids;
    (void)path;
    size_t lines = 0;
    for (size_t i = 0; i < size; i++) {
        lines += text[i] == '\n' ? 1 : 0;
    }
    return lines;
}

static size_t find_ids(const struct bw_model_ids *ids, const char *path, const char *text,
                       size_t size)
{
    (void)path;
    size_t count = 0;
    struct bw_id_match match;
    for (size_t at = 0; bw_model_ids_next(ids, text, size, &at, &match);) {
        count++;
    }
    return count;
}

static size_t scan(const struct bw_model_ids *ids, const char *path, const char *text, size_t size)
{
    struct bw_scan_hits hits = { 0 };
    bw_scan_text(ids, path, text, size, &hits);
    size_t count = hits.count;
    BW_VEC_CLEAR(&hits, BW_VEC_PLAIN);
    return count;
}

static const struct {
    const char *name;
    size_t (*run)(const struct bw_model_ids *ids, const char *path, const char *text, size_t size);
} PASSES[] = { { "lines alone", count_lines }, { "ids alone", find_ids }, { "all rules", scan } };

static void measure(const struct bw_model_ids *ids, const char *path, size_t pass)
{
    BW_CLEANUP(bw_freep) char *text = NULL;
    size_t size = 0;
    if (bw_file_read(path, BYTES_MAX, &text, &size, NULL) != BW_OK || size == 0) {
        (void)fprintf(stderr, "bench_scan: %s cannot be read\n", path);
        return;
    }
    int64_t begin_ms = processor_ms();
    int64_t spent_ms = 0;
    double bytes = 0;
    size_t count = 0;
    while (spent_ms < BW_SECOND_MS) {
        count = PASSES[pass].run(ids, path, text, size);
        bytes += (double)size;
        spent_ms = processor_ms() - begin_ms;
    }
    (void)printf("%s: %s: %.0f MB/s, %zu found\n", path, PASSES[pass].name,
                 bytes / 1000 / (double)spent_ms, count);
}

int main(int argc, char **argv)
{
    BW_CLEANUP(bw_model_ids_freep) struct bw_model_ids *ids = argc < 3 ? NULL : read_ids(argv[1]);
    if (ids == NULL) {
        (void)fputs("usage: bench_scan IDS FILE...\n", stderr);
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        for (size_t pass = 0; pass < BW_COUNT(PASSES); pass++) {
            measure(ids, argv[i], pass);
        }
    }
    return 0;
}
