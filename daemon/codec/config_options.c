/* daemon/codec/config_options.c: see config_options.h. From the leaves up, so that nothing needs a
 * declaration. */
#include "codec/config_options.h"

#include <string.h>

#include "base/instant.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define END { .name = NULL }

enum {
    NAME_MAX_BYTES = 128,
    LIST_MAX = 1000,
    KIB = 1024,
    MIB = 1024 * KIB,
};

#define AT(field) offsetof(struct bw_secret_ref, field)
static const struct bw_config_option SECRET[] = {
    { "file", BW_CONFIG_TEXT, AT(file),
      .help = "a file that holds it; a relative name is looked for in $CREDENTIALS_DIRECTORY, then "
              "beside the configuration" },
    { "command", BW_CONFIG_TEXTS, AT(argv),
      .help = "a program and its arguments, run without a shell, that prints it" },
    END,
};
const struct bw_config_section bw_secret_section = { .noun = "secret", .items = SECRET };
#undef AT

#define AT(field) offsetof(struct bw_globs, field)
static const struct bw_config_option GLOBS[] = {
    { "allow", BW_CONFIG_TEXTS, AT(allow), .help = "patterns, one of which must fit; none: all" },
    { "deny", BW_CONFIG_TEXTS, AT(deny), .help = "patterns, none of which may fit" },
    END,
};
static const struct bw_config_section GLOBS_SECTION = { .noun = "set of patterns", .items = GLOBS };
#undef AT

#define AT(field) offsetof(struct bw_policy, field)
static const struct bw_config_option POLICY[] = {
    { "previews", BW_CONFIG_BOOL, AT(previews), .fallback = "false",
      .help = "offer previews to a base that is generally available" },
    { "min_age", BW_CONFIG_DURATION, AT(min_age_ms), .max = BW_YEAR_MS, .fallback = "0d",
      .help = "how long a candidate must have been out" },
    { "kinds", BW_CONFIG_BITS, AT(kinds), .words = WORDS("snapshot", "minor", "major"),
      .fallback = "all", .help = "the kinds of succession to hear of" },
    { "models", BW_CONFIG_MAP, AT(models), &GLOBS_SECTION, .help = "models that may be offered" },
    { "platforms", BW_CONFIG_MAP, AT(platforms), &GLOBS_SECTION,
      .help = "platforms that may be offered" },
    { "regions", BW_CONFIG_MAP, AT(regions), &GLOBS_SECTION,
      .help = "regions that may be offered" },
    { "data_may_leave", BW_CONFIG_BOOL, AT(data_may_leave), .fallback = "false",
      .help = "training data may go to another platform" },
    END,
};
static const struct bw_config_section POLICY_SECTION = { .noun = "policy", .items = POLICY };
#undef AT

