#include "domain/term.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct bw_term wide(const char *name, double high)
{
    return (struct bw_term){ .name = name, .cost = bw_cost_from_usd((struct bw_range){ 0, 0, high }) };
}

Test(term, the_two_widest_come_widest_first)
{
    static const double orders[][3] = { { 1, 2, 3 }, { 3, 2, 1 }, { 2, 3, 1 }, { 3, 1, 2 } };
    for (size_t i = 0; i < BW_COUNT(orders); i++) {
        struct bw_terms terms = { 0 };
        for (size_t j = 0; j < 3; j++) {
            BW_VEC_PUSH(&terms, wide("t", orders[i][j]));
        }
        const struct bw_term *widest[2];
        bw_terms_widest(&terms, widest);
        cr_expect(eq(i64, widest[0]->cost.high.micros, 3000000));
        cr_expect(eq(i64, widest[1]->cost.high.micros, 2000000));
        bw_terms_clear(&terms);
    }
}

Test(term, what_has_no_width_widens_nothing)
{
    struct bw_terms terms = { 0 };
    const struct bw_term *widest[2];
    BW_VEC_PUSH(&terms, wide("flat", 0));
    bw_terms_widest(&terms, widest);
    cr_expect(zero(ptr, (void *)widest[0]));
    BW_VEC_PUSH(&terms, wide("wide", 1));
    bw_terms_widest(&terms, widest);
    cr_expect(eq(str, (char *)widest[0]->name, "wide"));
    cr_expect(zero(ptr, (void *)widest[1]));
    cr_expect(eq(i64, bw_terms_total(&terms).high.micros, 1000000));
    cr_expect(eq(i64, bw_terms_of(&terms, BW_PURSE_PEOPLE).high.micros, 0));
    bw_terms_clear(&terms);
}
