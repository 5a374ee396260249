/* daemon/io/queue.h: a queue of owned messages between two threads; two of them join the I/O thread
 * and the engine thread, and nothing else does. */
#ifndef BW_IO_QUEUE_H
#define BW_IO_QUEUE_H
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct bw_queue;

/* message_bytes: the size of one message, which is moved by memcpy. */
struct bw_queue *bw_queue_new(size_t message_bytes);
void bw_queue_free(struct bw_queue *queue); /* messages left are the caller's loss: drain first */
BW_DEFINE_FREEP(bw_queue)

/* Called, in the pushing thread, after a push (uv_async_send for the I/O side). NULL: none. What
 * context points to outlives the last push. */
void bw_queue_on_push(struct bw_queue *queue, void (*wake)(void *context), void *context);
void bw_queue_push(struct bw_queue *queue, const void *message);
bool bw_queue_try_pop(struct bw_queue *queue, void *message);
/* Block until a message comes; false once the queue is closed and empty. */
bool bw_queue_pop(struct bw_queue *queue, void *message);
size_t bw_queue_count(struct bw_queue *queue); /* messages that wait */
/* No pop blocks any more. A push after it still arrives, for whoever pops. */
void bw_queue_close(struct bw_queue *queue);
#endif
