/* daemon/domain/scan/listing.c: does an id stand in a list of what there is? See rules.h. */
#include "domain/scan/rules.h"

#include <ctype.h>
#include <string.h>

/* A list or map of this name says what exists or is permitted. */
static const char CATALOG[] =
    "|disable|disabled|exclude|excluded|excludes|ignore|ignored|skip|skipped|hidden|hide|except"
    "|allowed|allow|allowlist|whitelist|whitelisted|permitted|supported|supports|unsupported|"
    "available|valid|known|choices|choice|options|option|pricing|prices|price|cost|costs|rates|"
    "catalog|catalogue|registry|aliases|alias|deprecated|deprecations|blocked|block|blocklist|"
    "denied|deny|denylist|blacklist|banned|forbidden|retired|sunset|legacy|enum|literal|"
    "capabilities|capability|features|limits|limit|windows|window|context|contexts|dropdown|"
    "select|selectable|picker|menu|renames|renamed|replacements|replacement|upgrades|"
    "successors|metadata|specs|spec|info|infos|details|encodings|multimodal|vision|reasoning|"
    "thinking|compatible|eligible|recognized|recognised|approved|labels|names|display|tokens|"
    "budgets|quotas|quota|tiktoken|resource|resources|accepted|values|oneof|filter|filters|parser|"
    "inclusion|words|example|examples|";
/* What is called so is what there is, or takes its place. */
#define VALUE_WORDS "rename|serialize|resource|resources|replaced|replacement|successor|"
/* A list of this name is run, one after the other or each. */
static const char RUN[] =
    "|fallback|fallbacks|chain|chains|cascade|priority|priorities|order|candidates|candidate|"
    "matrix|ensemble|judges|panel|eval|evals|evaluation|benchmark|benchmarks|bench|rotation|"
    "pool|retry|body|backups|backup|providers|contenders|compare|comparison|sweep|grid|route|"
    "routes|"
    "weighted|split|traffic|canary|experiment|experiments|variants|routing|tiers|tasks|task|"
    "default|defaults|judge|";
static const char RUN_SECTION[] =
    "|matrix|eval|evals|evaluation|benchmark|benchmarks|fallback|fallbacks|sweep|compare|route|"
    "routes|retry|";
static const char PLURAL[] = "|models|engines|llms|ids|list|modelids|";
static const char NAMING[] = "|name|id|slug|value|key|code|displayname|";
static const char LOOKUP_CALL[] =
    "|price|pricing|cost|costs|context|window|limit|limits|capabilities|supports|info|"
    "metadata|register|registers|alias|deprecate|deprecated|validate|put|choice|literal|enum|"
    "card|member|allowed|rename|serialized|strum|";
/* Calls that offer a list to choose from, or take a set apart. */
static const char OFFER_CALL[] =
    "|choice|choices|option|options|enum|select|selectbox|radio|dropdown|multiselect|oneof|allowed|"
    "values|inclusion|";

/* [models."id"] */
static bool in_section_title(const struct bw_scan_context *c)
{
    struct bw_slice line = bw_slice_trim(c->line);
    return language_is(c, BW_LANG_SETTINGS) && bw_slice_starts(line, "[") &&
           bw_slice_ends(line, "]");
}

/* The id is itself the key of a map. */
static bool is_key(const struct bw_scan_context *c)
{
    struct bw_slice trail = c->trail;
    if (language_is(c, BW_LANG_YAML) || language_is(c, BW_LANG_SETTINGS)) {
        struct bw_slice suffix = c->spot.in_string ? trail : c->suffix;
        bool colon = bw_slice_starts(suffix, ":") && (suffix.size == 1 || suffix.at[1] == ' ');
        return colon || (bw_slice_starts(trail, "=") && c->key.size == 0);
    }
    bool branch = bw_slice_contains(c->before, "? ") || bw_slice_ends(c->before, "?");
    bool colon = bw_slice_starts(trail, ":") && !bw_slice_starts(trail, "::") && !branch;
    bool arrow = bw_slice_starts(trail, "=>") || bw_slice_starts(trail, "->");
    bool subscript = bw_slice_starts(trail, "]") && frame_of(c, 0)->open == '[' &&
                     frame_of(c, 0)->name.size > 0 && !frame_of(c, 0)->data;
    struct bw_slice behind = bw_slice_trim(bw_slice_of(trail.at, trail.size > 0, trail.size));
    bool element = bw_slice_starts(trail, "]") && frame_of(c, 0)->open == '[' &&
                   c->before.size == 0 && bw_slice_starts(behind, "=") &&
                   !bw_slice_starts(behind, "=="); /* C#: ["x"] = 1 */
    bool assigned = bw_slice_starts(trail, "=") && c->spot.in_string;
    bool paired = bw_slice_starts(trail, "to ") && c->spot.in_string && language_is(c, BW_LANG_C);
    return ((colon || arrow || assigned || paired) && c->key.size == 0) || subscript || element;
}

