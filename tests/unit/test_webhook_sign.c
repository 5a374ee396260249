#include "codec/webhook_sign.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The example that the Standard Webhooks specification and its libraries print. */
static const char SECRET[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
static const char ID[] = "msg_p5jXN8AQM9LWM0D4loKWxJek";
static const char BODY[] = "{\"test\": 2432232314}";
static const char SIGNATURE[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
enum { SENT = 1614265330 };

static struct bw_error err;

static struct bw_webhook_secret secret_of(const char *text)
{
    struct bw_webhook_secret secret = { 0 };
    cr_assert(eq(int, bw_webhook_secret_parse(text, strlen(text), &secret, &err), BW_OK), "%s",
              err.text);
    return secret;
}

static enum bw_err verify(const char *timestamp, const char *signature, int64_t now_sec)
{
    struct bw_webhook_secret secret = secret_of(SECRET);
    struct bw_webhook_headers headers = { ID, timestamp, signature };
    return bw_webhook_verify(&secret, &headers, BODY, strlen(BODY), now_sec, &err);
}

Test(webhook_sign, signs_the_published_example)
{
    struct bw_webhook_secret secret = secret_of(SECRET);
    char out[BW_WEBHOOK_SIGNATURE_TEXT];
    bw_webhook_sign(&secret, ID, SENT, BODY, strlen(BODY), out);
    cr_expect(eq(str, out, (char *)SIGNATURE));
    bw_webhook_secret_clear(&secret);
    cr_expect(eq(sz, secret.size, 0));
}

Test(webhook_sign, agrees_with_the_openssl_program)
{
    char text[] = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="; /* bytes 00 to 1f */
    FILE *pipe = popen("printf 'msg_1.1795456800.{\"a\":\"\\303\\251\"}' | openssl dgst -sha256 -mac HMAC "
                       "-macopt hexkey:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
                       "-binary | openssl base64 -A", "r");
    char want[64] = { 0 };
    cr_assert(ne(ptr, fgets(want, sizeof(want), pipe), NULL));
    cr_assert(eq(int, pclose(pipe), 0));
    struct bw_webhook_secret secret = secret_of(text);
    char out[BW_WEBHOOK_SIGNATURE_TEXT];
    bw_webhook_sign(&secret, "msg_1", 1795456800, "{\"a\":\"\xc3\xa9\"}", 10, out);
    cr_expect(eq(str, out + 3, want));
}

Test(webhook_sign, verifies_one_of_several_signatures)
{
    char several[200];
    (void)snprintf(several, sizeof(several), "v1a,AAAA v1,bm9uZQ==  %s", SIGNATURE);
    cr_expect(eq(int, verify("1614265330", several, SENT), BW_OK));
    cr_expect(eq(int, verify("1614265330", SIGNATURE, SENT + 300), BW_OK));
    cr_expect(eq(int, verify("1614265330", SIGNATURE, SENT - 300), BW_OK));
}

Test(webhook_sign, refuses_what_is_forged_old_or_malformed)
{
    cr_expect(eq(int, verify("1614265330", SIGNATURE, SENT + 301), BW_ERR_DENIED));
    cr_expect(eq(str, err.text, "signed 301 s ago, more than the 300 s allowed"));
    cr_expect(eq(int, verify("1614265330", SIGNATURE, SENT - 301), BW_ERR_DENIED));
    cr_expect(eq(int, verify("1614265331", SIGNATURE, SENT), BW_ERR_DENIED));
    cr_expect(eq(int, verify("1614265330", "", SENT), BW_ERR_DENIED));
    cr_expect(eq(int, verify("1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1O", SENT),
                 BW_ERR_DENIED));
    cr_expect(eq(int, verify("-5", SIGNATURE, SENT), BW_ERR_INVALID));
    cr_expect(eq(int, verify("9999999999999999999", SIGNATURE, SENT), BW_ERR_INVALID));
    cr_expect(eq(int, verify("", SIGNATURE, SENT), BW_ERR_INVALID));
    cr_expect(eq(int, verify(NULL, SIGNATURE, SENT), BW_ERR_INVALID));
    cr_expect(eq(str, err.text, "header webhook-timestamp is missing"));
}

Test(webhook_sign, a_secret_is_24_to_64_bytes_of_base64)
{
    const char *const bad[] = {
        "", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", "whsec_MfKQ9r8GKYqr=wjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La\nLaSw",
        "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    for (size_t i = 0; i < BW_COUNT(bad); i++) {
        struct bw_webhook_secret secret = { 0 };
        cr_expect(eq(int, bw_webhook_secret_parse(bad[i], strlen(bad[i]), &secret, &err),
                     BW_ERR_INVALID), "%s", bad[i]);
        cr_expect(eq(sz, secret.size, 0));
    }
}
