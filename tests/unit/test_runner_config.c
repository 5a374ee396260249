#include "codec/runner_config.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

static char folder[64];
static struct bw_eval_suites suites;
static struct bw_names problems;

static void setup(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/basewatch-runner-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
}

static void teardown(void)
{
    char command[100];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    cr_assert(eq(int, system(command), 0));
    bw_eval_suites_clear(&suites);
    bw_names_clear(&problems);
}

TestSuite(runner_config, .init = setup, .fini = teardown);

static char *path_of(const char *name)
{
    static char path[160];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");
    cr_assert(ne(ptr, file, NULL));
    cr_assert(ge(int, fputs(text, file), 0));
    cr_assert(eq(int, fclose(file), 0));
    cr_assert(eq(int, chmod(path_of(name), 0644), 0));
}

static enum bw_err read_again(void)
{
    bw_eval_suites_clear(&suites);
    bw_names_clear(&problems);
    return bw_runner_config_read(folder, &suites, &problems);
}

/* Refused, with this in the first complaint. */
static void expect_refused(const char *says)
{
    cr_assert(eq(int, read_again(), BW_ERR_INVALID), "taken, but '%s'", says);
    cr_assert(gt(sz, problems.count, 0));
    cr_expect(ne(ptr, strstr(problems.items[0], says), NULL), "'%s' said '%s'", says,
              problems.items[0]);
    cr_expect(eq(sz, suites.count, 0));
}

static void expect(const char *text, const char *says)
{
    put("a.yaml", text);
    expect_refused(says);
}

Test(runner_config, suites_of_all_files_are_read_as_documented)
{
    put("a.yaml",
        "suites:\n"
        "  triage:\n"
        "    argv: [npx, promptfoo, eval, -r, 'openai:chat:{model}', -o, '{result}']\n"
        "    cwd: /srv/evals\n"
        "    timeout: 10m\n"
        "    result: promptfoo\n"
        "    environment: {OPENAI_API_KEY: {file: openai.key}, RATE: 80, EMPTY: ''}\n"
        "    pass_rate: 0.9\n"
        "    tolerance: 0.05\n");
    put("b.yaml",
        "suites: {help: {argv: [./run, \"a\\nb\", ''], result: json, pointers: {passed: /a/b, cases: /n}}}\n");
    put("ignored.txt", "suites: nonsense\n");
    cr_assert(eq(int, read_again(), BW_OK), "%s", problems.items[0]);
    cr_assert(eq(sz, suites.count, 2));
    const struct bw_eval_suite *triage = bw_eval_suite_find(&suites, "triage");
    const struct bw_eval_suite *help = bw_eval_suite_find(&suites, "help");
    cr_assert(triage != NULL && help != NULL);
    cr_expect(eq(ptr, (void *)bw_eval_suite_find(&suites, "other"), NULL));
    cr_expect(eq(sz, triage->argv.count, 7));
    cr_expect(eq(i64, triage->timeout_ms, 600000));
    cr_expect(eq(int, triage->format, BW_EVAL_PROMPTFOO));
    cr_expect(epsilon_eq(dbl, triage->rule.pass_rate, 0.9, 1e-9));
    cr_expect(epsilon_eq(dbl, triage->rule.tolerance, 0.05, 1e-9));
    cr_assert(eq(sz, triage->environment.count, 3));
    cr_expect(eq(ptr, triage->environment.items[0].text, NULL));
    cr_expect(eq(str, triage->environment.items[0].secret.file, "openai.key"));
    cr_expect(eq(str, triage->environment.items[0].secret.beside, folder));
    cr_expect(eq(str, triage->environment.items[1].text, "80"));
    cr_expect(eq(str, triage->environment.items[2].text, ""));
    cr_assert(eq(sz, help->argv.count, 3));
    cr_expect(eq(str, help->argv.items[1], "a\nb"));
    cr_expect(eq(str, help->argv.items[2], ""));
    cr_expect(eq(i64, help->timeout_ms, 1800000));
    cr_expect(eq(int, help->format, BW_EVAL_JSON));
    cr_expect(eq(str, help->pointers.passed, "/a/b"));
    cr_expect(epsilon_eq(dbl, help->rule.tolerance, BW_EVAL_RULE.tolerance, 1e-9));
}

Test(runner_config, an_empty_folder_holds_no_suites_and_an_absent_one_is_an_error)
{
    cr_assert(eq(int, read_again(), BW_OK));
    cr_expect(eq(sz, suites.count, 0));
    cr_assert(eq(int, bw_runner_config_read("/nowhere/at/all", &suites, &problems),
                 BW_ERR_INVALID));
    cr_expect(ne(ptr, strstr(problems.items[0], "/nowhere/at/all:1:1: error: "), NULL));
}

