/* daemon/cli/cmd_estimate_training.c: see cmd_estimate_training.h. */
#include "cli/cmd_estimate_training.h"

#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "codec/json.h"
#include "domain/gpu_training.h"

enum { LINE_BYTES_MAX = 64 * 1024 };

/* "yes", "no", true, false; anything else is not known. */
static enum bw_answer answer(const struct bw_json *value)
{
    const char *word = bw_json_text(value, "");
    if (strcmp(word, "yes") == 0 || bw_json_bool(value, false)) {
        return BW_YES;
    }
    return strcmp(word, "no") == 0 || !bw_json_bool(value, true) ? BW_NO : BW_UNKNOWN;
}

static bool is_size(double value)
{
    return value >= 1 && value <= 1e30; /* false for NaN */
}

static enum bw_err read_run(const struct bw_json *line, struct bw_gpu_run *run,
                            struct bw_error *err)
{
    const char *method = bw_json_text(bw_json_get(line, "method"), "");
    const char *gpu = bw_json_text(bw_json_get(line, "gpu"), "");
    *run = (struct bw_gpu_run){
        .gpu = bw_gpu_find(gpu),
        .parameters = bw_json_double(bw_json_get(line, "N"), 0),
        .tokens = bw_json_double(bw_json_get(line, "D"), 0),
        .packed = answer(bw_json_get(line, "packed")),
        .checkpoints = answer(bw_json_get(line, "grad_ckpt")),
        .offload = answer(bw_json_get(line, "offload")) == BW_YES,
    };
    run->active_parameters = bw_json_double(bw_json_get(line, "N_active"), run->parameters);
    if (!is_size(run->parameters) || !is_size(run->active_parameters) || !is_size(run->tokens)) {
        return bw_fail(err, BW_ERR_INVALID, "N, N_active and D must be positive numbers");
    }
    if (!bw_gpu_method_parse(method, &run->method)) {
        return bw_fail(err, BW_ERR_INVALID,
                       "method '%.40s' is none of full, lora, qlora, dora, dpo", method);
    }
    if (run->gpu == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "the peak of gpu '%.40s' is not known", gpu);
    }
    return BW_OK;
}

static void write_answer(struct bw_str *out, const struct bw_json *line, struct bw_range hours)
{
    struct bw_json_writer w = { .out = out };
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "id", bw_json_text(bw_json_get(line, "id"), NULL));
    bw_json_object_begin(&w, "gpu_hours");
    bw_json_add_double(&w, "low", hours.low);
    bw_json_add_double(&w, "expected", hours.expected);
    bw_json_add_double(&w, "high", hours.high);
    bw_json_object_end(&w);
    bw_json_object_end(&w);
    bw_str_append(out, "\n");
}

static enum bw_err estimate_line(const char *text, size_t size, struct bw_str *out,
                                 struct bw_error *err)
{
    if (size > LINE_BYTES_MAX) {
        return bw_fail(err, BW_ERR_TOOBIG, "longer than %d bytes", LINE_BYTES_MAX);
    }
    BW_CLEANUP(bw_json_freep) struct bw_json *line = NULL;
    enum bw_err rc = bw_json_parse(text, size, &line, err);
    if (rc != BW_OK) {
        return rc;
    }
    struct bw_gpu_run run;
    rc = read_run(line, &run, err);
    if (rc == BW_OK) {
        write_answer(out, line, bw_gpu_run_hours(&run, &bw_gpu_constants));
    }
    return rc;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static int run_batch(FILE *in, FILE *out)
{
    BW_CLEANUP(bw_freep) char *text = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str answers = { 0 };
    size_t capacity = 0;
    int failed = 0;
    long number = 0;
    for (ssize_t size; (size = getline(&text, &capacity, in)) >= 0;) {
        number++;
        struct bw_error err = { 0 };
        if (!is_blank(text) && estimate_line(text, (size_t)size, &answers, &err) != BW_OK) {
            (void)fprintf(stderr, "stdin:%ld: error: %s\n", number, err.text);
            failed = 1;
        }
        if (answers.size > 0 && fwrite(answers.text, 1, answers.size, out) != answers.size) {
            break;
        }
        bw_str_reset(&answers);
    }
    if (ferror(in) != 0 || ferror(out) != 0 || fflush(out) != 0) {
        (void)fprintf(stderr, "basewatch: error: reading or writing failed\n");
        failed = 1;
    }
    return failed;
}

int bw_cmd_estimate_training(int argc, char **argv)
{
    if (argc != 2 || strcmp(argv[1], "--batch") != 0) {
        (void)fprintf(stderr, "usage: basewatch estimate training --batch < RUNS.ndjson\n");
        return 2;
    }
    return run_batch(stdin, stdout);
}
