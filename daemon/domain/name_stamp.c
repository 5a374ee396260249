/* daemon/domain/name_stamp.c: see name_stamp.h. */
#include "domain/name_stamp.h"

static bool is_month(int month)
{
    return month >= 1 && month <= 12;
}

static bool is_day(int day)
{
    return day >= 1 && day <= 31;
}

static bool is_year(int year)
{
    return year >= 2020 && year <= 2099;
}

static bool is_short_year(int year)
{
    return year >= 20 && year <= 39;
}

static size_t found(struct bw_name_stamp *out, int year, int month, int day, size_t took)
{
    out->yearless = year == 0;
    out->value = ((int64_t)year * 100 + month) * 100 + day;
    return took;
}

static size_t read_eight(int value, struct bw_name_stamp *out)
{
    int month = value / 100 % 100;
    bool good = is_year(value / 10000) && is_month(month) && is_day(value % 100);
    return good ? found(out, value / 10000, month, value % 100, 1) : 0;
}

static size_t read_six(int value, struct bw_name_stamp *out)
{
    int month = value / 100 % 100;
    if (is_year(value / 100) && is_month(value % 100)) {
        return found(out, value / 100, value % 100, 0, 1);
    }
    bool good = is_short_year(value / 10000) && is_month(month) && is_day(value % 100);
    return good ? found(out, 2000 + value / 10000, month, value % 100, 1) : 0;
}

/* next and third: the whole numbers of two digits that follow, 0 when there is none. */
static size_t read_four(int value, int next, int third, struct bw_name_stamp *out)
{
    if (is_year(value) && is_month(next)) {
        return is_day(third) ? found(out, value, next, third, 3) : found(out, value, next, 0, 2);
    }
    if (is_short_year(value / 100) && is_month(value % 100)) {
        return found(out, 2000 + value / 100, value % 100, 0, 1);
    }
    bool good = is_month(value / 100) && is_day(value % 100);
    return good ? found(out, 0, value / 100, value % 100, 1) : 0;
}

size_t bw_name_stamp_read(const struct bw_name_parts *parts, size_t at, bool after_version,
                          struct bw_name_stamp *out)
{
    if (!bw_name_parts_whole(parts, at, 0)) {
        return 0;
    }
    int value = bw_part_number(&parts->items[at]);
    int next = bw_name_parts_whole(parts, at + 1, 2) ? bw_part_number(&parts->items[at + 1]) : 0;
    int third = bw_name_parts_whole(parts, at + 2, 2) ? bw_part_number(&parts->items[at + 2]) : 0;
    switch (parts->items[at].size) {
    case 8:
        return read_eight(value, out);
    case 6:
        return read_six(value, out);
    case 4:
        return read_four(value, next, third, out);
    case 2:
        if (is_month(value) && bw_name_parts_whole(parts, at + 1, 4) &&
            is_year(bw_part_number(&parts->items[at + 1]))) {
            return found(out, bw_part_number(&parts->items[at + 1]), value, 0, 2);
        }
        if (is_short_year(value) && is_month(next)) {
            return found(out, 2000 + value, next, 0, 2);
        }
        if (is_month(value) && is_day(next) && (after_version || parts->items[at].at[0] == '0')) {
            return found(out, 0, value, next, 2);
        }
        return 0;
    default:
        return 0;
    }
}
