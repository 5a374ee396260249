#include "io/queue.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdatomic.h>

enum { MANY = 20000 };

static atomic_int wakes;

static void count_wake(void *context)
{
    (void)context;
    wakes++;
}

Test(queue, keeps_order_while_it_grows_around_its_end)
{
    struct bw_queue *queue = bw_queue_new(sizeof(int));
    int next_in = 0;
    int next_out = 0;
    for (int round = 0; round < 300; round++) {
        for (int i = 0; i < 3; i++, next_in++) {
            bw_queue_push(queue, &next_in);
        }
        for (int i = 0; i < 2; i++, next_out++) {
            int got = -1;
            cr_assert(bw_queue_try_pop(queue, &got));
            cr_assert(eq(int, got, next_out));
        }
    }
    for (; next_out < next_in; next_out++) {
        int got = -1;
        cr_assert(bw_queue_pop(queue, &got));
        cr_assert(eq(int, got, next_out));
    }
    cr_expect(not(bw_queue_try_pop(queue, &(int){ 0 })));
    bw_queue_free(queue);
}

Test(queue, every_push_wakes)
{
    struct bw_queue *queue = bw_queue_new(sizeof(int));
    bw_queue_on_push(queue, count_wake, NULL);
    for (int i = 0; i < 3; i++) {
        bw_queue_push(queue, &i);
    }
    cr_expect(eq(int, wakes, 3));
    bw_queue_free(queue);
}

static void *push_many(void *argument)
{
    struct bw_queue *queue = argument;
    for (long long i = 0; i < MANY; i++) {
        bw_queue_push(queue, &i);
    }
    bw_queue_close(queue);
    return NULL;
}

Test(queue, a_blocked_reader_gets_all_and_then_the_end)
{
    struct bw_queue *queue = bw_queue_new(sizeof(long long));
    pthread_t writer;
    pthread_create(&writer, NULL, push_many, queue);
    long long message = -1;
    long long expected = 0;
    while (bw_queue_pop(queue, &message)) {
        cr_assert(eq(llong, message, expected));
        expected++;
    }
    cr_expect(eq(llong, expected, MANY));
    pthread_join(writer, NULL);
    bw_queue_free(queue);
}
