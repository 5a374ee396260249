/* daemon/domain/scan/path.c: see path.h. */
#include "domain/scan/path.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { HEAD_BYTES = 2048, NAME_MAX_BYTES = 256 };

struct rule {
    enum bw_scan_place place;
    const char *folders;      /* "|a|b|": a folder of the path, in lower case */
    const char *const *names; /* globs of the file's name, in lower case; ended by NULL */
};

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* The first that fits. */
static const struct rule RULES[] = {
    { BW_SCAN_LOCK, "",
      NAMES("*.lock", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "pnpm-lock.yml",
            "go.sum", "*.lock.json", "*-lock.json", "*-lock.yaml", "*.lockb", "*.lock.hcl",
            "*.lockfile", "packages.lock.json", "pdm.lock", "cargo.lock") },
    { BW_SCAN_VENDORED,
      "|vendor|vendors|vendored|_vendor|node_modules|bower_components|third_party|third-party|"
      "thirdparty|3rdparty|site-packages|dist-packages|venv|.venv|"
      "pods|carthage|.yarn|.pnpm|jspm_packages|virtualenv|",
      NAMES("*.vendor.js") },
    { BW_SCAN_GENERATED,
      "|dist|build|out|target|generated|__generated__|_generated|gen|autogen|.next|.nuxt|"
      ".output|.svelte-kit|coverage|htmlcov|__pycache__|.terraform|.cache|storybook-static|"
      "_site|public-build|.turbo|.vercel|.mypy_cache|.pytest_cache|",
      NAMES("*.min.js", "*.min.css", "*.min.mjs", "*.bundle.js", "*.chunk.js", "*.map", "*_pb2.py",
            "*_pb2_grpc.py", "*_pb2.pyi", "*.pb.go", "*.pb.cc", "*.pb.h", "*.pb.ts", "*.gen.*",
            "*.generated.*", "*_generated.*", "*.d.ts", "*.d.mts", "*-generated.*", "zz_generated*",
            "*.g.dart", "*.g.cs", "*.designer.cs", "*.tfstate", "*.tfstate.backup", "*.tfplan") },
    { BW_SCAN_FIXTURE,
      "|test|tests|__tests__|spec|specs|testdata|test-data|test_data|fixture|fixtures|"
      "__fixtures__|mocks|mock|__mocks__|cassettes|snapshots|__snapshots__|goldens|golden|e2e|"
      "testing|unittests|test-fixtures|recordings|cypress|stubs|testcases|integrationtest|"
      "androidtest|integration_tests|integration-tests|unit_tests|",
      NAMES("test_*", "*_test.*", "*_tests.*", "*.test.*", "*.tests.*", "*.spec.*", "*_spec.*",
            "conftest.py", "*.snap", "*.golden", "*.fixture.*", "*fixture*", "*.stories.*",
            "*.mock.*", "mock_*", "*_mock.*", "*-mock.*", "fake_*", "*_fake.*", "*.cy.*", "*.jsonl",
            "*.ndjson", "*.csv", "*.tsv", "*.log", "*.har", "*.cassette", "*.vcr", "*.feature",
            "*.http.snap", "*.approved.*", "*.expected.*", "*.out") },
    { BW_SCAN_DOC,
      "|doc|docs|documentation|wiki|man|examples|example|samples|sample|tutorials|tutorial|demos|"
      "demo|cookbook|cookbooks|guides|blog|adr|rfcs|.changeset|changelog|changelogs|",
      NAMES("*.md", "*.mdx", "*.markdown", "*.rst", "*.adoc", "*.asciidoc", "*.org", "*.tex",
            "*.txt", "*.pod", "*.rdoc", "*.scd", "*.1", "*.5", "*.8", "*.pot", "*.po", "*.srt",
            "readme", "changelog", "changes", "history", "news", "license", "licence", "copying",
            "notice", "authors", "contributing", "todo", "security", "upgrading", "*.example",
            "*.sample", "*.example.*", "*.sample.*", "*.template", "*.dist", "env.example*",
            "example.*", "sample.*", "codeowners", "*.svg", "*.drawio", "*.puml", "*.mmd",
            "*.bib") },
    { BW_SCAN_HISTORY, "|migrations|migration|migrate|alembic|flyway|liquibase|db-migrations|",
      NAMES("v[0-9]*__*.sql", "*migration*.sql", "*.migration.*", "*_migration.*") },
    { BW_SCAN_LIST, "",
      NAMES("*pricing*.json", "*pricing*.y*ml", "*pricing*.toml", "*prices*.json", "*prices*.y*ml",
            "*price*.json", "*catalog*.json", "*catalog*.y*ml", "*catalogue*.json",
            "*catalogue*.y*ml", "model_cost*", "*context_window*.json", "*model-list*",
            "*model_list*.json", "*allowlist*", "*whitelist*", "*blocklist*", "*denylist*",
            "known_models*", "known-models*", "supported_models*", "supported-models*",
            "available_models*", "available-models*", "model-aliases*", "model_aliases*",
            "*deprecations*", "pricing.*", "prices.*") },
};