/* How many arguments stand before it. */
static size_t argument_of(const struct bw_scan_context *c)
{
    struct bw_slice body = frame_of(c, 0)->body;
    size_t commas = 0;
    for (const char *at = body.at; at < c->id.at; at++) {
        commas += *at == ',' ? 1 : 0;
    }
    return commas;
}

/* PRICES["x"], Map.of("x", 1), prices.put("x", ..) */
static bool is_lookup(const struct bw_scan_context *c)
{
    const struct bw_scan_enclosing *list = frame_of(c, 0);
    bool attached = list->open == '[' && list->name.size > 0 && list->head.size > 0 &&
                    isalnum((unsigned char)list->head.at[list->head.size - 1]) != 0 &&
                    list->head.at[list->head.size] == '[';
    bool alone = bw_slice_starts(c->trail, "]") && c->before.size == 0;
    bool type = any(list->name, "|literal|");
    struct bw_slice call = bw_scan_direct_call(c);
    bool map = (bw_slice_ends(call, "Map.of") && argument_of(c) % 2 == 0) ||
               (bw_slice_ends(call, ".get") && argument_of(c) == 0);
    bool listing = any(call, BW_LISTING_WORDS) && !any(call, "|registry|catalog|");
    bool service = any(call, "|service|"); /* @RegisterAiService( */
    bool key = attached && (language_is(c, BW_LANG_PYTHON) || language_is(c, BW_LANG_SCRIPT));
    return map || listing || key || (attached && (alone || type)) ||
           (!service && any(bw_scan_last_part(call), LOOKUP_CALL));
}

/* "a" | "b" in a type */
static bool is_type(const struct bw_scan_context *c)
{
    struct bw_slice before = c->before;
    bool left = bw_slice_ends(before, "|");
    before = bw_slice_trim(bw_slice_of(before.at, 0, left ? before.size - 1 : 0));
    left = left && (before.size == 0 || strchr("\"'=", before.at[before.size - 1]) != NULL);
    bool right = bw_slice_starts(c->trail, "|") && !bw_slice_starts(c->trail, "||");
    return !language_is(c, BW_LANG_YAML) && !language_is(c, BW_LANG_SHELL) && (left || right);
}

/* type Props = { model: "a" } */
static bool in_type(const struct bw_scan_context *c)
{
    for (size_t i = 0; i < c->frame_count && language_is(c, BW_LANG_SCRIPT); i++) {
        struct bw_slice head = c->frames[i].head;
        if (bw_slice_starts(head, "type ") || bw_slice_starts(head, "interface ") ||
            bw_slice_starts(head, "export type ") || bw_slice_starts(head, "export interface ")) {
            return true;
        }
    }
    return false;
}

static bool in_enum(const struct bw_scan_context *c)
{
    bool class = c->parent_count > 0 && any(c->parents[0], "|class|") &&
                 any(c->parents[0], "|enum|choices|strenum|");
    for (size_t i = 0; i < 2 && i < c->frame_count; i++) {
        struct bw_slice head = c->frames[i].head;
        class = class || bw_slice_contains(head, "enum ");
    }
    return class;
}

/* The name of the list that the id is an item of; false when it is in none. */
static bool list_name(const struct bw_scan_context *c, struct bw_slice *name)
{
    if (c->listed && c->parent_count > 0) {
        *name = c->parents[0];
        return true;
    }
    if (c->key.size > 0) {
        return false;
    }
    for (size_t i = 0; i < c->frame_count && i < 4; i++) {
        const struct bw_scan_enclosing *list = &c->frames[i];
        bool set = list->open == '(' && !list->data && any(list->name, BW_SET_WORDS);
        if (!list->data && !set) {
            return i > 0;
        }
        *name = list->head;
        if (bw_scan_last_name(list->head).size > 0 && !set) {
            return true;
        }
    }
    return name->size > 0;
}

