/* daemon/codec/runner_config.c: see runner_config.h. */
#include "codec/runner_config.h"

#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/config_files.h"

static void add_suite(struct bw_config_reader *reader, const struct bw_config_node *item);

enum { NAME_MAX_BYTES = 128 };

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define END { .name = NULL }

#define AT(field) offsetof(struct bw_eval_pointers, field)
static const struct bw_config_option POINTERS[] = {
    { "cases", BW_CONFIG_TEXT, AT(cases), .help = "how many cases were run; default: /cases" },
    { "passed", BW_CONFIG_TEXT, AT(passed), .help = "how many passed; default: /passed" },
    { "pass_rate", BW_CONFIG_TEXT, AT(pass_rate),
      .help = "the share that passed, from 0 to 1, where there is no count" },
    { "errors", BW_CONFIG_TEXT, AT(errors),
      .help = "how many ended without an answer to judge; default: /errors, where it is there" },
    { "skipped", BW_CONFIG_TEXT, AT(skipped),
      .help = "how many of the suite were not run, besides /cases; default: /skipped, where it is "
              "there" },
    { "model", BW_CONFIG_TEXT, AT(model),
      .help = "the model that answered, a text or a list; default: /model, where it is there" },
    { "mean_score", BW_CONFIG_TEXT, AT(mean_score), .help = "default: /mean_score" },
    { "cost_usd", BW_CONFIG_TEXT, AT(cost_usd), .help = "default: /cost_usd" },
    END,
};
static const struct bw_config_section POINTERS_SECTION = { .noun = "set of pointers",
                                                           .items = POINTERS };
#undef AT

#define AT(field) offsetof(struct bw_eval_suite, field)
static const struct bw_config_option SUITE[] = {
    { "argv", BW_CONFIG_ARGV, AT(argv), .required = true,
      .help = "the program and its arguments, run without a shell; {model} and {result} stand for "
              "the model and the file to write, but not in a script behind a shell's -c" },
    { "cwd", BW_CONFIG_PATH, AT(cwd), .max = 1024,
      .help = "the folder to run it in; default: an empty one" },
    { "timeout", BW_CONFIG_DURATION, AT(timeout_ms), .min = BW_SECOND_MS, .max = BW_DAY_MS,
      .fallback = "30m", .help = "how long one run, of one model, may take" },
    { "result", BW_CONFIG_WORD, AT(format), .words = WORDS("promptfoo", "junit", "json"),
      .fallback = "promptfoo", .help = "what kind of file it writes" },
    { "pointers", BW_CONFIG_MAP, AT(pointers), &POINTERS_SECTION,
      .help = "result: json alone: where in the file what is found, as JSON Pointers (RFC 6901)" },
    { "environment", BW_CONFIG_VARIABLES, AT(environment), &bw_secret_section,
      .help = "variables, besides PATH, HOME, LANG and BASEWATCH_*" },
    { "pass_rate", BW_CONFIG_SHARE, AT(rule.pass_rate), .fallback = "0",
      .help = "the share of the cases that must pass, whatever the baseline does" },
    { "tolerance", BW_CONFIG_SHARE, AT(rule.tolerance), .fallback = "0.02",
      .help = "how far the share that passes may fall below the baseline's" },
    { "must_name_model", BW_CONFIG_BOOL, AT(rule.must_name_model), .fallback = "false",
      .help = "a result that does not say which model answered is inconclusive" },
    END,
};
static const struct bw_config_section SUITE_SECTION = { "suite", SUITE, add_suite };
#undef AT

static const struct bw_config_option TOP[] = {
    { "suites", BW_CONFIG_NAMED, 0, &SUITE_SECTION, .max = BW_EVAL_SUITES_MAX,
      .help = "what may be run, by the names that deployments give as `evals.suite`" },
    END,
};
static const struct bw_config_section TOP_SECTION = { .noun = "file of suites", .items = TOP };

