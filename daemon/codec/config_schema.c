/* daemon/codec/config_schema.c: the option table as JSON Schema and as a text for people. */
#include <string.h>

#include "base/instant.h"
#include "base/str.h"
#include "codec/config.h"
#include "codec/config_value.h"
#include "codec/json.h"

enum { SECTIONS_MAX = 32 };

struct sections { /* each kind of map, once */
    const struct bw_config_section *items[SECTIONS_MAX];
    size_t count;
};

static void collect(const struct bw_config_section *options, struct sections *sections);
static char *section_name(const char *prefix, const struct bw_config_section *options);
static void add_object(struct bw_json_writer *w, const char *name,
                       const struct bw_config_section *options);
static void add_option(struct bw_json_writer *w, const struct bw_config_option *option);
static char *indented(const char *json);

char *bw_config_schema_json(void)
{
    return bw_config_section_schema(&bw_config_section, "basewatch configuration");
}

char *bw_config_section_schema(const struct bw_config_section *section, const char *title)
{
    BW_CLEANUP(bw_freep) char *root = section_name("#/$defs/", section);
    struct sections sections = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str json = { 0 };
    struct bw_json_writer w = { .out = &json };
    collect(section, &sections);
    bw_json_object_begin(&w, NULL);
    bw_json_add_text(&w, "$schema", "https://json-schema.org/draft/2020-12/schema");
    bw_json_add_text(&w, "title", title);
    bw_json_add_text(&w, "$ref", root);
    bw_json_object_begin(&w, "$defs");
    for (size_t i = 0; i < sections.count; i++) {
        BW_CLEANUP(bw_freep) char *name = section_name("", sections.items[i]);
        add_object(&w, name, sections.items[i]);
    }
    bw_json_object_end(&w);
    bw_json_object_end(&w);
    return indented(json.text);
}

static void collect(const struct bw_config_section *options, struct sections *sections)
{
    for (size_t i = 0; i < sections->count; i++) {
        if (sections->items[i] == options) {
            return;
        }
    }
    sections->items[sections->count++] = options;
    for (const struct bw_config_option *option = options->items; option->name != NULL; option++) {
        if (option->of != NULL) {
            collect(option->of, sections);
        }
    }
}

/* A noun as a URI fragment spells it. */
static char *section_name(const char *prefix, const struct bw_config_section *options)
{
    char *name = bw_xasprintf("%s%s", prefix, options->noun);
    for (char *blank = name; (blank = strchr(blank, ' ')) != NULL;) {
        *blank = '-';
    }
    return name;
}

static void add_object(struct bw_json_writer *w, const char *name,
                       const struct bw_config_section *options)
{
    bw_json_object_begin(w, name);
    bw_json_add_text(w, "type", "object");
    bw_json_add_bool(w, "additionalProperties", false);
    if (options == &bw_secret_section) {
        bw_json_add_i64(w, "minProperties", 1);
        bw_json_add_i64(w, "maxProperties", 1);
    }
    bw_json_object_begin(w, "properties");
    for (const struct bw_config_option *option = options->items; option->name != NULL; option++) {
        add_option(w, option);
    }
    bw_json_object_end(w);
    bw_json_array_begin(w, "required");
    for (const struct bw_config_option *option = options->items; option->name != NULL; option++) {
        if (option->required) {
            bw_json_add_text(w, NULL, option->name);
        }
    }
    bw_json_array_end(w);
    bw_json_object_end(w);
}

static void add_ref(struct bw_json_writer *w, const struct bw_config_section *options)
{
    BW_CLEANUP(bw_freep) char *ref = section_name("#/$defs/", options);
    bw_json_add_text(w, "$ref", ref);
}

static void add_words(struct bw_json_writer *w, const char *name,
                      const struct bw_config_option *option)
{
    bw_json_array_begin(w, name);
    for (size_t i = 0; option->words[i] != NULL; i++) {
        bw_json_add_text(w, NULL, option->words[i]);
    }
    bw_json_array_end(w);
}