/* Of `ALLOWED: list[str] = os.environ or` the part that names: before the type. */
static struct bw_slice bound_part(struct bw_slice head)
{
    const char *equals = head.size == 0 ? NULL : memchr(head.at, '=', head.size);
    if (equals == NULL) {
        return head;
    }
    struct bw_slice left = bw_slice_of(head.at, 0, (size_t)(equals - head.at));
    const char *colon = memchr(left.at, ':', left.size);
    bool typed = colon != NULL && left.size > (size_t)(colon - left.at) + 1 && colon[1] == ' ';
    return typed ? bw_slice_of(left.at, 0, (size_t)(colon - left.at)) : left;
}

static bool path_says_run(const struct bw_scan_context *c)
{
    struct bw_slice path = { c->file->path, strlen(c->file->path) };
    return any(path, "|eval|evals|evaluation|benchmark|benchmarks|bench|promptfoo|promptfooconfig|"
                     "matrix|workflows|");
}

/* [("id", 0.4), ..]: the first of two in a table. */
static bool is_first_of_pair(const struct bw_scan_context *c)
{
    const struct bw_scan_enclosing *pair = frame_of(c, 0);
    bool tuple = pair->data && pair->open != '{' && pair->head.size == 0 && c->before.size == 0;
    return tuple && frame_of(c, 1)->data && c->key.size == 0 && bw_slice_starts(c->trail, ",") &&
           !any(bound_part(frame_of(c, 1)->head), RUN);
}

/* {"a", "b"}, new Set(["a"]), setOf("a"): what is asked for members, and seldom run. */
static bool is_set(const struct bw_scan_context *c)
{
    const struct bw_scan_enclosing *list = frame_of(c, 0);
    struct bw_slice call = bw_scan_direct_call(c);
    if (list->open == '{' && list->data) {
        char room[BW_SCAN_MEMBERS_BYTES];
        bool plain =
            language_is(c, BW_LANG_PYTHON) && !bw_slice_contains(bw_scan_members(c, 0, room), ":");
        return plain || bw_slice_contains(list->head, "HashSet");
    }
    return list->open == '[' ? bw_scan_words_last(frame_of(c, 1)->name, "|set|frozenset|")
                             : bw_scan_words_last(call, "|of|") && any(call, "|set|");
}

/* SPECS = [Spec("id", 128_000)] */
static bool in_catalog_of_calls(const struct bw_scan_context *c)
{
    return frame_of(c, 0)->open == '(' && !frame_of(c, 0)->data && frame_of(c, 1)->open == '[' &&
           frame_of(c, 1)->data && any(bound_part(frame_of(c, 1)->head), CATALOG);
}

/* `def available_models():`, `fn models() -> Vec<String> {`: the function around gives a list. */
static bool lists_models(const struct bw_scan_context *c)
{
    for (size_t i = 0; i < c->frame_count; i++) {
        struct bw_slice head = c->frames[i].head;
        const char *call = head.size == 0 ? NULL : memchr(head.at, '(', head.size);
        if (c->frames[i].open == '{' && !c->frames[i].data && call != NULL) {
            head = bw_slice_of(head.at, 0, (size_t)(call - head.at));
            return bw_scan_words_last(head, PLURAL) && !any(head, RUN);
        }
    }
    for (size_t i = 0; i < c->parent_count; i++) {
        struct bw_slice head = c->parents[i];
        const char *call = memchr(head.at, '(', head.size);
        bool defines = bw_slice_starts(head, "def ") || bw_slice_starts(head, "async def ");
        if (defines && call != NULL) {
            head = bw_slice_of(head.at, 0, (size_t)(call - head.at));
            return bw_scan_words_last(head, PLURAL) && !any(head, RUN);
        }
    }
    return false;
}

static bool in_run_section(const struct bw_scan_context *c)
{
    for (size_t i = 0; i < c->parent_count; i++) {
        if (any(c->parents[i], RUN_SECTION)) {
            return true;
        }
    }
    return false;
}

