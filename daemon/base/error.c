/* daemon/base/error.c: see error.h. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

static void say(struct bw_error *err, const char *format, va_list args, const char *rest)
{
    char text[sizeof(err->text)];
    int used = vsnprintf(text, sizeof(text), format, args);
    if (used < 0) {
        used = 0;
    }
    size_t at = (size_t)used < sizeof(text) ? (size_t)used : sizeof(text) - 1;
    (void)snprintf(text + at, sizeof(text) - at, "%s", rest);
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            *c = ' ';
        }
    }
    memcpy(err->text, text, sizeof(text));
}

const char *bw_err_text(enum bw_err code)
{
    static const char *const texts[] = {
#define X(code, text) text,
        BW_ERR_TABLE(X)
#undef X
    };
    return texts[code];
}

enum bw_err bw_fail(struct bw_error *err, enum bw_err code, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        err->code = code;
        say(err, format, args, "");
        va_end(args);
    }
    return code;
}

enum bw_err bw_error_prefix(struct bw_error *err, const char *format, ...)
{
    char rest[sizeof(err->text)];
    (void)snprintf(rest, sizeof(rest), "%s",
                   err->text[0] != '\0' ? err->text : bw_err_text(err->code));
    va_list args;
    va_start(args, format);
    say(err, format, args, rest);
    va_end(args);
    return err->code;
}
