#include "cli/place.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/basewatch-place-XXXXXX";

static void write_file(const char *name, const char *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    fwrite(bytes, 1, size, file);
    fclose(file);
}

static void setup(void)
{
    cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0);
    mkdir("web", 0700);
    mkdir("web/.git", 0700);
    mkdir("web/conf", 0700);
    write_file("web/conf/a.yaml", "1\r\n2\n3\n4\n\xc3\xbc 5\n6\n7\n8\nlast", 24);
    write_file("bad.yaml", "model: \xff\n", 9);
    write_file("long.yaml", "", 0);
    cr_assert(truncate("long.yaml", 1024 * 1024) == 0);
}

static void teardown(void)
{
    cr_assert(system("rm -r web bad.yaml long.yaml") == 0);
    rmdir(folder);
}

TestSuite(place, .init = setup, .fini = teardown);

Test(place, lines_around_are_kept_byte_for_byte)
{
    struct bw_place place = { 0 };
    cr_assert(eq(int, bw_place_capture("web/conf/a.yaml:4", &place, NULL), BW_OK));
    cr_expect(eq(str, place.repo, "web"));
    cr_expect(eq(str, place.file, "conf/a.yaml"));
    cr_expect(eq(i64, place.line, 4));
    cr_expect(eq(str, place.context, "1\r\n2\n3\n4\n\xc3\xbc 5\n6\n7\n"));
    bw_place_clear(&place);
}

Test(place, the_ends_of_a_file_have_fewer_lines)
{
    struct bw_place place = { 0 };
    cr_assert(eq(int, bw_place_capture("web/conf/a.yaml:1", &place, NULL), BW_OK));
    cr_expect(eq(str, place.context, "1\r\n2\n3\n4\n"));
    bw_place_clear(&place);
    cr_assert(eq(int, bw_place_capture("web/conf/a.yaml:9", &place, NULL), BW_OK));
    cr_expect(eq(str, place.context, "6\n7\n8\nlast"));
    bw_place_clear(&place);
}

Test(place, what_cannot_be_captured_is_said)
{
    const struct {
        const char *where;
        enum bw_err code;
        const char *sentence;
    } rows[] = {
        { "web/conf/a.yaml", BW_ERR_INVALID, "'web/conf/a.yaml' is not FILE:LINE" },
        { "web/conf/a.yaml:0", BW_ERR_INVALID, "'web/conf/a.yaml:0' is not FILE:LINE" },
        { "web/conf/a.yaml:x", BW_ERR_INVALID, "'web/conf/a.yaml:x' is not FILE:LINE" },
        { ":4", BW_ERR_INVALID, "':4' is not FILE:LINE" },
        { "web/conf/a.yaml:10", BW_ERR_INVALID, "web/conf/a.yaml has no line 10" },
        { "absent:1", BW_ERR_IO, "absent: No such file or directory" },
        { "web:1", BW_ERR_IO, "web: not a file" },
        { "bad.yaml:1", BW_ERR_INVALID, 
          "bad.yaml:1: the lines around it are not UTF-8; convert the file with iconv, or give no "
          "--at, and the change is told in words" },
        { "long.yaml:1", BW_ERR_TOOBIG, "long.yaml:1: the lines around it are too long" },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        struct bw_place place = { 0 };
        struct bw_error err = { 0 };
        cr_expect(eq(int, bw_place_capture(rows[i].where, &place, &err), rows[i].code));
        cr_expect(eq(str, err.text, (char *)rows[i].sentence));
    }
}
