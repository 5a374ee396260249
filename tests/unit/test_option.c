#include "cli/option.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

struct values {
    const char *owner;
    bool json;
    bool loud;
};

static const struct bw_option OPTIONS[] = {
    { "owner", "OWNER", "whose", offsetof(struct values, owner), 'o' },
    { "json", NULL, "as JSON", offsetof(struct values, json), 0 },
    { "loud", NULL, "say more", offsetof(struct values, loud), 'v' },
    { 0 },
};

static enum bw_err parse(struct values *values, struct bw_error *err, int *argc, char **argv)
{
    *values = (struct values){ 0 };
    for (*argc = 0; argv[*argc] != NULL; ++*argc) {
    }
    return bw_option_parse(OPTIONS, argc, argv, values, err);
}

Test(option, values_flags_and_operands_may_be_mixed)
{
    struct values values;
    int argc = 0;
    char *argv[] = { "list", "a", "--owner=web", "-", "--json", "-vo", "ml", "--", "--loud", NULL };
    cr_assert(eq(int, parse(&values, NULL, &argc, argv), BW_OK));
    cr_expect(eq(str, (char *)values.owner, "ml"));
    cr_expect(values.json && values.loud);
    cr_assert(eq(int, argc, 4));
    cr_expect(eq(str, argv[1], "a"));
    cr_expect(eq(str, argv[2], "-"));
    cr_expect(eq(str, argv[3], "--loud"));
}

Test(option, a_mistake_is_named_with_the_nearest_option)
{
    const struct {
        char *argument;
        const char *sentence;
    } rows[] = {
        { "--onwer=x", "unknown option '--onwer'; did you mean '--owner'?" },
        { "--own=x", "unknown option '--own'; did you mean '--owner'?" },
        { "--telemetry", "unknown option '--telemetry'" },
        { "-z", "unknown option '-z'" },
        { "--owner", "option '--owner' needs a value: OWNER" },
        { "-o", "option '--owner' needs a value: OWNER" },
        { "--json=yes", "option '--json' takes no value" },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        struct values values;
        struct bw_error err = { 0 };
        int argc = 0;
        char *argv[] = { "list", rows[i].argument, NULL };
        cr_expect(eq(int, parse(&values, &err, &argc, argv), BW_ERR_INVALID));
        cr_expect(eq(str, err.text, (char *)rows[i].sentence));
    }
}
