/* daemon/domain/model_ids.c: see model_ids.h. The automaton is a trie laid out breadth first, so
 * the children of a node are neighbours; hashes of the three bytes that ids begin with are a
 * bitmap, which turns nearly every word of a text away after one look. */
#include "domain/model_ids.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"
#include "domain/entry.h"

enum { NO_ID = -1, BEGINS = 1 << 16, BEGIN_BYTES = 3 };

struct node {
    uint32_t children; /* index of the first one */
    uint16_t count;    /* of children */
    uint8_t byte;      /* that leads here */
    int32_t id;        /* that ends here, or NO_ID */
};

struct bw_model_ids {
    struct BW_VEC(struct node) nodes; /* 0 is the root */
    uint64_t begins[BEGINS / 64];
    uint32_t roots[256]; /* the root's child by its byte, 0: none */
};

struct spelling {
    char *text;
    int32_t id;
    bool derived; /* yields to a known id that is spelled so */
};
struct spellings BW_VEC(struct spelling);

static void add_spellings(struct spellings *out, const char *id, size_t size, int32_t index);
static void sort_spellings(struct spellings *spellings);
static void build(struct bw_model_ids *ids, const struct spellings *spellings);

static void spelling_clear(struct spelling *spelling)
{
    free(spelling->text);
}

static void add_spelling(struct spellings *out, char *text, int32_t id, bool derived)
{
    BW_VEC_PUSH(out, (struct spelling){ .text = text, .id = id, .derived = derived });
}

struct bw_model_ids *bw_model_ids_new(const char *const *ids, size_t count)
{
    struct bw_model_ids *out = bw_xcalloc(1, sizeof(*out));
    struct spellings spellings = { 0 };
    for (size_t i = 0; i < count; i++) {
        const char *id = ids[i] + strspn(ids[i], " \t\r\n");
        size_t size = strlen(id);
        while (size > 0 && isspace((unsigned char)id[size - 1]) != 0) {
            size--;
        }
        if (size > 0 && size <= BW_ENTRY_ID_MAX && i < INT32_MAX) {
            add_spellings(&spellings, id, size, (int32_t)i);
        }
    }
    sort_spellings(&spellings);
    build(out, &spellings);
    BW_VEC_CLEAR(&spellings, spelling_clear);
    return out;
}

void bw_model_ids_free(struct bw_model_ids *ids)
{
    if (ids != NULL) {
        BW_VEC_CLEAR(&ids->nodes, BW_VEC_PLAIN);
        free(ids);
    }
}

/* ---- finding ---- */

