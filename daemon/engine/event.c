/* daemon/engine/event.c: see event.h. */
#include "engine/event.h"

void bw_discovered_clear(struct bw_discovered *discovered)
{
    bw_findings_clear(&discovered->findings);
    bw_names_clear(&discovered->notes);
    free(discovered->error);
    free(discovered->memory);
    *discovered = (struct bw_discovered){ 0 };
}

void bw_polled_clear(struct bw_polled *polled)
{
    free(polled->source);
    free(polled->error);
    bw_entries_clear(&polled->entries);
    bw_discovered_clear(&polled->discovered);
    *polled = (struct bw_polled){ 0 };
}

static void result_clear(struct bw_delivered *result)
{
    free(result->error);
    free(result->memory);
}

struct bw_event bw_event_of_result(const struct bw_delivered *result, int64_t now_ms)
{
    struct bw_event event = { .type = BW_EVENT_DELIVERED, .now_ms = now_ms };
    BW_VEC_PUSH(&event.delivered, *result);
    return event;
}

void bw_event_join(struct bw_event *event, struct bw_event *next)
{
    BW_VEC_EACH(const struct bw_delivered, result, &next->delivered)
    {
        BW_VEC_PUSH(&event->delivered, *result);
    }
    event->now_ms = next->now_ms;
    free(next->delivered.items);
    *next = (struct bw_event){ .type = BW_EVENT_TIMER };
}

void bw_request_clear(struct bw_request *request)
{
    free(request->method);
    free(request->target);
    free(request->body);
    free(request->if_match);
    free(request->if_none_match);
    *request = (struct bw_request){ 0 };
}

void bw_reply_clear(struct bw_reply *reply)
{
    free(reply->body);
    free(reply->allow);
    *reply = (struct bw_reply){ 0 };
}

void bw_event_clear(struct bw_event *event)
{
    switch (event->type) {
    case BW_EVENT_RULES:
        bw_lineage_rules_free(event->rules);
        bw_price_book_free(event->book);
        break;
    case BW_EVENT_MISCONFIGURED:
        free(event->misconfigured);
        break;
    case BW_EVENT_CONFIGURE:
        bw_settings_free(event->configure);
        free(event->needs_restart);
        break;
    case BW_EVENT_CLOCK_SET:
    case BW_EVENT_TIMER:
    case BW_EVENT_UNHEARD:
        break;
    case BW_EVENT_POLLED:
        bw_polled_clear(&event->polled);
        break;
    case BW_EVENT_DELIVERED:
    case BW_EVENT_TRIGGERED:
        BW_VEC_CLEAR(&event->delivered, result_clear);
        break;
    case BW_EVENT_REQUEST:
        bw_request_clear(&event->request);
        break;
    }
    *event = (struct bw_event){ .type = BW_EVENT_TIMER };
}

const char *bw_event_word(enum bw_event_type type)
{
    static const char *const words[] = {
        [BW_EVENT_RULES] = "rules",         [BW_EVENT_CONFIGURE] = "configure",
        [BW_EVENT_TIMER] = "timer",         [BW_EVENT_MISCONFIGURED] = "misconfigured",
        [BW_EVENT_CLOCK_SET] = "clock-set",
        [BW_EVENT_POLLED] = "polled",       [BW_EVENT_DELIVERED] = "delivered",
        [BW_EVENT_UNHEARD] = "unheard",     [BW_EVENT_TRIGGERED] = "triggered",
        [BW_EVENT_REQUEST] = "request",
    };
    return words[type];
}

void bw_command_clear(struct bw_command *command)
{
    switch (command->type) {
    case BW_COMMAND_POLL:
        free(command->poll.source);
        free(command->poll.memory);
        break;
    case BW_COMMAND_DELIVER:
    case BW_COMMAND_TRIGGER:
        free(command->deliver.sink);
        free(command->deliver.message_id);
        free(command->deliver.body);
        free(command->deliver.memory);
        break;
    case BW_COMMAND_REPLY:
        bw_reply_clear(&command->reply);
        break;
    case BW_COMMAND_CONFIGURED:
    case BW_COMMAND_WAKE:
        break;
    }
    *command = (struct bw_command){ .type = BW_COMMAND_WAKE };
}

void bw_commands_clear(struct bw_commands *commands)
{
    BW_VEC_CLEAR(commands, bw_command_clear);
}