/* viper.SetDefault("allowed_models", []string{"x"}): what a list is the second argument for. */
static struct bw_slice first_argument(const struct bw_scan_context *c)
{
    const struct bw_scan_enclosing *call = frame_of(c, 1);
    size_t until = frame_of(c, 0)->data && call->open == '(' && !call->data
                       ? (size_t)(frame_of(c, 0)->head.at - call->body.at)
                       : 0;
    const char *comma = until == 0 ? NULL : memchr(call->body.at, ',', until);
    return bw_slice_of(call->body.at, 0, comma == NULL ? 0 : (size_t)(comma - call->body.at));
}

/* { model: "x", models: ["y"], messages: .. }: OpenRouter asks one after the other. */
static bool is_part_of_request(const struct bw_scan_context *c)
{
    char room[BW_SCAN_MEMBERS_BYTES];
    struct bw_slice members = bw_scan_members(c, 1, room);
    return frame_of(c, 0)->open == '[' && any(members, "|messages|prompt|route|");
}

static bool listed_in_catalog(const struct bw_scan_context *c)
{
    struct bw_slice name = { "", 0 };
    if (frame_of(c, 0)->open == '[' && frame_of(c, 1)->open == '(' &&
        any(frame_of(c, 1)->name, OFFER_CALL) && !any(frame_of(c, 0)->name, "|default|")) {
        return true;
    }
    if (!list_name(c, &name)) {
        return false;
    }
    struct bw_slice bound = bound_part(name);
    if (any(first_argument(c), BW_LISTING_WORDS "selectable|")) {
        return true;
    }
    if (any(bound, RUN) || is_part_of_request(c) || bw_slice_starts(bw_slice_trim(name), "for ") || in_run_section(c)) {
        return any(bound, "|allowed|supported|available|valid|choices|deprecated|pricing|");
    }
    struct bw_slice outer = bound_part(frame_of(c, 1)->head);
    bool nested = frame_of(c, 0)->open == '[' && frame_of(c, 1)->open == '{' &&
                  frame_of(c, 1)->data && !any(outer, RUN) && bw_scan_words_last(outer, PLURAL);
    if (nested || any(bound, CATALOG) || bw_scan_is_asked(c, bound) ||
        bw_slice_starts(bw_slice_trim(bound), "in:")) {
        return true;
    }
    bool plural = bw_scan_words_last(bound, PLURAL) || lists_models(c) ||
                  (any(bound, "|models|") && any(bound, "|with|without|supporting|"));
    return (plural || is_set(c)) && !(frame_of(c, 1)->data && any(outer, RUN)) &&
           !path_says_run(c) && !bw_scan_is_looped_over(c, bound);
}

/* The name of the tag of markup that the id stands in, or right behind; empty: none. */
static struct bw_slice tag_around(const struct bw_scan_context *c)
{
    size_t at = (size_t)(c->id.at - c->line.at);
    while (at > 0 && c->line.at[at - 1] != '<') {
        at--;
    }
    return bw_scan_first_name(bw_slice_of(c->line.at, at, at == 0 ? 0 : c->line.size));
}

/* { id: "x", label: "X", price: 1 }: a row about a model. */
static bool is_row(const struct bw_scan_context *c)
{
    static const char *const SIGNS[] = {
        "price\"",    "price:",    "price=",        "Price\"",      "Price:",        "cost\"",
        "cost:",      "cost=",     "Cost\"",        "Cost:",        "cost_",         "costPer",
        "price_",     "pricePer",  "ontext_window", "ontextWindow", "ontext_length", "ontextLength",
        "label:",     "\"label\"", "displayName",   "display_name", "owned_by",      "object:",
        "\"object\"", "ownedBy",
    };
    if (!any(c->key, "|id|name|slug|value|model|") || any(c->key, "|default|summary|fallback|") ||
        bw_slice_ends(c->prefix, ":")) {
        return false;
    }
    char room[BW_SCAN_MEMBERS_BYTES];
    struct bw_slice map = tag_around(c).size > 0 ? c->line : bw_scan_members(c, 0, room);
    for (size_t i = 0; i < BW_COUNT(SIGNS); i++) {
        if (bw_slice_contains(map, SIGNS[i])) {
            return true;
        }
    }
    return false;
}