#define AT(field) offsetof(struct bw_source_item, field)
static const struct bw_config_option SOURCE[] = {
    { "name", BW_CONFIG_TEXT, AT(source.name), .max = NAME_MAX_BYTES, .required = true,
      .help = "its name, once in the whole configuration" },
    { "plugin", BW_CONFIG_PROGRAM, AT(source.plugin), .required = true,
      .words = WORDS("openai", "azure", "azure-arm", "anthropic", "gemini", "vertex", "mistral",
                     "cohere", "together", "fireworks", "xai", "openrouter", "huggingface",
                     "ollama", "bedrock", "modelsdev", "modeldeprecations", "deprecationsinfo",
                     "litellm-map"),
      .help = "the plugin that reads it; one of your own by its absolute path" },
    { "platform", BW_CONFIG_PLATFORM, AT(source.platform), .max = NAME_MAX_BYTES,
      .help = "where its models are served; default: the plugin's name" },
    { "url", BW_CONFIG_TEXT, AT(source.url), .max = 2048, .required = true,
      .help = "http, https or file address below which the plugin asks; {region} stands for each "
              "of `regions`" },
    { "account", BW_CONFIG_TEXT, AT(source.account), .max = NAME_MAX_BYTES, .fallback = "",
      .help = "the account that its credential belongs to, where there are several" },
    { "region", BW_CONFIG_TEXT, AT(source.region), .max = NAME_MAX_BYTES, .fallback = "",
      .help = "the region it lists, where there are several" },
    { "regions", BW_CONFIG_TEXTS, AT(regions),
      .help = "one source NAME/REGION for each of these" },
    { "credential", BW_CONFIG_SECRET, AT(source.credential), &bw_secret_section,
      .help = "what it authenticates with" },
    { "every", BW_CONFIG_DURATION, AT(source.every_ms), .min = BW_SECOND_MS, .max = 30 * BW_DAY_MS,
      .fallback = "6h", .help = "how often it is polled" },
    { "timeout", BW_CONFIG_DURATION, AT(source.timeout_ms), .min = BW_SECOND_MS, .max = BW_HOUR_MS,
      .fallback = "60s", .help = "how long one poll may take" },
    { "max_bytes", BW_CONFIG_BYTES, AT(source.max_bytes), .min = KIB, .max = 256 * MIB,
      .fallback = "16MiB", .help = "a larger answer fails the poll" },
    { "fetches_per_poll", BW_CONFIG_COUNT, AT(source.fetches), .min = 1, .max = 10000,
      .unit = "fetches", .fallback = "64",
      .help = "how many requests the catalog may take, and the inventory of the account as well; "
              "what an inventory leaves out it says" },
    { "settings", BW_CONFIG_JSON, AT(source.options), .fallback = "{}",
      .help = "settings of the plugin's own" },
    END,
};
const struct bw_config_section bw_source_section = { "source", SOURCE, bw_config_add_source };
#undef AT

#define AT(field) offsetof(struct bw_sink_filter, field)
static const struct bw_config_option SINK_FILTER[] = {
    { "owners", BW_CONFIG_TEXTS, AT(owners), .help = "patterns of owners, one of which must fit" },
    { "platforms", BW_CONFIG_TEXTS, AT(platforms),
      .help = "patterns of platforms, one of which must fit" },
    { "severities", BW_CONFIG_BITS, AT(severities),
      .words = WORDS("info", "plan", "act", "overdue"), .fallback = "all",
      .help = "how pressing it must be" },
    { "kinds", BW_CONFIG_BITS, AT(kinds),
      .words = WORDS("stale", "swap", "training-closing", "deprecated", "retired", "base-unlisted",
                     "alias-moved", "embedder-stale", "date-changed", "source-failing",
                     "price-stale"),
      .fallback = "all", .help = "the kinds of notice to hear of" },
    END,
};
static const struct bw_config_section SINK_FILTER_SECTION = { .noun = "sink filter",
                                                              .items = SINK_FILTER };
#undef AT

#define AT(field) offsetof(struct bw_sink_settings, field)
static const struct bw_config_option SINK_URL[] = {
    { "file", BW_CONFIG_TEXT, AT(url_secret.file),
      .help = "a file that holds it, as with a secret" },
    { "command", BW_CONFIG_TEXTS, AT(url_secret.argv),
      .help = "a program and its arguments, run without a shell, that prints it" },
    END,
};
static const struct bw_config_section SINK_URL_SECTION = { .noun = "sink url", .items = SINK_URL };

