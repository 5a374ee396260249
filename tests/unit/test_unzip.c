#include "unzip.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include <zlib.h>

#include "base/str.h"

static struct bw_error err;
static const char TEXT[] = "{\"outcome\":\"finished\",\"results\":[],\"results2\":[]}";

static void put(struct bw_str *out, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        char byte = (char)(value >> 8 * i & 0xff);
        bw_str_append_bytes(out, &byte, 1);
    }
}

static struct bw_str packed(const char *text, bool deflated)
{
    struct bw_str out = { 0 };
    if (!deflated) {
        bw_str_append(&out, text);
        return out;
    }
    char room[1024];
    z_stream stream = { .next_in = (unsigned char *)text,
                        .avail_in = (uInt)strlen(text),
                        .next_out = (unsigned char *)room,
                        .avail_out = sizeof(room) };
    cr_assert(eq(int, deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
                 Z_OK));
    cr_assert(eq(int, deflate(&stream, Z_FINISH), Z_STREAM_END));
    bw_str_append_bytes(&out, room, stream.total_out);
    (void)deflateEnd(&stream);
    return out;
}

/* What both headers of a member say. */
static void put_member(struct bw_str *out, const char *name, const char *text,
                       const struct bw_str *data, bool deflated)
{
    put(out, 20, 2);
    put(out, 0, 2);
    put(out, deflated ? 8 : 0, 2);
    put(out, 0, 4);
    put(out, (uint32_t)crc32(0, (const unsigned char *)text, (uInt)strlen(text)), 4);
    put(out, (uint32_t)data->size, 4);
    put(out, (uint32_t)strlen(text), 4);
    put(out, (uint32_t)strlen(name), 2);
    put(out, 0, 2);
}

/* An archive of one member, and a comment. Ownership: the caller's. */
static struct bw_str archive(const char *name, const char *text, bool deflated,
                             const char *comment)
{
    struct bw_str out = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str data = packed(text, deflated);
    bw_str_append(&out, "PK\3\4");
    put_member(&out, name, text, &data, deflated);
    bw_str_append(&out, name);
    bw_str_append_bytes(&out, data.text, data.size);
    size_t directory = out.size;
    bw_str_append(&out, "PK\1\2");
    put(&out, 20, 2);
    put_member(&out, name, text, &data, deflated);
    put(&out, 0, 2);
    put(&out, 0, 4);
    put(&out, 0, 4);
    put(&out, 0, 4);
    bw_str_append(&out, name);
    size_t bytes = out.size - directory;
    bw_str_append(&out, "PK\5\6");
    put(&out, 0, 4);
    put(&out, 1, 2);
    put(&out, 1, 2);
    put(&out, (uint32_t)bytes, 4);
    put(&out, (uint32_t)directory, 4);
    put(&out, (uint32_t)strlen(comment), 2);
    bw_str_append(&out, comment);
    return out;
}

static void reads(const char *name, bool deflated, const char *comment)
{
    BW_CLEANUP(bw_str_clear) struct bw_str zip = archive(name, TEXT, deflated, comment);
    BW_CLEANUP(bw_freep) char *got = NULL;
    size_t size = 0;
    cr_assert(eq(int, (int)bw_unzip(zip.text, zip.size, "r.json", 1000, &got, &size, &err), BW_OK),
              "%s", err.text);
    cr_expect(eq(str, got, (char *)TEXT));
    cr_expect(eq(sz, size, strlen(TEXT)));
}

static enum bw_err fails(const struct bw_str *zip, const char *name, size_t max_bytes)
{
    BW_CLEANUP(bw_freep) char *got = NULL;
    size_t size = 0;
    return bw_unzip(zip->text, zip->size, name, max_bytes, &got, &size, &err);
}

Test(unzip, a_member_is_read_stored_or_deflated_wherever_it_lies)
{
    reads("r.json", false, "");
    reads("r.json", true, "");
    reads("out/of/r.json", true, "a comment, PK\5\6 and all of it");
}

Test(unzip, what_is_missing_or_too_big_is_said)
{
    BW_CLEANUP(bw_str_clear) struct bw_str zip = archive("r.json", TEXT, true, "");
    cr_expect(eq(int, (int)fails(&zip, "s.json", 1000), BW_ERR_NOTFOUND));
    cr_expect(eq(str, err.text, "it holds no s.json"));
    cr_expect(eq(int, (int)fails(&zip, "json", 1000), BW_ERR_NOTFOUND));
    cr_expect(eq(int, (int)fails(&zip, "r.json", 10), BW_ERR_TOOBIG));
    zip.size = 0;
    cr_expect(eq(int, (int)fails(&zip, "r.json", 1000), BW_ERR_INVALID));
}

Test(unzip, an_archive_cut_short_anywhere_is_refused)
{
    BW_CLEANUP(bw_str_clear) struct bw_str zip = archive("r.json", TEXT, true, "");
    for (size_t size = zip.size; size-- > 0;) {
        BW_CLEANUP(bw_freep) char *copy = bw_xmemdup(zip.text, size + 1); /* no byte to spare */
        const struct bw_str cut = { .text = copy, .size = size };
        cr_expect(ne(int, (int)fails(&cut, "r.json", 1000), BW_OK), "%zu bytes", size);
    }
}

Test(unzip, no_damage_gives_other_bytes_than_were_packed)
{
    for (int deflated = 0; deflated < 2; deflated++) {
        BW_CLEANUP(bw_str_clear) struct bw_str zip = archive("r.json", TEXT, deflated, "");
        for (size_t at = 0; at < zip.size; at++) {
            for (int bit = 0; bit < 8; bit++) {
                BW_CLEANUP(bw_freep) char *copy = bw_xmemdup(zip.text, zip.size);
                BW_CLEANUP(bw_freep) char *got = NULL;
                size_t size = 0;
                copy[at] = (char)(copy[at] ^ 1 << bit);
                if (bw_unzip(copy, zip.size, "r.json", 1000, &got, &size, &err) == BW_OK) {
                    cr_expect(eq(str, got, (char *)TEXT), "byte %zu, bit %d", at, bit);
                }
            }
        }
    }
}
