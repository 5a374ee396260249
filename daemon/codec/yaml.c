/* daemon/codec/yaml.c: see yaml.h. Built on libyaml's event parser by recursive descent. */
#include "codec/yaml.h"

#include <stdio.h>
#include <string.h>

#include <yaml.h>

#include "base/str.h"

struct reader {
    const char *file;
    yaml_parser_t parser;
    struct bw_error *err;
};

static enum bw_err read_node(struct reader *reader, yaml_event_t *event, int depth,
                             struct bw_yaml **out);

static void eventp(yaml_event_t *event)
{
    yaml_event_delete(event);
}

static enum bw_err fail_at(struct reader *reader, yaml_mark_t mark, const char *what)
{
    return bw_fail(reader->err, BW_ERR_INVALID, "%s:%zu:%zu: error: %s", reader->file,
                   mark.line + 1, mark.column + 1, what);
}

static enum bw_err next_event(struct reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event) != 1) {
        const char *problem = reader->parser.problem;
        return fail_at(reader, reader->parser.problem_mark,
                       problem == NULL ? "not YAML" : problem);
    }
    return BW_OK;
}

static struct bw_yaml *node_new(enum bw_yaml_kind kind, yaml_mark_t mark)
{
    struct bw_yaml *node = bw_xcalloc(1, sizeof(*node));
    node->kind = kind;
    node->line = (int)mark.line + 1;
    node->column = (int)mark.column + 1;
    return node;
}

static enum bw_err read_children(struct reader *reader, struct bw_yaml *list, int depth,
                                 yaml_event_type_t end)
{
    struct bw_yaml **tail = &list->first;
    for (;;) {
        BW_CLEANUP(eventp) yaml_event_t event = { 0 };
        enum bw_err rc = next_event(reader, &event);
        if (rc != BW_OK || event.type == end) {
            return rc;
        }
        rc = read_node(reader, &event, depth, tail);
        if (rc != BW_OK) {
            return rc;
        }
        tail = &(*tail)->next;
    }
}

static enum bw_err read_members(struct reader *reader, struct bw_yaml *map, int depth)
{
    struct bw_yaml **tail = &map->first;
    for (;;) {
        BW_CLEANUP(eventp) yaml_event_t key = { 0 };
        BW_CLEANUP(eventp) yaml_event_t value = { 0 };
        enum bw_err rc = next_event(reader, &key);
        if (rc != BW_OK || key.type == YAML_MAPPING_END_EVENT) {
            return rc;
        }
        if (key.type != YAML_SCALAR_EVENT) {
            return fail_at(reader, key.start_mark, "a key must be a word");
        }
        const char *name = (const char *)key.data.scalar.value;
        if (bw_yaml_get(map, name) != NULL) {
            return bw_fail(reader->err, BW_ERR_INVALID,
                           "%s:%zu:%zu: error: key '%.60s' stands here twice; first at line %d",
                           reader->file, key.start_mark.line + 1, key.start_mark.column + 1, name,
                           bw_yaml_get(map, name)->key_line);
        }
        rc = next_event(reader, &value);
        if (rc == BW_OK) {
            rc = read_node(reader, &value, depth, tail);
        }
        if (rc != BW_OK) {
            return rc;
        }
        (*tail)->key = bw_xstrdup(name);
        (*tail)->key_line = (int)key.start_mark.line + 1;
        (*tail)->key_column = (int)key.start_mark.column + 1;
        tail = &(*tail)->next;
    }
}

static enum bw_err read_node(struct reader *reader, yaml_event_t *event, int depth,
                             struct bw_yaml **out)
{
    if (depth > BW_YAML_DEPTH_MAX) {
        return fail_at(reader, event->start_mark, "nested too deeply");
    }
    enum bw_err rc = BW_OK;
    BW_CLEANUP(bw_yaml_freep) struct bw_yaml *node = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        if (strlen((const char *)event->data.scalar.value) != event->data.scalar.length) {
            return fail_at(reader, event->start_mark, "a value holds a NUL byte");
        }
        node = node_new(BW_YAML_SCALAR, event->start_mark);
        node->text = bw_xstrdup((const char *)event->data.scalar.value);
        node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        node = node_new(BW_YAML_LIST, event->start_mark);
        rc = read_children(reader, node, depth + 1, YAML_SEQUENCE_END_EVENT);
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        node = node_new(BW_YAML_MAP, event->start_mark);
        rc = read_members(reader, node, depth + 1);
    } else {
        return fail_at(reader, event->start_mark, "anchors and aliases are not supported");
    }
    if (rc == BW_OK) {
        *out = BW_TAKE(node);
    }
    return rc;
}

