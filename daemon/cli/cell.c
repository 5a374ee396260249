/* daemon/cli/cell.c: see cell.h. */
#include "cli/cell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"

enum { FIELD_MAX = 64 };

static void append_plain(struct bw_str *out, const struct bw_json *value)
{
    const char *text = bw_json_text(value, NULL);
    if (text != NULL) {
        bw_str_append(out, text[0] == '\0' ? "-" : text);
        return;
    }
    BW_CLEANUP(bw_freep) char *printed = bw_json_print(value);
    const char *word = strcmp(printed, "true") == 0    ? "yes"
                       : strcmp(printed, "false") == 0 ? "no"
                                                       : printed;
    bw_str_append(out, word);
}

static bool append_money(struct bw_str *out, const struct bw_json *value)
{
    double usd = bw_json_double(value, NAN);
    if (isnan(usd)) {
        return false;
    }
    char text[BW_MONEY_TEXT];
    const char *amount = bw_money_format(bw_money_from_usd(usd), text);
    bool negative = *amount == '-';
    bw_str_appendf(out, "%s$%s", negative ? "-" : "", amount + (negative ? 1 : 0));
    return true;
}

static bool append_time(struct bw_str *out, enum bw_cell_kind kind, const struct bw_json *value)
{
    int64_t at_ms = 0;
    const char *text = bw_json_text(value, NULL);
    if (text == NULL || bw_instant_parse(text, &at_ms, NULL) != BW_OK) {
        return false;
    }
    char spelled[BW_INSTANT_TEXT];
    (void)bw_instant_format(at_ms, spelled);
    size_t day = strcspn(spelled, "T");
    bw_str_append_bytes(out, spelled, day);
    if (kind == BW_CELL_MINUTE) {
        bw_str_appendf(out, " %.5s", spelled + day + 1);
    }
    return true;
}

void bw_cell_append(struct bw_str *out, enum bw_cell_kind kind, const struct bw_json *value)
{
    if (bw_json_is_null(value)) {
        bw_str_append(out, "-");
        return;
    }
    bool done = false;
    switch (kind) {
    case BW_CELL_TEXT:
    case BW_CELL_STATE:
    case BW_CELL_NUMBER:
        break;
    case BW_CELL_MONEY:
        done = append_money(out, value);
        break;
    case BW_CELL_DAY:
    case BW_CELL_MINUTE:
        done = append_time(out, kind, value);
        break;
    }
    if (!done) {
        append_plain(out, value);
    }
}

const struct bw_json *bw_cell_pick(const struct bw_json *row, const char *field)
{
    const struct bw_json *value = row;
    for (const char *at = field;; at++) {
        size_t size = strcspn(at, ".|");
        char name[FIELD_MAX];
        (void)snprintf(name, sizeof(name), "%.*s", (int)size, at);
        value = bw_json_get(value, name);
        at += size;
        if (*at == '.') {
            continue;
        }
        if (*at == '\0' || !bw_json_is_null(value)) {
            return value;
        }
        value = row;
    }
}
