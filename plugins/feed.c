/* plugins/feed.c: see feed.h. */
#include "feed.h"

#include <string.h>

#include "domain/platform.h"

const struct bw_plugin_setting bw_feed_settings[] = {
    { "platform", "string", "the feed's own name of the platform; default: all names of ours" },
    { NULL, NULL, NULL },
};

static const char *wanted(const struct bw_plugin *plugin)
{
    return bw_json_text(bw_json_get(plugin->source->settings, "platform"), "");
}

bool bw_feed_speaks_of(const struct bw_plugin *plugin, const struct bw_feed_name *names,
                       const char *theirs)
{
    if (wanted(plugin)[0] != '\0') {
        return strcmp(theirs, wanted(plugin)) == 0;
    }
    while (names != NULL && names->theirs != NULL && strcmp(names->theirs, theirs) != 0) {
        names++;
    }
    const char *ours = names != NULL && names->theirs != NULL ? names->ours
                                                              : bw_platform_canonical(theirs);
    return strcmp(ours, plugin->source->platform) == 0;
}

enum bw_err bw_feed_end(struct bw_plugin *plugin)
{
    if (plugin->err.code != BW_OK || plugin->entries > 0) {
        return plugin->err.code;
    }
    if (wanted(plugin)[0] != '\0') {
        return bw_plugin_fail(plugin, BW_FAILURE_FORMAT, "the feed says nothing of '%s'",
                              wanted(plugin));
    }
    return bw_plugin_fail(plugin, BW_FAILURE_FORMAT,
                          "the feed says nothing of platform '%s'; give the source the platform "
                          "that it is to follow, or in settings the feed's own name of it",
                          plugin->source->platform);
}
