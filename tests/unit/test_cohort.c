#include "domain/cohort.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(cohort, members_are_told_when_anything_that_a_notice_says_differs)
{
    const struct bw_cohort a = { .state = BW_COHORT_STALE, .candidate = "x", .relation = "minor",
                                 .train_on = "y", .route = "same-platform", .train_by_ms = 1,
                                 .serve_until_ms = 2 };
    struct bw_cohort variants[] = { a, a, a, a, a, a, a, a };
    variants[0].state = BW_COHORT_RETIRING;
    variants[1].candidate = "z";
    variants[2].candidate = NULL;
    variants[3].train_by_ms = 0;
    variants[4].serve_until_ms = 3;
    variants[5].route = NULL;
    variants[6].unlisted = true;
    variants[7].train_on = "x";
    cr_expect(not(bw_cohort_differs(&a, &a)));
    for (size_t i = 0; i < BW_COUNT(variants); i++) {
        cr_expect(bw_cohort_differs(&a, &variants[i]), "variant %zu", i);
    }
}

Test(cohort, what_only_passes_with_time_is_no_difference)
{
    const struct bw_cohort a = { .state = BW_COHORT_CURRENT };
    struct bw_cohort b = a;
    b.since_ms = b.due_ms = b.members = 7;
    b.confidence = BW_CONFIDENCE_UNCONFIRMED;
    cr_expect(not(bw_cohort_differs(&a, &b)));
}

Test(cohort, words_read_back)
{
    for (int state = 0; state <= BW_COHORT_RETIRED; state++) {
        enum bw_cohort_state read = BW_COHORT_UNKNOWN;
        cr_expect(bw_cohort_state_parse(bw_cohort_state_word(state), &read));
        cr_expect(eq(int, (int)read, state));
    }
}
