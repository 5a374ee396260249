/* daemon/codec/config_reader.c: see config_reader.h. */
#include "codec/config_reader.h"

#include <string.h>

#include "base/str.h"
#include "codec/config_value.h"
#include "codec/json.h"

static void read_option(struct bw_config_reader *reader, const struct bw_config_option *option,
                        const struct bw_config_nodes *nodes, void *base);
static void check_keys(struct bw_config_reader *reader, const struct bw_config_section *options,
                       const struct bw_config_node *node);

/* --- complaints --- */

static void file_clear(struct bw_config_file *file)
{
    free(file->path);
    bw_yaml_free(file->root);
}

static void complaint_clear(struct bw_complaint *complaint)
{
    free(complaint->text);
}

static void claim_clear(struct bw_claim *claim)
{
    free(claim->name);
}

void bw_config_reader_clear(struct bw_config_reader *reader)
{
    free(reader->folder);
    BW_VEC_CLEAR(&reader->files, file_clear);
    BW_VEC_CLEAR(&reader->complaints, complaint_clear);
    BW_VEC_CLEAR(&reader->claims, claim_clear);
    *reader = (struct bw_config_reader){ 0 };
}

static void keep(struct bw_config_reader *reader, struct bw_complaint complaint)
{
    if (reader->complaints.count >= BW_COMPLAINTS_MAX) {
        reader->more++;
        free(complaint.text);
        return;
    }
    BW_VEC_PUSH(&reader->complaints, complaint);
}

/* bw_fail() makes it one line of bounded length. */
static void say(struct bw_config_reader *reader, const struct bw_config_file *file, int line,
                int column, const char *what)
{
    struct bw_error err = { 0 };
    (void)bw_fail(&err, BW_ERR_INVALID, "%s:%d:%d: error: %s", file->path, line, column, what);
    keep(reader, (struct bw_complaint){ (size_t)(file - reader->files.items), line, column,
                                        bw_xstrdup(err.text) });
}

void bw_config_complain(struct bw_config_reader *reader, const struct bw_config_node *node,
                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    BW_CLEANUP(bw_freep) char *what = bw_xvasprintf(format, args);
    va_end(args);
    say(reader, node->file, node->yaml->line, node->yaml->column, what);
}

void bw_config_complain_of_key(struct bw_config_reader *reader, const struct bw_config_node *member,
                               const char *what)
{
    say(reader, member->file, member->yaml->key_line, member->yaml->key_column, what);
}

void bw_config_complain_of_file(struct bw_config_reader *reader, size_t file, const char *text)
{
    keep(reader, (struct bw_complaint){ .file = file, .text = bw_xstrdup(text) });
}

size_t bw_config_complaints(const struct bw_config_reader *reader)
{
    return reader->complaints.count + reader->more;
}

/* --- maps --- */

static void *slot_of(const struct bw_config_option *option, void *base)
{
    return (char *)base + option->offset;
}

void bw_config_defaults(const struct bw_config_section *options, void *base)
{
    for (const struct bw_config_option *option = options->items; option->name != NULL; option++) {
        if (option->type == BW_CONFIG_MAP) {
            bw_config_defaults(option->of, slot_of(option, base));
        } else {
            bw_config_value_default(option, slot_of(option, base));
        }
    }
}

/* Of anything else check_keys() has complained. */
static bool is_map_or_nothing(const struct bw_yaml *yaml)
{
    return yaml->kind == BW_YAML_MAP || bw_yaml_is_null(yaml);
}

void bw_config_read_map(struct bw_config_reader *reader, const struct bw_config_section *options,
                        const struct bw_config_nodes *nodes, void *base)
{
    BW_VEC_EACH(const struct bw_config_node, node, nodes)
    {
        check_keys(reader, options, node);
    }
    for (const struct bw_config_option *option = options->items; option->name != NULL; option++) {
        struct bw_config_nodes members = { 0 };
        BW_VEC_EACH(const struct bw_config_node, node, nodes)
        {
            const struct bw_yaml *yaml = bw_yaml_get(node->yaml, option->name);
            if (yaml != NULL) {
                BW_VEC_PUSH(&members, (struct bw_config_node){ node->file, yaml });
            }
        }
        if (members.count > 0) {
            read_option(reader, option, &members, base);
        } else if (option->required && is_map_or_nothing(nodes->items[0].yaml)) {
            bw_config_complain(reader, &nodes->items[0], "this %s has no %s; add %s: (%s)",
                               options->noun, option->name, option->name, option->help);
        }
        BW_VEC_CLEAR(&members, BW_VEC_PLAIN);
    }
}

