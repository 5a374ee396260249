#include "domain/model_name.h"

#include "domain/model_key.h"
#include "lineage_support.h"

TestSuite(model_name, .init = load, .fini = unload);

static struct bw_model_name *parse(const char *id)
{
    static struct bw_model_name name;
    bw_model_name_parse(rules, NULL, id, &name);
    return &name;
}

static const char *version(const char *id)
{
    static char text[BW_VERSION_TEXT];
    const struct bw_model_name *name = parse(id);
    bool decimal = name->family >= 0 && rules->families.items[name->family].decimal;
    return bw_version_format(name->version, decimal, text);
}

Test(model_name, decoration_of_platforms_says_nothing_about_the_line)
{
    const char *const spellings[] = {
        "claude-haiku-4-5-20251001",
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
        "anthropic/claude-haiku-4.5:beta",
        "claude-haiku-4-5@20251001",
        " Anthropic%2FClaude-4.5-Haiku ",
    };
    for (size_t i = 0; i < BW_COUNT(spellings); i++) {
        cr_expect(eq(str, (char *)key(NULL, spellings[i]), "anthropic/claude-haiku"), "%s",
                  spellings[i]);
        cr_expect(eq(str, (char *)version(spellings[i]), "4.5"), "%s", spellings[i]);
    }
}

Test(model_name, versions_are_written_in_many_ways)
{
    const struct {
        const char *id;
        const char *version;
    } rows[] = {
        { "gpt-4.1-mini", "4.1" },
        { "gpt-4o-mini", "4.0.2" },
        { "llama3-1-8b-instruct", "3.1" },
        { "accounts/fireworks/models/llama-v3p3-70b-instruct", "3.3" },
        { "claude-opus-4-10", "4.10" },
        { "claude-sonnet-4-0", "4" },
        { "ministral-3-3b-instruct", "3" },
        { "mistral.mistral-7b-instruct-v0:2", "0.2" },
        { "nvidia/llama-3.3-nemotron-super-49b-v1.5", "1.5" },
        { "nousresearch/hermes-3-llama-3.1-70b", "3" },
        { "amazon.nova-2-lite-v1:0", "2" },
        { "gemini-2.5-flash-preview-04-17", "2.5" },
        { "grok-4.20", "4.2" },
        { "qwen3-max-2025-09-23", "3" },
        { "mistral-medium-2505", "0" },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        cr_expect(eq(str, (char *)version(rows[i].id), (char *)rows[i].version), "%s", rows[i].id);
    }
}

Test(model_name, stamps_are_read_from_every_form_of_date)
{
    const struct {
        const char *id;
        int64_t stamp;
        bool yearless;
    } rows[] = {
        { "gpt-4.1-mini-2025-04-14", 20250414, false },
        { "claude-opus-4@20250514", 20250514, false },
        { "mistral-medium-2508", 20250800, false },
        { "command-r-plus-08-2024", 20240800, false },
        { "doubao-seed-1-6-250615", 20250615, false },
        { "codestral-25-08", 20250800, false },
        { "deepseek-r1-0528", 528, true },
        { "gemini-2.5-pro-preview-05-06", 506, true },
        { "gemini-2.0-flash-lite-001", 1, false },
        { "llama3-70b-8192", 0, false },
        { "claude-opus-4-1", 0, false },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        const struct bw_model_name *name = parse(rows[i].id);
        cr_expect(eq(i64, name->stamp, rows[i].stamp), "%s", rows[i].id);
        cr_expect(name->yearless == rows[i].yearless, "%s", rows[i].id);
    }
}

Test(model_name, a_derived_model_leaves_its_base_out)
{
    cr_expect(eq(str, (char *)key(NULL, "nousresearch/hermes-3-llama-3.1-70b"), "nous/hermes-70b"));
    cr_expect(eq(str, (char *)key(NULL, "llama-3.1-sonar-large-128k-online"),
                 "perplexity/sonar-large-online"));
    cr_expect(ne(str, (char *)key(NULL, "deepseek/deepseek-r1-distill-llama-70b"),
                 (char *)key(NULL, "deepseek/deepseek-r1")));
}

Test(model_name, flags_of_a_name)
{
    cr_expect(parse("ft:gpt-4o-mini-2024-07-18:acme:triage:9xYz")->tuned);
    cr_expect(parse("gemini-2.5-flash-lite-preview-06-17")->preview);
    cr_expect(parse("codestral-latest")->floating);
    cr_expect(parse("text-embedding-3-large")->not_text);
    cr_expect(parse("zai-org/GLM-4.5-Air-FP8")->copy);
    cr_expect(parse("openai/gpt-oss-20b:free")->copy);
    cr_expect(not(parse("gpt-5-mini")->copy));
}

Test(model_name, what_cannot_be_read_is_not_readable)
{
    char longest[BW_ENTRY_ID_MAX + 8];
    memset(longest, 'a', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    const char *const ids[] = { "", "  ", "---", "%", "::", longest };
    for (size_t i = 0; i < BW_COUNT(ids); i++) {
        cr_expect(eq(str, (char *)key(NULL, ids[i]), ""), "%s", ids[i]);
    }
}

Test(model_name, spellings_of_one_model_share_a_key_and_its_kin_does_not)
{
    const struct {
        const char *a;
        const char *b;
        bool same;
    } rows[] = {
        { "amazon.nova-lite-v1:0", "nova-lite", true },
        { "anthropic.claude-3-haiku-20240307-v1:0", "claude-3-haiku-20240307", true },
        { "amazon.nova-lite-v1:0", "nova-micro", false },
        { "amazon.nova-lite-v1:0", "nova-2-lite", false },
        { "gpt-4.1-nano-2025-04-14", "gpt-4.1-nano", false },
        { "gpt-4.1-nano-2025-04-14", "ft-gpt-4.1-nano-2025-04-14", false },
        { "gpt-4.1-nano-2025-04-14", "ft:gpt-4.1-nano-2025-04-14:acme::1", false },
        { "anthropic.claude-opus-4-6-v1", "eu.anthropic.claude-opus-4-6-v1", false },
    };
    for (size_t i = 0; i < BW_COUNT(rows); i++) {
        uint64_t a = bw_model_key(rules, "bedrock", rows[i].a);
        uint64_t b = bw_model_key(rules, "bedrock", rows[i].b);
        cr_expect(a != 0 && (a == b) == rows[i].same, "%s, %s", rows[i].a, rows[i].b);
    }
    cr_expect(eq(u64, bw_model_key(rules, "bedrock", "support-2"), 0));
}