static const struct bw_config_option SINK[] = {
    { "name", BW_CONFIG_TEXT, AT(name), .max = NAME_MAX_BYTES, .required = true,
      .help = "its name, once in the whole configuration" },
    { "plugin", BW_CONFIG_PROGRAM, AT(plugin), .required = true,
      .words = WORDS("webhook", "slack", "discord", "teams", "pagerduty", "alertmanager", "email",
                     "github-issue"),
      .help = "how it is spoken to; a plugin of your own by its absolute path" },
    { "url", BW_CONFIG_TEXT, AT(url), &SINK_URL_SECTION, .max = 2048,
      .help = "where messages go; {file: NAME} where the address itself is the secret, as with "
              "Slack, Discord and Teams" },
    { "secret", BW_CONFIG_SECRET, AT(secret), &bw_secret_section,
      .help = "signs a webhook (whsec_...), authenticates elsewhere" },
    { "old_secret", BW_CONFIG_SECRET, AT(old_secret), &bw_secret_section,
      .help = "signs as well, while receivers move to a new secret" },
    { "allow_private", BW_CONFIG_BOOL, AT(allow_private), .fallback = "false",
      .help = "permit link-local and cloud metadata addresses" },
    { "group", BW_CONFIG_WORD, AT(group), .words = WORDS("none", "owner"),
      .help = "one message a notice, or one an owner when several things happen at once; default: "
              "owner with slack, discord, teams and email, else none" },
    { "only", BW_CONFIG_MAP, AT(only), &SINK_FILTER_SECTION, .help = "what it hears of" },
    { "catch_all", BW_CONFIG_BOOL, AT(catch_all), .fallback = "false",
      .help = "it hears of what no other sink wants, and of nothing else" },
    { "settings", BW_CONFIG_JSON, AT(options), .fallback = "{}",
      .help = "settings of the plugin's own" },
    END,
};
const struct bw_config_section bw_sink_section = { "sink", SINK, bw_config_add_sink };

static const struct bw_config_option TRIGGER[] = {
    { "name", BW_CONFIG_TEXT, AT(name), .max = NAME_MAX_BYTES, .required = true,
      .help = "its name, once in the whole configuration" },
    { "plugin", BW_CONFIG_PROGRAM, AT(plugin), .required = true, .words = WORDS("github-actions"),
      .help = "how it is spoken to; a plugin of your own by its absolute path" },
    { "url", BW_CONFIG_TEXT, AT(url), .max = 2048, .fallback = "https://api.github.com",
      .help = "the address below which the plugin asks" },
    { "credential", BW_CONFIG_SECRET, AT(secret), &bw_secret_section,
      .help = "what it authenticates with" },
    { "allow_private", BW_CONFIG_BOOL, AT(allow_private), .fallback = "false",
      .help = "permit link-local and cloud metadata addresses" },
    { "settings", BW_CONFIG_JSON, AT(options), .fallback = "{}",
      .help = "settings of the plugin's own" },
    END,
};
const struct bw_config_section bw_trigger_section = { "trigger", TRIGGER, bw_config_add_trigger };
#undef AT

#define AT(field) offsetof(struct bw_adopt_rule, field)
static const struct bw_config_option ADOPT[] = {
    { "platform", BW_CONFIG_PLATFORM, AT(platform), .max = NAME_MAX_BYTES, .required = true,
      .help = "where the finding was made" },
    { "account", BW_CONFIG_TEXT, AT(account), .max = NAME_MAX_BYTES,
      .help = "pattern of the account it was made in; default: any" },
    { "match", BW_CONFIG_TEXT, AT(match), .max = 256, .required = true,
      .help = "pattern of the finding's model id, like ft:*:acme:triage:*" },
    { "pick", BW_CONFIG_TEXT, AT(pick), .words = WORDS("newest"),
      .help = "of those with one name (by default: of one base and suffix) the newest alone, which "
              "the deployment then moves to" },
    { "owner", BW_CONFIG_TEXT, AT(owner), .max = NAME_MAX_BYTES,
      .help = "who hears of it; may hold what a name may hold" },
    { "name", BW_CONFIG_TEXT, AT(name), .max = NAME_MAX_BYTES,
      .help = "the deployment's name; {1} to {9} are what the stars of `match` stand for, and there "
              "are {suffix}, {base}, {model}, {job}, {owner}, {name}, {account}, {region}; default: "
              "the model id, with pick: newest {suffix}@{base}" },
    { "technique", BW_CONFIG_TEXT, AT(technique),
      .words = WORDS("prompt", "rag", "fine-tuned", "fine-tuned+rag"),
      .help = "how it is put to use; default: fine-tuned or prompt, by what it is" },
    END,
};
const struct bw_config_section bw_adopt_section = { "adoption rule", ADOPT, bw_config_add_adopt };
#undef AT