static void add_items(struct bw_json_writer *w, const struct bw_config_option *option)
{
    bw_json_add_text(w, "type", "array");
    bw_json_object_begin(w, "items");
    if (option->type == BW_CONFIG_LIST) {
        add_ref(w, option->of);
    } else {
        bw_json_add_text(w, "type", "string");
        if (option->words != NULL) {
            add_words(w, "enum", option);
        }
    }
    bw_json_object_end(w);
    if (option->max > 0) {
        bw_json_add_i64(w, "maxItems", option->max);
    }
}

static void add_text(struct bw_json_writer *w, const struct bw_config_option *option)
{
    bw_json_add_text(w, "type", "string");
    if (option->words != NULL) {
        add_words(w, "enum", option);
    } else if (option->max > 0) {
        bw_json_add_i64(w, "maxLength", option->max);
    }
}

/* Either of two ways to write it. */
static void add_either(struct bw_json_writer *w, const struct bw_config_option *option)
{
    bw_json_array_begin(w, "anyOf");
    bw_json_object_begin(w, NULL);
    add_text(w, option);
    bw_json_object_end(w);
    bw_json_object_begin(w, NULL);
    if (option->of != NULL) {
        add_ref(w, option->of);
    } else {
        bw_json_add_text(w, "type", "string");
        bw_json_add_text(w, "pattern", "^/");
    }
    bw_json_object_end(w);
    bw_json_array_end(w);
}

/* A map whose keys are names. */
static void add_named(struct bw_json_writer *w, const struct bw_config_option *option)
{
    bw_json_add_text(w, "type", "object");
    bw_json_object_begin(w, "additionalProperties");
    if (option->type == BW_CONFIG_NAMED) {
        add_ref(w, option->of);
    } else {
        add_either(w, option);
    }
    bw_json_object_end(w);
}

static void add_type(struct bw_json_writer *w, const struct bw_config_option *option)
{
    switch (option->type) {
    case BW_CONFIG_TEXT:
        if (option->of != NULL) {
            add_either(w, option);
        } else {
            add_text(w, option);
        }
        break;
    case BW_CONFIG_PROGRAM:
        add_either(w, option);
        break;
    case BW_CONFIG_LINES:
    case BW_CONFIG_PLATFORM:
    case BW_CONFIG_WORD:
        add_text(w, option);
        break;
    case BW_CONFIG_PATH:
        add_text(w, option);
        bw_json_add_text(w, "pattern", "^/");
        break;
    case BW_CONFIG_TEXTS:
    case BW_CONFIG_ARGV:
    case BW_CONFIG_BITS:
    case BW_CONFIG_LIST:
        add_items(w, option);
        break;
    case BW_CONFIG_BOOL:
    case BW_CONFIG_ANSWER:
        bw_json_add_text(w, "type", "boolean");
        break;
    case BW_CONFIG_COUNT:
        bw_json_add_text(w, "type", "integer");
        bw_json_add_i64(w, "minimum", option->min);
        if (option->max > 0) {
            bw_json_add_i64(w, "maximum", option->max);
        }
        break;
    case BW_CONFIG_BYTES:
        bw_json_add_raw(w, "type", "[\"integer\",\"string\"]");
        bw_json_add_text(w, "pattern", "^[0-9]+([KMG]iB)?$");
        break;
    case BW_CONFIG_SHARE:
        bw_json_add_text(w, "type", "number");
        bw_json_add_i64(w, "minimum", 0);
        bw_json_add_i64(w, "maximum", 1);
        break;
    case BW_CONFIG_DURATION:
        bw_json_add_text(w, "type", "string");
        bw_json_add_text(w, "pattern", "^[0-9]+(ms|s|m|h|d|w)$");
        break;
    case BW_CONFIG_DAY:
        bw_json_add_text(w, "type", "string");
        bw_json_add_text(w, "pattern", "^[0-9]{4}-[0-9]{2}(-[0-9]{2}.*)?$");
        break;
    case BW_CONFIG_MONEY:
        bw_json_add_raw(w, "type", "[\"number\",\"string\"]");
        bw_json_add_i64(w, "minimum", 0);
        break;
    case BW_CONFIG_JSON:
        bw_json_add_text(w, "type", "object");
        break;
    case BW_CONFIG_SECRET:
    case BW_CONFIG_MAP:
        add_ref(w, option->of);
        break;
    case BW_CONFIG_NAMED:
    case BW_CONFIG_VARIABLES:
        add_named(w, option);
        break;
    }
}

