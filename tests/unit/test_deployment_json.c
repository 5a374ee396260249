#include "codec/deployment_json.h"

#include <string.h>

#include "support/deployments.h"

static struct bw_error err;

/* As stored. Ownership: the caller's. */
static char *written(const struct bw_deployment *deployment)
{
    struct bw_str text = { 0 };
    struct bw_json_writer w = { .out = &text };
    bw_deployment_to_json(deployment, &w, NULL);
    return bw_str_take(&text);
}

static enum bw_err read(const char *text, const struct bw_policy *fleet, struct bw_deployment *out)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *json = NULL;
    cr_assert(bw_json_parse(text, strlen(text), &json, &err) == BW_OK, "%s", err.text);
    return bw_deployment_from_json(json, fleet, out, &err);
}

Test(deployment_json, what_is_written_reads_back_to_the_same_text_and_policy)
{
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment in = bw_test_fine_tune();
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment out = { 0 };
    const struct bw_policy none = { 0 };
    in.policy.previews = true;
    in.policy.min_age_ms = 36 * BW_HOUR_MS;
    in.policy.kinds = BW_KIND_MAJOR;
    BW_VEC_PUSH(&in.policy.models.deny, bw_xstrdup("*:free"));
    BW_VEC_PUSH(&in.policy.platforms.allow, bw_xstrdup("a \"b\" \xc3\xa4"));
    in.policy.own = bw_policy_own(&in.policy, &none);
    in.training.packed = BW_PACKED_NO;
    in.lead_days = 0;
    in.at.file = bw_xstrdup("a b.yaml");
    in.at.line = 2;
    in.at.context = bw_xstrdup("x\r\n\tgpt\n");
    BW_CLEANUP(bw_freep) char *first = written(&in);
    cr_assert(read(first, &none, &out) == BW_OK, "%s", err.text);
    BW_CLEANUP(bw_freep) char *second = written(&out);
    cr_expect_str_eq(first, second);
    cr_expect(bw_policy_hash(&in.policy) == bw_policy_hash(&out.policy));
    cr_expect(out.lead_days == 0 && out.training.packed == BW_PACKED_NO);
    cr_expect_str_eq(out.at.context, in.at.context);
}

Test(deployment_json, what_is_not_said_comes_from_the_fleet_and_the_defaults)
{
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment out = { 0 };
    struct bw_policy fleet = bw_policy_default();
    fleet.min_age_ms = BW_DAY_MS;
    BW_VEC_PUSH(&fleet.models.deny, bw_xstrdup("x"));
    cr_assert(read("{\"name\":\"a\",\"platform\":\"p\",\"model\":\"ft:m:o::i\",\"owner\":null,"
                   "\"policy\":{\"previews\":true,\"models\":{\"deny\":[\"y\",\"z\"]}}}",
                   &fleet, &out) == BW_OK, "%s", err.text);
    cr_expect(out.lead_days == -1 && out.training.refresh_share < 0);
    cr_expect_str_eq(out.base, "m");
    cr_expect_str_eq(out.owner, "");
    cr_expect(out.policy.previews && out.policy.min_age_ms == BW_DAY_MS);
    cr_expect(out.policy.models.deny.count == 2);
    bw_policy_clear(&fleet);
}

Test(deployment_json, its_own_policy_is_told_from_the_fleets_and_goes_before_the_next_one)
{
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment said = { 0 };
    BW_CLEANUP(bw_deployment_clear) struct bw_deployment again = { 0 };
    struct bw_policy fleet = bw_policy_default();
    struct bw_policy next = { .previews = true, .kinds = BW_KIND_MAJOR };
    BW_VEC_PUSH(&next.models.deny, bw_xstrdup("x"));
    cr_assert(read("{\"name\":\"a\",\"platform\":\"p\",\"model\":\"m\",\"policy\":{\"previews\":"
                   "false,\"models\":{\"deny\":[]}}}",
                   &fleet, &said) == BW_OK, "%s", err.text);
    cr_expect(bw_policy_own(&said.policy, &fleet) == 0, "it says what the fleet says");
    BW_CLEANUP(bw_freep) char *text = written(&said);
    cr_assert(read(text, &next, &again) == BW_OK, "%s", err.text);
    cr_expect(again.policy.kinds == BW_KIND_MAJOR, "the fleet's");
    cr_expect(again.policy.previews == false, "its own");
    cr_expect(again.policy.models.deny.count == 0, "its own, empty as it is");
    cr_expect(again.policy.own == said.policy.own && said.policy.own != 0);
    bw_policy_clear(&next);
}

Test(deployment_json, what_is_wrong_is_named)
{
    static const char *const cases[][2] = {
        { "[]", "a deployment is an object" },
        { "{\"nmae\":\"a\"}", "nmae is not a field of a deployment" },
        { "{\"training\":{\"rowz\":1}}", "training.rowz is not a field of a deployment" },
        { "{\"training\":5}", "training is not a field of a deployment" },
        { "{\"name\":5}", "name is not a string" },
        { "{\"training\":{\"rows\":\"many\"}}", "training.rows is not a count" },
        { "{\"training\":{\"rows\":1e300}}", "training.rows is not a count" },
        { "{\"training\":{\"packed\":\"so\"}}", "training.packed is not true or false" },
        { "{\"training\":{\"refresh_share\":\"half\"}}",
          "training.refresh_share is not a share from 0 to 1" },
        { "{\"worth\":{\"tried\":\"rag\"}}", "worth.tried is not a list of strings" },
        { "{\"worth\":{\"tried\":[1]}}", "worth.tried is not a list of strings" },
        { "{\"policy\":{\"kinds\":[\"patch\"]}}", "kinds is not a list of snapshot, minor, major" },
        { "{\"policy\":{\"kinds\":\"major\"}}", "kinds is not a list of snapshot, minor, major" },
        { "{\"policy\":{\"min_age\":7}}", "min_age is not a duration" },
        { "{\"policy\":\"strict\"}", "policy is not an object" },
    };
    const struct bw_policy none = { 0 };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        struct bw_deployment out = { 0 };
        cr_expect(read(cases[i][0], &none, &out) == BW_ERR_INVALID, "%s", cases[i][0]);
        cr_expect_str_eq(err.text, cases[i][1]);
        cr_expect(out.name == NULL);
    }
}
