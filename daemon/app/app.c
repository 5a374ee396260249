/* daemon/app/app.c: see app.h. Wiring alone: what to do is the engine's to say. */
#include "app/app.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <uv.h>

#include "app/keeper.h"
#include "app/reload.h"
#include "base/instant.h"
#include "base/log.h"
#include "codec/config.h"
#include "codec/secret.h"
#include "engine/event.h"
#include "io/alarm.h"
#include "io/control.h"
#include "io/http.h"
#include "io/keyring.h"
#include "io/loopback.h"
#include "io/mailer.h"
#include "io/poller.h"
#include "io/queue.h"
#include "io/sdnotify.h"
#include "io/sender.h"

enum {
    TRANSFERS_MAX = 16,   /* more are slower, and cost memory */
    TRANSFERS_PER_HOST = 8,
    DRAIN_MS = 400,       /* deliveries in flight may end that long after SIGTERM */
};

#define JUMP_MS (2 * BW_SECOND_MS) /* slewing takes hours for as much */
#define METRICS_FIRST_ID (UINT64_C(1) << 63) /* requests by TCP are numbered from here */

struct bw_app {
    const struct bw_app_options *options;
    struct bw_settings *settings; /* our share */
    struct bw_settings *started;  /* a share of the first */
    uv_loop_t loop;
    uv_async_t wake;
    uv_signal_t signals[3];
    uv_timer_t watchdog;
    uv_timer_t drain;
    struct bw_alarm *alarm;
    struct bw_queue *events;
    struct bw_queue *commands;
    struct bw_keeper *keeper;
    struct bw_http *http;
    struct bw_mailer *mailer;
    struct bw_keyring *keyring;
    struct bw_poller *poller;
    struct bw_sender *sender;
    struct bw_sender *starter; /* of eval jobs elsewhere */
    struct bw_control *control;
    struct bw_control *metrics; /* NULL: on the control socket alone */
    int64_t ahead_ms;   /* of the steady clock the wall clock was, when last looked at; 0: never */
    bool ready;         /* the service manager has been told */
    bool watchdog_asks; /* the engine owes a sign of life */
    bool reloading;
    bool stopping;
};

static const int SIGNALS[] = { SIGTERM, SIGINT, SIGHUP };

/* ---- events for the engine ---- */

/* Told before anything that came later, so that no time runs out by the jump alone. The steady clock
 * stands still while the machine sleeps, which is a jump as well. */
static void tell_of_jump(struct bw_app *app, int64_t now_ms)
{
    int64_t ahead_ms = now_ms - bw_clock_monotonic_ms();
    int64_t jump_ms = ahead_ms - app->ahead_ms;
    bool first = app->ahead_ms == 0;
    app->ahead_ms = ahead_ms;
    if (!first && (jump_ms >= JUMP_MS || jump_ms <= -JUMP_MS)) {
        struct bw_event event = { .type = BW_EVENT_CLOCK_SET, .now_ms = now_ms };
        bw_log(BW_LOG_NOTICE, "the clock has jumped by %lld s", (long long)(jump_ms / 1000));
        bw_queue_push(app->events, &event);
    }
}

static void push(struct bw_app *app, struct bw_event *event)
{
    event->now_ms = bw_clock_now_ms();
    tell_of_jump(app, event->now_ms);
    bw_queue_push(app->events, event);
}

static void on_alarm(void *context)
{
    struct bw_event event = { .type = BW_EVENT_TIMER };
    push(context, &event);
}

static void on_polled(void *context, struct bw_polled *result)
{
    struct bw_event event = { .type = BW_EVENT_POLLED, .polled = *result };
    push(context, &event);
}

static void on_delivered(void *context, struct bw_delivered *result)
{
    struct bw_event event = bw_event_of_result(result, 0);
    push(context, &event);
}

static void on_triggered(void *context, struct bw_delivered *result)
{
    struct bw_event event = bw_event_of_result(result, 0);
    event.type = BW_EVENT_TRIGGERED;
    push(context, &event);
}

static void on_request(void *context, struct bw_request *request)
{
    struct bw_event event = { .type = BW_EVENT_REQUEST, .request = *request };
    push(context, &event);
}

/* restart: what of it needs one; NULL: nothing. */
static void configure(struct bw_app *app, const char *restart)
{
    struct bw_event event = { .type = BW_EVENT_CONFIGURE,
                              .configure = bw_settings_share(app->settings),
                              .needs_restart = bw_xstrdup(restart) };
    push(app, &event);
}

/* ---- commands of the engine ---- */

