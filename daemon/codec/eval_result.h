/* daemon/codec/eval_result.h: the file in which a harness says how a suite went. */
#ifndef BW_CODEC_EVAL_RESULT_H
#define BW_CODEC_EVAL_RESULT_H
#include "base/error.h"
#include "domain/eval_suite.h"

enum { BW_EVAL_RESULT_BYTES_MAX = 32 * 1024 * 1024 };

/* Read the counts, the models, the score and the cost of text[size] into *out, whose model is the
 * one that was asked for.
 * promptfoo: the entries of results.results of that model; all of them when none is of it, so that
 * the verdict can name what was run in its place. JUnit: each test case that was not skipped;
 * models from properties called "model". JSON: by pointers, which are read for this format alone.
 * Errors: BW_ERR_INVALID, what in the file is not as the format has it; *out then keeps its
 * counts. */
BW_MUST_CHECK enum bw_err bw_eval_result_read(enum bw_eval_format format,
                                              const struct bw_eval_pointers *pointers,
                                              const char *text, size_t size,
                                              struct bw_eval_result *out, struct bw_error *err);

/* The same from a file of at most BW_EVAL_RESULT_BYTES_MAX. Errors: as bw_file_read() as well. */
BW_MUST_CHECK enum bw_err bw_eval_result_read_file(enum bw_eval_format format,
                                                   const struct bw_eval_pointers *pointers,
                                                   const char *path, struct bw_eval_result *out,
                                                   struct bw_error *err);
#endif
