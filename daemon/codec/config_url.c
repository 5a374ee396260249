/* daemon/codec/config_url.c: the addresses that a configuration names. */
#include <string.h>

#include "base/str.h"
#include "codec/config_reader.h"

struct bw_config_node bw_config_member(const struct bw_config_node *item, const char *key)
{
    const struct bw_yaml *yaml = bw_yaml_get(item->yaml, key);
    return (struct bw_config_node){ item->file, yaml == NULL ? item->yaml : yaml };
}

void bw_config_check_url(struct bw_config_reader *reader, const struct bw_config_node *item,
                      const char *url, const char *const *schemes)
{
    const struct bw_config_node place = bw_config_member(item, "url");
    const char *rest = NULL;
    for (; *schemes != NULL && rest == NULL; schemes++) {
        rest = bw_str_starts_with(url, *schemes) ? url + strlen(*schemes) : NULL;
    }
    if (rest == NULL || rest[0] == '\0' || strpbrk(url, " \"\\") != NULL) {
        bw_config_complain(reader, &place, "url: not an address; write https://HOST/PATH");
        return;
    }
    const char *at = memchr(rest, '@', strcspn(rest, "/?#"));
    if (at != NULL) {
        bw_config_complain(reader, &place,
                           "url: holds a user or password; name it as a secret instead");
    }
}

void bw_config_trim_slashes(char *url)
{
    for (size_t size = strlen(url); size > 0 && url[size - 1] == '/'; size--) {
        url[size - 1] = '\0';
    }
}
