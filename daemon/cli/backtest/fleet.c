/* daemon/cli/backtest/fleet.c: see fleet.h. */
#include "cli/backtest/fleet.h"

#include <string.h>

#include "base/file.h"
#include "base/instant.h"
#include "base/str.h"
#include "codec/config.h"
#include "codec/yaml.h"
#include "domain/platform.h"

/* Polls come every noon, whatever the engine thinks: it shall find none due, and no platform
 * silent. */
#define EVERY_MS (30 * BW_DAY_MS)

static void member_clear(struct bw_fleet_member *member)
{
    free(member->platform);
}

void bw_fleet_clear(struct bw_fleet *fleet)
{
    bw_settings_free(fleet->settings);
    BW_VEC_CLEAR(&fleet->members, member_clear);
    *fleet = (struct bw_fleet){ 0 };
}

static int compare(const void *a, const void *b)
{
    const struct bw_fleet_member *x = a;
    const struct bw_fleet_member *y = b;
    return strcmp(x->deployment->name, y->deployment->name);
}

const struct bw_fleet_member *bw_fleet_find(const struct bw_fleet *fleet, const char *name)
{
    const struct bw_deployment wanted = { .name = (char *)name };
    const struct bw_fleet_member key = { .deployment = &wanted };
    return fleet->members.count == 0 ? NULL
                                     : bsearch(&key, fleet->members.items, fleet->members.count,
                                               sizeof(key), compare);
}

static bool is_used(const struct bw_settings *settings, const char *platform)
{
    BW_VEC_EACH(const struct bw_deployment, deployment, &settings->deployments)
    {
        bool embeds = deployment->embedding.model != NULL &&
                      strcmp(bw_embedding_platform(deployment), platform) == 0;
        if (embeds || strcmp(deployment->platform, platform) == 0) {
            return true;
        }
    }
    return false;
}

static void add_sources(const struct bw_history *history, struct bw_settings *settings)
{
    BW_VEC_EACH(char *, name, &history->platforms)
    {
        const char *platform = bw_platform_canonical(*name);
        if (is_used(settings, platform)) {
            struct bw_source_settings source = {
                .name = bw_xstrdup(*name),
                .plugin = bw_xstrdup(platform),
                .platform = bw_xstrdup(platform),
                .account = bw_xstrdup(""),
                .region = bw_xstrdup(""),
                .every_ms = EVERY_MS,
            };
            BW_VEC_PUSH(&settings->sources, source);
        }
    }
}

static bool is_recorded(const struct bw_settings *settings, const char *platform)
{
    BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
    {
        if (strcmp(source->platform, platform) == 0) {
            return true;
        }
    }
    return false;
}

/* The settings have the deployments in the file's order, with canonical platforms: the file itself
 * says how each was spelled, and where. */
static enum bw_err add_members(const char *path, const struct bw_yaml *root, struct bw_fleet *fleet,
                               struct bw_error *err)
{
    const struct bw_yaml *list = bw_yaml_get(root, "deployments");
    const struct bw_yaml *item = list == NULL ? NULL : list->first;
    for (size_t i = 0; item != NULL && i < fleet->settings->deployments.count; i++) {
        struct bw_deployment *deployment = &fleet->settings->deployments.items[i];
        const struct bw_yaml *platform = bw_yaml_get(item, "platform");
        const char *spelled = bw_yaml_text(platform);
        struct bw_fleet_member member = {
            .deployment = deployment,
            .platform = bw_xstrdup(spelled == NULL ? deployment->platform : spelled),
        };
        BW_VEC_PUSH(&fleet->members, member);
        bw_replace(&deployment->account, "");
        bw_replace(&deployment->region, "");
        if (!is_recorded(fleet->settings, deployment->platform)) {
            return bw_yaml_fail(err, path, platform, "there is no history of platform '%.100s'",
                                member.platform);
        }
        item = item->next;
    }
    return BW_OK;
}

enum bw_err bw_fleet_read(const char *path, const struct bw_history *history,
                          struct bw_fleet *out, struct bw_error *err)
{
    BW_CLEANUP(bw_fleet_clear) struct bw_fleet fleet = { 0 };
    BW_CLEANUP(bw_freep) char *text = NULL;
    BW_CLEANUP(bw_yaml_freep) struct bw_yaml *root = NULL;
    size_t size = 0;
    fleet.settings = bw_xcalloc(1, sizeof(*fleet.settings));
    fleet.settings->policy = bw_policy_default();
    enum bw_err rc = bw_config_read_deployments(path, &fleet.settings->deployments, err);
    if (rc == BW_OK) {
        rc = bw_file_read(path, BW_CONFIG_FILE_BYTES_MAX, &text, &size, err);
    }
    if (rc == BW_OK) {
        rc = bw_yaml_parse(path, text, size, &root, err);
    }
    if (rc == BW_OK) {
        add_sources(history, fleet.settings);
        rc = add_members(path, root, &fleet, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    if (fleet.members.count > 0) {
        qsort(fleet.members.items, fleet.members.count, sizeof(*fleet.members.items), compare);
    }
    *out = fleet;
    fleet = (struct bw_fleet){ 0 };
    return BW_OK;
}