#define AT(field) offsetof(struct bw_training, field)
static const struct bw_config_option TRAINING[] = {
    { "rows", BW_CONFIG_COUNT, AT(rows), .unit = "rows", .help = "training examples" },
    { "tokens_per_row", BW_CONFIG_COUNT, AT(tokens_per_row), .unit = "tokens",
      .help = "mean length of an example" },
    { "epochs", BW_CONFIG_COUNT, AT(epochs), .max = 1000, .unit = "epochs",
      .help = "passes over the rows" },
    { "method", BW_CONFIG_TEXT, AT(method),
      .words = WORDS("sft", "dpo", "rft", "full", "lora", "qlora", "dora"),
      .help = "how it is trained; the last four where you train it yourself" },
    { "refresh_share", BW_CONFIG_SHARE, AT(refresh_share),
      .help = "share of the rows that is made anew for a retraining" },
    { "parameters", BW_CONFIG_COUNT, AT(parameters), .unit = "parameters",
      .help = "self-hosted: size of the base" },
    { "gpu", BW_CONFIG_TEXT, AT(gpu), .max = NAME_MAX_BYTES, .help = "self-hosted: GPU type" },
    { "gpus", BW_CONFIG_COUNT, AT(gpus), .max = 1000000, .unit = "GPUs",
      .help = "self-hosted: how many" },
    { "packed", BW_CONFIG_ANSWER, AT(packed),
      .help = "self-hosted: examples are packed into full sequences" },
    { "trained_tokens", BW_CONFIG_COUNT, AT(trained_tokens), .unit = "tokens",
      .help = "tokens that the platform billed for the last training" },
    END,
};
static const struct bw_config_section TRAINING_SECTION = { .noun = "training", .items = TRAINING };
#undef AT

#define AT(field) offsetof(struct bw_traffic, field)
static const struct bw_config_option TRAFFIC[] = {
    { "calls_per_day", BW_CONFIG_COUNT, AT(calls_per_day), .unit = "calls", .help = "mean" },
    { "input_tokens", BW_CONFIG_COUNT, AT(input_tokens), .unit = "tokens", .help = "of a call" },
    { "output_tokens", BW_CONFIG_COUNT, AT(output_tokens), .unit = "tokens", .help = "of a call" },
    { "prompted_input_tokens", BW_CONFIG_COUNT, AT(prompted_input_tokens), .unit = "tokens",
      .help = "of a call, if the base were prompted instead of tuned" },
    { "cached_tokens", BW_CONFIG_COUNT, AT(cached_tokens), .unit = "tokens",
      .help = "of the prompted input, the prefix that caches" },
    END,
};
static const struct bw_config_section TRAFFIC_SECTION = { .noun = "traffic", .items = TRAFFIC };
#undef AT

#define AT(field) offsetof(struct bw_evals, field)
static const struct bw_config_option EVALS[] = {
    { "suite", BW_CONFIG_TEXT, AT(suite), .max = NAME_MAX_BYTES,
      .help = "the runner's suite that judges a candidate" },
    { "cases", BW_CONFIG_COUNT, AT(cases), .unit = "cases", .help = "how many it has" },
    { "start", BW_CONFIG_TEXT, AT(start), .words = WORDS("automatic", "acknowledged", "off"),
      .help = "when it is run by itself; default: as the fleet's `evals.start` says" },
    { "trigger", BW_CONFIG_TEXT, AT(trigger), .max = NAME_MAX_BYTES,
      .help = "who runs it: runner, a trigger's name, or ci for one that is given a token "
              "(basewatch evals token); default: runner" },
    END,
};
static const struct bw_config_section EVALS_SECTION = { .noun = "evals", .items = EVALS };
#undef AT

