/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stdio.h>

static const uint64_t LAST_MS = UINT64_C(253402300799999); /* 9999-12-31T23:59:59.999Z */

uint64_t clock_add(uint64_t a_ms, uint64_t b_ms)
{
    return b_ms > UINT64_MAX - a_ms ? UINT64_MAX : a_ms + b_ms;
}

uint64_t clock_since(uint64_t later_ms, uint64_t earlier_ms)
{
    return later_ms > earlier_ms ? later_ms - earlier_ms : 0;
}

bool clock_is_ahead(uint64_t dated_ms, uint64_t now_ms)
{
    return clock_since(dated_ms, now_ms) > CLOCK_AHEAD_MAX_MS;
}

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned month_days(unsigned year, unsigned month)
{
    static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 1 && is_leap(year) ? 29 : days[month];
}

void clock_text(uint64_t t_ms, char out[CLOCK_TEXT_SIZE])
{
    uint64_t t = t_ms > LAST_MS ? LAST_MS : t_ms;
    unsigned day = (unsigned)(t / CLOCK_DAY_MS), in_day = (unsigned)(t % CLOCK_DAY_MS);
    unsigned year = 1970, month = 0;

    for (; day >= (is_leap(year) ? 366u : 365u); year++)
        day -= is_leap(year) ? 366u : 365u;
    for (; day >= month_days(year, month); month++)
        day -= month_days(year, month);
    snprintf(out, CLOCK_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", year % 10000,
             (month + 1) % 100, (day + 1) % 100, in_day / 3600000 % 100, in_day / 60000 % 60,
             in_day / 1000 % 60, in_day % 1000);
}
