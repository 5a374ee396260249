/* daemon/cli/cmd_evals_report.c: what a CI says of a suite that it ran: result files in, a report
 * by the job's token out. */
#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/cmds.h"
#include "cli/report_eval.h"
#include "cli/text.h"
#include "codec/eval_result.h"
#include "codec/secret.h"

struct values {
    struct bw_common common;
    const char *token;
    const char *format;
    const char *files[BW_EVAL_ROLES];
    const char *pass_rate;
    const char *tolerance;
    const char *cases;
    const char *passed;
    const char *passed_share;
    const char *errors;
    const char *skipped;
    const char *model;
    bool must_name_model;
};

#define VALUE(name, value, help, field) { name, value, help, offsetof(struct values, field), 0 }
static const struct bw_option OPTIONS[] = {
    VALUE("token", "FILE", "the file that holds the job's token; -: standard input", token),
    VALUE("baseline", "FILE", "the result of what is deployed", files[BW_EVAL_BASELINE]),
    VALUE("candidate", "FILE", "the result of the newer base, prompted",
          files[BW_EVAL_CANDIDATE]),
    VALUE("tuned", "FILE", "the result of its fine-tune", files[BW_EVAL_TUNED]),
    VALUE("format", "NAME", "of the files: promptfoo (the default), junit or json", format),
    VALUE("cases", "POINTER", "json: where in the files it is (default: /cases)", cases),
    VALUE("passed", "POINTER", "json: likewise (default: /passed)", passed),
    VALUE("passed-share", "POINTER", "json: in place of --passed, a share from 0 to 1",
          passed_share),
    VALUE("errors", "POINTER", "json: likewise (default: /errors)", errors),
    VALUE("skipped", "POINTER", "json: likewise (default: /skipped)", skipped),
    VALUE("model", "POINTER", "json: likewise (default: /model)", model),
    VALUE("pass-rate", "SHARE", "the share of the cases that must pass", pass_rate),
    VALUE("tolerance", "SHARE", "how far it may fall below the baseline's (default: 0.02)",
          tolerance),
    VALUE("must-name-model", NULL, "a file that does not say which model answered is inconclusive",
          must_name_model),
    BW_JSON_OPTION,
    BW_COMMON_OPTIONS,
    { 0 },
};
#undef VALUE

static int run(int argc, char **argv);

const struct bw_cmd bw_evals_report_cmd = {
    .name = "report",
    .run = run,
    .usage = "evals report ID --token FILE [--baseline FILE] [--candidate FILE] [--tuned FILE]\n"
             "             [--format promptfoo|junit|json] [--pass-rate SHARE] [--tolerance SHARE]",
    .help = "Hand in the result files of a suite that a CI has run",
    .options = OPTIONS,
    .operands_min = 1,
    .operands_max = 1,
};

static enum bw_err read_share(const char *option, const char *text, double *out,
                              struct bw_error *err)
{
    char *end = NULL;
    double share = text == NULL ? *out : strtod(text, &end);
    if (text != NULL && (end == text || *end != '\0' || !(share >= 0 && share <= 1))) {
        return bw_fail(err, BW_ERR_INVALID, "--%s: '%.40s' is not a share from 0 to 1", option,
                       text);
    }
    *out = share;
    return BW_OK;
}

static enum bw_err check(const struct values *values, enum bw_eval_format *format,
                         struct bw_eval_rule *rule, struct bw_error *err)
{
    if (values->token == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "--token FILE is missing");
    }
    if (values->files[BW_EVAL_CANDIDATE] == NULL && values->files[BW_EVAL_TUNED] == NULL) {
        return bw_fail(err, BW_ERR_INVALID, "--candidate FILE is missing");
    }
    if (values->format != NULL && !bw_eval_format_parse(values->format, format)) {
        return bw_fail(err, BW_ERR_INVALID, "--format '%.40s' is not promptfoo, junit or json",
                       values->format);
    }
    rule->must_name_model = values->must_name_model;
    enum bw_err rc = read_share("pass-rate", values->pass_rate, &rule->pass_rate, err);
    return rc == BW_OK ? read_share("tolerance", values->tolerance, &rule->tolerance, err) : rc;
}

