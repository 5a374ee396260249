/* daemon/codec/config_deployment.c: a deployment of the configuration, its policy resolved. */
#include <string.h>

#include "codec/config_reader.h"
#include "codec/deployment_json.h"

/* Names that were claimed, even by a deployment that is wrong otherwise, may not be claimed again.
 */
static void claim_name(struct bw_config_reader *reader, const struct bw_config_node *item,
                       const struct bw_deployment *deployment)
{
    if (deployment->name != NULL) {
        bw_config_claim(reader, bw_deployment_section.noun, deployment->name, item);
    }
}

static bool is_starter(const struct bw_settings *settings, const char *name)
{
    return name == NULL || strcmp(name, BW_STARTER_RUNNER) == 0 ||
           strcmp(name, BW_STARTER_CI) == 0 || bw_settings_trigger(settings, name) != NULL;
}

void bw_config_add_deployment(struct bw_config_reader *reader, const struct bw_config_node *item)
{
    struct bw_deployment deployment = { .origin = BW_ORIGIN_FILE, .lead_days = -1 };
    struct bw_error err = { 0 };
    size_t before = bw_config_complaints(reader);
    deployment.training.refresh_share = -1;
    bw_config_defaults(&bw_deployment_section, &deployment);
    deployment.policy = bw_policy_copy(&reader->settings->policy);
    bw_config_read_item(reader, &bw_deployment_section, item, &deployment);
    deployment.policy.own = bw_policy_own(&deployment.policy, &reader->settings->policy);
    claim_name(reader, item, &deployment);
    if (bw_config_complaints(reader) == before &&
        bw_deployment_complete(&deployment, &err) != BW_OK) {
        bw_config_complain(reader, item, "%s", err.text);
    }
    if (bw_config_complaints(reader) == before &&
        !is_starter(reader->settings, deployment.evals.trigger)) {
        bw_config_complain(reader, item, "evals.trigger: there is no trigger '%s'; name one of "
                           "`triggers:`, runner or ci", deployment.evals.trigger);
    }
    if (bw_config_complaints(reader) != before) {
        bw_deployment_clear(&deployment);
        return;
    }
    BW_VEC_PUSH(&reader->settings->deployments, deployment);
}