#define AT(field) offsetof(struct bw_worth_facts, field)
static const struct bw_config_option WORTH[] = {
    { "clean_examples", BW_CONFIG_COUNT, AT(clean_examples), .unit = "rows",
      .help = "examples at hand that are fit for training" },
    { "stable_since", BW_CONFIG_DAY, AT(stable_since_ms),
      .help = "since when the task has not changed" },
    { "tried", BW_CONFIG_TEXTS, AT(tried), .words = WORDS("prompt", "few-shot", "rag"),
      .help = "what was tried before fine-tuning" },
    { "purpose", BW_CONFIG_TEXT, AT(purpose), .words = WORDS("behaviour", "knowledge"),
      .help = "what the fine-tune is for" },
    END,
};
static const struct bw_config_section WORTH_SECTION = { .noun = "worth", .items = WORTH };
#undef AT

#define AT(field) offsetof(struct bw_embedding, field)
static const struct bw_config_option EMBEDDING[] = {
    { "platform", BW_CONFIG_PLATFORM, AT(platform), .max = NAME_MAX_BYTES, .required = true,
      .help = "where it is served" },
    { "model", BW_CONFIG_TEXT, AT(model), .max = 256, .required = true, .help = "its id" },
    { "corpus_tokens", BW_CONFIG_COUNT, AT(corpus_tokens), .unit = "tokens",
      .help = "what a new index would have to embed" },
    END,
};
static const struct bw_config_section EMBEDDING_SECTION = { .noun = "embedding",
                                                           .items = EMBEDDING };
#undef AT

#define AT(field) offsetof(struct bw_place, field)
static const struct bw_config_option PLACE[] = {
    { "repo", BW_CONFIG_TEXT, AT(repo), .max = 256, .help = "repository" },
    { "file", BW_CONFIG_TEXT, AT(file), .max = 1024, .required = true,
      .help = "path from the top of the repository" },
    { "line", BW_CONFIG_COUNT, AT(line), .min = 1, .max = 100000000, .unit = "lines",
      .required = true, .help = "from 1" },
    { "context", BW_CONFIG_LINES, AT(context), .max = 256 * 1024,
      .help = "that line and three on both sides, so that a change can be written as a diff" },
    END,
};
static const struct bw_config_section PLACE_SECTION = { .noun = "place", .items = PLACE };
#undef AT

#define AT(field) offsetof(struct bw_deployment, field)
static const struct bw_config_option MATCH[] = {
    { "match", BW_CONFIG_TEXT, AT(match), .max = 256, .required = true,
      .help = "pattern over what discovery found" },
    { "pick", BW_CONFIG_TEXT, AT(pick), .words = WORDS("newest"), .required = true,
      .help = "which of those that fit" },
    END,
};
static const struct bw_config_section MATCH_SECTION = { .noun = "model", .items = MATCH };

