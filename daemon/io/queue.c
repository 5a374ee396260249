/* daemon/io/queue.c: see queue.h. A ring that doubles when it is full. */
#include "io/queue.h"

#include <pthread.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

struct bw_queue {
    pthread_mutex_t mutex;
    pthread_cond_t arrived;
    char *ring;
    size_t message_bytes;
    size_t capacity; /* messages; a power of two */
    size_t first;
    size_t count;
    bool closed;
    void (*wake)(void *context);
    void *wake_context;
};

static char *slot(const struct bw_queue *queue, size_t index);
static void grow(struct bw_queue *queue);
static void take_first(struct bw_queue *queue, void *message);

struct bw_queue *bw_queue_new(size_t message_bytes)
{
    struct bw_queue *queue = bw_xcalloc(1, sizeof(*queue));
    (void)pthread_mutex_init(&queue->mutex, NULL);
    (void)pthread_cond_init(&queue->arrived, NULL);
    queue->message_bytes = message_bytes;
    queue->capacity = FIRST_CAPACITY;
    queue->ring = bw_xcalloc(queue->capacity, message_bytes);
    return queue;
}

void bw_queue_free(struct bw_queue *queue)
{
    if (queue != NULL) {
        (void)pthread_cond_destroy(&queue->arrived);
        (void)pthread_mutex_destroy(&queue->mutex);
        free(queue->ring);
    }
    free(queue);
}

void bw_queue_on_push(struct bw_queue *queue, void (*wake)(void *context), void *context)
{
    (void)pthread_mutex_lock(&queue->mutex);
    queue->wake = wake;
    queue->wake_context = context;
    (void)pthread_mutex_unlock(&queue->mutex);
}

void bw_queue_push(struct bw_queue *queue, const void *message)
{
    (void)pthread_mutex_lock(&queue->mutex);
    if (queue->count == queue->capacity) {
        grow(queue);
    }
    memcpy(slot(queue, queue->count), message, queue->message_bytes);
    queue->count++;
    void (*wake)(void *context) = queue->wake;
    void *context = queue->wake_context;
    (void)pthread_cond_signal(&queue->arrived);
    (void)pthread_mutex_unlock(&queue->mutex);
    if (wake != NULL) {
        wake(context);
    }
}

bool bw_queue_try_pop(struct bw_queue *queue, void *message)
{
    (void)pthread_mutex_lock(&queue->mutex);
    bool found = queue->count > 0;
    if (found) {
        take_first(queue, message);
    }
    (void)pthread_mutex_unlock(&queue->mutex);
    return found;
}

bool bw_queue_pop(struct bw_queue *queue, void *message)
{
    (void)pthread_mutex_lock(&queue->mutex);
    while (queue->count == 0 && !queue->closed) {
        (void)pthread_cond_wait(&queue->arrived, &queue->mutex);
    }
    bool found = queue->count > 0;
    if (found) {
        take_first(queue, message);
    }
    (void)pthread_mutex_unlock(&queue->mutex);
    return found;
}

size_t bw_queue_count(struct bw_queue *queue)
{
    (void)pthread_mutex_lock(&queue->mutex);
    size_t count = queue->count;
    (void)pthread_mutex_unlock(&queue->mutex);
    return count;
}

void bw_queue_close(struct bw_queue *queue)
{
    (void)pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    (void)pthread_cond_broadcast(&queue->arrived);
    (void)pthread_mutex_unlock(&queue->mutex);
}

/* The place of the index-th message from the first. */
static char *slot(const struct bw_queue *queue, size_t index)
{
    return queue->ring + ((queue->first + index) & (queue->capacity - 1)) * queue->message_bytes;
}

static void grow(struct bw_queue *queue)
{
    char *ring = bw_xcalloc(queue->capacity * 2, queue->message_bytes);
    for (size_t i = 0; i < queue->count; i++) {
        memcpy(ring + i * queue->message_bytes, slot(queue, i), queue->message_bytes);
    }
    free(queue->ring);
    queue->ring = ring;
    queue->first = 0;
    queue->capacity *= 2;
}

static void take_first(struct bw_queue *queue, void *message)
{
    memcpy(message, slot(queue, 0), queue->message_bytes);
    queue->first = (queue->first + 1) & (queue->capacity - 1);
    queue->count--;
}
