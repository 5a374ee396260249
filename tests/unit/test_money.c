#include "base/money.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(money, parses_exactly_to_the_micro_dollar)
{
    struct bw_money money = { 0 };
    cr_assert(eq(int, bw_money_parse("46.50", &money, NULL), BW_OK));
    cr_expect(eq(i64, money.micros, 46500000));
    cr_assert(eq(int, bw_money_parse("-0.000001", &money, NULL), BW_OK));
    cr_expect(eq(i64, money.micros, -1));
    cr_assert(eq(int, bw_money_parse("0.0000010", &money, NULL), BW_OK));
    cr_expect(eq(int, bw_money_parse("0.0000001", &money, NULL), BW_ERR_INVALID));
    cr_expect(eq(int, bw_money_parse("", &money, NULL), BW_ERR_INVALID));
    cr_expect(eq(int, bw_money_parse("1.2.3", &money, NULL), BW_ERR_INVALID));
    cr_expect(eq(int, bw_money_parse("99999999999999999", &money, NULL), BW_ERR_INVALID));
}

Test(money, saturates_instead_of_wrapping)
{
    struct bw_money most = { INT64_MAX };
    struct bw_money one = { 1 };
    cr_expect(eq(i64, bw_money_add(most, one).micros, INT64_MAX));
    cr_expect(eq(i64, bw_money_sub((struct bw_money){ INT64_MIN }, one).micros, INT64_MIN));
    cr_expect(eq(i64, bw_money_from_usd(1e30).micros, INT64_MAX));
}

Test(money, prints_cents_half_up_with_thousands)
{
    char out[BW_MONEY_TEXT];
    cr_expect(eq(str, (char *)bw_money_format((struct bw_money){ 1694955000 }, out), "1,694.96"));
    cr_expect(eq(str, (char *)bw_money_format((struct bw_money){ -350000 }, out), "-0.35"));
    cr_expect(eq(str, (char *)bw_money_format((struct bw_money){ -1 }, out), "0.00"));
    cr_expect(eq(str, (char *)bw_money_format((struct bw_money){ 1234567890000 }, out), "1,234,567.89"));
}
