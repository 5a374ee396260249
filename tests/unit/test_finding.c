#include "domain/finding.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(finding, of_two_with_one_id_the_later_one_fills_what_the_other_does_not_say)
{
    BW_CLEANUP(bw_findings_clear) struct bw_findings findings = { 0 };
    BW_VEC_PUSH(&findings, (struct bw_finding){ .id = bw_xstrdup("b"), .rows = 1 });
    BW_VEC_PUSH(&findings, (struct bw_finding){ .id = bw_xstrdup("a"), .base = bw_xstrdup("x") });
    BW_VEC_PUSH(&findings, (struct bw_finding){ .id = bw_xstrdup("b"), .base = bw_xstrdup("y"),
                                                .rows = 2, .epochs = 3, .price_known = true,
                                                .price = { 5 } });
    bw_findings_normalise(&findings);
    cr_assert(eq(sz, findings.count, 2));
    cr_expect(eq(str, findings.items[0].id, "a"));
    cr_expect(eq(str, findings.items[1].base, "y"));
    cr_expect(eq(i64, findings.items[1].rows, 1));
    cr_expect(eq(i64, findings.items[1].epochs, 3));
    cr_expect(eq(i64, findings.items[1].price.micros, 5));
}

Test(finding, a_negative_number_and_a_control_character_are_refused)
{
    char id[] = "a";
    char bad[] = "a\nb";
    struct bw_error err = { 0 };
    const struct bw_finding negative = { .id = id, .epochs = -1 };
    cr_expect(eq(int, bw_finding_check(&negative, &err), BW_ERR_INVALID));
    const struct bw_finding broken = { .id = id, .suffix = bad };
    cr_expect(eq(int, bw_finding_check(&broken, &err), BW_ERR_INVALID));
    cr_expect(eq(str, err.text, "suffix is not plain UTF-8 text of at most 256 bytes"));
}