/* Model("x", price=0.4) */
static bool is_priced(const struct bw_scan_context *c)
{
    static const char ABOUT[] = "|price|pricing|cost|context|window|";
    struct bw_slice arguments = frame_of(c, 0)->body;
    if (bw_scan_direct_call(c).size == 0 || arguments.size > BW_SCAN_MEMBERS_BYTES) {
        return false;
    }
    for (size_t i = 1; i < arguments.size; i++) {
        struct bw_slice left = bw_slice_of(arguments.at, 0, i);
        if (arguments.at[i] == '=' && any(bw_scan_last_name(left), ABOUT)) {
            return true;
        }
    }
    return false;
}

static bool in_catalog_map(const struct bw_scan_context *c)
{
    for (size_t i = 0; i < 3 && i < c->frame_count && c->frames[i].data; i++) {
        if (any(bound_part(c->frames[i].head),
                BW_LISTING_WORDS "filter|filters|limits|quotas|quota|budgets|")) {
            return true;
        }
    }
    for (size_t i = 0; i < 2 && i < c->parent_count && !language_is(c, BW_LANG_PYTHON); i++) {
        if (any(c->parents[i], BW_LISTING_WORDS "limits|quotas|quota|budgets|")) {
            return true;
        }
    }
    return false;
}

/* <option value="x">, { name: "x" } in a list of models */
static bool is_choice(const struct bw_scan_context *c)
{
    bool option = any(tag_around(c), "|option|item|menuitem|radio|");
    bool named = any(c->key, NAMING) && c->key.size <= 5 && c->prefix.size == 0;
    struct bw_slice outer = frame_of(c, 1)->data && frame_of(c, 1)->open == '['
                                ? frame_of(c, 1)->head
                            : c->parent_count > 0 ? c->parents[0]
                                                  : (struct bw_slice){ "", 0 };
    return option ||
           (named && any(bound_part(outer), "|models|options|choices|llms|catalog|entries|"));
}

/* ALLOWED = env.list("ALLOWED", default=["x"]); Go: `Allowed string `default:"x"`` */
static bool is_default_of_list(const struct bw_scan_context *c)
{
    static const char LISTS[] = BW_LISTING_WORDS "valid|known|";
    const struct bw_scan_enclosing *call = frame_of(c, 1);
    bool list = frame_of(c, 0)->open == '[' && call->open == '(' && !call->data &&
                (bw_slice_contains(call->head, "=") || bw_slice_ends(call->head, ".default")) &&
                any(bound_part(call->head), LISTS);
    bool plain = c->file->syntax->lines && !c->spot.in_string;
    struct bw_slice before = plain ? c->before : c->prefix;
    bool several = bw_slice_ends(before, ",") || bw_slice_starts(plain ? c->trail : c->suffix, ",");
    struct bw_slice left = bw_slice_of(c->line.at, 0, (size_t)(c->id.at - c->line.at));
    bool words = language_is(c, BW_LANG_SHELL) && !c->spot.in_string && c->key.size > 0 &&
                 bw_scan_words_last(c->key, PLURAL); /* make: VISION_MODELS := x y */
    bool follows = c->before.size > 0 && bw_model_id_char(c->before.at[c->before.size - 1]);
    several = several || (words && (follows || (c->trail.size > 0 &&
                                                bw_model_id_char(c->trail.at[0]))));
    return list || (several && (any(left, LISTS) || any(c->key, CATALOG))) ||
           (any(c->key, "|default|") && any(bw_scan_first_name(bw_slice_trim(c->line)), LISTS));
}

/* Of a map whose values are run one by one the names are not the ids' own. */
static bool is_alias(const struct bw_scan_context *c)
{
    return bw_scan_is_alias(c) && !any(bound_part(frame_of(c, 0)->head), RUN);
}

bool bw_scan_is_listed(const struct bw_scan_context *c)
{
    bool bound = c->key.size > 0;
    bool listed_value =
        bound && any(c->key, BW_LISTING_WORDS VALUE_WORDS) && !any(c->key, "|fallback|");
    bool plural = bound && bw_scan_words_last(c->key, PLURAL) && !any(c->key, RUN) &&
                  memchr(c->line.at, ',', c->line.size) != NULL && frame_of(c, 0)->open != '(';
    return is_key(c) || in_section_title(c) || is_lookup(c) || is_type(c) || in_type(c) ||
           in_enum(c) || is_alias(c) || listed_value || plural || is_row(c) || is_priced(c) ||
           is_default_of_list(c) || in_catalog_map(c) || is_choice(c) || is_first_of_pair(c) ||
           in_catalog_of_calls(c) || listed_in_catalog(c);
}
