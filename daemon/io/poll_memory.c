/* daemon/io/poll_memory.c: see poll_memory.h. */
#include "io/poll_memory.h"

#include <string.h>
#include <sys/stat.h>

#include <openssl/evp.h>

#include "base/str.h"

static struct bw_memory *find(const struct bw_memories *memories, const char *source);
static void known_clear(struct bw_known *known);

struct bw_digest bw_digest_of(const char *bytes, size_t size)
{
    struct bw_digest digest = { 0 };
    if (EVP_Digest(bytes, size, digest.bytes, NULL, EVP_sha256(), NULL) != 1) {
        abort(); /* libcrypto without SHA-256 or without memory */
    }
    return digest;
}

const struct bw_memory *bw_memories_find(const struct bw_memories *memories, const char *source,
                                         uint64_t identity)
{
    const struct bw_memory *memory = find(memories, source);
    return memory != NULL && memory->identity == identity ? memory : NULL;
}

void bw_memories_set(struct bw_memories *memories, struct bw_memory *memory)
{
    struct bw_memory *old = find(memories, memory->source);
    if (old != NULL) {
        bw_memory_clear(old);
        *old = *memory;
    } else {
        BW_VEC_PUSH(memories, *memory);
    }
    *memory = (struct bw_memory){ 0 };
}

void bw_memories_retain(struct bw_memories *memories, const struct bw_settings *settings)
{
    for (size_t i = memories->count; i > 0; i--) {
        if (bw_settings_source(settings, memories->items[i - 1].source) == NULL) {
            bw_memory_clear(&memories->items[i - 1]);
            memories->items[i - 1] = memories->items[--memories->count];
        }
    }
}

void bw_memories_clear(struct bw_memories *memories)
{
    BW_VEC_CLEAR(memories, bw_memory_clear);
}

uint64_t bw_poll_identity(const struct bw_source_settings *source, const char *program)
{
    uint64_t hash = bw_source_settings_hash(source);
    struct stat st;
    if (stat(program, &st) == 0) {
        const int64_t file[] = { (int64_t)st.st_ino, (int64_t)st.st_size,
                                 (int64_t)st.st_mtim.tv_sec, (int64_t)st.st_mtim.tv_nsec };
        hash ^= bw_hash(file, sizeof(file));
    }
    return hash;
}

void bw_memory_add(struct bw_memory *memory, const struct bw_fetch *fetch,
                   const struct bw_http_answer *answer, struct bw_digest digest)
{
    const struct bw_known known = {
        .fetch = bw_fetch_copy(fetch),
        .etag = bw_xstrdup(bw_http_header(answer, "etag")),
        .last_modified = bw_xstrdup(bw_http_header(answer, "last-modified")),
        .digest = digest,
    };
    BW_VEC_PUSH(memory, known);
}

struct bw_memory bw_memory_copy(const struct bw_memory *memory)
{
    struct bw_memory copy = {
        .source = bw_xstrdup(memory->source),
        .identity = memory->identity,
        .inventories = memory->inventories,
    };
    BW_VEC_EACH(const struct bw_known, known, memory)
    {
        struct bw_known own = *known;
        own.fetch = bw_fetch_copy(&known->fetch);
        own.etag = bw_xstrdup(known->etag);
        own.last_modified = bw_xstrdup(known->last_modified);
        BW_VEC_PUSH(&copy, own);
    }
    return copy;
}

void bw_memory_clear(struct bw_memory *memory)
{
    free(memory->source);
    BW_VEC_CLEAR(memory, known_clear);
    *memory = (struct bw_memory){ 0 };
}

void bw_known_refresh(struct bw_known *known, const struct bw_http_answer *answer)
{
    bw_replace(&known->etag, bw_http_header(answer, "etag"));
    bw_replace(&known->last_modified, bw_http_header(answer, "last-modified"));
}

bool bw_known_is_conditional(const struct bw_known *known)
{
    return known->etag != NULL || known->last_modified != NULL;
}

void bw_known_condition(const struct bw_known *known, struct bw_http_request *request)
{
    if (known->etag != NULL) {
        BW_VEC_PUSH(&request->headers, bw_xasprintf("If-None-Match: %s", known->etag));
    } else if (known->last_modified != NULL) {
        BW_VEC_PUSH(&request->headers,
                    bw_xasprintf("If-Modified-Since: %s", known->last_modified));
    }
}

static struct bw_memory *find(const struct bw_memories *memories, const char *source)
{
    BW_VEC_EACH(struct bw_memory, memory, memories)
    {
        if (strcmp(memory->source, source) == 0) {
            return memory;
        }
    }
    return NULL;
}

static void known_clear(struct bw_known *known)
{
    bw_fetch_clear(&known->fetch);
    free(known->etag);
    free(known->last_modified);
}
