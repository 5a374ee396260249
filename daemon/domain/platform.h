/* daemon/domain/platform.h: one name for each platform: that of the plugin that reads it. */
#ifndef BW_DOMAIN_PLATFORM_H
#define BW_DOMAIN_PLATFORM_H

/* The canonical name of a platform that a person or models.dev calls `name`: "google" is gemini,
 * "amazon-bedrock" is bedrock; a name without an entry is canonical already.
 * Ownership: static, or name itself. */
const char *bw_platform_canonical(const char *name);
#endif
