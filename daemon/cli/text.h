/* daemon/cli/text.h: text of strangers on a person's terminal. A model's name comes from a catalog
 * and may hold anything; what is printed for people goes through here first. */
#ifndef BW_CLI_TEXT_H
#define BW_CLI_TEXT_H
#include <stddef.h>
#include <stdio.h>

#include "base/str.h"

/* Append text with every character that could drive a terminal or reorder a line spelled out
 * (\x1b, \n, \u202e) and U+FFFD for each byte that is not UTF-8. */
void bw_text_append(struct bw_str *out, const char *text);

/* Print the text made harmless, and a newline. */
void bw_text_print(FILE *out, const char *text);

/* The display cells that harmless text takes. */
size_t bw_text_width(const char *text);

/* How many bytes of harmless text fit into that many cells; never half a character. */
size_t bw_text_fit(const char *text, size_t cells);
#endif