static void poll_source(struct bw_app *app, const struct bw_poll_request *request)
{
    const struct bw_source_settings *source = bw_settings_source(app->settings, request->source);
    if (source != NULL && !app->stopping) {
        bw_poller_poll(app->poller, source, request->memory);
        return;
    }
    struct bw_polled gone = { .source = bw_xstrdup(request->source),
                              .outcome = BW_POLL_FAILED,
                              .error = bw_xstrdup("it is no longer configured") };
    on_polled(app, &gone);
}

static void deliver(struct bw_app *app, const struct bw_deliver *delivery)
{
    const struct bw_sink_settings *sink = bw_settings_sink(app->settings, delivery->sink);
    if (sink != NULL && !app->stopping) {
        bw_sender_send(app->sender, sink, delivery);
        return;
    }
    struct bw_delivered gone = { .delivery_id = delivery->delivery_id,
                                 .outcome = BW_DELIVERY_RETRY,
                                 .error = bw_xstrdup("the sink is no longer configured") };
    if (app->stopping) {
        free(gone.error); /* it was never tried, and stays due */
    } else {
        on_delivered(app, &gone);
    }
}

static void trigger(struct bw_app *app, const struct bw_deliver *job)
{
    const struct bw_sink_settings *trigger = bw_settings_trigger(app->settings, job->sink);
    if (trigger != NULL && !app->stopping) {
        bw_sender_send(app->starter, trigger, job);
    } else if (!app->stopping) {
        struct bw_delivered gone = { .delivery_id = job->delivery_id,
                                     .outcome = BW_DELIVERY_REFUSED,
                                     .error = bw_xasprintf("trigger '%s' is no longer configured",
                                                           job->sink) };
        on_triggered(app, &gone);
    }
}

static void show_ready(struct bw_app *app)
{
    bw_sdnotify("STATUS=watching %zu sources for %zu configured deployments",
                app->settings->sources.count, app->settings->deployments.count);
    bw_sdnotify("READY=1");
    app->ready = true;
    app->reloading = false;
}

static void answer(struct bw_app *app, struct bw_reply *reply)
{
    uint64_t id = reply->id;
    struct bw_event unheard = { .type = BW_EVENT_UNHEARD, .unheard = id };
    if (!bw_control_reply(id > METRICS_FIRST_ID ? app->metrics : app->control, reply)) {
        push(app, &unheard);
    }
}

static void show_life(struct bw_app *app)
{
    if (app->watchdog_asks) {
        app->watchdog_asks = false;
        bw_sdnotify("WATCHDOG=1");
    }
    if (!app->ready) {
        show_ready(app);
    }
}

static void execute(struct bw_app *app, struct bw_command *command)
{
    switch (command->type) {
    case BW_COMMAND_POLL:
        poll_source(app, &command->poll);
        break;
    case BW_COMMAND_DELIVER:
        deliver(app, &command->deliver);
        break;
    case BW_COMMAND_TRIGGER:
        trigger(app, &command->deliver);
        break;
    case BW_COMMAND_REPLY:
        answer(app, &command->reply);
        break;
    case BW_COMMAND_CONFIGURED:
        if (app->reloading) {
            show_ready(app);
        }
        break;
    case BW_COMMAND_WAKE:
        bw_alarm_set(app->alarm, command->wake_ms);
        show_life(app);
        break;
    }
}

static void on_commands(uv_async_t *wake)
{
    struct bw_app *app = wake->data;
    struct bw_command command = { 0 };
    while (app->control != NULL && bw_queue_try_pop(app->commands, &command)) {
        execute(app, &command);
        bw_command_clear(&command);
    }
}

static void wake_loop(void *context)
{
    (void)uv_async_send(context);
}

/* ---- signals ---- */

static void keep_old(struct bw_app *app, const struct bw_error *err)
{
    struct bw_event event = { .type = BW_EVENT_MISCONFIGURED,
                              .misconfigured = bw_xstrdup(err->text) };
    push(app, &event);
    bw_log(BW_LOG_ERROR, "reload: %s; keeping the old configuration", err->text);
    bw_sdnotify("STATUS=reload failed, the old configuration is kept: %s", err->text);
    bw_sdnotify("READY=1");
}

