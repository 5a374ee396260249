/* daemon/codec/price_file.h: price files. One file speaks of one platform (or of "any"):
 *
 *     platform: openai
 *     fine_tuning:
 *       - {status: closing, until: 2027-01-06, why: ".", source: ".", as_of: 2026-08-21}
 *     prices:
 *       - source: "."            # where it was read
 *         as_of: 2026-06         # when
 *         confidence: primary    # user | primary | transcribed | secondary | derived | unverified
 *         training: {model: 25}  # kinds and their units: domain/prices.h
 *         tuned: {model: {input: 3, cached: 0.75, output: 12}}
 *         gpu_hour: {H100: {low: 1.99, expected: 4.3, high: 6.16}}
 *         training_by_size: [{up_to: 16e9, lora-sft: 0.5}, {lora-sft: 10}]
 *
 * `fine_tuning` rows may name `models` and `methods` (globs), `open_weights: true` and
 * `base_price: true` (domain/prices.h). */
#ifndef BW_CODEC_PRICE_FILE_H
#define BW_CODEC_PRICE_FILE_H
#include <stddef.h>

#include "base/error.h"
#include "domain/prices.h"

/* Add what the file says to the book; a price it repeats it replaces, and its word on fine-tuning
 * comes before what was loaded earlier. Nothing is added on failure.
 * Errors: BW_ERR_INVALID: "file:line:col: error: ..."; a price without source or date is one. */
BW_MUST_CHECK enum bw_err bw_price_file_load(const char *file, const char *text, size_t size,
                                             struct bw_price_book *book, struct bw_error *err);

/* Fill an empty book with the shipped files, and then with those of a folder (NULL: none), in which
 * the user's word stands. Errors: as above, and BW_ERR_IO. */
BW_MUST_CHECK enum bw_err bw_price_files_load(const char *folder, struct bw_price_book *book,
                                              struct bw_error *err);
#endif
