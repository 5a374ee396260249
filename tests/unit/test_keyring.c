#include "io/keyring.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static uv_loop_t loop;
static struct bw_keyring *keyring;
static char file[64]; /* a secret, or a line for each run of a command */
static char heard[256];

static void setup(void)
{
    uv_loop_init(&loop);
    keyring = bw_keyring_new(&loop);
    snprintf(file, sizeof(file), "/tmp/basewatch-keyring-%d", getpid());
}

static void teardown(void)
{
    bw_keyring_close(keyring);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_expect(eq(int, uv_loop_close(&loop), 0));
    unlink(file);
}

TestSuite(keyring, .init = setup, .fini = teardown);

static void on_ready(void *context, const struct bw_secret *secret, const struct bw_error *err)
{
    size_t used = strlen(heard);
    snprintf(heard + used, sizeof(heard) - used, "%s:%s;", (const char *)context,
             secret == NULL ? bw_err_text(err->code) : secret->text);
}

static void put(const char *text)
{
    FILE *out = fopen(file, "w");
    fputs(text, out);
    fclose(out);
}

static struct bw_key_wait *get_file(const char *who)
{
    struct bw_secret_ref ref = { .kind = BW_SECRET_FILE, .file = file };
    return bw_keyring_get(keyring, &ref, on_ready, (void *)who);
}

static struct bw_key_wait *get_command(const char *script, const char *who)
{
    BW_CLEANUP(bw_freep) char *text = bw_xasprintf("echo >>%s; %s", file, script);
    char *argv[] = { "sh", "-c", text };
    struct bw_secret_ref ref = { .kind = BW_SECRET_COMMAND, .argv = { argv, 3, 3 } };
    return bw_keyring_get(keyring, &ref, on_ready, (void *)who);
}

static int runs(void)
{
    FILE *in = fopen(file, "r");
    int count = 0;
    while (in != NULL && fgetc(in) != EOF) {
        count++;
    }
    if (in != NULL) {
        fclose(in);
    }
    return count;
}

Test(keyring, a_file_is_read_at_once_and_each_time)
{
    put("one\n");
    cr_expect(eq(ptr, get_file("a"), NULL));
    put("two\n");
    cr_expect(eq(ptr, get_file("b"), NULL));
    unlink(file);
    cr_expect(eq(ptr, get_file("c"), NULL));
    cr_expect(eq(str, heard, "a:one;b:two;c:not found;"));
}

Test(keyring, one_run_of_a_command_serves_all_who_ask)
{
    get_command("echo s3cret", "a");
    get_command("echo s3cret", "b");
    get_command("echo other", "c");
    cr_expect(eq(str, heard, ""));
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_expect(ne(ptr, strstr(heard, "a:s3cret;b:s3cret;"), NULL), "%s", heard);
    cr_expect(ne(ptr, strstr(heard, "c:other;"), NULL), "%s", heard);
    heard[0] = '\0';
    cr_expect(eq(ptr, get_command("echo s3cret", "d"), NULL));
    cr_expect(eq(str, heard, "d:s3cret;"));
    cr_expect(eq(int, runs(), 2));
}

Test(keyring, a_failure_is_not_kept)
{
    get_command("exit 3", "a");
    uv_run(&loop, UV_RUN_DEFAULT);
    get_command("exit 3", "b");
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_expect(eq(int, runs(), 2));
    cr_expect(eq(ptr, strstr(heard, "s3cret"), NULL));
    cr_expect(ne(ptr, strstr(heard, "b:"), NULL));
}

Test(keyring, a_cancelled_wait_is_silent)
{
    struct bw_key_wait *wait = get_command("echo s3cret", "a");
    get_command("echo s3cret", "b");
    bw_keyring_cancel(wait);
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_expect(eq(str, heard, "b:s3cret;"));
}

/* Runs the script twice, one after the other; how often it ran. */
static int runs_for(const char *script)
{
    unlink(file);
    heard[0] = '\0';
    for (int i = 0; i < 2; i++) {
        get_command(script, "a");
        uv_run(&loop, UV_RUN_DEFAULT);
    }
    return runs();
}

Test(keyring, a_token_is_kept_until_it_expires)
{
    cr_expect(eq(int, runs_for("echo '{\"access_token\":\"t1\",\"expires_in\":3600}'"), 1));
    cr_expect(eq(str, heard, "a:t1;a:t1;"));
    cr_expect(eq(int, runs_for("echo '{\"access_token\":\"t2\",\"expires_in\":30}'"), 2));
    cr_expect(eq(str, heard, "a:t2;a:t2;"), "it would end under way");
}

Test(keyring, what_was_refused_is_not_given_out_again)
{
    BW_CLEANUP(bw_freep) char *text = bw_xasprintf("echo >>%s; echo s3cret", file);
    char *argv[] = { "sh", "-c", text };
    struct bw_secret_ref ref = { .kind = BW_SECRET_COMMAND, .argv = { argv, 3, 3 } };
    get_command("echo s3cret", "a");
    uv_run(&loop, UV_RUN_DEFAULT);
    bw_keyring_refuse(keyring, &ref, "another");
    get_command("echo s3cret", "b");
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_expect(eq(int, runs(), 1));
    bw_keyring_refuse(keyring, &ref, "s3cret");
    get_command("echo s3cret", "c");
    uv_run(&loop, UV_RUN_DEFAULT);
    cr_expect(eq(int, runs(), 2));
    cr_expect(eq(str, heard, "a:s3cret;b:s3cret;c:s3cret;"));
}

Test(keyring, closing_waits_for_the_command_that_runs)
{
    bw_keyring_cancel(get_command("sleep 0.2; echo s3cret", "a"));
}
