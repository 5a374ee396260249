/* daemon/engine/scope.c: see state.h. */
#include "engine/state.h"

char *bw_scope_of(const char *account, const char *region)
{
    return region[0] == '\0' ? bw_xstrdup(account) : bw_xasprintf("%s/%s", account, region);
}