static const bool ID_CHARS[256] = {
    ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1,
    ['8'] = 1, ['9'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1,
    ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1,
    ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1,
    ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1,
    ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1, ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1,
    ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1, ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1,
    ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1, ['y'] = 1, ['z'] = 1, ['.'] = 1, ['_'] = 1,
    ['@'] = 1, ['-'] = 1,
};

bool bw_model_id_char(char c)
{
    return ID_CHARS[(unsigned char)c];
}

/* `${NAME:-`, `${NAME-`: what stands at `at` is the shell's default value. */
static bool is_shell_default(const char *text, size_t at)
{
    if (at < 4 || text[at - 1] != '-') {
        return false;
    }
    size_t name = at - 1;
    name -= text[name - 1] == ':' ? 1 : 0;
    size_t from = name;
    while (from > 0 && (isalnum((unsigned char)text[from - 1]) != 0 || text[from - 1] == '_')) {
        from--;
    }
    return from < name && from >= 2 && text[from - 1] == '{' && text[from - 2] == '$';
}

static bool ends_alone(const char *text, size_t size, size_t end)
{
    if (end < size && text[end] == '.') {
        while (end < size && text[end] == '.') {
            end++;
        }
    }
    return end == size || !bw_model_id_char(text[end]);
}

bool bw_model_id_alone(const char *text, size_t size, size_t at, size_t width)
{
    bool begins = at == 0 || !bw_model_id_char(text[at - 1]) || is_shell_default(text, at);
    return begins && ends_alone(text, size, at + width);
}

static const struct node *child_of(const struct bw_model_ids *ids, const struct node *node,
                                   uint8_t byte)
{
    const struct node *child = &ids->nodes.items[node->children];
    for (const struct node *end = child + node->count; child < end; child++) {
        if (child->byte == byte) {
            return child;
        }
    }
    return NULL;
}

/* The longest id that begins at `at` and stands alone; 0 when there is none. */
static size_t longest_at(const struct bw_model_ids *ids, const char *text, size_t size, size_t at,
                         size_t *id)
{
    size_t longest = 0;
    uint32_t root = ids->roots[(unsigned char)text[at]];
    const struct node *node = root == 0 ? NULL : &ids->nodes.items[root];
    for (size_t end = at + 1; node != NULL; end++) {
        if (node->id != NO_ID && ends_alone(text, size, end)) {
            longest = end - at;
            *id = (size_t)node->id;
        }
        node = end == size ? NULL : child_of(ids, node, (uint8_t)text[end]);
    }
    return longest;
}

static unsigned hash_of_begin(unsigned first, unsigned second, unsigned third)
{
    return (first | second << 8 | third << 16) * 2654435761u >> 16;
}

static bool may_begin(const struct bw_model_ids *ids, const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned begin = hash_of_begin(bytes[0], bytes[1], bytes[2]);
    return (ids->begins[begin / 64] >> (begin % 64) & 1) != 0;
}

static bool match_at(const struct bw_model_ids *ids, const char *text, size_t size, size_t at,
                     struct bw_id_match *out)
{
    if (size - at >= BEGIN_BYTES && !may_begin(ids, text + at)) {
        return false;
    }
    out->at = at;
    out->size = longest_at(ids, text, size, at, &out->id);
    return out->size > 0;
}

/* Inside a word an id may begin in one place alone: behind the shell's dash. */
static size_t default_inside(const char *text, size_t word, size_t end)
{
    if (word < 2 || (text[word] != '-' && text[word - 1] != '{')) {
        return end;
    }
    const char *dash = memchr(text + word, '-', end - word);
    size_t at = dash == NULL ? end : (size_t)(dash - text) + 1;
    return at < end && is_shell_default(text, at) ? at : end;
}

bool bw_model_ids_next(const struct bw_model_ids *ids, const char *text, size_t size, size_t *at,
                       struct bw_id_match *out)
{
    size_t here = *at;
    while (here < size) {
        if (!ID_CHARS[(unsigned char)text[here]]) {
            here++;
            continue;
        }
        size_t end = here + 1;
        while (end < size && ID_CHARS[(unsigned char)text[end]]) {
            end++;
        }
        size_t inside = default_inside(text, here, end);
        if (match_at(ids, text, size, here, out) ||
            (inside < end && match_at(ids, text, size, inside, out))) {
            *at = out->at + out->size;
            return true;
        }
        here = end;
    }
    *at = size;
    return false;
}

/* ---- spellings ---- */

static const char *const REGIONS[] = { "us.", "eu.", "apac.", "global.",
                                       "jp.", "au.", "ca.",   "us-gov." };

static size_t region_size(const char *id)
{
    for (size_t i = 0; i < BW_COUNT(REGIONS); i++) {
        if (bw_str_starts_with(id, REGIONS[i])) {
            return strlen(REGIONS[i]);
        }
    }
    return 0;
}

/* "anthropic.claude-..", as Bedrock names models: letters and digits, a point, a letter. */
static bool names_its_maker(const char *id)
{
    size_t maker = strcspn(id, ".");
    return strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789") == maker && maker > 3 &&
           id[maker] == '.' && isalpha((unsigned char)id[maker + 1]) != 0;
}

static void add_regions(struct spellings *out, const char *id, int32_t index)
{
    const char *bare = id + region_size(id);
    if (!names_its_maker(bare)) {
        return;
    }
    add_spelling(out, bw_xstrdup(bare), index, true);
    for (size_t i = 0; i < BW_COUNT(REGIONS); i++) {
        add_spelling(out, bw_xasprintf("%s%s", REGIONS[i], bare), index, true);
    }
}

static bool is_revision(const char *id) /* ends in -v1:0 */
{
    const char *colon = strrchr(id, ':');
    return colon != NULL && colon - id > 3 && colon[-3] == '-' && colon[-2] == 'v' &&
           isdigit((unsigned char)colon[-1]) != 0;
}

static void add_revision(struct spellings *out, const char *id, int32_t index)
{
    bool anthropic = bw_str_starts_with(id, "claude-") && strchr(id, '@') == NULL;
    if (!anthropic && (!names_its_maker(id + region_size(id)) || is_revision(id))) {
        return;
    }
    BW_CLEANUP(bw_freep)
    char *revision = bw_xasprintf("%s%s-v1:0", anthropic ? "anthropic." : "", id);
    add_spelling(out, bw_xstrdup(revision), index, true);
    add_regions(out, revision, index);
}

/* claude-3-5-haiku-20241022 is claude-3-5-haiku@20241022 on Vertex, and the other way round. */
static void add_vertex_date(struct spellings *out, const char *id, int32_t index)
{
    size_t size = strlen(id);
    if (size < 10 || strspn(id + size - 8, "0123456789") != 8) {
        return;
    }
    char *other = bw_xstrdup(id);
    char *joint = other + size - 9;
    if (*joint != '-' && *joint != '@') {
        free(other);
        return;
    }
    *joint = *joint == '-' ? '@' : '-';
    add_spelling(out, other, index, true);
}

static void add_azure_turbo(struct spellings *out, const char *id, int32_t index)
{
    static const char dotted[] = "gpt-3.5";
    const char *at = strstr(id, dotted);
    if (at != NULL) {
        add_spelling(out, bw_xasprintf("%.*sgpt-35%s", (int)(at - id), id, at + sizeof(dotted) - 1),
                     index, true);
    }
}

static void add_spellings(struct spellings *out, const char *id, size_t size, int32_t index)
{
    char *text = bw_xstrndup(id, size);
    add_spelling(out, text, index, false);
    add_azure_turbo(out, text, index);
    add_vertex_date(out, text, index);
    add_regions(out, text, index);
    add_revision(out, text, index);
}

/* By text; a known id before the derived, then in the order they were named. */
static int compare(const void *a, const void *b)
{
    const struct spelling *left = a;
    const struct spelling *right = b;
    int order = strcmp(left->text, right->text);
    if (order != 0) {
        return order;
    }
    if (left->derived != right->derived) {
        return left->derived ? 1 : -1;
    }
    return (left->id > right->id) - (left->id < right->id);
}

static void sort_spellings(struct spellings *spellings)
{
    if (spellings->count > 0) {
        qsort(spellings->items, spellings->count, sizeof(spellings->items[0]), compare);
    }
}

/* ---- building ---- */

struct range { /* the spellings that share what leads to a node */
    size_t from;
    size_t to;
    size_t depth;
};
struct ranges BW_VEC(struct range);

static void add_children(struct bw_model_ids *ids, struct ranges *ranges, size_t at,
                         const struct spellings *spellings)
{
    struct range range = ranges->items[at];
    size_t from = range.from;
    if (from < range.to && spellings->items[from].text[range.depth] == '\0') {
        ids->nodes.items[at].id = spellings->items[from].id;
        while (from < range.to && spellings->items[from].text[range.depth] == '\0') {
            from++;
        }
    }
    ids->nodes.items[at].children = (uint32_t)ids->nodes.count;
    while (from < range.to) {
        char byte = spellings->items[from].text[range.depth];
        size_t to = from;
        while (to < range.to && spellings->items[to].text[range.depth] == byte) {
            to++;
        }
        ids->nodes.items[at].count++;
        BW_VEC_PUSH(&ids->nodes, (struct node){ .byte = (uint8_t)byte, .id = NO_ID });
        BW_VEC_PUSH(ranges, (struct range){ from, to, range.depth + 1 });
        from = to;
    }
}

/* A shorter id may be followed by anything. */
static void add_begins(struct bw_model_ids *ids, const unsigned char *text)
{
    unsigned second_to = text[1] == '\0' ? 255 : text[1];
    bool shorter = text[1] == '\0' || text[2] == '\0';
    unsigned third_to = shorter ? 255 : text[2];
    for (unsigned second = text[1]; second <= second_to; second++) {
        for (unsigned third = shorter ? 0 : text[2]; third <= third_to; third++) {
            unsigned begin = hash_of_begin(text[0], second, third);
            ids->begins[begin / 64] |= UINT64_C(1) << (begin % 64);
        }
    }
}

static void build(struct bw_model_ids *ids, const struct spellings *spellings)
{
    struct ranges ranges = { 0 };
    BW_VEC_PUSH(&ids->nodes, (struct node){ .id = NO_ID });
    BW_VEC_PUSH(&ranges, (struct range){ 0, spellings->count, 0 });
    for (size_t at = 0; at < ids->nodes.count; at++) {
        add_children(ids, &ranges, at, spellings);
    }
    BW_VEC_CLEAR(&ranges, BW_VEC_PLAIN);
    const struct node *root = &ids->nodes.items[0];
    for (uint32_t i = root->children; i < root->children + root->count; i++) {
        ids->roots[ids->nodes.items[i].byte] = i;
    }
    BW_VEC_EACH(const struct spelling, spelling, spellings)
    {
        add_begins(ids, (const unsigned char *)spelling->text);
    }
}
