#include "app/keeper.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <unistd.h>

#include "engine/event.h"

enum { TIMERS = 20 };

static void push(struct bw_queue *events, struct bw_event event)
{
    event.now_ms = 1000;
    bw_queue_push(events, &event);
}

static void remove_state(const char *folder)
{
    static const char *const names[] = { "basewatch.db", "basewatch.db-wal", "basewatch.db-shm",
                                         "basewatch.lock" };
    for (size_t i = 0; i < BW_COUNT(names); i++) {
        BW_CLEANUP(bw_freep) char *path = bw_xasprintf("%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    cr_expect(eq(int, rmdir(folder), 0));
}

/* Each step asks to be woken once: so many steps were made. */
static int wakes(struct bw_queue *commands)
{
    struct bw_command command = { 0 };
    int count = 0;
    while (bw_queue_try_pop(commands, &command)) {
        count += command.type == BW_COMMAND_WAKE;
        bw_command_clear(&command);
    }
    return count;
}

Test(keeper, timers_that_have_waited_for_one_another_are_one)
{
    char folder[] = "/tmp/basewatch-keeper-XXXXXX";
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    BW_CLEANUP(bw_queue_freep) struct bw_queue *events = bw_queue_new(sizeof(struct bw_event));
    BW_CLEANUP(bw_queue_freep) struct bw_queue *commands = bw_queue_new(sizeof(struct bw_command));
    struct bw_settings *settings = bw_xcalloc(1, sizeof(*settings));
    settings->file = bw_xstrdup("main.yaml");
    push(events, (struct bw_event){ .type = BW_EVENT_CONFIGURE, .configure = settings });
    for (int i = 0; i < TIMERS; i++) {
        push(events, (struct bw_event){ .type = BW_EVENT_TIMER });
    }
    push(events, (struct bw_event){ .type = BW_EVENT_MISCONFIGURED,
                                    .misconfigured = bw_xstrdup("a reason") });
    struct bw_keeper *keeper = NULL;
    struct bw_error err = { 0 };
    enum bw_err rc = bw_keeper_start(folder, "/nowhere/main.yaml", events, commands, &keeper, &err);
    cr_assert(eq(int, (int)rc, BW_OK), "%s", err.text);
    bw_keeper_stop(keeper);
    cr_expect(eq(int, wakes(commands), 3), "the configuration, one timer, and what came after them");
    remove_state(folder);
}
