/* daemon/codec/estimate_json.c: see estimate_json.h. */
#include "codec/estimate_json.h"

#include <math.h>

#include "base/str.h"

static void add_cost(struct bw_json_writer *w, struct bw_cost cost)
{
    bw_json_add_usd(w, "low_usd", cost.low);
    bw_json_add_usd(w, "expected_usd", cost.expected);
    bw_json_add_usd(w, "high_usd", cost.high);
}

static void write_cost(struct bw_json_writer *w, const char *name, struct bw_cost cost)
{
    bw_json_object_begin(w, name);
    add_cost(w, cost);
    bw_json_object_end(w);
}

static void write_range(struct bw_json_writer *w, const char *name, struct bw_range range)
{
    bw_json_object_begin(w, name);
    bw_json_add_double(w, "low", range.low);
    bw_json_add_double(w, "expected", range.expected);
    bw_json_add_double(w, "high", range.high);
    bw_json_object_end(w);
}

static void write_names(struct bw_json_writer *w, const char *name, const struct bw_names *names)
{
    bw_json_array_begin(w, name);
    BW_VEC_EACH(char *, text, names)
    {
        bw_json_add_text(w, NULL, *text);
    }
    bw_json_array_end(w);
}

static void write_price(struct bw_json_writer *w, const struct bw_term *term)
{
    if (!term->price_known) {
        bw_json_add_null(w, "price");
        return;
    }
    bw_json_object_begin(w, "price");
    bw_json_add_text(w, "source", term->price_source);
    bw_json_add_day(w, "as_of", term->price_as_of_ms);
    bw_json_add_text(w, "confidence", bw_trust_word(term->price_trust));
    bw_json_object_end(w);
}

static void write_term(struct bw_json_writer *w, const struct bw_term *term)
{
    bw_json_object_begin(w, NULL);
    bw_json_add_text(w, "name", term->name);
    bw_json_add_text(w, "purse", bw_purse_word(term->purse));
    add_cost(w, term->cost);
    bw_json_add_text(w, "formula", term->formula);
    bw_json_add_text(w, "inputs", term->inputs);
    write_price(w, term);
    write_names(w, "guessed", &term->guessed);
    bw_json_object_end(w);
}

static bool listed(const struct bw_names *names, const char *text)
{
    BW_VEC_EACH(char *, name, names)
    {
        if (bw_str_equal(*name, text)) {
            return true;
        }
    }
    return false;
}

/* Each guess once, in the order of the terms. */
static void write_guesses(struct bw_json_writer *w, const struct bw_terms *terms)
{
    struct bw_names seen = { 0 };
    BW_VEC_EACH(const struct bw_term, term, terms)
    {
        BW_VEC_EACH(char *, guess, &term->guessed)
        {
            if (!listed(&seen, *guess)) {
                BW_VEC_PUSH(&seen, bw_xstrdup(*guess));
            }
        }
    }
    write_names(w, "guessed", &seen);
    bw_names_clear(&seen);
}

static void write_widest(struct bw_json_writer *w, const struct bw_terms *terms)
{
    const struct bw_term *widest[2];
    bw_terms_widest(terms, widest);
    bw_json_array_begin(w, "widest");
    for (size_t i = 0; i < BW_COUNT(widest) && widest[i] != NULL; i++) {
        bw_json_add_text(w, NULL, widest[i]->name);
    }
    bw_json_array_end(w);
}

void bw_estimate_write(struct bw_json_writer *w, const char *name,
                       const struct bw_estimate *estimate)
{
    bw_json_object_begin(w, name);
    add_cost(w, estimate->total);
    write_cost(w, "cash", estimate->cash);
    write_cost(w, "people", estimate->people);
    if (estimate->run_cost_known) {
        bw_json_add_usd(w, "run_cost_delta_usd_per_month", estimate->run_cost_delta_month);
    } else {
        bw_json_add_null(w, "run_cost_delta_usd_per_month");
    }
    bw_json_add_text(w, "route", bw_route_word(estimate->route));
    bw_json_add_text(w, "platform", estimate->platform);
    bw_json_add_text(w, "model", estimate->model);
    write_range(w, "person_days", estimate->person_days);
    if (estimate->wall_hours > 0) {
        bw_json_add_double(w, "wall_hours", estimate->wall_hours);
    } else {
        bw_json_add_null(w, "wall_hours");
    }
    bw_json_array_begin(w, "terms");
    BW_VEC_EACH(const struct bw_term, term, &estimate->terms)
    {
        write_term(w, term);
    }
    bw_json_array_end(w);
    write_widest(w, &estimate->terms);
    write_guesses(w, &estimate->terms);
    write_names(w, "remarks", &estimate->remarks);
    bw_json_object_end(w);
}

