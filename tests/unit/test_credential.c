#include "codec/credential.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "base/mem.h"

#define NOW INT64_C(1700000000000)
#define IN_AN_HOUR INT64_C(1700003600000) /* 2023-11-14T23:13:20Z */

Test(credential, each_known_form_gives_the_token_and_its_end)
{
    static const struct {
        const char *output;
        const char *token;
        int64_t expires_ms;
    } cases[] = {
        { "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":3600}", "a", IN_AN_HOUR },
        { "{\"access_token\":\"a\",\"expires_in\":\"3600\"}", "a", IN_AN_HOUR },
        { "{\"accessToken\":\"az\",\"expiresOn\":\"1999-01-01 00:00:00.000000\","
          "\"expires_on\":1700003600,\"tokenType\":\"Bearer\"}", "az", IN_AN_HOUR },
        { "{\"credential\":{\"access_token\":\"g\",\"token_expiry\":\"2023-11-14T23:13:20Z\"}}", "g",
          IN_AN_HOUR },
        { "{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"k\","
          "\"expirationTimestamp\":\"2023-11-14T23:13:20Z\"}}", "k", IN_AN_HOUR },
        { "{\"Version\":1,\"AccessKeyId\":\"ID\",\"SecretAccessKey\":\"KEY\",\"SessionToken\":\"T\","
          "\"Expiration\":\"2023-11-14T23:13:20Z\"}", "ID:KEY:T", IN_AN_HOUR },
        { "{\"token\":\"t\"}", "t", 0 },
        /* {"sub":"me","exp":1700003600} */
        { "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImV4cCI6MTcwMDAwMzYwMH0.sig",
          "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSIsImV4cCI6MTcwMDAwMzYwMH0.sig", IN_AN_HOUR },
        { "{\"access_token\":\"e30.eyJzdWIiOiJtZSIsImV4cCI6MTcwMDAwMzYwMH0.s\"}",
          "e30.eyJzdWIiOiJtZSIsImV4cCI6MTcwMDAwMzYwMH0.s", IN_AN_HOUR },
        { "plain", "plain", 0 },
        { "a.b.c", "a.b.c", 0 },
        { "sk-1.2=.3", "sk-1.2=.3", 0 },
        { "{\"some\":\"json\"}", "{\"some\":\"json\"}", 0 },
        { "[1]", "[1]", 0 },
        { "", "", 0 },
    };
    for (size_t i = 0; i < BW_COUNT(cases); i++) {
        BW_CLEANUP(bw_credential_clear) struct bw_credential said =
            bw_credential_read(cases[i].output, NOW);
        cr_expect(eq(str, said.text, (char *)cases[i].token));
        cr_expect(eq(i64, said.expires_ms, cases[i].expires_ms), "%s", cases[i].output);
    }
}

Test(credential, az_writes_expires_on_in_local_time)
{
    char text[96];
    time_t at = (time_t)(IN_AN_HOUR / 1000);
    struct tm local = { 0 };
    (void)localtime_r(&at, &local);
    (void)strftime(text, sizeof(text),
                   "{\"accessToken\":\"az\",\"expiresOn\":\"%Y-%m-%d %H:%M:%S.000000\"}", &local);
    BW_CLEANUP(bw_credential_clear) struct bw_credential said = bw_credential_read(text, NOW);
    cr_expect(eq(i64, said.expires_ms, IN_AN_HOUR));
}
