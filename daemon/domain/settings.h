/* daemon/domain/settings.h: the configuration as plain data: what to poll, whom to tell, what the
 * fleet runs. The names are those of the YAML file (README, "Configuration"). */
#ifndef BW_DOMAIN_SETTINGS_H
#define BW_DOMAIN_SETTINGS_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/money.h"
#include "base/vec.h"
#include "domain/deployment.h"
#include "domain/eval_job.h"

/* A secret is named in the configuration and read where it is used; it never travels. */
struct bw_secret_ref {
    enum { BW_SECRET_NONE, BW_SECRET_FILE, BW_SECRET_COMMAND } kind;
    char *file;           /* absolute, or relative to $CREDENTIALS_DIRECTORY, then `beside` */
    struct bw_names argv; /* a command that prints it */
    char *beside;         /* folder of the configuration file */
};
void bw_secret_ref_clear(struct bw_secret_ref *secret);

enum bw_source_kind { /* whose word it is, the weightiest first */
    BW_SOURCE_OWN,       /* the platform's own list */
    BW_SOURCE_LIFECYCLE, /* a feed of dates and replacements */
    BW_SOURCE_CATALOG,   /* a feed of whole catalogs */
};

struct bw_source_settings {
    char *name; /* unique; NAME/REGION for one of several regions */
    char *plugin;   /* plugin name or absolute path */
    char *platform; /* canonical; the plugin's name unless said otherwise */
    char *account;  /* "" where there is one */
    char *region;   /* "" where there is one */
    char *url;      /* {region} filled in; no trailing slash */
    char *options;  /* plugin settings as a JSON object */
    struct bw_secret_ref credential;
    int64_t every_ms;
    int64_t timeout_ms;   /* a whole poll */
    int64_t max_bytes;    /* one body */
    int64_t fetches;      /* of one poll and verb; 0: the plugin protocol's default */
};

enum bw_sink_group {
    BW_GROUP_NONE,  /* one message a notice: for programs */
    BW_GROUP_OWNER, /* one message an owner: for people */
};

struct bw_sink_filter { /* what a sink wants to hear of; bits by the enum's values */
    struct bw_names owners;    /* patterns, one of which must fit; none: all */
    struct bw_names platforms; /* likewise */
    unsigned severities; /* 0: all */
    unsigned kinds;      /* 0: all */
};

struct bw_sink_settings {
    char *name; /* unique */
    char *plugin;
    char *url; /* NULL: it is a secret, or the plugin needs none */
    struct bw_secret_ref url_secret;
    struct bw_secret_ref secret;
    struct bw_secret_ref old_secret; /* during a rotation: signs as well */
    bool allow_private;              /* link-local and metadata addresses, else refused */
    enum bw_sink_group group;
    struct bw_sink_filter only;
    bool catch_all; /* hears of what no other sink wants */
    char *options;                   /* plugin settings as a JSON object */
};

struct bw_eval_settings {
    enum bw_eval_start start;
    int64_t running;        /* at most, at once */
    struct bw_money budget; /* a month; 0: no limit */
    int64_t lease_ms;
    int64_t ci_timeout_ms;  /* of a run that is not the runner's */
};

struct bw_adopt_rule { /* findings become deployments; NULL: not said */
    char *platform;
    char *account;
    char *match;
    char *pick;
    char *owner; /* this and the name may hold {..}: see domain/adoption.h */
    char *name;
    char *technique; /* its word */
};

/* Read once, never changed afterwards, and shared between the threads. */
struct bw_settings {
    atomic_int shares; /* beyond the first */
    char *file;       /* main file, for messages */
    char *state_dir;  /* NULL: $STATE_DIRECTORY */
    char *socket;     /* NULL: $RUNTIME_DIRECTORY/control.sock */
    char *read_group; /* peers of this group may read; NULL: only root and our own user */
    char *write_group;
    int64_t metrics_port; /* on the loopback; 0: none */
    struct bw_secret_ref metrics_token;
    struct bw_money person_day; /* rates.person_day_usd; 0: not said */
    struct bw_policy policy; /* the fleet's */
    struct { struct bw_source_settings *items; size_t count, capacity; } sources;
    struct { struct bw_sink_settings *items; size_t count, capacity; } sinks;
    struct bw_eval_settings evals;
    /* What runs suites elsewhere: spoken to as a sink is, and with what a sink has. */
    struct { struct bw_sink_settings *items; size_t count, capacity; } triggers;
    struct { struct bw_adopt_rule *items; size_t count, capacity; } adopt;
    struct bw_deployments deployments; /* policies resolved: fleet's, overridden field by field */
};

/* Ownership: a zeroed value may be cleared. */
struct bw_source_settings
bw_source_settings_copy(const struct bw_source_settings *source);                   /* deep */
struct bw_sink_settings bw_sink_settings_copy(const struct bw_sink_settings *sink); /* deep */
void bw_source_settings_clear(struct bw_source_settings *source);
/* By its plugin; one of a user's own, and none at all, lists a platform. */
enum bw_source_kind bw_source_settings_kind(const struct bw_source_settings *source);
const char *bw_source_kind_word(enum bw_source_kind kind);
bool bw_source_kind_parse(const char *word, enum bw_source_kind *out);
void bw_sink_settings_clear(struct bw_sink_settings *sink);
void bw_adopt_rule_clear(struct bw_adopt_rule *rule);
void bw_settings_clear(struct bw_settings *settings);
/* Same settings, same value: name, schedule and caps left out. */
uint64_t bw_source_settings_hash(const struct bw_source_settings *source);
uint64_t bw_sink_settings_hash(const struct bw_sink_settings *sink);
/* One more share; each is given back with bw_settings_free(). Safe from any thread. */
struct bw_settings *bw_settings_share(struct bw_settings *settings);
void bw_settings_free(struct bw_settings *settings);
BW_DEFINE_FREEP(bw_settings)
/* Does the sink hear of this? Every one that wants it does; a catch-all when no other wants it. */
struct bw_sink_topic {
    const char *owner;
    const char *platform;
    unsigned severity; /* one bit */
    unsigned kind;
};
bool bw_settings_routes(const struct bw_settings *settings, const struct bw_sink_settings *sink,
                        const struct bw_sink_topic *topic);
const struct bw_source_settings *bw_settings_source(const struct bw_settings *settings,
                                                    const char *name);
const struct bw_sink_settings *bw_settings_sink(const struct bw_settings *settings,
                                                const char *name);
const struct bw_sink_settings *bw_settings_trigger(const struct bw_settings *settings,
                                                   const char *name);
#endif