void bw_config_read_item(struct bw_config_reader *reader, const struct bw_config_section *options,
                         const struct bw_config_node *item, void *base)
{
    struct bw_config_node one = *item;
    struct bw_config_nodes nodes = { &one, 1, 1 };
    bw_config_read_map(reader, options, &nodes, base);
}

static void complain_unknown(struct bw_config_reader *reader,
                             const struct bw_config_section *options,
                             const struct bw_config_node *member)
{
    struct bw_names names = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str what = { 0 };
    BW_CLEANUP(bw_str_clear) struct bw_str list = { 0 };
    for (const struct bw_config_option *option = options->items; option->name != NULL; option++) {
        bw_str_appendf(&list, "%s%s", list.size > 0 ? ", " : "", option->name);
        BW_VEC_PUSH(&names, bw_xstrdup(option->name));
    }
    BW_VEC_PUSH(&names, NULL);
    const char *nearest = bw_str_nearest(member->yaml->key, (const char *const *)names.items);
    bw_str_appendf(&what, "unknown key '%.60s' in this %s; ", member->yaml->key, options->noun);
    if (nearest != NULL) {
        bw_str_appendf(&what, "did you mean '%s'?", nearest);
    } else {
        bw_str_appendf(&what, "known: %s", list.text);
    }
    bw_config_complain_of_key(reader, member, what.text);
    bw_names_clear(&names);
}

static void check_keys(struct bw_config_reader *reader, const struct bw_config_section *options,
                       const struct bw_config_node *node)
{
    if (bw_yaml_is_null(node->yaml)) {
        return; /* a key whose members are all commented out */
    }
    if (node->yaml->kind != BW_YAML_MAP) {
        bw_config_complain(reader, node, "a %s is a map; write `key: value` lines", options->noun);
        return;
    }
    for (const struct bw_yaml *yaml = node->yaml->first; yaml != NULL; yaml = yaml->next) {
        if (bw_config_option_find(options, yaml->key) == NULL) {
            complain_unknown(reader, options, &(struct bw_config_node){ node->file, yaml });
        }
    }
}

/* --- options --- */

static void read_one(struct bw_config_reader *reader, const struct bw_config_option *option,
                     const struct bw_config_node *node, void *slot)
{
    struct bw_error err = { 0 };
    if (bw_config_value_read(option, node->yaml, slot, &err) != BW_OK) {
        bw_config_complain(reader, node, "%s", err.text);
    }
}

/* Call visit for each item of a list, or member of a map, that may stand in several files. */
static void each_item(struct bw_config_reader *reader, const struct bw_config_option *option,
                      const struct bw_config_nodes *nodes, void *slot,
                      void (*visit)(struct bw_config_reader *, const struct bw_config_option *,
                                    const struct bw_config_node *, void *))
{
    bool named = option->type == BW_CONFIG_NAMED || option->type == BW_CONFIG_VARIABLES;
    BW_VEC_EACH(const struct bw_config_node, node, nodes)
    {
        if (node->yaml->kind != (named ? BW_YAML_MAP : BW_YAML_LIST)) {
            if (!bw_yaml_is_null(node->yaml)) {
                bw_config_complain(reader, node, "%s must be %s; write %s lines", option->name,
                                   bw_config_type_text(option->type),
                                   named ? "`NAME: ..`" : "[a, b] or `- a`");
            }
            continue;
        }
        for (const struct bw_yaml *yaml = node->yaml->first; yaml != NULL; yaml = yaml->next) {
            visit(reader, option, &(struct bw_config_node){ node->file, yaml }, slot);
        }
    }
}

