/* plugins/feed.h: a feed speaks of many platforms; a source takes the part about its own. */
#ifndef BW_PLUGINS_FEED_H
#define BW_PLUGINS_FEED_H
#include "sdk/plugin.h"

/* The setting `platform`: the feed's own name of the platform. */
extern const struct bw_plugin_setting bw_feed_settings[];

struct bw_feed_name { /* a feed's name for a platform of ours; the list ends with NULL */
    const char *theirs;
    const char *ours;
};

/* Is what the feed says of `theirs` meant for this source? It is when the setting says that name,
 * and without the setting when names (NULL: none) or, failing that, bw_platform_canonical() turn it
 * into the source's platform. */
bool bw_feed_speaks_of(const struct bw_plugin *plugin, const struct bw_feed_name *names,
                       const char *theirs);

/* The end of a feed: fails when nothing in it was meant for this source. */
BW_MUST_CHECK enum bw_err bw_feed_end(struct bw_plugin *plugin);
#endif