static void reload(struct bw_app *app)
{
    BW_CLEANUP(bw_settings_freep) struct bw_settings *settings = NULL;
    struct bw_event event = { .type = BW_EVENT_RULES };
    struct bw_error err = { 0 };
    bw_sdnotify("RELOADING=1");
    if (bw_reload_read(app->options->config, &settings, &event, &err) != BW_OK) {
        keep_old(app, &err);
        return;
    }
    app->reloading = true;
    push(app, &event);
    bw_settings_free(app->settings);
    app->settings = BW_TAKE(settings);
    bw_poller_retain(app->poller, app->settings);
    BW_CLEANUP(bw_freep)
    char *restart = bw_reload_needs_restart(app->options, app->started, app->settings);
    configure(app, restart);
    bw_log(BW_LOG_NOTICE, "configuration read again: %zu sources, %zu sinks, %zu deployments",
           app->settings->sources.count, app->settings->sinks.count,
           app->settings->deployments.count);
    if (restart != NULL) {
        bw_log(BW_LOG_WARNING, "reload: %s changed, which needs a restart; the rest is in force",
               restart);
    }
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

/* The last of the loop: nothing in flight any more, or no time left for it. What was not delivered
 * stays in the outbox. */
static void close_all(struct bw_app *app)
{
    for (size_t i = 0; i < BW_COUNT(SIGNALS); i++) {
        close_handle((uv_handle_t *)&app->signals[i]);
    }
    close_handle((uv_handle_t *)&app->watchdog);
    close_handle((uv_handle_t *)&app->drain);
    close_handle((uv_handle_t *)&app->wake);
    bw_alarm_close(app->alarm);
    bw_sender_close(app->sender);
    bw_sender_close(app->starter);
    bw_keyring_close(app->keyring);
    bw_mailer_close(app->mailer);
    bw_http_close(app->http);
}

static void on_drain(uv_timer_t *timer)
{
    struct bw_app *app = timer->data;
    if (bw_sender_in_flight(app->sender) == 0 ||
        uv_now(&app->loop) >= (uint64_t)(uintptr_t)app->loop.data) {
        close_all(app);
    }
}

static void stop(struct bw_app *app)
{
    if (app->stopping) {
        return;
    }
    app->stopping = true;
    bw_sdnotify("STOPPING=1");
    bw_sdnotify("STATUS=finishing deliveries in flight");
    bw_control_close(BW_TAKE(app->control));
    if (app->metrics != NULL) {
        bw_control_close(BW_TAKE(app->metrics));
    }
    bw_poller_close(BW_TAKE(app->poller));
    app->loop.data = (void *)(uintptr_t)(uv_now(&app->loop) + DRAIN_MS);
    (void)uv_timer_start(&app->drain, on_drain, 0, 10);
}

static void on_signal(uv_signal_t *handle, int signal)
{
    struct bw_app *app = handle->data;
    if (signal == SIGHUP && !app->stopping) {
        reload(app);
    } else if (signal != SIGHUP) {
        bw_log(BW_LOG_NOTICE, "%s: stopping", signal == SIGTERM ? "SIGTERM" : "SIGINT");
        stop(app);
    }
}

/* The engine is asked for a sign of life; its next command is one. */
static void on_watchdog(uv_timer_t *timer)
{
    struct bw_app *app = timer->data;
    app->watchdog_asks = true;
    on_alarm(app);
}

/* ---- start ---- */

static const char *first_given(const char *a, const char *b, const char *c)
{
    return a != NULL ? a : b != NULL ? b : c;
}

static char *socket_path(const struct bw_app *app)
{
    const char *given = first_given(app->options->socket, app->settings->socket, NULL);
    const char *runtime = getenv("RUNTIME_DIRECTORY");
    return given != NULL
               ? bw_xstrdup(given)
               : bw_xasprintf("%s/control.sock", runtime == NULL ? "/run/basewatch" : runtime);
}

static enum bw_err start_keeper(struct bw_app *app, struct bw_error *err)
{
    const char *state_dir = first_given(app->options->state_dir, app->settings->state_dir,
                                        getenv("STATE_DIRECTORY"));
    if (state_dir == NULL) {
        return bw_fail(err, BW_ERR_INVALID,
                       "no state directory: set state_dir in '%s', or give --state-dir",
                       app->options->config);
    }
    return bw_keeper_start(state_dir, app->options->config, app->events, app->commands,
                           &app->keeper, err);
}

static enum bw_err start_metrics(struct bw_app *app, struct bw_error *err)
{
    struct bw_secret token = { 0 };
    struct bw_control_options options = { .first_id = METRICS_FIRST_ID };
    if (app->settings->metrics_port == 0) {
        return BW_OK;
    }
    enum bw_err rc = bw_secret_read(&app->settings->metrics_token, &token, err);
    if (rc == BW_OK) {
        rc = bw_loopback_listen((int)app->settings->metrics_port, &options.inherited_fd, err);
    }
    if (rc == BW_OK) {
        options.metrics_token = token.text;
        rc = bw_control_new(&app->loop, &options, on_request, app, &app->metrics, err);
    }
    bw_secret_clear(&token);
    return rc == BW_OK ? rc : bw_error_prefix(err, "control.metrics: ");
}

static enum bw_err start_io(struct bw_app *app, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *path = socket_path(app);
    const struct bw_control_options control = { .path = path,
                                                .read_group = app->settings->read_group,
                                                .write_group = app->settings->write_group,
                                                .inherited_fd = -1 };
    enum bw_err rc =
        bw_http_new(&app->loop, TRANSFERS_MAX, TRANSFERS_PER_HOST, &app->http, err);
    if (rc == BW_OK) {
        rc = bw_mailer_new(&app->loop, &app->mailer, err);
    }
    if (rc == BW_OK) {
        rc = bw_alarm_new(&app->loop, on_alarm, app, &app->alarm, err);
    }
    if (rc == BW_OK) {
        rc = bw_control_new(&app->loop, &control, on_request, app, &app->control, err);
    }
    if (rc == BW_OK) {
        rc = start_metrics(app, err);
    }
    if (rc == BW_OK) {
        app->keyring = bw_keyring_new(&app->loop);
        app->poller = bw_poller_new(&app->loop, app->http, app->keyring, app->options->plugin_dir,
                                    on_polled, app);
        app->sender = bw_sender_new(&app->loop, BW_VERB_DELIVER, app->http, app->mailer,
                                    app->keyring, app->options->plugin_dir, on_delivered, app);
        app->starter = bw_sender_new(&app->loop, BW_VERB_TRIGGER, app->http, app->mailer,
                                     app->keyring, app->options->plugin_dir, on_triggered, app);
    }
    return rc;
}

static void start_handles(struct bw_app *app)
{
    (void)uv_async_init(&app->loop, &app->wake, on_commands);
    app->wake.data = app;
    for (size_t i = 0; i < BW_COUNT(SIGNALS); i++) {
        (void)uv_signal_init(&app->loop, &app->signals[i]);
        app->signals[i].data = app;
        (void)uv_signal_start(&app->signals[i], on_signal, SIGNALS[i]);
    }
    (void)uv_timer_init(&app->loop, &app->watchdog);
    (void)uv_timer_init(&app->loop, &app->drain);
    app->watchdog.data = app;
    app->drain.data = app;
    int64_t every_ms = bw_sdnotify_watchdog_ms();
    if (every_ms > 0) {
        (void)uv_timer_start(&app->watchdog, on_watchdog, (uint64_t)every_ms, (uint64_t)every_ms);
    }
    bw_queue_on_push(app->commands, wake_loop, &app->wake);
}

static void drop_commands(struct bw_queue *commands)
{
    struct bw_command command = { 0 };
    while (bw_queue_try_pop(commands, &command)) {
        bw_command_clear(&command);
    }
}

/* What start_io() made before it failed. */
static void abandon_io(struct bw_app *app)
{
    if (app->control != NULL) {
        bw_control_close(app->control);
    }
    if (app->metrics != NULL) {
        bw_control_close(app->metrics);
    }
    if (app->alarm != NULL) {
        bw_alarm_close(app->alarm);
    }
    if (app->mailer != NULL) {
        bw_mailer_close(app->mailer);
    }
    if (app->http != NULL) {
        bw_http_close(app->http);
    }
    for (size_t i = 0; i < BW_COUNT(SIGNALS); i++) {
        close_handle((uv_handle_t *)&app->signals[i]);
    }
    close_handle((uv_handle_t *)&app->watchdog);
    close_handle((uv_handle_t *)&app->drain);
    close_handle((uv_handle_t *)&app->wake);
}

static enum bw_err run_loop(struct bw_app *app, struct bw_error *err)
{
    (void)uv_loop_init(&app->loop);
    start_handles(app);
    enum bw_err rc = start_keeper(app, err);
    if (rc == BW_OK) {
        rc = start_io(app, err);
    }
    if (rc == BW_OK) {
        configure(app, NULL);
        bw_log(BW_LOG_NOTICE, "basewatchd " BW_VERSION ": %zu sources, %zu sinks, %zu deployments",
               app->settings->sources.count, app->settings->sinks.count,
               app->settings->deployments.count);
    } else {
        abandon_io(app);
    }
    (void)uv_run(&app->loop, UV_RUN_DEFAULT);
    if (app->keeper != NULL) {
        bw_queue_on_push(app->commands, NULL, NULL);
        bw_keeper_stop(app->keeper);
    }
    (void)uv_loop_close(&app->loop);
    drop_commands(app->commands);
    return rc;
}

enum bw_err bw_app_run(const struct bw_app_options *options, struct bw_error *err)
{
    struct bw_app app = { .options = options };
    enum bw_err rc = bw_config_read(options->config, &app.settings, err);
    if (rc != BW_OK) {
        return rc;
    }
    app.started = bw_settings_share(app.settings);
    (void)signal(SIGPIPE, SIG_IGN);
    app.events = bw_queue_new(sizeof(struct bw_event));
    app.commands = bw_queue_new(sizeof(struct bw_command));
    rc = run_loop(&app, err);
    bw_queue_free(app.events);
    bw_queue_free(app.commands);
    bw_settings_free(app.settings);
    bw_settings_free(app.started);
    return rc;
}