static void check_pointers(struct bw_config_reader *reader, const struct bw_config_node *item,
                           const struct bw_eval_suite *suite)
{
    const struct bw_eval_pointers *pointers = &suite->pointers;
    for (const struct bw_config_option *option = POINTERS; option->name != NULL; option++) {
        const char *pointer = *(char *const *)((const char *)pointers + option->offset);
        if (pointer != NULL && suite->format != BW_EVAL_JSON) {
            bw_config_complain(reader, item, "pointers: they are for result: json alone");
            return;
        }
        if (pointer != NULL && pointer[0] != '/') {
            bw_config_complain(reader, item,
                               "pointers.%s: '%.60s' is no JSON Pointer; write /%.60s",
                               option->name, pointer, pointer);
        }
    }
    if (pointers->passed != NULL && pointers->pass_rate != NULL) {
        bw_config_complain(reader, item, "pointers: give either passed or pass_rate");
    }
}

static void check_suite(struct bw_config_reader *reader, const struct bw_config_node *item,
                        const struct bw_eval_suite *suite)
{
    if (suite->name[0] == '\0' || strlen(suite->name) > NAME_MAX_BYTES) {
        bw_config_complain(reader, item, "the name of a suite has 1 to %d bytes", NAME_MAX_BYTES);
    }
    if (suite->argv.count == 0 || suite->argv.items[0][0] == '\0') {
        bw_config_complain(reader, item, "argv is empty; write [PROGRAM, ARGUMENT...]");
    } else if (strchr(suite->argv.items[0], '{') != NULL) {
        bw_config_complain(reader, item, "argv: the program itself is never filled in");
    }
    if (bw_eval_suite_scripted(suite) != NULL) {
        bw_config_complain(reader, item,
                           "argv: a shell's script is never filled in; write \"$BASEWATCH_MODEL\" "
                           "and \"$BASEWATCH_RESULT\" in it");
    }
    check_pointers(reader, item, suite);
    BW_VEC_EACH(const struct bw_variable, variable, &suite->environment)
    {
        if (bw_str_starts_with(variable->name, "BASEWATCH_")) {
            bw_config_complain(reader, item, "environment: %s is the runner's own",
                               variable->name);
        }
    }
}

static void add_suite(struct bw_config_reader *reader, const struct bw_config_node *item)
{
    struct bw_eval_suite suite = { .name = bw_xstrdup(item->yaml->key) };
    size_t before = bw_config_complaints(reader);
    bw_config_defaults(&SUITE_SECTION, &suite);
    bw_config_read_item(reader, &SUITE_SECTION, item, &suite);
    if (bw_config_complaints(reader) == before) {
        check_suite(reader, item, &suite);
    }
    bw_config_claim(reader, SUITE_SECTION.noun, suite.name, item);
    BW_VEC_PUSH(reader->suites, suite);
}

enum bw_err bw_runner_config_read(const char *folder, struct bw_eval_suites *out,
                                  struct bw_names *problems)
{
    BW_CLEANUP(bw_config_reader_clear)
    struct bw_config_reader reader = { .suites = out, .trusted = true,
                                       .folder = bw_xstrdup(folder) };
    struct bw_config_nodes roots = { 0 };
    bw_config_add_folder(&reader, folder, false);
    BW_VEC_EACH(const struct bw_config_file, file, &reader.files)
    {
        BW_VEC_PUSH(&roots, (struct bw_config_node){ file, file->root });
    }
    if (bw_config_complaints(&reader) == 0 && roots.count > 0) {
        bw_config_read_map(&reader, &TOP_SECTION, &roots, out);
        bw_config_check_claims(&reader);
    }
    BW_VEC_CLEAR(&roots, BW_VEC_PLAIN);
    enum bw_err rc = bw_config_report(&reader, problems);
    if (rc != BW_OK) {
        bw_eval_suites_clear(out);
    }
    return rc;
}

char *bw_runner_config_help(void)
{
    return bw_config_section_help(&TOP_SECTION);
}

char *bw_runner_config_schema(void)
{
    return bw_config_section_schema(&TOP_SECTION, "basewatch runner: suites");
}
