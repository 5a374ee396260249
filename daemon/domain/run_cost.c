/* daemon/domain/run_cost.c: see run_cost.h. */
#include "domain/run_cost.h"

#include "base/str.h"

static const double DAYS_A_MONTH = 365.0 / 12;
static const char *const OWN_SERVING_GPU = "L40S"; /* holds a model of 8 to 14 billion parameters */

struct bw_call_size bw_run_call_size(const struct bw_deployment *deployment, bool prompted)
{
    const struct bw_traffic *traffic = &deployment->traffic;
    bool tuned_now = bw_technique_is_tuned(deployment->technique);
    double input = (double)(prompted && tuned_now ? traffic->prompted_input_tokens
                                                  : traffic->input_tokens);
    return (struct bw_call_size){
        .input_tokens = input,
        .cached_tokens = prompted || !tuned_now ? (double)traffic->cached_tokens : 0,
        .output_tokens = (double)traffic->output_tokens,
    };
}

static const struct bw_fact *shown(const struct bw_move *move, enum bw_fact_kind kind,
                                   const char *platform, const char *subject)
{
    const struct bw_fact *fact = bw_price_find(move->book, kind, platform, subject, NULL, 0);
    return bw_fact_may_show(fact) ? fact : NULL;
}

/* Where a tuned model has a host of its own and tokens no price, the host is the whole bill. */
static bool host_is_all(const struct bw_running *running)
{
    return !running->price.known && running->host_hour_usd.expected > 0;
}

struct bw_serving bw_serving_now(const struct bw_move *move)
{
    return (struct bw_serving){ .platform = move->deployment->platform,
                                .model = move->deployment->base,
                                .entry = move->base,
                                .tuned = bw_technique_is_tuned(move->deployment->technique) };
}

struct bw_serving bw_serving_prompted(const struct bw_move *move)
{
    return (struct bw_serving){ .platform = move->deployment->platform,
                                .model = move->candidate->id,
                                .entry = move->candidate };
}

struct bw_serving bw_serving_retrained(const struct bw_move *move, bool stays,
                                       const char *platform, const char *model)
{
    const struct bw_entry *entry = move->train_on == NULL ? move->base : move->train_on;
    return (struct bw_serving){ .platform = platform, .model = model, .tuned = true,
                                .entry = stays ? entry : NULL };
}

struct bw_running bw_run_cost(const struct bw_move *move, const struct bw_serving *serving)
{
    struct bw_running running = { 0 };
    if (serving->platform == NULL) {
        running.host_fact = shown(move, BW_FACT_GPU_HOUR, "any", OWN_SERVING_GPU);
    } else {
        running.price = bw_price_inference(move->book, serving->platform, serving->model,
                                           serving->entry, serving->tuned);
    }
    if (serving->platform != NULL && serving->tuned) {
        running.host_fact = shown(move, BW_FACT_HOSTING_HOUR, serving->platform, serving->model);
        const struct bw_fact *storage =
            shown(move, BW_FACT_STORAGE_MONTH, serving->platform, serving->model);
        running.month_fixed_usd = storage == NULL ? 0 : bw_money_usd(storage->value.expected);
    }
    if (running.host_fact != NULL) {
        running.host_hour_usd = bw_cost_usd(bw_fact_value(running.host_fact, move->now_ms));
    }
    running.month_fixed_usd += running.host_hour_usd.expected * BW_MONTH_HOURS;
    struct bw_call_size size = bw_run_call_size(move->deployment, !serving->tuned);
    running.call_known = host_is_all(&running) ||
                         (running.price.known && size.input_tokens > 0 && size.output_tokens > 0);
    if (running.call_known && running.price.known) {
        running.call_usd = bw_call_usd(size, &running.price);
        size.cached_tokens = 0;
        running.call_uncached_usd = bw_call_usd(size, &running.price);
    }
    return running;
}

bool bw_run_cost_month(const struct bw_move *move, const struct bw_running *running,
                       double *out_usd)
{
    double calls = (double)move->deployment->traffic.calls_per_day * DAYS_A_MONTH;
    if (!running->call_known || calls <= 0) {
        return false;
    }
    *out_usd = calls * running->call_usd + running->month_fixed_usd;
    return true;
}
