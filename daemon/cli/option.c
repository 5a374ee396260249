/* daemon/cli/option.c: see option.h. */
#include "cli/option.h"

#include <string.h>

enum { OPTIONS_MAX = 32 };

struct reader {
    const struct bw_option *options;
    char **next; /* argument after the one being read */
    char **end;
    void *values;
    struct bw_error *err;
};

static enum bw_err read_long(struct reader *reader, const char *name);
static enum bw_err read_letters(struct reader *reader, const char *letters);

enum bw_err bw_option_parse(const struct bw_option *options, int *argc, char **argv, void *values,
                            struct bw_error *err)
{
    struct reader reader = { options, argv + 1, argv + *argc, values, err };
    char **operand = argv + 1;
    while (reader.next < reader.end) {
        char *word = *reader.next++;
        if (strcmp(word, "--") == 0) {
            break;
        }
        enum bw_err rc = BW_OK;
        if (bw_str_starts_with(word, "--")) {
            rc = read_long(&reader, word + 2);
        } else if (word[0] == '-' && word[1] != '\0') {
            rc = read_letters(&reader, word + 1);
        } else {
            *operand++ = word;
        }
        if (rc != BW_OK) {
            return rc;
        }
    }
    while (reader.next < reader.end) {
        *operand++ = *reader.next++;
    }
    *argc = (int)(operand - argv);
    return BW_OK;
}

static enum bw_err unknown_name(const struct reader *reader, const char *name, size_t size)
{
    const char *names[OPTIONS_MAX + 1] = { NULL };
    for (size_t i = 0; i < OPTIONS_MAX && reader->options[i].name != NULL; i++) {
        names[i] = reader->options[i].name;
    }
    BW_CLEANUP(bw_freep) char *typed = bw_xstrndup(name, size);
    const char *nearest = bw_str_nearest(typed, names);
    if (nearest == NULL) {
        return bw_fail(reader->err, BW_ERR_INVALID, "unknown option '--%s'", typed);
    }
    return bw_fail(reader->err, BW_ERR_INVALID, "unknown option '--%s'; did you mean '--%s'?",
                   typed, nearest);
}

static void set_flag(const struct reader *reader, const struct bw_option *option)
{
    *(bool *)((char *)reader->values + option->at) = true;
}

/* Take the value given with the option, else the next argument. */
static enum bw_err set_value(struct reader *reader, const struct bw_option *option,
                             const char *given)
{
    if (given == NULL && reader->next == reader->end) {
        return bw_fail(reader->err, BW_ERR_INVALID, "option '--%s' needs a value: %s", option->name,
                       option->value);
    }
    const char **slot = (const char **)(void *)((char *)reader->values + option->at);
    *slot = given != NULL ? given : *reader->next++;
    return BW_OK;
}

static enum bw_err read_long(struct reader *reader, const char *name)
{
    size_t size = strcspn(name, "=");
    const char *given = name[size] == '=' ? name + size + 1 : NULL;
    for (const struct bw_option *option = reader->options; option->name != NULL; option++) {
        if (strlen(option->name) != size || memcmp(option->name, name, size) != 0) {
            continue;
        }
        if (option->value != NULL) {
            return set_value(reader, option, given);
        }
        if (given != NULL) {
            return bw_fail(reader->err, BW_ERR_INVALID, "option '--%s' takes no value",
                           option->name);
        }
        set_flag(reader, option);
        return BW_OK;
    }
    return unknown_name(reader, name, size);
}

static enum bw_err read_letters(struct reader *reader, const char *letters)
{
    for (; *letters != '\0'; letters++) {
        const struct bw_option *option = reader->options;
        while (option->name != NULL && option->letter != *letters) {
            option++;
        }
        if (option->name == NULL) {
            return bw_fail(reader->err, BW_ERR_INVALID, "unknown option '-%c'", *letters);
        }
        if (option->value != NULL) {
            return set_value(reader, option, letters[1] != '\0' ? letters + 1 : NULL);
        }
        set_flag(reader, option);
    }
    return BW_OK;
}

void bw_option_help(const struct bw_option *options, struct bw_str *out)
{
    for (; options->name != NULL; options++) {
        BW_CLEANUP(bw_str_clear) struct bw_str left = { 0 };
        if (options->letter != 0) {
            bw_str_appendf(&left, "-%c, ", options->letter);
        }
        bw_str_appendf(&left, "--%s", options->name);
        if (options->value != NULL) {
            bw_str_appendf(&left, " %s", options->value);
        }
        bw_str_appendf(out, "  %-24s  %s\n", left.text, options->help);
    }
}
