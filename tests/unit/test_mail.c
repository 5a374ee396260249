#include "codec/mail.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static enum bw_err read_mail(const char *text, struct bw_mail *out, struct bw_error *err)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *root = NULL;
    cr_assert(eq(int, bw_json_parse(text, strlen(text), &root, NULL), BW_OK), "%s", text);
    return bw_mail_from_json(root, out, err);
}

Test(mail, what_could_begin_a_header_of_its_own_is_refused)
{
    static const char *const bad[] = {
        "{\"id\":1,\"from\":\"a@x\\r\\nBcc: b@y\",\"to\":[\"c@z\"],\"subject\":\"s\",\"text\":\"t\"}",
        "{\"id\":1,\"from\":\"a@x\",\"to\":[\"c@z\\nX: y\"],\"subject\":\"s\",\"text\":\"t\"}",
        "{\"id\":1,\"from\":\"a@x\",\"to\":[\"c@z\"],\"subject\":\"s\\r\\nX: y\",\"text\":\"t\"}",
        "{\"id\":1,\"from\":\"a@x\",\"to\":[\"c@z>, <d@z\"],\"subject\":\"s\",\"text\":\"t\"}",
        "{\"id\":1,\"from\":\"a@x\",\"to\":[\"two words@z\"],\"subject\":\"s\",\"text\":\"t\"}",
        "{\"id\":1,\"from\":\"nobody\",\"to\":[\"c@z\"],\"subject\":\"s\",\"text\":\"t\"}",
        "{\"id\":1,\"from\":\"a@x\",\"to\":[\"c@z\"],\"subject\":\"s\"}",
        "{\"id\":1,\"from\":\"a@x\",\"to\":\"c@z\",\"subject\":\"s\",\"text\":\"t\"}",
        "{\"from\":\"a@x\",\"to\":[\"c@z\"],\"subject\":\"s\",\"text\":\"t\"}",
    };
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        BW_CLEANUP(bw_mail_clear) struct bw_mail mail = { 0 };
        struct bw_error err = { 0 };
        cr_expect(eq(int, read_mail(bad[i], &mail, &err), BW_ERR_INVALID), "%s", bad[i]);
    }
}

Test(mail, every_line_is_ascii_short_and_ends_in_crlf)
{
    BW_CLEANUP(bw_mail_clear) struct bw_mail mail = { 0 };
    struct bw_error err = { 0 };
    cr_assert(eq(int, read_mail("{\"id\":1,\"from\":\"Modell-W\xc3\xa4""chter <a@example.org>\","
                                "\"to\":[\"b@example.org\",\"\\\"Ops\\\" <c@example.org>\"],"
                                "\"subject\":\"\xe2\x82\xac 5.322 f\xc3\xbcr den Umzug von triage "
                                "auf das neue Modell, bitte bald\",\"text\":\"na\xc3\xafve = 1 \\n."
                                "\\nend\",\"html\":\"<p>x</p>\"}",
                                &mail, &err), BW_OK), "%s", err.text);
    BW_CLEANUP(bw_str_clear) struct bw_str out = { 0 };
    bw_mail_compose(&mail, "msg_1", "abc", 1795456800000, &out);
    const char *line = out.text;
    while (*line != '\0') {
        const char *end = strstr(line, "\r\n");
        cr_assert(ne(ptr, (void *)end, NULL), "the last line ends too");
        cr_expect(le(sz, (size_t)(end - line), 76), "%.*s", (int)(end - line), line);
        for (const char *c = line; c < end; c++) {
            cr_expect(ge(chr, *c, ' '), "%.*s", (int)(end - line), line);
            cr_expect(lt(chr, *c, 0x7f), "%.*s", (int)(end - line), line);
        }
        line = end + 2;
    }
    static const char *const parts[] = {
        "Date: Mon, 23 Nov 2026 18:00:00 +0000\r\n",
        "Message-ID: <msg_1@abc>\r\n",
        "Auto-Submitted: auto-generated\r\n",
        " <a@example.org>\r\n",
        "To: b@example.org,\r\n \"Ops\" <c@example.org>\r\n",
        "Subject: =?UTF-8?B?",
        "na=C3=AFve =3D 1=20\r\n.\r\nend",
    };
    for (size_t i = 0; i < BW_COUNT(parts); i++) {
        cr_expect(ne(ptr, strstr(out.text, parts[i]), NULL), "%s\nin\n%s", parts[i], out.text);
    }
}
