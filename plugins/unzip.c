/* plugins/unzip.c: see unzip.h. The directory at the end is what counts; of the header before the
 * data only its length. */
#include "unzip.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <zlib.h>

enum {
    END_BYTES = 22,
    ENTRY_BYTES = 46,
    HEADER_BYTES = 30,
    COMMENT_MAX = 65535,
    STORED = 0,
    DEFLATED = 8,
    ENCRYPTED = 1, /* bit of the flags */
};

struct archive {
    const unsigned char *bytes;
    size_t size;
};

struct member {
    unsigned flags;
    unsigned method;
    uint32_t crc;
    size_t packed;
    size_t size;
    size_t header; /* offset */
};

static unsigned u16(const unsigned char *at)
{
    return (unsigned)(at[0] | at[1] << 8);
}

static uint32_t u32(const unsigned char *at)
{
    return (uint32_t)u16(at) | (uint32_t)u16(at + 2) << 16;
}

/* bytes at offset, if the archive has that many there. */
static const unsigned char *part(const struct archive *archive, size_t offset, size_t bytes)
{
    return offset <= archive->size && bytes <= archive->size - offset ? archive->bytes + offset
                                                                      : NULL;
}

/* The end record stands before a comment of any length. */
static const unsigned char *find_end(const struct archive *archive)
{
    for (size_t back = END_BYTES; back <= archive->size && back <= END_BYTES + COMMENT_MAX;
         back++) {
        const unsigned char *at = archive->bytes + archive->size - back;
        if (memcmp(at, "PK\5\6", 4) == 0 && u16(at + 20) == back - END_BYTES) {
            return at;
        }
    }
    return NULL;
}

static bool is_called(const char *path, size_t size, const char *name)
{
    size_t width = strlen(name);
    return size >= width && memcmp(path + size - width, name, width) == 0 &&
           (size == width || path[size - width - 1] == '/');
}

static struct member member_of(const unsigned char *entry)
{
    return (struct member){ .flags = u16(entry + 8),
                            .method = u16(entry + 10),
                            .crc = u32(entry + 16),
                            .packed = u32(entry + 20),
                            .size = u32(entry + 24),
                            .header = u32(entry + 42) };
}

static enum bw_err find_member(const struct archive *archive, const char *name,
                               struct member *out, struct bw_error *err)
{
    const unsigned char *end = find_end(archive);
    if (end == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "it is no ZIP archive");
    }
    size_t at = u32(end + 16);
    for (unsigned left = u16(end + 10); left > 0; left--) {
        const unsigned char *entry = part(archive, at, ENTRY_BYTES);
        if (entry == NULL || memcmp(entry, "PK\1\2", 4) != 0) {
            return bw_fail(err, BW_ERR_INVALID, "its directory is damaged");
        }
        size_t name_bytes = u16(entry + 28);
        const unsigned char *path = part(archive, at + ENTRY_BYTES, name_bytes);
        if (path == NULL) {
            return bw_fail(err, BW_ERR_INVALID, "its directory is damaged");
        }
        if (is_called((const char *)path, name_bytes, name)) {
            *out = member_of(entry);
            return BW_OK;
        }
        at += ENTRY_BYTES + name_bytes + u16(entry + 30) + u16(entry + 32);
    }
    return bw_fail(err, BW_ERR_NOTFOUND, "it holds no %s", name);
}

/* Raw deflate data of exactly `packed` bytes into exactly `size`. */
static bool inflate_all(const unsigned char *data, size_t packed, char *out, size_t size)
{
    z_stream stream = { .next_in = (unsigned char *)data,
                        .avail_in = (uInt)packed,
                        .next_out = (unsigned char *)out,
                        .avail_out = (uInt)size };
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
        return false;
    }
    bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0;
    (void)inflateEnd(&stream);
    return whole;
}

enum bw_err bw_unzip(const void *bytes, size_t size, const char *name, size_t max_bytes,
                     char **out, size_t *out_bytes, struct bw_error *err)
{
    const struct archive archive = { bytes, size };
    struct member member = { 0 };
    enum bw_err rc = find_member(&archive, name, &member, err);
    if (rc != BW_OK) {
        return rc;
    }
    if (member.size > max_bytes) {
        return bw_fail(err, BW_ERR_TOOBIG, "its %s is larger than %zu bytes", name, max_bytes);
    }
    const unsigned char *header = part(&archive, member.header, HEADER_BYTES);
    bool known = (member.flags & ENCRYPTED) == 0 &&
                 (member.method == DEFLATED ||
                  (member.method == STORED && member.packed == member.size));
    if (header == NULL || memcmp(header, "PK\3\4", 4) != 0 || !known) {
        return bw_fail(err, BW_ERR_INVALID, "its %s is damaged, or packed in an unknown way", name);
    }
    size_t start = member.header + HEADER_BYTES + u16(header + 26) + u16(header + 28);
    const unsigned char *data = part(&archive, start, member.packed);
    BW_CLEANUP(bw_freep) char *text = bw_xcalloc(member.size + 1, 1);
    if (data != NULL && member.method == STORED) {
        memcpy(text, data, member.size);
    }
    if (data == NULL ||
        (member.method == DEFLATED && !inflate_all(data, member.packed, text, member.size)) ||
        crc32(0, (const unsigned char *)text, (uInt)member.size) != member.crc) {
        return bw_fail(err, BW_ERR_INVALID, "its %s is damaged", name);
    }
    *out = BW_TAKE(text);
    *out_bytes = member.size;
    return BW_OK;
}
