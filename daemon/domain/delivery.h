/* daemon/domain/delivery.h: when a message that failed is sent again. */
#ifndef BW_DOMAIN_DELIVERY_H
#define BW_DOMAIN_DELIVERY_H
#include <stdbool.h>
#include <stdint.h>

enum bw_delivery_state {
    BW_DELIVERY_PENDING,
    BW_DELIVERY_DELIVERED,
    BW_DELIVERY_FAILED,    /* dead letter: refused, or every attempt used */
    BW_DELIVERY_WITHDRAWN, /* what it says was no longer true before it was first sent */
};

/* The wait after `attempts` failed ones: 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h (Standard
 * Webhooks 1.0.0, example schedule), spread by up to a tenth with `salt` (any number that differs
 * between messages), never less than what the server asked for. -1: give up. */
int64_t bw_delivery_wait_ms(int64_t attempts, int64_t retry_after_ms, uint64_t salt);

/* The wait of a whole endpoint after `failures` in a row, during which one probe is sent. */
int64_t bw_delivery_circuit_ms(int64_t failures, int64_t retry_after_ms);

/* The wait before the next poll: every_ms, spread by up to a tenth; after `failures` it doubles up
 * from a minute (never above every_ms, or an hour when that is less), never below retry_after_ms.
 */
int64_t bw_poll_wait_ms(int64_t every_ms, int64_t failures, int64_t retry_after_ms,
                        uint64_t salt);

const char *bw_delivery_state_word(enum bw_delivery_state state);
bool bw_delivery_state_parse(const char *word, enum bw_delivery_state *out);
#endif
