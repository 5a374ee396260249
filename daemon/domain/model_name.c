/* daemon/domain/model_name.c: see model_name.h. The parts of an id are read from left to right by
 * the conventions of the family they belong to. */
#include "domain/model_name.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "domain/name_parts.h"
#include "domain/name_stamp.h"

static_assert((int)BW_NAME_WORDS_MAX >= (int)BW_NAME_PARTS_MAX + 2, "every part may be a word");

struct reader {
    const struct bw_lineage_rules *rules;
    const char *platform;
    struct bw_model_name *out;
    struct bw_name_parts parts;
    const struct bw_family *family; /* NULL: none */
    bool tuned_word;                /* instruct, chat */
    bool unknown_word;
    bw_version base_version; /* of the model a derived one was trained on */
};

static size_t choose_family(struct reader *reader);
static void read_parts(struct reader *reader, size_t family_at);
static void apply_family(struct reader *reader);
static void sort_words(struct reader *reader);

void bw_model_name_parse(const struct bw_lineage_rules *rules, const char *platform, const char *id,
                         struct bw_model_name *out)
{
    memset(&out->maker, 0, sizeof(*out) - offsetof(struct bw_model_name, maker));
    out->maker = out->family = -1;
    out->region = out->size = (struct bw_slice){ "", 0 };
    struct reader reader;
    reader.rules = rules;
    reader.platform = platform;
    reader.out = out;
    reader.family = NULL;
    reader.tuned_word = reader.unknown_word = false;
    reader.base_version = 0;
    if (!bw_name_parts_cut(rules, id, out->text, &reader.parts)) {
        return;
    }
    out->region = (struct bw_slice){ reader.parts.region, reader.parts.region_size };
    out->floating = reader.parts.floating;
    out->tuned = reader.parts.tuned;
    out->copy = reader.parts.copy;
    size_t family_at = choose_family(&reader);
    read_parts(&reader, family_at);
    apply_family(&reader);
    sort_words(&reader);
    out->readable = true;
}

const char *bw_model_name_line(const struct bw_lineage_rules *rules,
                               const struct bw_model_name *name, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    const char *family = name->family < 0 ? NULL : rules->families.items[name->family].name;
    for (size_t i = 0; i < name->word_count + 2; i++) {
        struct bw_slice slice = { "", 0 };
        if (i == 0 && family != NULL) {
            slice = (struct bw_slice){ family, strlen(family) };
        } else if (i > name->word_count) {
            slice = name->size;
        } else if (i > 0) {
            slice = name->words[i - 1];
        }
        bool dash = used > 0;
        if (slice.size > 0 && used + slice.size + dash < size) {
            if (dash) {
                out[used++] = '-';
            }
            memcpy(out + used, slice.at, slice.size);
            used += slice.size;
            out[used] = '\0';
        }
    }
    return out;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const struct bw_family *family_of(const struct reader *reader, const struct bw_part *part)
{
    return part->kind == BW_PART_WORD && part->entry != NULL && part->entry->family >= 0
               ? &reader->rules->families.items[part->entry->family]
               : NULL;
}

/* The part that names the family: a derived one before its base, the vendor's own before another's,
 * else the first. reader->parts.count: none, though the vendor's implied family may be set. */
static size_t choose_family(struct reader *reader)
{
    size_t best = reader->parts.count;
    int best_rank = -1;
    for (size_t i = 0; i < reader->parts.count; i++) {
        const struct bw_family *family = family_of(reader, &reader->parts.items[i]);
        if (family != NULL) {
            int rank = family->derived ? 2 : family->maker == reader->parts.vendor ? 1 : 0;
            if (rank > best_rank) {
                best = i;
                best_rank = rank;
                reader->family = family;
            }
        }
    }
    const struct bw_word_entry *first = reader->parts.items[0].entry;
    if (reader->family == NULL && reader->parts.vendor < 0 && !reader->parts.stranger &&
        first != NULL && (first->kinds & BW_WORD_MAKER) != 0) {
        reader->parts.vendor = first->maker; /* "moonshot-v1-8k" */
    }
    if (reader->family == NULL && reader->parts.vendor >= 0) {
        int implied = reader->rules->makers.items[reader->parts.vendor].implied;
        reader->family = implied < 0 ? NULL : &reader->rules->families.items[implied];
    }
    reader->out->maker = reader->family != NULL ? reader->family->maker : reader->parts.vendor;
    return best;
}

static bool in_names(const struct bw_names *names, const char *word, size_t size)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strncmp(names->items[i], word, size) == 0 && names->items[i][size] == '\0') {
            return true;
        }
    }
    return false;
}

