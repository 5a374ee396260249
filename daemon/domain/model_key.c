/* daemon/domain/model_key.c: see model_key.h. */
#include "domain/model_key.h"

#include "base/str.h"
#include "domain/model_name.h"

uint64_t bw_model_key(const struct bw_lineage_rules *rules, const char *platform, const char *id)
{
    struct bw_model_name name;
    char line[BW_ENTRY_ID_MAX];
    bw_model_name_parse(rules, platform, id, &name);
    if (!name.readable || name.maker < 0 || name.floating || name.tuned || name.copy) {
        return 0;
    }
    BW_CLEANUP(bw_freep) char *text =
        bw_xasprintf("%d/%s %lld %lld %d %d %.*s", name.maker,
                     bw_model_name_line(rules, &name, line, sizeof(line)), (long long)name.version,
                     (long long)name.stamp, name.yearless, name.preview, (int)name.region.size,
                     name.region.size == 0 ? "" : name.region.at);
    return bw_hash_text(BW_HASH_SEED, text);
}