void bw_route_write_members(struct bw_json_writer *w, const struct bw_route_option *option)
{
    bw_json_add_text(w, "route", bw_route_word(option->route));
    bw_json_add_text(w, "platform", option->platform);
    bw_json_add_bool(w, "feasible", option->feasible);
    bw_json_add_bool(w, "same_base", option->same_base);
    bw_json_add_day(w, "until", option->until_ms);
    bw_json_add_text(w, "why", option->why);
}

void bw_routes_write(struct bw_json_writer *w, const char *name,
                     const struct bw_route_options *options)
{
    bw_json_array_begin(w, name);
    BW_VEC_EACH(const struct bw_route_option, option, options)
    {
        bw_json_object_begin(w, NULL);
        bw_route_write_members(w, option);
        bw_json_object_end(w);
    }
    bw_json_array_end(w);
}

void bw_year_write(struct bw_json_writer *w, const char *name, const struct bw_year *year)
{
    bw_json_object_begin(w, name);
    bw_json_add_double(w, "moves_per_year", year->moves);
    bw_json_add_usd(w, "move_usd", bw_money_from_usd(year->move_usd));
    bw_json_add_usd(w, "hosting_usd", bw_money_from_usd(year->hosting_usd));
    bw_json_add_usd(w, "upkeep_usd", bw_money_from_usd(year->upkeep_usd));
    double total = bw_year_standing_usd(year);
    if (year->calls_known) {
        bw_json_add_usd(w, "calls_usd", bw_money_from_usd(year->calls_usd));
        total += year->calls_usd;
    } else {
        bw_json_add_null(w, "calls_usd");
    }
    bw_json_add_usd(w, "total_usd", bw_money_from_usd(total));
    bw_json_object_end(w);
}

static void write_economy(struct bw_json_writer *w, const struct bw_worth *worth)
{
    if (!worth->economy_known) {
        bw_json_add_null(w, "economy");
        return;
    }
    const struct {
        const char *name;
        double value; /* INFINITY: never, written as null */
    } numbers[] = {
        { "moves_per_year", worth->moves_per_year },
        { "calls_per_year", worth->calls_per_year },
        { "tuned_call_usd", worth->tuned_call_usd },
        { "prompted_call_usd", worth->prompted_call_usd },
        { "prompted_call_uncached_usd", worth->prompted_call_uncached_usd },
        { "tuned_year_usd", worth->tuned_year_usd },
        { "prompted_year_usd", worth->prompted_year_usd },
        { "break_even_calls_per_year", worth->break_even_calls },
        { "break_even_uncached_calls_per_year", worth->break_even_uncached_calls },
        { "payback_months", worth->payback_months },
    };
    bw_json_object_begin(w, "economy");
    for (size_t i = 0; i < BW_COUNT(numbers); i++) {
        bw_json_add_double(w, numbers[i].name, numbers[i].value);
    }
    bw_json_object_end(w);
}

void bw_worth_write(struct bw_json_writer *w, const char *name, const struct bw_worth *worth)
{
    static const char *const ANSWERS[] = {
        [BW_UNKNOWN] = "not recorded", [BW_NO] = "no", [BW_YES] = "yes"
    };
    bw_json_object_begin(w, name);
    bw_json_add_text(w, "verdict", bw_verdict_word(worth->verdict));
    bw_json_add_text(w, "record_next", worth->record_next);
    bw_json_array_begin(w, "criteria");
    for (unsigned i = 0; i < BW_CRITERIA; i++) {
        bw_json_object_begin(w, NULL);
        bw_json_add_text(w, "name", bw_criterion_word((enum bw_criterion)i));
        bw_json_add_text(w, "met", ANSWERS[worth->criteria[i].met]);
        bw_json_add_text(w, "evidence", worth->criteria[i].evidence);
        bw_json_object_end(w);
    }
    bw_json_array_end(w);
    write_economy(w, worth);
    bw_json_object_end(w);
}