static const struct bw_config_option DEPLOYMENT[] = {
    { "name", BW_CONFIG_TEXT, AT(name), .max = NAME_MAX_BYTES, .required = true,
      .help = "its name, once in the whole configuration" },
    { "technique", BW_CONFIG_WORD, AT(technique), .required = true,
      .words = (const char *const[]){ [BW_TECHNIQUE_PROMPT] = "prompt",
                                      [BW_TECHNIQUE_RAG] = "rag",
                                      [BW_TECHNIQUE_FINE_TUNED] = "fine-tuned",
                                      [BW_TECHNIQUE_FINE_TUNED_RAG] = "fine-tuned+rag", NULL },
      .help = "how the model is put to use" },
    { "platform", BW_CONFIG_PLATFORM, AT(platform), .max = NAME_MAX_BYTES, .required = true,
      .help = "where the model is served" },
    { "account", BW_CONFIG_TEXT, AT(account), .max = NAME_MAX_BYTES, .fallback = "",
      .help = "where there are several" },
    { "region", BW_CONFIG_TEXT, AT(region), .max = NAME_MAX_BYTES, .fallback = "",
      .help = "where there are several" },
    { "model", BW_CONFIG_TEXT, AT(model), &MATCH_SECTION, .max = 256, .required = true,
      .help = "the id that is called" },
    { "base", BW_CONFIG_TEXT, AT(base), .max = 256,
      .help = "what was tuned; default: from the ft: id, else `model`" },
    { "owner", BW_CONFIG_TEXT, AT(owner), .max = NAME_MAX_BYTES, .fallback = "",
      .help = "who hears of it" },
    { "training", BW_CONFIG_MAP, AT(training), &TRAINING_SECTION,
      .help = "what a retraining takes" },
    { "traffic", BW_CONFIG_MAP, AT(traffic), &TRAFFIC_SECTION, .help = "what running it takes" },
    { "evals", BW_CONFIG_MAP, AT(evals), &EVALS_SECTION, .help = "how a candidate is judged" },
    { "worth", BW_CONFIG_MAP, AT(worth), &WORTH_SECTION,
      .help = "facts for the question whether fine-tuning still pays" },
    { "embedding", BW_CONFIG_MAP, AT(embedding), &EMBEDDING_SECTION,
      .help = "the embedding model of a rag deployment" },
    { "at", BW_CONFIG_MAP, AT(at), &PLACE_SECTION, .help = "where the model id is written" },
    { "lead_days", BW_CONFIG_COUNT, AT(lead_days), .max = 3650, .unit = "days",
      .help = "time that a change takes; default: 2 x expected person-days + 10" },
    { "policy", BW_CONFIG_MAP, AT(policy), &POLICY_SECTION,
      .help = "overrides the fleet's policy field by field" },
    END,
};
const struct bw_config_section bw_deployment_section = { "deployment", DEPLOYMENT,
                                                         bw_config_add_deployment };
#undef AT

#define AT(field) offsetof(struct bw_settings, field)
static const struct bw_config_option METRICS[] = {
    { "port", BW_CONFIG_COUNT, AT(metrics_port), .min = 1, .max = 65535, .required = true,
      .restart = true, .help = "of 127.0.0.1" },
    { "token", BW_CONFIG_SECRET, AT(metrics_token), &bw_secret_section, .required = true,
      .restart = true, .help = "what a scraper has to send as `Authorization: Bearer`" },
    END,
};
static const struct bw_config_section METRICS_SECTION = { .noun = "metrics", .items = METRICS };

static const struct bw_config_option CONTROL[] = {
    { "socket", BW_CONFIG_PATH, AT(socket), .max = 107, .restart = true,
      .help = "default: $RUNTIME_DIRECTORY/control.sock" },
    { "read_group", BW_CONFIG_TEXT, AT(read_group), .max = NAME_MAX_BYTES, .restart = true,
      .help = "a group whose members may read; default: only root and the daemon's own user" },
    { "write_group", BW_CONFIG_TEXT, AT(write_group), .max = NAME_MAX_BYTES, .restart = true,
      .help = "a group whose members may change things, if they are in read_group as well, which "
              "the socket belongs to; default as above" },
    { "metrics", BW_CONFIG_MAP, 0, &METRICS_SECTION, .restart = true,
      .help = "GET /metrics by TCP as well, for this machine alone; default: on the socket only" },
    END,
};
static const struct bw_config_section CONTROL_SECTION = { .noun = "control", .items = CONTROL };

static const struct bw_config_option RATES[] = {
    { "person_day_usd", BW_CONFIG_MONEY, AT(person_day),
      .help = "loaded cost of a day of engineering, in US dollars; default: a range around 800" },
    END,
};
static const struct bw_config_section RATES_SECTION = { .noun = "rates", .items = RATES };