static void read_words(struct bw_config_reader *reader, const struct bw_config_option *option,
                       const struct bw_config_nodes *nodes, void *slot)
{
    if (option->type != BW_CONFIG_BITS) {
        bw_names_clear(slot); /* what was inherited gives way to what is said here */
    } else {
        *(unsigned *)slot = 0;
    }
    each_item(reader, option, nodes, slot, read_one);
}

static void add_item(struct bw_config_reader *reader, const struct bw_config_option *option,
                     const struct bw_config_node *item, void *counter)
{
    int64_t *seen = counter;
    if (++*seen <= option->max) {
        option->of->add(reader, item);
    } else if (*seen == option->max + 1) {
        bw_config_complain(reader, item, "more than %d %s; %s", (int)option->max, option->name,
                           option->overflow != NULL ? option->overflow : "leave some out");
    }
}

/* Plain words that JSON writes the same way (12, 0.5, true) are meant as such; others are text. */
static void append_scalar(const struct bw_yaml *yaml, struct bw_json_writer *w, const char *name)
{
    BW_CLEANUP(bw_json_freep) struct bw_json *value = NULL;
    if (yaml->plain && bw_json_parse(yaml->text, strlen(yaml->text), &value, NULL) == BW_OK) {
        BW_CLEANUP(bw_freep) char *printed = bw_json_print(value);
        if (strcmp(printed, yaml->text) == 0) {
            bw_json_add_raw(w, name, printed);
            return;
        }
    }
    bw_json_add_text(w, name, bw_yaml_text(yaml));
}

static void append_json(const struct bw_yaml *yaml, struct bw_json_writer *w, const char *name)
{
    switch (yaml->kind) {
    case BW_YAML_MAP:
        bw_json_object_begin(w, name);
        for (const struct bw_yaml *member = yaml->first; member != NULL; member = member->next) {
            append_json(member, w, member->key);
        }
        bw_json_object_end(w);
        break;
    case BW_YAML_LIST:
        bw_json_array_begin(w, name);
        for (const struct bw_yaml *item = yaml->first; item != NULL; item = item->next) {
            append_json(item, w, NULL);
        }
        bw_json_array_end(w);
        break;
    case BW_YAML_SCALAR:
        append_scalar(yaml, w, name);
        break;
    }
}

static void read_json(struct bw_config_reader *reader, const struct bw_config_option *option,
                      const struct bw_config_node *node, char **slot)
{
    if (node->yaml->kind != BW_YAML_MAP) {
        bw_config_complain(reader, node, "%s must be a map; write {key: value}", option->name);
        return;
    }
    struct bw_str text = { 0 };
    append_json(node->yaml, &(struct bw_json_writer){ .out = &text }, NULL);
    free(*slot);
    *slot = bw_str_take(&text);
}

/* What stands in the place of a secret may be the secret, so it is never quoted. */
static void read_secret(struct bw_config_reader *reader, const struct bw_config_option *option,
                        const struct bw_config_node *node, struct bw_secret_ref *slot)
{
    const struct bw_yaml *only = node->yaml->kind == BW_YAML_MAP ? node->yaml->first : NULL;
    if (only == NULL || only->next != NULL ||
        bw_config_option_find(option->of, only->key) == NULL) {
        bw_config_complain(reader, node, "%s names where the secret is; write %s", option->name,
                           bw_config_type_text(option->type));
        return;
    }
    size_t before = bw_config_complaints(reader);
    bw_config_read_item(reader, option->of, node, slot);
    if (slot->file == NULL && slot->argv.count == 0 && bw_config_complaints(reader) == before) {
        bw_config_complain(reader, node, "%s: the command is empty; write %s", option->name,
                           bw_config_type_text(option->type));
    }
    slot->kind = slot->file != NULL ? BW_SECRET_FILE : BW_SECRET_COMMAND;
    bw_replace(&slot->beside, reader->folder);
}

/* A name as the environment knows it. */
static bool is_variable(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return name[0] != '\0' && strspn(name, letters) == strlen(name) &&
           (name[0] < '0' || name[0] > '9');
}

