/* daemon/domain/platform.c: see platform.h. The spellings are the provider ids of models.dev
 * (api.json of 2026-02-10), and the one plugin of ours that reads another plugin's platform. */
#include "domain/platform.h"

#include <string.h>

#include "base/mem.h"

static const struct {
    const char *spelling;
    const char *canonical;
} ALIASES[] = {
    { "amazon-bedrock", "bedrock" },
    { "azure-arm", "azure" },
    { "azure-cognitive-services", "azure" },
    { "fireworks-ai", "fireworks" },
    { "google", "gemini" },
    { "google-vertex", "vertex" },
    { "google-vertex-anthropic", "vertex" },
    { "togetherai", "together" },
};

const char *bw_platform_canonical(const char *name)
{
    for (size_t i = 0; i < BW_COUNT(ALIASES); i++) {
        if (strcmp(name, ALIASES[i].spelling) == 0) {
            return ALIASES[i].canonical;
        }
    }
    return name;
}
