/* daemon/io/poll_memory.h: what the last good poll of each source asked, and how to see whether the
 * answers are still the same. Kept in memory: after a restart the first poll looks at everything.
 */
#ifndef BW_IO_POLL_MEMORY_H
#define BW_IO_POLL_MEMORY_H
#include <stdbool.h>

#include "codec/plugin_wire.h"
#include "domain/settings.h"
#include "io/http.h"

enum { BW_DIGEST_BYTES = 32 };

struct bw_digest { /* SHA-256 */
    unsigned char bytes[BW_DIGEST_BYTES];
};
struct bw_digest bw_digest_of(const char *bytes, size_t size);

struct bw_known { /* one request and its last answer */
    struct bw_fetch fetch;
    char *etag;          /* as the server wrote it; NULL: none */
    char *last_modified; /* as the server wrote it; NULL: none */
    struct bw_digest digest;
};

struct bw_memory { /* of one source and verb */
    char *source;
    uint64_t identity; /* of settings and program; another one has nothing to compare with */
    bool inventories;  /* of a manifest: the plugin has an inventory */
    struct bw_known *items;
    size_t count;
    size_t capacity;
};

struct bw_memories BW_VEC(struct bw_memory);

/* What is known of the source under that identity, NULL: nothing. */
const struct bw_memory *bw_memories_find(const struct bw_memories *memories, const char *source,
                                         uint64_t identity);
/* Replace what is known of memory->source; takes the contents. */
void bw_memories_set(struct bw_memories *memories, struct bw_memory *memory);
void bw_memories_retain(struct bw_memories *memories, const struct bw_settings *settings);
void bw_memories_clear(struct bw_memories *memories);

/* Hash of all that shapes an answer or its reading: settings, and the program's file. */
uint64_t bw_poll_identity(const struct bw_source_settings *source, const char *program);

/* Remember a request with the answer it got. */
void bw_memory_add(struct bw_memory *memory, const struct bw_fetch *fetch,
                   const struct bw_http_answer *answer, struct bw_digest digest);
struct bw_memory bw_memory_copy(const struct bw_memory *memory); /* deep */
void bw_memory_clear(struct bw_memory *memory);

/* The same bytes came with new validators: those are sent next time. */
void bw_known_refresh(struct bw_known *known, const struct bw_http_answer *answer);

/* Can its request be made conditional? */
bool bw_known_is_conditional(const struct bw_known *known);
/* Make the request conditional: the entity tag alone where there is one (RFC 9110, 13.1.3, lets it
 * win anyway), else the date, both verbatim. */
void bw_known_condition(const struct bw_known *known, struct bw_http_request *request);
#endif