static void lower(const char *text, size_t size, char out[NAME_MAX_BYTES])
{
    size = size < NAME_MAX_BYTES ? size : NAME_MAX_BYTES - 1;
    for (size_t i = 0; i < size; i++) {
        out[i] = (char)tolower((unsigned char)text[i]);
    }
    out[size] = '\0';
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool folder_listed(const char *path, const char *list)
{
    char folder[NAME_MAX_BYTES];
    char wanted[NAME_MAX_BYTES + 2];
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(path, '/')) {
        lower(path, (size_t)(slash - path), folder);
        (void)snprintf(wanted, sizeof(wanted), "|%s|", folder);
        if (folder[0] != '\0' && strstr(list, wanted) != NULL) {
            return true;
        }
        path = slash + 1;
    }
    return false;
}

static bool name_fits(const char *name, const char *const *globs)
{
    for (; *globs != NULL; globs++) {
        if (bw_str_glob(*globs, name)) {
            return true;
        }
    }
    return false;
}

/* FooTest.java, FooTests.kt, FooSpec.scala: in the case that tells "Test" from "latest". */
static bool is_test_class(const char *name)
{
    static const char *const ENDS[] = { "Test",     "Tests",   "Spec",     "IT",
                                        "TestCase", "Fixture", "Fixtures", "Mock" };
    const char *dot = strchr(name, '.');
    for (size_t i = 0; dot != NULL && i < BW_COUNT(ENDS); i++) {
        size_t size = strlen(ENDS[i]);
        if ((size_t)(dot - name) > size && memcmp(dot - size, ENDS[i], size) == 0) {
            return true;
        }
    }
    return false;
}

/* What is asked of a file that runs at a desk: `make`, a container, a list of packages. */
static bool is_code_all_the_same(const char *name)
{
    return strcmp(name, "cmakelists.txt") == 0 || bw_str_starts_with(name, "requirements");
}

enum bw_scan_place bw_scan_place_of(const char *path)
{
    char name[NAME_MAX_BYTES];
    lower(name_of(path), strlen(name_of(path)), name);
    for (size_t i = 0; i < BW_COUNT(RULES); i++) {
        const struct rule *rule = &RULES[i];
        bool text = rule->place == BW_SCAN_DOC && is_code_all_the_same(name);
        if (folder_listed(path, rule->folders) || (!text && name_fits(name, rule->names)) ||
            (rule->place == BW_SCAN_FIXTURE && is_test_class(name_of(path)))) {
            return rule->place;
        }
    }
    return BW_SCAN_CODE;
}

/* ---- languages ---- */

