/* daemon/domain/swap_breaks.c: see swap_breaks.h. */
#include "domain/swap_breaks.h"

#include <inttypes.h>
#include <string.h>

#include "base/str.h"

static void say(struct bw_sentences *out, char *sentence)
{
    BW_VEC_PUSH(out, sentence);
}

static void compare_tokens(const char *what, int64_t from, int64_t to, struct bw_sentences *out)
{
    if (from > 0 && to > 0 && to < from) {
        say(out, bw_xasprintf("%s shrinks from %" PRId64 " to %" PRId64 " tokens", what, from, to));
    }
}

static void compare_kinds(const char *what, unsigned from, unsigned to, struct bw_sentences *out)
{
    for (unsigned bit = BW_TEXT; to != 0 && bit <= BW_EMBEDDING; bit <<= 1) {
        if ((from & bit) != 0 && (to & bit) == 0) {
            say(out, bw_xasprintf("%s %s is gone", bw_modality_word((enum bw_modality)bit), what));
        }
    }
}

static void compare_prices(const char *what, struct bw_price from, struct bw_price to,
                           struct bw_sentences *out)
{
    if (from.known && to.known && to.per_million.micros > from.per_million.micros) {
        say(out, bw_xasprintf("%s rises from $%g to $%g per million tokens", what,
                              bw_money_usd(from.per_million), bw_money_usd(to.per_million)));
    }
}

/* On Azure a call names a deployment; one that is not called as its model is the team's own name.
 */
static bool is_deployment_name(const struct bw_deployment *deployment)
{
    return bw_str_starts_with(deployment->platform, "azure") && deployment->model != NULL &&
           deployment->base != NULL && strcmp(deployment->model, deployment->base) != 0;
}

void bw_swap_breaks(const struct bw_deployment *deployment, const struct bw_entry *from,
                    const struct bw_entry *to, struct bw_sentences *out)
{
    if (is_deployment_name(deployment)) {
        say(out, bw_xasprintf("%s is the name of a deployment: deploy %s first, and write what "
                              "that deployment is called",
                              deployment->model, to->id));
    }
    compare_tokens("the context", from->context_tokens, to->context_tokens, out);
    compare_tokens("the longest answer", from->max_output_tokens, to->max_output_tokens, out);
    compare_kinds("input", from->input, to->input, out);
    compare_kinds("output", from->output, to->output, out);
    compare_prices("input", from->price_input, to->price_input, out);
    compare_prices("output", from->price_output, to->price_output, out);
}

static void sentence_clear(char **sentence)
{
    free(*sentence);
}

void bw_sentences_clear(struct bw_sentences *sentences)
{
    BW_VEC_CLEAR(sentences, sentence_clear);
}
