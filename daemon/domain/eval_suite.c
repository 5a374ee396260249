/* daemon/domain/eval_suite.c: see eval_suite.h. */
#include "domain/eval_suite.h"

#include <string.h>

#include "base/str.h"
#include "base/words.h"

static const char *const FORMAT_WORDS[] = {
    [BW_EVAL_PROMPTFOO] = "promptfoo",
    [BW_EVAL_JUNIT] = "junit",
    [BW_EVAL_JSON] = "json",
};
BW_DEFINE_WORDS(bw_eval_format, FORMAT_WORDS)

static void variable_clear(struct bw_variable *variable)
{
    free(variable->name);
    free(variable->text);
    bw_secret_ref_clear(&variable->secret);
}

void bw_eval_suite_clear(struct bw_eval_suite *suite)
{
    struct bw_eval_pointers *pointers = &suite->pointers;
    char *const texts[] = { suite->name,          suite->cwd,         pointers->cases,
                            pointers->passed,     pointers->pass_rate, pointers->errors,
                            pointers->skipped,    pointers->model,     pointers->mean_score,
                            pointers->cost_usd };
    for (size_t i = 0; i < BW_COUNT(texts); i++) {
        free(texts[i]);
    }
    bw_names_clear(&suite->argv);
    BW_VEC_CLEAR(&suite->environment, variable_clear);
    *suite = (struct bw_eval_suite){ 0 };
}

void bw_eval_suites_clear(struct bw_eval_suites *suites)
{
    BW_VEC_CLEAR(suites, bw_eval_suite_clear);
}

const struct bw_eval_suite *bw_eval_suite_find(const struct bw_eval_suites *suites,
                                               const char *name)
{
    BW_VEC_EACH(const struct bw_eval_suite, suite, suites)
    {
        if (strcmp(suite->name, name) == 0) {
            return suite;
        }
    }
    return NULL;
}

/* In one pass, so that a model's name is never searched for holes. */
static char *filled(const char *word, const char *model, const char *result)
{
    const struct {
        const char *hole;
        const char *text;
    } holes[] = { { "{model}", model }, { "{result}", result } };
    struct bw_str out = { 0 };
    while (*word != '\0') {
        size_t i = 0;
        while (i < BW_COUNT(holes) && !bw_str_starts_with(word, holes[i].hole)) {
            i++;
        }
        if (i < BW_COUNT(holes)) {
            bw_str_append(&out, holes[i].text);
            word += strlen(holes[i].hole);
        } else {
            bw_str_append_bytes(&out, word++, 1);
        }
    }
    return bw_str_take(&out);
}

static bool is_shell(const char *word)
{
    static const char *const shells[] = { "sh",  "bash", "dash", "ash",  "zsh",
                                          "ksh", "mksh", "fish", "csh", "tcsh" };
    const char *slash = strrchr(word, '/');
    const char *name = slash == NULL ? word : slash + 1;
    for (size_t i = 0; i < BW_COUNT(shells); i++) {
        if (strcmp(name, shells[i]) == 0) {
            return true;
        }
    }
    return false;
}

const char *bw_eval_suite_scripted(const struct bw_eval_suite *suite)
{
    bool shell = false;
    bool script = false; /* the next word that is no option is one */
    BW_VEC_EACH(char *, word, &suite->argv)
    {
        bool option = (*word)[0] == '-' || (*word)[0] == '+';
        if (script && !option) {
            bool filled_in = strstr(*word, "{model}") != NULL || strstr(*word, "{result}") != NULL;
            return filled_in ? *word : NULL;
        }
        script = script || (shell && option && (*word)[1] != '-' && strchr(*word, 'c') != NULL);
        shell = shell || is_shell(*word); /* also behind env, timeout and the like */
    }
    return NULL;
}

void bw_eval_suite_argv(const struct bw_eval_suite *suite, const char *model, const char *result,
                        struct bw_names *out)
{
    BW_VEC_EACH(char *, word, &suite->argv)
    {
        BW_VEC_PUSH(out, filled(*word, model, result));
    }
}
