/* daemon/engine/scope.c: see state.h. */
#include <string.h>

#include "base/str.h"
#include "engine/state.h"

char *bw_scope_of(const char *account, const char *region)
{
    return region[0] == '\0' ? bw_xstrdup(account) : bw_xasprintf("%s/%s", account, region);
}

char *bw_scope_at(const struct bw_settings *settings, const char *platform, const char *account,
                  const char *region)
{
    const struct bw_source_settings *feed = NULL;
    bool listed = false;
    BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
    {
        if (!bw_str_equal(platform, source->platform)) {
            continue;
        }
        if (bw_source_settings_kind(source) != BW_SOURCE_OWN) {
            feed = feed == NULL ? source : feed;
            continue;
        }
        listed = true;
        if ((account[0] == '\0' || bw_str_equal(account, source->account)) &&
            (region[0] == '\0' || bw_str_equal(region, source->region))) {
            return bw_scope_of(source->account, source->region);
        }
    }
    return feed != NULL && !listed ? bw_scope_of(feed->account, feed->region)
                                   : bw_scope_of(account, region);
}

void bw_scope_shorten(const struct bw_settings *settings, const char *platform, char **account,
                      char **region)
{
    BW_CLEANUP(bw_freep) char *scope = bw_scope_of(*account, *region);
    const struct {
        const char *account;
        const char *region;
    } less[] = { { "", "" }, { "", *region }, { *account, "" } };
    for (size_t i = 0; i < BW_COUNT(less); i++) {
        BW_CLEANUP(bw_freep)
        char *found = bw_scope_at(settings, platform, less[i].account, less[i].region);
        if (strcmp(found, scope) == 0) {
            *account = (char *)less[i].account;
            *region = (char *)less[i].region;
            return;
        }
    }
}
