/* daemon/base/log.c: see log.h. */
#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/str.h"

static enum bw_log_format format_used = BW_LOG_TEXT;
static enum bw_log_level lowest_used = BW_LOG_INFO;

void bw_log_setup(enum bw_log_format format, enum bw_log_level lowest)
{
    format_used = format;
    lowest_used = lowest;
}

enum bw_log_format bw_log_detect(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    uintmax_t device = 0;
    uintmax_t inode = 0;
    bool journal = stream != NULL && fstat(STDERR_FILENO, &st) == 0 &&
                   sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) == 2 &&
                   device == st.st_dev && inode == st.st_ino;
    return journal ? BW_LOG_JOURNAL : BW_LOG_TEXT;
}

static const char *level_word(enum bw_log_level level)
{
    switch (level) {
    case BW_LOG_ERROR:
        return "error";
    case BW_LOG_WARNING:
        return "warning";
    case BW_LOG_NOTICE:
        return "notice";
    case BW_LOG_INFO:
        return "info";
    case BW_LOG_DEBUG:
        return "debug";
    }
    return "error";
}

static void append_json_text(struct bw_str *line, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            bw_str_append_bytes(line, "\\", 1);
        }
        bw_str_append_bytes(line, text, 1);
    }
}

void bw_log(enum bw_log_level level, const char *format, ...)
{
    if (level > lowest_used) {
        return;
    }
    va_list args;
    va_start(args, format);
    BW_CLEANUP(bw_freep) char *text = bw_xvasprintf(format, args);
    va_end(args);
    for (char *c = text; *c != '\0'; c++) {
        *c = (unsigned char)*c < 0x20 || *c == 0x7f ? ' ' : *c;
    }
    BW_CLEANUP(bw_str_clear) struct bw_str line = { 0 };
    char now[BW_INSTANT_TEXT];
    switch (format_used) {
    case BW_LOG_TEXT:
        bw_str_appendf(&line, "%s: %s\n", level_word(level), text);
        break;
    case BW_LOG_JOURNAL:
        bw_str_appendf(&line, "<%d>%s\n", (int)level, text);
        break;
    case BW_LOG_JSON:
        bw_str_appendf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"",
                       bw_instant_format(bw_clock_now_ms(), now), level_word(level));
        append_json_text(&line, text);
        bw_str_append(&line, "\"}\n");
        break;
    }
    /* One write keeps lines of two threads apart; a log that cannot be written stops nobody. */
    ssize_t written = write(STDERR_FILENO, line.text, line.size);
    (void)written;
}