static void add_default(struct bw_json_writer *w, const struct bw_config_option *option)
{
    if (option->type == BW_CONFIG_BITS) {
        add_words(w, "default", option);
    } else if (option->type == BW_CONFIG_BOOL || option->type == BW_CONFIG_JSON) {
        bw_json_add_raw(w, "default", option->fallback);
    } else {
        bw_json_add_text(w, "default", option->fallback);
    }
}

static void add_option(struct bw_json_writer *w, const struct bw_config_option *option)
{
    BW_CLEANUP(bw_freep)
    char *help = bw_xasprintf("%s%s", option->help, option->restart ? " (needs a restart)" : "");
    bw_json_object_begin(w, option->name);
    bw_json_add_text(w, "description", help);
    add_type(w, option);
    if (option->fallback != NULL) {
        add_default(w, option);
    }
    bw_json_object_end(w);
}

/* The writer's compact JSON, one member a line. */
static char *indented(const char *json)
{
    struct bw_str out = { 0 };
    int depth = 0;
    bool quoted = false;
    for (const char *c = json; *c != '\0'; c++) {
        bool opens = !quoted && (*c == '{' || *c == '[');
        bool closes = !quoted && (*c == '}' || *c == ']');
        depth -= closes ? 1 : 0;
        if (closes && c[-1] != '{' && c[-1] != '[') {
            bw_str_appendf(&out, "\n%*s", depth * 2, "");
        }
        bw_str_append_bytes(&out, c, 1);
        depth += opens ? 1 : 0;
        if ((opens && c[1] != '}' && c[1] != ']') || (!quoted && *c == ',')) {
            bw_str_appendf(&out, "\n%*s", depth * 2, "");
        } else if (!quoted && *c == ':') {
            bw_str_append(&out, " ");
        }
        if (quoted && *c == '\\') {
            bw_str_append_bytes(&out, ++c, 1);
        } else if (*c == '"') {
            quoted = !quoted;
        }
    }
    bw_str_append(&out, "\n");
    return bw_str_take(&out);
}

/* --- the text --- */

static void append_facts(struct bw_str *out, const struct bw_config_option *option)
{
    bw_str_append(out, bw_config_type_text(option->type));
    for (size_t i = 0; option->words != NULL && option->words[i] != NULL; i++) {
        bw_str_appendf(out, "%s%s", i == 0 ? ": " : ", ", option->words[i]);
    }
    if (option->unit != NULL) {
        bw_str_appendf(out, " of %s", option->unit);
    }
    if (option->max > 0 && bw_config_option_has_range(option)) {
        bw_str_append(out, ", ");
        bw_config_option_range(option, out);
    }
    if (option->required) {
        bw_str_append(out, "; required");
    }
    if (option->fallback != NULL && option->fallback[0] != '\0') {
        bw_str_appendf(out, "; default %s", option->fallback);
    }
    if (option->restart) {
        bw_str_append(out, "; needs a restart");
    }
}

static void append_help(struct bw_str *out, const char *prefix,
                        const struct bw_config_section *options)
{
    for (const struct bw_config_option *option = options->items; option->name != NULL; option++) {
        bw_str_appendf(out, "%s%s\n    %s\n    (", prefix, option->name, option->help);
        append_facts(out, option);
        bw_str_append(out, ")\n");
        if (option->of != NULL && option->of != &bw_secret_section) {
            BW_CLEANUP(bw_freep)
            char *deeper = bw_xasprintf("%s%s%s.", prefix, option->name,
                                        option->type == BW_CONFIG_LIST    ? "[]"
                                        : option->type == BW_CONFIG_NAMED ? ".NAME"
                                                                          : "");
            append_help(out, deeper, option->of);
        }
    }
}

char *bw_config_help(void)
{
    return bw_config_section_help(&bw_config_section);
}

char *bw_config_section_help(const struct bw_config_section *section)
{
    struct bw_str out = { 0 };
    append_help(&out, "", section);
    return bw_str_take(&out);
}
