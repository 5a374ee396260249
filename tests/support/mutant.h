/* tests/support/mutant.h: a body as a hostile or broken server might have sent it: made from a good one
 * and a seed, the same each time. */
#ifndef TESTS_MUTANT_H
#define TESTS_MUTANT_H
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "base/vec.h"

struct mutant_span { /* one value of the good body */
    size_t start;    /* of its member, so with its name, or of the value */
    size_t value;
    size_t end;
};
struct mutant_spans BW_VEC(struct mutant_span);

static inline uint64_t mutant_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline size_t mutant_below(uint64_t *state, size_t limit)
{
    return (size_t)(mutant_random(state) % limit);
}

static inline size_t mutant_blanks(const char *text, size_t at)
{
    return at + strspn(text + at, " \t\r\n");
}

static inline size_t mutant_quoted(const char *text, size_t at)
{
    for (at++; text[at] != '"'; at++) {
        at += text[at] == '\\';
    }
    return at + 1;
}

/* Note every value from `at` on; the end of the one that begins there. The text is good JSON. */
static inline size_t mutant_scan(const char *text, size_t at, size_t start,
                                 struct mutant_spans *spans)
{
    size_t end = at;
    if (text[at] == '{' || text[at] == '[') {
        bool named = text[at] == '{';
        end = mutant_blanks(text, at + 1);
        while (text[end] != '}' && text[end] != ']') {
            size_t member = end;
            end = named ? mutant_blanks(text, mutant_quoted(text, end)) + 1 : end;
            end = mutant_blanks(text, mutant_scan(text, mutant_blanks(text, end), member, spans));
            end = text[end] == ',' ? mutant_blanks(text, end + 1) : end;
        }
        end++;
    } else {
        end = text[at] == '"' ? mutant_quoted(text, at) : at + strcspn(text + at, " \t\r\n,]}");
    }
    BW_VEC_PUSH(spans, (struct mutant_span){ start, at, end });
    return end;
}

static inline void mutant_append_nest(struct bw_str *out, size_t depth)
{
    for (size_t i = 0; i < depth; i++) {
        bw_str_append(out, i % 2 == 0 ? "[" : "{\"a\":");
    }
    for (size_t i = depth; i-- > 0;) {
        bw_str_append(out, i % 2 == 0 ? "]" : "}");
    }
}

/* Another value: of another type, a huge number, an endless text, broken UTF-8, a deep nest. */
static inline void mutant_append_value(struct bw_str *out, uint64_t *state)
{
    static const char *const values[] = {
        "null", "true", "false", "-1", "0", "\"\"", "\"x\"", "{}", "[]", "[null]", "{\"id\":{}}",
        "1e308", "-1e308", "1e999", "18446744073709551616", "-9223372036854775809",
        "123456789012345678901234567890", "0.1e-400", "253402300800", "\"9999-99-99T99:99:99Z\"",
        "\"-0001-01-01\"", "\"1e999\"", "\"\\u0000\"", "\"\\ud800\"", "\"a\\u0000b\"",
        "\"\xc3\x28\"", "\"\xed\xa0\x80\"", "\"\xff\xfe\"", "\"\xf8\x88\x80\x80\x80\"",
        "\"a\\nb\\u001b[2J\"", "\"../../x?y#z\"", "\"https://elsewhere.example/?a=b\"",
    };
    size_t which = mutant_below(state, BW_COUNT(values) + 3);
    if (which < BW_COUNT(values)) {
        bw_str_append(out, values[which]);
    } else if (which == BW_COUNT(values)) {
        mutant_append_nest(out, 1 + mutant_below(state, 5000));
    } else {
        size_t size = (size_t)1 << mutant_below(state, 20);
        BW_CLEANUP(bw_freep) char *text = bw_xcalloc(size + 1, 1);
        memset(text, 'y', size);
        bw_str_appendf(out, "\"%s\"", text);
    }
}

/* Drop a member, say it twice, give it another value, or two values of the body each other's. */
static inline void mutant_restructure(const char *text, size_t size, uint64_t *state,
                                      struct bw_str *out)
{
    struct mutant_spans spans = { 0 };
    (void)mutant_scan(text, mutant_blanks(text, 0), mutant_blanks(text, 0), &spans);
    struct mutant_span one = spans.items[mutant_below(state, spans.count)];
    struct mutant_span other = spans.items[mutant_below(state, spans.count)];
    size_t end = one.end;
    switch (mutant_below(state, 4)) {
    case 0:
        end = text[mutant_blanks(text, end)] == ',' ? mutant_blanks(text, end) + 1 : end;
        bw_str_append_bytes(out, text, one.start);
        break;
    case 1:
        bw_str_append_bytes(out, text, one.end);
        bw_str_append(out, ",");
        bw_str_append_bytes(out, text + one.start, one.end - one.start);
        break;
    case 2:
        bw_str_append_bytes(out, text, one.value);
        bw_str_append_bytes(out, text + other.value, other.end - other.value);
        break;
    default:
        bw_str_append_bytes(out, text, one.value);
        mutant_append_value(out, state);
        break;
    }
    bw_str_append_bytes(out, text + end, size - end);
    BW_VEC_CLEAR(&spans, BW_VEC_PLAIN);
}

/* Flip a byte, cut the end off, or lose some bytes in between. */
static inline void mutant_damage(struct bw_str *body, uint64_t *state)
{
    size_t at = mutant_below(state, body->size);
    size_t span = 1 + mutant_below(state, 40);
    span = span > body->size - at ? body->size - at : span;
    switch (mutant_below(state, 3)) {
    case 0:
        body->text[at] = (char)mutant_below(state, 256);
        break;
    case 1:
        body->size = at;
        break;
    default:
        memmove(body->text + at, body->text + at + span, body->size - at - span);
        body->size -= span;
        break;
    }
}

/* Two in three are still JSON, so that what reads rows gets its share.
 * Ownership: the result is the caller's, to release with bw_str_clear(). */
static inline struct bw_str mutant_of(const char *text, size_t size, uint64_t seed)
{
    uint64_t state = seed;
    struct bw_str body = { 0 };
    bool damaged = mutant_below(&state, 3) == 0;
    if (damaged) {
        bw_str_append_bytes(&body, text, size);
    } else {
        mutant_restructure(text, size, &state, &body);
    }
    for (size_t i = damaged ? 1 + mutant_below(&state, 4) : 0; i > 0 && body.size > 0; i--) {
        mutant_damage(&body, &state);
    }
    return body;
}
#endif