static void add_word(struct reader *reader, const char *at, size_t size)
{
    struct bw_model_name *out = reader->out;
    for (size_t i = 0; i < out->word_count; i++) {
        if (out->words[i].size == size && memcmp(out->words[i].at, at, size) == 0) {
            return;
        }
    }
    out->words[out->word_count++] = (struct bw_slice){ at, size };
}

static void read_word(struct reader *reader, const struct bw_part *part)
{
    unsigned kinds = part->entry == NULL ? 0 : part->entry->kinds;
    const struct bw_family *family = reader->family;
    reader->tuned_word |= (kinds & BW_WORD_TUNED) != 0;
    if ((kinds & BW_WORD_PREVIEW) != 0) {
        reader->out->preview = true;
        return;
    }
    if ((kinds & BW_WORD_FLOATING) != 0) {
        reader->out->floating = true;
        return;
    }
    if ((kinds & BW_WORD_SERVING) != 0) {
        reader->out->copy = true;
        return;
    }
    if (family != NULL) {
        BW_VEC_EACH(const struct bw_stamp_word, revision, &family->revisions)
        {
            if (strncmp(revision->word, part->at, part->size) == 0 &&
                revision->word[part->size] == '\0') {
                reader->out->stamp = revision->stamp;
                return;
            }
        }
        if (in_names(&family->drop, part->at, part->size)) {
            return;
        }
    }
    reader->out->not_text |= (kinds & BW_WORD_NOT_TEXT) != 0;
    reader->unknown_word |= kinds == 0;
    add_word(reader, part->at, part->size);
}

/* The first stamp counts. */
static void set_stamp(struct bw_model_name *out, struct bw_name_stamp stamp)
{
    if (out->stamp == 0) {
        out->stamp = stamp.value;
        out->yearless = stamp.yearless;
    }
}

/* A version as the family writes it in words ("4o", "4-turbo"); gives the parts it took. */
static size_t read_written(struct reader *reader, size_t at)
{
    size_t best = 0;
    if (reader->family == NULL) {
        return 0;
    }
    BW_VEC_EACH(const struct bw_version_word, written, &reader->family->written)
    {
        const char *begin = reader->parts.items[at].at;
        size_t size = strlen(written->word);
        for (size_t last = at; last < reader->parts.count && last < at + 3; last++) {
            const char *end = reader->parts.items[last].at + reader->parts.items[last].size;
            if (last - at + 1 > best && (size_t)(end - begin) == size &&
                memcmp(begin, written->word, size) == 0) {
                reader->out->version = written->version;
                best = last - at + 1;
            }
        }
    }
    return best;
}

static bool is_small(const struct reader *reader, size_t at)
{
    return bw_name_parts_whole(&reader->parts, at, 0) && reader->parts.items[at].size <= 2 &&
           (reader->parts.items[at].size == 1 || reader->parts.items[at].at[0] != '0');
}

/* A version at a number: "4.1", "4" or "4-1"; gives the parts it took. */
static size_t read_version(struct reader *reader, size_t at, bw_version *out)
{
    const struct bw_part *part = &reader->parts.items[at];
    bool decimal = reader->family != NULL && reader->family->decimal;
    char text[BW_VERSION_TEXT];
    size_t took = 1;
    int size = 0;
    if (bw_name_parts_whole(&reader->parts, at, 0)) {
        if (!is_small(reader, at)) {
            return 0;
        }
        const struct bw_part *next = part + 1;
        struct bw_name_stamp date; /* mistral-large-3-25-12 */
        bool pair = is_small(reader, at + 1) && !next->glued && !next->marked &&
                    bw_name_stamp_read(&reader->parts, at + 1, true, &date) == 0 &&
                    !(reader->family != NULL && reader->family->point_only);
        took = pair ? 2 : 1;
        size = snprintf(text, sizeof(text), "%.*s%s%.*s", (int)part->size, part->at,
                        pair ? "." : "", pair ? (int)next->size : 0, pair ? next->at : "");
    } else {
        size = snprintf(text, sizeof(text), "%.*s", (int)part->size, part->at);
    }
    if (size <= 0 || (size_t)size >= sizeof(text) ||
        !bw_version_parse(text, (size_t)size, decimal, out)) {
        return 0;
    }
    return took;
}

