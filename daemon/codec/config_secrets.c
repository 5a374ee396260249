/* daemon/codec/config_secrets.c: see config_secrets.h. */
#include "codec/config_secrets.h"

#include <string.h>

#include "codec/secret.h"
#include "codec/webhook_sign.h"

struct check {
    bool files_only;
    bw_secret_problem hear;
    void *context;
};

/* signs: it must be a key. */
static bool check_one(const struct check *check, const char *kind, const char *name,
                      const struct bw_secret_ref *ref, bool signs)
{
    if (ref->kind == BW_SECRET_NONE || (check->files_only && ref->kind == BW_SECRET_COMMAND)) {
        return true;
    }
    struct bw_secret secret = { 0 };
    struct bw_webhook_secret key = { 0 };
    struct bw_error err = { 0 };
    BW_CLEANUP(bw_freep) char *whose = bw_xasprintf("%s '%s'", kind, name);
    enum bw_err rc = bw_secret_read(ref, &secret, &err);
    if (rc == BW_OK && signs) {
        rc = bw_webhook_secret_parse(secret.text, secret.size, &key, &err);
    }
    if (secret.warning != NULL) {
        check->hear(check->context, whose, false, secret.warning);
    }
    if (rc != BW_OK) {
        check->hear(check->context, whose, true, err.text);
    }
    bw_webhook_secret_clear(&key);
    bw_secret_clear(&secret);
    return rc == BW_OK;
}

bool bw_config_check_secrets(const struct bw_settings *settings, bool files_only,
                             bw_secret_problem hear, void *context)
{
    const struct check check = { files_only, hear, context };
    bool good = check_one(&check, "control", "metrics", &settings->metrics_token, false);
    BW_VEC_EACH(const struct bw_source_settings, source, &settings->sources)
    {
        good &= check_one(&check, "source", source->name, &source->credential, false);
    }
    BW_VEC_EACH(const struct bw_sink_settings, sink, &settings->sinks)
    {
        bool webhook = strcmp(sink->plugin, "webhook") == 0;
        good &= check_one(&check, "sink", sink->name, &sink->url_secret, false);
        good &= check_one(&check, "sink", sink->name, &sink->secret, webhook);
        good &= check_one(&check, "sink", sink->name, &sink->old_secret, webhook);
    }
    BW_VEC_EACH(const struct bw_sink_settings, trigger, &settings->triggers)
    {
        good &= check_one(&check, "trigger", trigger->name, &trigger->secret, false);
    }
    return good;
}