static enum bw_err read_document(struct reader *reader, struct bw_yaml **out)
{
    BW_CLEANUP(bw_yaml_freep) struct bw_yaml *root = NULL;
    for (;;) {
        BW_CLEANUP(eventp) yaml_event_t event = { 0 };
        enum bw_err rc = next_event(reader, &event);
        if (rc != BW_OK) {
            return rc;
        }
        if (event.type == YAML_STREAM_END_EVENT) {
            break;
        }
        if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_END_EVENT ||
            event.type == YAML_DOCUMENT_START_EVENT) {
            continue;
        }
        if (root != NULL) {
            return fail_at(reader, event.start_mark, "a second document; keep one a file");
        }
        rc = read_node(reader, &event, 0, &root);
        if (rc != BW_OK) {
            return rc;
        }
    }
    if (root == NULL || bw_yaml_is_null(root)) {
        bw_yaml_free(root);
        root = node_new(BW_YAML_MAP, (yaml_mark_t){ 0 });
    }
    *out = BW_TAKE(root);
    return BW_OK;
}

enum bw_err bw_yaml_parse(const char *file, const char *text, size_t size, struct bw_yaml **out,
                          struct bw_error *err)
{
    struct reader reader = { .file = file, .err = err };
    if (size > BW_YAML_BYTES_MAX) {
        return bw_fail(err, BW_ERR_TOOBIG, "%s:1:1: error: larger than %d MiB", file,
                       BW_YAML_BYTES_MAX >> 20);
    }
    if (yaml_parser_initialize(&reader.parser) != 1) {
        return bw_fail(err, BW_ERR_IO, "%s: the YAML parser does not start", file);
    }
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size);
    enum bw_err rc = read_document(&reader, out);
    yaml_parser_delete(&reader.parser);
    return rc;
}

void bw_yaml_free(struct bw_yaml *node)
{
    while (node != NULL) {
        struct bw_yaml *next = node->next;
        bw_yaml_free(node->first);
        free(node->key);
        free(node->text);
        free(node);
        node = next;
    }
}

const struct bw_yaml *bw_yaml_get(const struct bw_yaml *node, const char *key)
{
    if (node == NULL || node->kind != BW_YAML_MAP) {
        return NULL;
    }
    for (const struct bw_yaml *member = node->first; member != NULL; member = member->next) {
        if (bw_str_equal(member->key, key)) {
            return member;
        }
    }
    return NULL;
}

bool bw_yaml_is_null(const struct bw_yaml *node)
{
    return node == NULL ||
           (node->kind == BW_YAML_SCALAR && node->plain &&
            (node->text[0] == '\0' || strcmp(node->text, "~") == 0 ||
             strcmp(node->text, "null") == 0));
}

const char *bw_yaml_text(const struct bw_yaml *node)
{
    return bw_yaml_is_null(node) || node->kind != BW_YAML_SCALAR ? NULL : node->text;
}

/* What libyaml refuses in a text, or takes for the end of a line: C1, LS, PS, BOM, non-characters.
 */
static size_t unprintable_size(const unsigned char *at)
{
    bool c1 = at[0] == 0xc2 && at[1] < 0xa0;
    bool separator = at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9);
    bool none = at[0] == 0xef && ((at[1] == 0xbb && at[2] == 0xbf) ||
                                  (at[1] == 0xbf && (at[2] == 0xbe || at[2] == 0xbf)));
    return c1 ? 2 : separator || none ? 3 : 0;
}

void bw_yaml_quote(struct bw_str *out, const char *text)
{
    bw_str_append(out, "\"");
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        size_t size = unprintable_size(at);
        if (size == 2) {
            bw_str_appendf(out, "\\x%02x", at[1]);
        } else if (size == 3) {
            bw_str_appendf(out, "\\u%04x",
                           (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu));
        } else if (*at == '\n') {
            bw_str_append(out, "\\n");
        } else if (*at < 0x20 || *at == 0x7f) {
            bw_str_appendf(out, "\\x%02x", *at);
        } else {
            bw_str_append(out, *at == '"' || *at == '\\' ? "\\" : "");
            bw_str_append_bytes(out, at, 1);
        }
        at += size > 0 ? size : 1;
    }
    bw_str_append(out, "\"");
}

enum bw_err bw_yaml_fail(struct bw_error *err, const char *file, const struct bw_yaml *node,
                         const char *format, ...)
{
    va_list args;
    va_start(args, format);
    BW_CLEANUP(bw_freep) char *what = bw_xvasprintf(format, args);
    va_end(args);
    return bw_fail(err, BW_ERR_INVALID, "%s:%d:%d: error: %s", file, node->line, node->column,
                   what);
}