/* Some numbers only say again how long the context is: llama3-8b-8192. */
static bool is_context(const struct bw_part *part)
{
    int value = bw_part_number(part);
    return part->size >= 4 && value >= 2048 && value % 1024 == 0;
}

/* The last number of an id, on a platform that appends revisions, after the maker's own ones. */
static bool is_host_revision(const struct reader *reader, size_t at)
{
    if (at + 1 != reader->parts.count || !is_small(reader, at) || reader->platform == NULL ||
        (reader->out->version == 0 && reader->out->stamp == 0)) {
        return false;
    }
    const struct bw_word_entry *entry =
        bw_lineage_rules_find(reader->rules, reader->platform, strlen(reader->platform));
    return entry != NULL && (entry->kinds & BW_WORD_NUMBERED) != 0;
}

/* Read the number at a part; gives the parts it took. */
static size_t read_number(struct reader *reader, size_t at)
{
    const struct bw_part *part = &reader->parts.items[at];
    size_t took = reader->out->version == 0 ? read_written(reader, at) : 0;
    if (took == 0) {
        struct bw_name_stamp stamp;
        took = bw_name_stamp_read(&reader->parts, at, reader->out->version != 0, &stamp);
        if (took > 0) {
            set_stamp(reader->out, stamp);
        }
    }
    if (took > 0) {
        return took;
    }
    if (is_host_revision(reader, at)) {
        reader->out->copy = true;
        return 1;
    }
    if (bw_name_parts_whole(&reader->parts, at, 0) && part->at[0] == '0' && part->size > 1 &&
        part->size < 4) {
        set_stamp(reader->out, (struct bw_name_stamp){ bw_part_number(part), false });
        return 1;
    }
    bw_version version = 0;
    took = read_version(reader, at, &version);
    if (took > 0 && reader->out->version == 0) {
        reader->out->version = version;
        return took;
    }
    /* A second "v1" is the host's revision, any other second number another model. */
    if (!(took > 0 && part->marked) && !is_context(part)) {
        add_word(reader, part->at, part->size);
    }
    return 1;
}

/* Another family's name inside this one: the base it was trained on. Its version is passed over. */
static size_t skip_base(struct reader *reader, size_t at)
{
    if (!reader->family->derived) {
        add_word(reader, reader->parts.items[at].at, reader->parts.items[at].size);
    }
    struct bw_name_stamp date;
    if (at + 1 < reader->parts.count && reader->parts.items[at + 1].kind == BW_PART_NUMBER &&
        bw_name_stamp_read(&reader->parts, at + 1, true, &date) == 0) {
        size_t took = read_version(reader, at + 1, &reader->base_version);
        return 1 + (took > 0 ? took : 1);
    }
    return 1;
}

static void read_size(struct reader *reader, const struct bw_part *part)
{
    double value = 0;
    double unit = 0.1;
    bool point = false;
    for (size_t i = 0; i + 1 < part->size; i++) {
        if (part->at[i] == '.') {
            point = true;
        } else if (!is_digit(part->at[i])) {
            value = 0; /* 8x7b, e4b: classes of their own */
            break;
        } else if (point) {
            value += unit * (part->at[i] - '0');
            unit /= 10;
        } else if (value < 1e9) {
            value = value * 10 + (part->at[i] - '0');
        }
    }
    char last = part->at[part->size - 1];
    double scale = last == 't' ? 1e6 : last == 'm' ? 1 : 1000;
    if (reader->out->size.size == 0) {
        reader->out->size = (struct bw_slice){ part->at, part->size };
        reader->out->size_millions = (int64_t)(value * scale + 0.5);
    }
}

/* Before a family's name, its maker or a host only says where the model is from. */
static bool is_label(const struct reader *reader, const struct bw_part *part)
{
    return part->entry != NULL && (((part->entry->kinds & BW_WORD_MAKER) != 0 &&
                                    part->entry->maker == reader->out->maker) ||
                                   (part->entry->kinds & BW_WORD_HOST) != 0);
}