static const struct bw_config_option FLEET_EVALS[] = {
    { "start", BW_CONFIG_WORD, AT(evals.start), .words = WORDS("automatic", "acknowledged", "off"),
      .fallback = "acknowledged",
      .help = "when a suite is run by itself: with the notice of a newer base, once somebody has "
              "acknowledged it, or never" },
    { "running", BW_CONFIG_COUNT, AT(evals.running), .min = 1, .max = 1000, .unit = "jobs",
      .fallback = "2", .help = "how many may run at once" },
    { "budget_usd_per_month", BW_CONFIG_MONEY, AT(evals.budget),
      .help = "what all may be expected to cost in a calendar month (UTC), in US dollars; what was "
              "asked for by hand is not held back; default: no limit" },
    { "lease", BW_CONFIG_DURATION, AT(evals.lease_ms), .min = 5 * BW_SECOND_MS, .max = BW_HOUR_MS,
      .fallback = "60s", .help = "a runner that is silent for so long is given up for lost" },
    { "ci_timeout", BW_CONFIG_DURATION, AT(evals.ci_timeout_ms), .min = BW_MINUTE_MS,
      .max = 30 * BW_DAY_MS, .fallback = "6h", .help = "how long a run elsewhere may take" },
    END,
};
static const struct bw_config_section FLEET_EVALS_SECTION = { .noun = "evals",
                                                             .items = FLEET_EVALS };

#define DEPLOYMENTS                                                                                \
    { "deployments", BW_CONFIG_LIST, 0, &bw_deployment_section, .max = BW_CONFIG_DEPLOYMENTS_MAX,  \
      .overflow = "import them instead: basewatch deployments import FILE.ndjson",                 \
      .help = "what the teams run" }

static const struct bw_config_option TOP[] = {
    { "state_dir", BW_CONFIG_PATH, AT(state_dir), .max = 1024, .restart = true,
      .help = "where the database lives; default: $STATE_DIRECTORY" },
    { "control", BW_CONFIG_MAP, 0, &CONTROL_SECTION, .restart = true,
      .help = "the socket that `basewatch` talks to" },
    { "policy", BW_CONFIG_MAP, AT(policy), &POLICY_SECTION,
      .help = "what may be offered, for all deployments" },
    { "rates", BW_CONFIG_MAP, 0, &RATES_SECTION, .help = "what people cost" },
    { "sources", BW_CONFIG_LIST, 0, &bw_source_section, .max = LIST_MAX,
      .help = "what to poll" },
    { "sinks", BW_CONFIG_LIST, 0, &bw_sink_section, .max = LIST_MAX,
      .help = "whom to tell" },
    { "evals", BW_CONFIG_MAP, 0, &FLEET_EVALS_SECTION,
      .help = "when a candidate is judged by the suite of its deployment" },
    { "triggers", BW_CONFIG_LIST, 0, &bw_trigger_section, .max = LIST_MAX,
      .help = "continuous integration that runs suites in place of the runner" },
    { "adopt", BW_CONFIG_LIST, 0, &bw_adopt_section, .max = LIST_MAX,
      .help = "findings that become deployments by themselves" },
    DEPLOYMENTS,
    END,
};
const struct bw_config_section bw_config_section = { .noun = "configuration", .items = TOP };
#undef AT

static const struct bw_config_option DEPLOYMENTS_ONLY[] = { DEPLOYMENTS, END };
const struct bw_config_section bw_config_deployments_section = { .noun = "file of deployments",
                                                                 .items = DEPLOYMENTS_ONLY };

const struct bw_config_option *bw_config_option_find(const struct bw_config_section *section,
                                                     const char *name)
{
    for (const struct bw_config_option *option = section->items; option->name != NULL; option++) {
        if (strcmp(option->name, name) == 0) {
            return option;
        }
    }
    return NULL;
}
