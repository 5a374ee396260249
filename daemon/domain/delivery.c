/* daemon/domain/delivery.c: see delivery.h. */
#include "domain/delivery.h"

#include "base/instant.h"
#include "base/words.h"

static const char *const STATE_WORDS[] = {
    [BW_DELIVERY_PENDING] = "pending",
    [BW_DELIVERY_DELIVERED] = "delivered",
    [BW_DELIVERY_FAILED] = "failed",
    [BW_DELIVERY_WITHDRAWN] = "withdrawn",
};
BW_DEFINE_WORDS(bw_delivery_state, STATE_WORDS)

static const int64_t SCHEDULE_MS[] = {
    5 * BW_SECOND_MS, 5 * BW_MINUTE_MS, 30 * BW_MINUTE_MS, 2 * BW_HOUR_MS,  5 * BW_HOUR_MS,
    10 * BW_HOUR_MS,  14 * BW_HOUR_MS,  20 * BW_HOUR_MS,   24 * BW_HOUR_MS,
};

static int64_t spread(int64_t wait_ms, uint64_t salt)
{
    uint64_t mixed = (salt ^ (salt >> 31)) * UINT64_C(0x9e3779b97f4a7c15) >> 33;
    return wait_ms + (int64_t)(mixed % (uint64_t)(wait_ms / 10 + 1));
}

int64_t bw_delivery_wait_ms(int64_t attempts, int64_t retry_after_ms, uint64_t salt)
{
    if (attempts < 1 || (size_t)attempts > BW_COUNT(SCHEDULE_MS)) {
        return attempts < 1 ? 0 : -1;
    }
    int64_t wait_ms = SCHEDULE_MS[attempts - 1];
    return spread(retry_after_ms > wait_ms ? retry_after_ms : wait_ms, salt);
}

static int64_t doubling(int64_t first_ms, int64_t failures, int64_t most_ms)
{
    int64_t wait_ms = first_ms;
    for (int64_t i = 1; i < failures && wait_ms < most_ms; i++) {
        wait_ms *= 2;
    }
    return wait_ms < most_ms ? wait_ms : most_ms;
}

int64_t bw_delivery_circuit_ms(int64_t failures, int64_t retry_after_ms)
{
    return retry_after_ms > 0 ? retry_after_ms
                              : doubling(BW_SECOND_MS, failures, 5 * BW_MINUTE_MS);
}

int64_t bw_poll_wait_ms(int64_t every_ms, int64_t failures, int64_t retry_after_ms, uint64_t salt)
{
    int64_t most_ms = every_ms < BW_HOUR_MS ? every_ms : BW_HOUR_MS;
    int64_t wait_ms = failures == 0 ? every_ms : doubling(BW_MINUTE_MS, failures, most_ms);
    return spread(retry_after_ms > wait_ms ? retry_after_ms : wait_ms, salt);
}