Test(runner_config, complaints_name_the_place_and_say_what_to_do)
{
    expect("suites: {a: {argv: [x], timeuot: 3s}}\n",
           "a.yaml:1:25: error: unknown key 'timeuot' in this suite; did you mean 'timeout'?");
    expect("suits: {}\n", "a.yaml:1:1: error: unknown key 'suits'");
    expect("suites: [{argv: [x]}]\n", "suites must be a map of names; write `NAME: ..` lines");
    expect("suites: {a: {}}\n", "this suite has no argv");
    expect("suites: {a: {argv: []}}\n", "argv is empty");
    expect("suites: {a: {argv: [x, [y]]}}\n", "argv: must be a list of plain words");
    expect("suites: {a: {argv: ['{model}']}}\n", "the program itself is never filled in");
    expect("suites: {a: {argv: [sh, -c, 'run {model}']}}\n", "a shell's script is never filled in");
    expect("suites: {a: {argv: [env, A=1, /bin/bash, -e, -lc, --, 'run > {result}', x]}}\n",
           "write \"$BASEWATCH_MODEL\" and \"$BASEWATCH_RESULT\" in it");
    expect("suites: {a: {argv: [x], cwd: evals}}\n", "cwd");
    expect("suites: {a: {argv: [x], timeout: 0s}}\n", "timeout");
    expect("suites: {a: {argv: [x], result: xml}}\n", "promptfoo, junit, json");
    expect("suites: {a: {argv: [x], pass_rate: 90}}\n", "a share from 0 to 1");
    expect("suites: {a: {argv: [x], pointers: {passed: /p}}}\n", "for result: json alone");
    expect("suites: {a: {argv: [x], result: json, pointers: {passed: p}}}\n", "write /p");
    expect("suites: {a: {argv: [x], result: json, pointers: {passed: /p, pass_rate: /q}}}\n",
           "give either passed or pass_rate");
    expect("suites: {a: {argv: [x], environment: {A-B: x}}}\n", "no name for a variable");
    expect("suites: {a: {argv: [x], environment: {1A: x}}}\n", "no name for a variable");
    expect("suites: {a: {argv: [x], environment: {A: [x]}}}\n", "A: must be a text, or {file");
    expect("suites: {a: {argv: [x], environment: {A: {fiel: x}}}}\n", "names where the secret is");
    expect("suites: {a: {argv: [x], environment: {BASEWATCH_MODEL: m}}}\n", "the runner's own");
    expect("suites: {a: {argv: [x]}}\nsuites: {}\n", "a.yaml:2:1: error: ");
}

Test(runner_config, what_a_shell_gets_as_words_may_be_filled_in)
{
    put("a.yaml", "suites:\n"
                  "  words: {argv: [sh, -c, 'run \"$@\"', suite, '{model}', '{result}']}\n"
                  "  file: {argv: [bash, -o, pipefail, run.sh, '{model}', '{result}']}\n"
                  "  other: {argv: [pytest, -c, '{model}.ini']}\n");
    enum bw_err rc = read_again();
    cr_expect(eq(int, rc, BW_OK), "%s", rc == BW_OK ? "" : problems.items[0]);
}

Test(runner_config, a_name_may_stand_once_in_all_files)
{
    put("a.yaml", "suites: {triage: {argv: [x]}}\n");
    put("b.yaml", "suites: {triage: {argv: [y]}}\n");
    expect_refused("b.yaml:1:18: error: suite 'triage' stands here twice; first at ");
}

Test(runner_config, what_others_may_write_is_refused)
{
    static const struct {
        mode_t file;
        mode_t folder;
        const char *says;
    } modes[] = {
        { 0666, 0755, "a.yaml:1:1: error: may be written by others; run: chmod go-w" },
        { 0664, 0755, "a.yaml:1:1: error: may be written by others" },
        { 0644, 0777, ":1:1: error: may be written by others" },
        { 0644, 0775, ":1:1: error: may be written by others" },
    };
    for (size_t i = 0; i < BW_COUNT(modes); i++) {
        put("a.yaml", "suites: {triage: {argv: [x]}}\n");
        cr_assert(eq(int, chmod(path_of("a.yaml"), modes[i].file), 0));
        cr_assert(eq(int, chmod(folder, modes[i].folder), 0));
        expect_refused(modes[i].says);
    }
    cr_assert(eq(int, chmod(path_of("a.yaml"), 0644), 0));
    cr_assert(eq(int, chmod(folder, 0755), 0));
    cr_expect(eq(int, read_again(), BW_OK));
}

Test(runner_config, what_belongs_to_another_user_is_refused)
{
    if (geteuid() != 0) {
        cr_skip("only root can give a file away");
    }
    put("a.yaml", "suites: {triage: {argv: [x]}}\n");
    cr_assert(eq(int, chown(path_of("a.yaml"), 65534, 65534), 0));
    expect_refused("a.yaml:1:1: error: belongs to uid 65534, who could change it");
    cr_assert(eq(int, chown(path_of("a.yaml"), 0, 0), 0));
    cr_assert(eq(int, chown(folder, 65534, 65534), 0));
    expect_refused("belongs to uid 65534");
}

Test(runner_config, holes_are_filled_in_one_pass_and_a_word_stays_a_word)
{
    char *words[] = { "run", "{model}", "-o={result}", "{model}{model}", "{modell}", "{" };
    const struct bw_eval_suite suite = { .argv = { words, BW_COUNT(words), BW_COUNT(words) } };
    struct bw_names argv = { 0 };
    bw_eval_suite_argv(&suite, "{result} $(id)", "/r", &argv);
    static const char *const expected[] = { "run",  "{result} $(id)",
                                            "-o=/r", "{result} $(id){result} $(id)",
                                            "{modell}", "{" };
    cr_assert(eq(sz, argv.count, BW_COUNT(expected)));
    for (size_t i = 0; i < argv.count; i++) {
        cr_expect(eq(str, argv.items[i], (char *)expected[i]));
    }
    bw_names_clear(&argv);
}

Test(runner_config, every_option_is_explained)
{
    BW_CLEANUP(bw_freep) char *help = bw_runner_config_help();
    BW_CLEANUP(bw_freep) char *schema = bw_runner_config_schema();
    static const char *const names[] = { "suites.NAME.argv", "suites.NAME.pointers.cases",
                                         "suites.NAME.environment", "suites.NAME.tolerance" };
    for (size_t i = 0; i < BW_COUNT(names); i++) {
        cr_expect(ne(ptr, strstr(help, names[i]), NULL), "%s", names[i]);
    }
    cr_expect(ne(ptr, strstr(schema, "\"$ref\": \"#/$defs/file-of-suites\""), NULL));
    cr_expect(ne(ptr, strstr(schema, "\"additionalProperties\": {"), NULL));
}