static void read_variable(struct bw_config_reader *reader, const struct bw_config_option *option,
                          const struct bw_config_node *node, void *slot)
{
    struct bw_variables *variables = slot;
    struct bw_variable variable = { .name = bw_xstrdup(node->yaml->key) };
    if (!is_variable(variable.name)) {
        bw_config_complain_of_key(reader, node, "no name for a variable; write letters, digits, _");
    } else if (node->yaml->kind == BW_YAML_MAP) {
        read_secret(reader, option, node, &variable.secret);
    } else if (node->yaml->kind == BW_YAML_SCALAR && !bw_yaml_is_null(node->yaml)) {
        variable.text = bw_xstrdup(node->yaml->text);
    } else {
        bw_config_complain(reader, node, "%s: must be a text, or %s", variable.name,
                           bw_config_type_text(BW_CONFIG_SECRET));
    }
    BW_VEC_PUSH(variables, variable);
}

static void read_option(struct bw_config_reader *reader, const struct bw_config_option *option,
                        const struct bw_config_nodes *nodes, void *base)
{
    void *slot = slot_of(option, base);
    const struct bw_config_node *node = &nodes->items[0];
    int64_t seen = 0;
    if (option->type == BW_CONFIG_MAP) {
        bw_config_read_map(reader, option->of, nodes, slot);
    } else if (option->type == BW_CONFIG_LIST || option->type == BW_CONFIG_NAMED) {
        each_item(reader, option, nodes, &seen, add_item);
    } else if (option->type == BW_CONFIG_VARIABLES) {
        each_item(reader, option, nodes, slot, read_variable);
    } else if (option->type == BW_CONFIG_TEXTS || option->type == BW_CONFIG_ARGV ||
               option->type == BW_CONFIG_BITS) {
        read_words(reader, option, nodes, slot);
    } else if (nodes->count > 1) {
        BW_CLEANUP(bw_freep)
        char *what = bw_xasprintf("%s is given twice; first at %s:%d:%d", option->name,
                                  node->file->path, node->yaml->key_line, node->yaml->key_column);
        bw_config_complain_of_key(reader, &nodes->items[1], what);
    } else if (option->type == BW_CONFIG_SECRET) {
        read_secret(reader, option, node, slot);
    } else if (option->type == BW_CONFIG_JSON) {
        read_json(reader, option, node, slot);
    } else if (option->of != NULL && node->yaml->kind == BW_YAML_MAP) {
        bw_config_read_map(reader, option->of, nodes, base);
    } else {
        read_one(reader, option, node, slot);
    }
}

/* --- unique names --- */

void bw_config_claim(struct bw_config_reader *reader, const char *noun, const char *name,
                     const struct bw_config_node *node)
{
    BW_VEC_PUSH(&reader->claims, (struct bw_claim){ noun, bw_xstrdup(name), *node });
}

/* By noun and name; among equals, as they were read. */
static int compare_claims(const void *left, const void *right)
{
    const struct bw_claim *a = left;
    const struct bw_claim *b = right;
    int order = strcmp(a->noun, b->noun);
    order = order != 0 ? order : strcmp(a->name, b->name);
    if (order == 0) {
        order = (a->node.file > b->node.file) - (a->node.file < b->node.file);
    }
    order = order != 0 ? order : a->node.yaml->line - b->node.yaml->line;
    return order != 0 ? order : a->node.yaml->column - b->node.yaml->column;
}

void bw_config_check_claims(struct bw_config_reader *reader)
{
    if (reader->claims.count > 1) {
        qsort(reader->claims.items, reader->claims.count, sizeof(*reader->claims.items),
              compare_claims);
    }
    const struct bw_claim *first = NULL;
    BW_VEC_EACH(const struct bw_claim, claim, &reader->claims)
    {
        if (first == NULL || strcmp(first->noun, claim->noun) != 0 ||
            strcmp(first->name, claim->name) != 0) {
            first = claim;
            continue;
        }
        bw_config_complain(reader, &claim->node, "%s '%.120s' stands here twice; first at %s:%d:%d",
                           claim->noun, claim->name, first->node.file->path, first->node.yaml->line,
                           first->node.yaml->column);
    }
}