/* Tokens are single lines. Ownership: *out is the caller's. */
static enum bw_err read_token(const char *file, char **out, struct bw_error *err)
{
    if (strcmp(file, "-") == 0) {
        size_t room = 0;
        ssize_t size = getline(out, &room, stdin);
        if (size > 0) {
            (*out)[strcspn(*out, "\r\n")] = '\0';
        }
        return size > 0 ? BW_OK : bw_fail(err, BW_ERR_INVALID, "no token on standard input");
    }
    struct bw_secret secret = { 0 };
    const struct bw_secret_ref ref = { .kind = BW_SECRET_FILE, .file = (char *)file,
                                       .beside = "." };
    enum bw_err rc = bw_secret_read(&ref, &secret, err);
    if (rc == BW_OK) {
        *out = bw_xstrdup(secret.text);
    }
    if (secret.warning != NULL) {
        (void)fprintf(stderr, "warning: %s\n", secret.warning);
    }
    bw_secret_clear(&secret);
    return rc;
}

static struct bw_eval_pointers pointers_of(const struct values *values)
{
    return (struct bw_eval_pointers){
        .cases = (char *)values->cases,   .passed = (char *)values->passed,
        .errors = (char *)values->errors, .pass_rate = (char *)values->passed_share,
        .model = (char *)values->model,   .skipped = (char *)values->skipped,
    };
}

/* The models of the job are the daemon's to say; a file that cannot be read is a failed run. */
static enum bw_err read_files(const struct values *values, enum bw_eval_format format,
                              const struct bw_json *job, struct bw_eval_report *report,
                              struct bw_error *err)
{
    const struct bw_eval_pointers pointers = pointers_of(values);
    for (int i = 0; i < BW_EVAL_ROLES; i++) {
        enum bw_eval_role role = (enum bw_eval_role)i;
        const char *word = bw_eval_role_word(role);
        struct bw_eval_result result = { .role = role };
        if (values->files[role] == NULL) {
            continue;
        }
        result.model = bw_xstrdup(bw_json_text(bw_json_get(job, word), NULL));
        enum bw_err rc = result.model == NULL
                             ? bw_fail(err, BW_ERR_INVALID, "this eval has no model for it")
                             : bw_eval_result_read_file(format, &pointers,
                                                        values->files[role], &result, err);
        BW_VEC_PUSH(&report->results, result);
        if (rc != BW_OK) {
            report->outcome = BW_EVAL_FAILED;
            return bw_error_prefix(err, "%s: %s: ", word, values->files[role]);
        }
    }
    return BW_OK;
}

static void print_verdict(const char *id, const struct bw_json *row)
{
    BW_CLEANUP(bw_freep)
    char *line = bw_xasprintf("eval %s: %s: %s", id,
                              bw_json_text(bw_json_get(row, "verdict"), "no verdict"),
                              bw_json_text(bw_json_get(row, "reason"), ""));
    bw_text_print(stdout, line);
}

static enum bw_err hand_in(const char *id, const struct values *values,
                           enum bw_eval_format format, struct bw_eval_report *report,
                           struct bw_error *err)
{
    BW_CLEANUP(bw_freep) char *token = NULL;
    BW_CLEANUP(bw_str_clear) struct bw_str target = bw_ask_target("evals", id, NULL);
    BW_CLEANUP(bw_json_freep) struct bw_json *document = NULL;
    BW_CLEANUP(bw_json_freep) struct bw_json *row = NULL;
    struct bw_error refusal = { 0 };
    enum bw_err rc = read_token(values->token, &token, err);
    if (rc == BW_OK) {
        rc = bw_ask_get(target.text, &document, err);
    }
    if (rc != BW_OK) {
        return rc;
    }
    const struct bw_json *job = bw_json_first(bw_json_get(document, "evals"));
    rc = read_files(values, format, job, report, err);
    if (rc != BW_OK) {
        report->reason = bw_xstrdup(err->text);
        bw_eval_results_clear(&report->results);
    }
    enum bw_err told = bw_report_eval(bw_json_i64(bw_json_get(job, "id"), 0), token, report, &row,
                                      &refusal);
    if (told != BW_OK) {
        return bw_fail(err, told, "%s", refusal.text);
    }
    if (values->common.json) {
        bw_ask_print_json(row);
    } else {
        print_verdict(id, row);
    }
    return rc;
}

static int run(int argc, char **argv)
{
    struct values values = { 0 };
    enum bw_eval_format format = BW_EVAL_PROMPTFOO;
    BW_CLEANUP(bw_eval_report_clear) struct bw_eval_report report = { .rule = BW_EVAL_RULE };
    struct bw_error err = { 0 };
    int code = bw_cmd_begin(&bw_evals_report_cmd, &argc, argv, &values);
    if (code != BW_EXIT_NONE) {
        return code;
    }
    if (check(&values, &format, &report.rule, &err) != BW_OK) {
        return bw_cmd_misused(&bw_evals_report_cmd, &err);
    }
    return hand_in(argv[1], &values, format, &report, &err) == BW_OK ? BW_EXIT_OK
                                                                     : bw_cmd_failed(&err);
}
