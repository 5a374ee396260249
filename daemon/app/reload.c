/* daemon/app/reload.c: see reload.h. */
#include "app/reload.h"

#include "base/str.h"
#include "codec/config.h"
#include "codec/config_secrets.h"
#include "codec/folder.h"
#include "codec/lineage_file.h"
#include "codec/price_file.h"

static void note_first(void *context, const char *whose, bool fatal, const char *problem)
{
    struct bw_error *err = context;
    if (fatal && err->code == BW_OK) {
        (void)bw_fail(err, BW_ERR_INVALID, "%s: %s", whose, problem);
    }
}

static enum bw_err check_secrets(const struct bw_settings *settings, struct bw_error *err)
{
    return bw_config_check_secrets(settings, true, note_first, err) ? BW_OK : err->code;
}

enum bw_err bw_reload_read(const char *config, struct bw_settings **settings,
                           struct bw_event *rules, struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *lineages = bw_folder_beside(config, "lineages");
    BW_CLEANUP(bw_freep) char *prices = bw_folder_beside(config, "prices");
    BW_CLEANUP(bw_price_book_freep) struct bw_price_book *book = bw_xcalloc(1, sizeof(*book));
    BW_CLEANUP(bw_settings_freep) struct bw_settings *fresh = NULL;
    enum bw_err rc = bw_config_read(config, &fresh, err);
    if (rc == BW_OK) {
        rc = check_secrets(fresh, err);
    }
    if (rc == BW_OK) {
        rc = bw_price_files_load(prices, book, err);
    }
    if (rc == BW_OK) {
        rc = bw_lineage_files_load(lineages, &rules->rules, NULL, err);
    }
    if (rc == BW_OK) {
        rules->book = BW_TAKE(book);
        *settings = BW_TAKE(fresh);
    }
    return rc;
}

static bool same_token(const struct bw_secret_ref *a, const struct bw_secret_ref *b)
{
    bool same = a->kind == b->kind && bw_str_equal(a->file, b->file) &&
                a->argv.count == b->argv.count;
    for (size_t i = 0; same && i < a->argv.count; i++) {
        same = bw_str_equal(a->argv.items[i], b->argv.items[i]);
    }
    return same;
}

char *bw_reload_needs_restart(const struct bw_app_options *options,
                              const struct bw_settings *started, const struct bw_settings *now)
{
    const struct {
        const char *option;
        bool same;
    } fixed[] = {
        { "control.socket",
          options->socket != NULL || bw_str_equal(started->socket, now->socket) },
        { "control.read_group", bw_str_equal(started->read_group, now->read_group) },
        { "control.write_group", bw_str_equal(started->write_group, now->write_group) },
        { "control.metrics", started->metrics_port == now->metrics_port &&
                                 same_token(&started->metrics_token, &now->metrics_token) },
        { "state_dir",
          options->state_dir != NULL || bw_str_equal(started->state_dir, now->state_dir) },
    };
    struct bw_str names = { 0 };
    for (size_t i = 0; i < BW_COUNT(fixed); i++) {
        if (!fixed[i].same) {
            bw_str_appendf(&names, "%s%s", names.size == 0 ? "" : ", ", fixed[i].option);
        }
    }
    return names.size == 0 ? NULL : bw_str_take(&names);
}