static void read_parts(struct reader *reader, size_t family_at)
{
    size_t took = 1;
    for (size_t i = 0; i < reader->parts.count; i += took) {
        const struct bw_part *part = &reader->parts.items[i];
        const struct bw_family *other = family_of(reader, part);
        took = 1;
        if (i == family_at || (i < family_at && is_label(reader, part))) {
            continue;
        }
        if (other != NULL && reader->family != NULL && other->maker != reader->family->maker) {
            took = skip_base(reader, i);
            continue;
        }
        switch (part->kind) {
        case BW_PART_WORD:
            read_word(reader, part);
            break;
        case BW_PART_NUMBER:
            took = read_number(reader, i);
            break;
        case BW_PART_SIZE:
            read_size(reader, part);
            break;
        case BW_PART_IGNORED:
            break;
        }
    }
}

static bool has_word_of(const struct reader *reader, const struct bw_names *names)
{
    for (size_t i = 0; i < reader->out->word_count; i++) {
        if (in_names(names, reader->out->words[i].at, reader->out->words[i].size)) {
            return true;
        }
    }
    return false;
}

static void remove_words_of(struct reader *reader, const struct bw_names *names)
{
    struct bw_model_name *out = reader->out;
    size_t kept = 0;
    for (size_t i = 0; i < out->word_count; i++) {
        if (!in_names(names, out->words[i].at, out->words[i].size)) {
            out->words[kept++] = out->words[i];
        }
    }
    out->copy |= kept < out->word_count;
    out->word_count = kept;
}

static void settle_size(struct reader *reader)
{
    struct bw_model_name *out = reader->out;
    const struct bw_family *family = reader->family;
    if (out->size.size == 0) {
        return;
    }
    remove_words_of(reader, &family->drop_sized);
    if (has_word_of(reader, &family->tiers)) {
        out->size = (struct bw_slice){ "", 0 };
        return;
    }
    BW_VEC_EACH(const struct bw_size_class, size, &family->sizes)
    {
        if (out->size_millions >= size->from_millions && out->size_millions <= size->to_millions) {
            bool told = strcmp(size->name, "-") != 0;
            out->size = (struct bw_slice){ size->name, told ? strlen(size->name) : 0 };
            return;
        }
    }
}

/* Settle what only the family's conventions say: classes of size, the tier of a bare name, whether
 * a bare name is the pretrained model, and whose model it is after all. */
static void apply_family(struct reader *reader)
{
    struct bw_model_name *out = reader->out;
    const struct bw_family *family = reader->family;
    if (family == NULL) {
        return;
    }
    bool foreign =
        reader->parts.vendor >= 0 ? reader->parts.vendor != family->maker : reader->parts.stranger;
    if (foreign && reader->unknown_word) { /* somebody's own model on that base */
        out->maker = reader->parts.vendor;
        return;
    }
    out->family = (int)(family - reader->rules->families.items);
    if (out->version == 0) {
        out->version = reader->base_version;
    }
    if (family->bare_tier != NULL && out->word_count == 0 &&
        out->version >= family->bare_tier_from) {
        add_word(reader, family->bare_tier, strlen(family->bare_tier));
    }
    out->undated_first = family->undated_first && !has_word_of(reader, &family->moving);
    settle_size(reader);
    bool early = family->base_before == 0 || out->version < family->base_before;
    if (early && !reader->tuned_word && reader->platform != NULL &&
        in_names(&family->base_at, reader->platform, strlen(reader->platform))) {
        add_word(reader, "base", 4);
    }
    if (family->dated_release && out->stamp != 0) {
        out->preview = false;
    }
}

static size_t rank_of(const struct bw_family *family, struct bw_slice word)
{
    size_t rank = 0;
    while (family != NULL && rank < family->order.count &&
           (strncmp(family->order.items[rank], word.at, word.size) != 0 ||
            family->order.items[rank][word.size] != '\0')) {
        rank++;
    }
    return rank;
}

static bool word_after(const struct bw_family *family, struct bw_slice a, struct bw_slice b)
{
    size_t left = rank_of(family, a);
    size_t right = rank_of(family, b);
    if (left != right) {
        return left > right;
    }
    size_t common = a.size < b.size ? a.size : b.size;
    int order = memcmp(a.at, b.at, common);
    return order > 0 || (order == 0 && a.size > b.size);
}

static void sort_words(struct reader *reader)
{
    struct bw_slice *words = reader->out->words;
    for (size_t i = 1; i < reader->out->word_count; i++) {
        for (size_t j = i; j > 0 && word_after(reader->family, words[j - 1], words[j]); j--) {
            struct bw_slice word = words[j];
            words[j] = words[j - 1];
            words[j - 1] = word;
        }
    }
}
