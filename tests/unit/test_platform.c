#include "domain/platform.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(platform, models_dev_names_become_ours)
{
    const char *const pairs[][2] = {
        { "google", "gemini" },          { "google-vertex", "vertex" },
        { "amazon-bedrock", "bedrock" }, { "togetherai", "together" },
        { "fireworks-ai", "fireworks" }, { "azure-arm", "azure" },
        { "openai", "openai" },          { "acme-vllm", "acme-vllm" },
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        cr_expect(eq(str, (char *)bw_platform_canonical(pairs[i][0]), (char *)pairs[i][1]));
    }
}
