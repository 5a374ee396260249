/* daemon/domain/data_refresh.c: see data_refresh.h. */
#include "domain/data_refresh.h"

struct bw_range bw_data_label_usd(const struct bw_data_refresh *refresh)
{
    struct bw_range with_pilot = bw_range_plus(bw_range_exact(1), refresh->pilot_share);
    return bw_range_times(bw_range_times(refresh->rows, refresh->label_usd), with_pilot);
}

struct bw_range bw_data_review_usd(const struct bw_data_refresh *refresh)
{
    struct bw_range hours = bw_range_scale(refresh->review_minutes, 1.0 / 60);
    return bw_range_times(bw_range_times(refresh->rows, refresh->reviewed_share),
                          bw_range_times(hours, refresh->hour_usd));
}

double bw_data_synthetic_usd(double rows, double keep, struct bw_call_size draft,
                             const struct bw_inference_price *writer)
{
    return keep > 0 ? rows / keep * bw_call_usd(draft, writer) : 0;
}