static const struct {
    const char *const *names;
    struct bw_scan_syntax syntax;
} SYNTAXES[] = {
    { NAMES("*.py", "*.pyi", "*.pyw", "*.bzl", "*.star", "tiltfile"),
      { .language = BW_LANG_PYTHON, .comment = "#", .triple_quotes = true, .indented = true } },
    { NAMES("*.js", "*.jsx", "*.mjs", "*.cjs", "*.ts", "*.tsx", "*.mts", "*.cts", "*.vue",
            "*.svelte", "*.astro"),
      { .language = BW_LANG_SCRIPT,
        .comment = "//",
        .block_comments = true,
        .markup_comments = true,
        .backticks = true } },
    { NAMES("*.ipynb"),
      { .language = BW_LANG_PYTHON,
        .comment = "#",
        .triple_quotes = true,
        .indented = true,
        .notebook = true } },
    { NAMES("*.json", "*.jsonc", "*.json5", "*.tfvars.json", "*.webmanifest", ".prettierrc",
            ".eslintrc", "*.code-workspace", "*.avsc"),
      { .language = BW_LANG_JSON, .comment = "//", .block_comments = true } },
    { NAMES("*.yaml", "*.yml", "*.tpl", "*.cff", "*.prompt", "*.prompty"),
      { .language = BW_LANG_YAML, .comment = "#", .lines = true, .indented = true } },
    { NAMES("*.toml", "*.env", ".env*", "*.envrc", "*.ini", "*.cfg", "*.conf", "*.properties",
            "env.*", "*.service", "*.editorconfig"),
      { .language = BW_LANG_SETTINGS, .comment = "#", .lines = true, .triple_quotes = true } },
    { NAMES("*.sh", "*.bash", "*.zsh", "*.fish", "*.ksh", "dockerfile*", "*.dockerfile",
            "containerfile*", "makefile*", "*.mk", "gnumakefile", "justfile", "procfile*",
            "modelfile*", "jenkinsfile.sh", "*.ps1", "*.bats"),
      { .language = BW_LANG_SHELL, .comment = "#", .lines = true } },
    { NAMES("*.tf", "*.hcl", "*.tfvars", "*.nomad"),
      { .language = BW_LANG_TERRAFORM, .comment = "#", .block_comments = true } },
    { NAMES("*.sql"), { .language = BW_LANG_SQL, .comment = "--", .block_comments = true } },
    { NAMES("*.html", "*.htm", "*.xml", "*.xhtml", "*.hbs", "*.ejs", "*.j2", "*.jinja", "*.jinja2",
            "*.erb", "*.plist", "*.csproj"),
      { .language = BW_LANG_MARKUP, .markup_comments = true } },
    { NAMES("*.rb", "*.pl", "*.pm", "*.r", "*.ex", "*.exs", "*.jl", "*.nix", "*.gemspec",
            "rakefile", "gemfile", "*.rake", "*.cr", "*.tcl", "*.graphql", "*.gql"),
      { .language = BW_LANG_HASH, .comment = "#", .triple_quotes = true } },
    { NAMES("*.lua", "*.hs", "*.elm"), { .language = BW_LANG_C, .comment = "--" } },
    { NAMES("*.go"),
      { .language = BW_LANG_C,
        .comment = "//",
        .block_comments = true,
        .backticks = true,
        .characters = true } },
    { NAMES("*.java", "*.kt", "*.kts", "*.scala", "*.swift", "*.cs"),
      { .language = BW_LANG_C,
        .comment = "//",
        .block_comments = true,
        .triple_quotes = true,
        .characters = true } },
    { NAMES("*.c", "*.h", "*.cc", "*.cpp", "*.hpp", "*.rs", "*.zig", "*.proto"),
      { .language = BW_LANG_C, .comment = "//", .block_comments = true, .characters = true } },
    { NAMES("*.groovy", "*.gradle", "*.php", "*.dart", "*.m", "*.mm", "*.bicep", "*.cue",
            "*.jsonnet", "*.libsonnet", "*.prisma", "*.scss", "*.css", "*.fs", "*.clj"),
      { .language = BW_LANG_C, .comment = "//", .block_comments = true } },
};

static const struct bw_scan_syntax PLAIN = { .language = BW_LANG_TEXT,
                                             .comment = "#",
                                             .lines = true };

const struct bw_scan_syntax *bw_scan_syntax_of(const char *path)
{
    char name[NAME_MAX_BYTES];
    lower(name_of(path), strlen(name_of(path)), name);
    for (size_t i = 0; i < BW_COUNT(SYNTAXES); i++) {
        if (name_fits(name, SYNTAXES[i].names)) {
            return &SYNTAXES[i].syntax;
        }
    }
    return &PLAIN;
}

bool bw_scan_says_generated(const char *text, size_t size)
{
    static const char *const SIGNS[] = {
        "do not edit",    "@generated",     "autogenerated",
        "auto-generated", "code generated", "automatically generated",
        "generated by",   "do not modify",
    };
    char head[HEAD_BYTES + 1];
    size_t used = size < HEAD_BYTES ? size : HEAD_BYTES;
    for (size_t i = 0; i < used; i++) {
        head[i] = text[i] == '\0' ? ' ' : (char)tolower((unsigned char)text[i]);
    }
    head[used] = '\0';
    for (size_t i = 0; i < BW_COUNT(SIGNS); i++) {
        if (strstr(head, SIGNS[i]) != NULL) {
            return true;
        }
    }
    return false;
}
