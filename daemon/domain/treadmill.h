/* daemon/domain/treadmill.h: a year of keeping up: what was released in a line, how far behind a
 * base fell, how often its users really move, and what such a year costs, tuned or prompted. */
#ifndef BW_DOMAIN_TREADMILL_H
#define BW_DOMAIN_TREADMILL_H
#include <stdbool.h>
#include <stdint.h>

#include "domain/estimate.h"
#include "domain/run_cost.h"
#include "domain/succession.h"

struct bw_span_input { /* borrowed */
    const struct bw_lineage_rules *rules;
    const char *platform;
    const char *base;
    const struct bw_entry *base_entry; /* NULL: never listed */
    const struct bw_offer *offers;     /* its lineage, those that left too */
    size_t offer_count;
    int64_t recorded_from_ms; /* before that, a first sighting is none */
    int64_t from_ms;
    int64_t to_ms; /* after from_ms */
};

struct bw_span { /* of a lineage, seen from one base */
    size_t releases;         /* days on which members came out, at most one a day */
    double releases_per_year;
    double base_life_days;   /* from its release to its firm end; 0: not known */
    int64_t behind_since_ms; /* the first model that supersedes the base came out; 0: none did */
    int64_t days_behind;     /* of the span */
};
void bw_span_find(const struct bw_span_input *in, struct bw_span *out);

/* Moves a year a team really makes: forced by the life of bases (365 / days) at least, releases of
 * the lineage at most, two in between. 0 means not known. */
struct bw_range bw_moves_per_year(double base_life_days, double releases_per_year);

/* Dollars a year of staying on the newest base: moves x cost of one, hosting, upkeep. */
double bw_treadmill_usd(double moves_per_year, double move_usd, double hosting_usd,
                        double standing_usd);

struct bw_year { /* dollars */
    double moves;
    double move_usd; /* of one */
    double hosting_usd;
    double upkeep_usd; /* eval harness and data set */
    bool calls_known;
    double calls_usd;
};

/* A year with `moves` moves at the price of `move` (NULL: none has a price, and they cost nothing
 * here). A prompted model needs no data set kept in shape. */
struct bw_year bw_year_of(const struct bw_move *deployment, const struct bw_serving *serving,
                          const struct bw_estimate *move, double moves,
                          struct bw_money person_day);
/* Without the calls. */
double bw_year_standing_usd(const struct bw_year *year);
#endif
