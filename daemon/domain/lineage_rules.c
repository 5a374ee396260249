/* daemon/domain/lineage_rules.c: see lineage_rules.h. */
#include "domain/lineage_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { PARTS = 4, PART_BITS = 16, PART_DIGITS = 4, FIRST_PLACES = 512 };

static uint32_t word_hash(const char *word, size_t size)
{
    uint64_t hash = bw_hash(word, size);
    return (uint32_t)(hash ^ (hash >> 32));
}

/* The digits at *text, moved past; in a decimal fraction "2" and "20" are both 2000. */
static bool read_part(const char **text, const char *end, bool fraction, unsigned *out)
{
    unsigned value = 0;
    int digits = 0;
    while (*text < end && **text >= '0' && **text <= '9' && digits <= PART_DIGITS) {
        value = value * 10 + (unsigned)(**text - '0');
        (*text)++;
        digits++;
    }
    for (int i = digits; fraction && i < PART_DIGITS; i++) {
        value *= 10;
    }
    *out = value;
    return digits > 0 && digits <= PART_DIGITS;
}

bool bw_version_parse(const char *text, size_t size, bool decimal, bw_version *out)
{
    const char *end = text + size;
    bw_version version = 0;
    for (int i = 0; i < PARTS; i++) {
        unsigned part = 0;
        if (!read_part(&text, end, decimal && i == 1, &part)) {
            return false;
        }
        version |= (bw_version)part << (PART_BITS * (PARTS - 1 - i));
        if (text == end) {
            *out = version;
            return true;
        }
        if (*text++ != '.') {
            return false;
        }
    }
    return false;
}

static unsigned part_of(bw_version version, int i)
{
    return (unsigned)(version >> (PART_BITS * (PARTS - 1 - i))) & 0xffff;
}

const char *bw_version_format(bw_version version, bool decimal, char *out)
{
    int last = PARTS - 1;
    while (last > 0 && part_of(version, last) == 0) {
        last--;
    }
    size_t used = 0;
    for (int i = 0; i <= last; i++) {
        bool fraction = decimal && i == 1;
        used += (size_t)snprintf(out + used, BW_VERSION_TEXT - used, "%s%0*u", i > 0 ? "." : "",
                                 fraction ? PART_DIGITS : 1, part_of(version, i));
        while (fraction && out[used - 1] == '0') {
            out[--used] = '\0';
        }
    }
    return out;
}

unsigned bw_version_major(bw_version version)
{
    return part_of(version, 0);
}

struct bw_lineage_rules *bw_lineage_rules_new(void)
{
    struct bw_lineage_rules *rules = bw_xcalloc(1, sizeof(*rules));
    rules->word_places = FIRST_PLACES;
    rules->words = bw_xcalloc(FIRST_PLACES, sizeof(*rules->words));
    return rules;
}

static void maker_clear(struct bw_maker *maker)
{
    free(maker->name);
}

static void version_word_clear(struct bw_version_word *word)
{
    free(word->word);
}

static void stamp_word_clear(struct bw_stamp_word *word)
{
    free(word->word);
}

static void size_class_clear(struct bw_size_class *size)
{
    free(size->name);
}

static void family_clear(struct bw_family *family)
{
    free(family->name);
    free(family->bare_tier);
    bw_names_clear(&family->drop);
    bw_names_clear(&family->drop_sized);
    bw_names_clear(&family->moving);
    bw_names_clear(&family->tiers);
    bw_names_clear(&family->order);
    bw_names_clear(&family->base_at);
    BW_VEC_CLEAR(&family->written, version_word_clear);
    BW_VEC_CLEAR(&family->majors, version_word_clear);
    BW_VEC_CLEAR(&family->revisions, stamp_word_clear);
    BW_VEC_CLEAR(&family->sizes, size_class_clear);
}

static void line_clear(struct bw_line *line)
{
    free(line->name);
    BW_VEC_CLEAR(&line->releases, BW_VEC_PLAIN);
    BW_VEC_CLEAR(&line->stamps, BW_VEC_PLAIN);
    BW_VEC_CLEAR(&line->general, BW_VEC_PLAIN);
}

static void override_clear(struct bw_override *override)
{
    free(override->platform);
    free(override->from);
    free(override->to);
}

void bw_lineage_rules_free(struct bw_lineage_rules *rules)
{
    if (rules == NULL) {
        return;
    }
    BW_VEC_CLEAR(&rules->makers, maker_clear);
    BW_VEC_CLEAR(&rules->families, family_clear);
    BW_VEC_CLEAR(&rules->lines, line_clear);
    BW_VEC_CLEAR(&rules->overrides, override_clear);
    for (size_t i = 0; i < rules->word_places; i++) {
        free(rules->words[i].word);
        free(rules->words[i].rename);
    }
    free(rules->words);
    free(rules);
}

/* The place of a word, or the free one where it belongs. */
static struct bw_word_entry *place_of(struct bw_word_entry *words, size_t places, const char *word,
                                      size_t size, uint32_t hash)
{
    for (size_t i = hash & (places - 1);; i = (i + 1) & (places - 1)) {
        struct bw_word_entry *entry = &words[i];
        if (entry->word == NULL || (entry->hash == hash && strncmp(entry->word, word, size) == 0 &&
                                    entry->word[size] == '\0')) {
            return entry;
        }
    }
}

static void grow(struct bw_lineage_rules *rules)
{
    size_t places = rules->word_places * 2;
    struct bw_word_entry *words = bw_xcalloc(places, sizeof(*words));
    for (size_t i = 0; i < rules->word_places; i++) {
        const struct bw_word_entry *old = &rules->words[i];
        if (old->word != NULL) {
            *place_of(words, places, old->word, strlen(old->word), old->hash) = *old;
        }
    }
    free(rules->words);
    rules->words = words;
    rules->word_places = places;
}

struct bw_word_entry *bw_lineage_rules_word(struct bw_lineage_rules *rules, const char *word)
{
    size_t size = strlen(word);
    uint32_t hash = word_hash(word, size);
    struct bw_word_entry *entry = place_of(rules->words, rules->word_places, word, size, hash);
    if (entry->word != NULL) {
        return entry;
    }
    if (2 * (rules->word_count + 1) > rules->word_places) {
        grow(rules);
        entry = place_of(rules->words, rules->word_places, word, size, hash);
    }
    rules->word_count++;
    *entry =
        (struct bw_word_entry){ .word = bw_xstrdup(word), .hash = hash, .maker = -1, .family = -1 };
    return entry;
}

const struct bw_word_entry *bw_lineage_rules_find(const struct bw_lineage_rules *rules,
                                                  const char *word, size_t size)
{
    const struct bw_word_entry *entry =
        place_of(rules->words, rules->word_places, word, size, word_hash(word, size));
    return entry->word == NULL ? NULL : entry;
}

const struct bw_line *bw_lineage_rules_line(const struct bw_lineage_rules *rules, int maker,
                                            const char *name)
{
    BW_VEC_EACH(const struct bw_line, line, &rules->lines)
    {
        if (line->maker == maker && strcmp(line->name, name) == 0) {
            return line;
        }
    }
    return NULL;
}
