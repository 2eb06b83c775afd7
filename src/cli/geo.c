/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/geo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tacet/whereabouts.h"

#define DIGITS       7 /* behind the point */
#define ACCURACY_MAX 1000000000
#define GEO_MAX      64

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Decimal degrees, in units of 1e-7; *at moves behind them. */
static bool read_degrees(const char **at, int32_t most, int32_t *out)
{
    const char *c = *at;
    bool below = *c == '-';
    int64_t value = 0;
    unsigned behind = 0;

    c += below;
    if (!is_digit(*c))
        return false;
    for (; is_digit(*c) && value <= most; c++)
        value = 10 * value + (*c - '0');
    if (*c == '.') {
        c++;
        if (!is_digit(*c))
            return false;
        for (; is_digit(*c) && behind < DIGITS && value <= INT32_MAX; c++, behind++)
            value = 10 * value + (*c - '0');
    }
    for (; behind < DIGITS && value <= INT32_MAX; behind++)
        value *= 10;
    if (is_digit(*c) || value > (int64_t)most * TACET_POSITION_DEGREE)
        return false;
    *out = (int32_t)(below ? -value : value);
    *at = c;
    return true;
}

static bool read_accuracy(const char *at, uint32_t *out)
{
    uint64_t value = 0;

    if (!is_digit(*at))
        return false;
    for (; is_digit(*at) && value <= ACCURACY_MAX; at++)
        value = 10 * value + (uint64_t)(*at - '0');
    *out = (uint32_t)value;
    return *at == '\0' && value <= ACCURACY_MAX;
}

bool geo_parse(const char *text, struct tacet_position *out)
{
    struct tacet_position p = {.accuracy_m = 0};
    const char *at = text;

    if (strncmp(at, "geo:", 4) == 0)
        at += 4;
    if (!read_degrees(&at, 90, &p.latitude) || *at++ != ',' ||
        !read_degrees(&at, 180, &p.longitude))
        return false;
    if (strncmp(at, ";crs=wgs84", 10) == 0)
        at += 10;
    if (strncmp(at, ";u=", 3) == 0 ? !read_accuracy(at + 3, &p.accuracy_m) : *at != '\0')
        return false;
    *out = p;
    return true;
}

/* Without zeros at its end. */
static void write_degrees(int32_t value, struct buf *out)
{
    unsigned long long of = (unsigned long long)llabs(value);
    char text[GEO_MAX];
    size_t n;

    snprintf(text, sizeof text, "%s%llu.%07llu", value < 0 ? "-" : "", of / TACET_POSITION_DEGREE,
             of % TACET_POSITION_DEGREE);
    n = strlen(text);
    while (text[n - 1] == '0')
        n--;
    n -= text[n - 1] == '.';
    buf_bytes(out, bytes((const uint8_t *)text, n));
}

void geo_write(const struct tacet_position *at, struct buf *out)
{
    char accuracy[GEO_MAX];

    buf_text(out, "geo:");
    write_degrees(at->latitude, out);
    buf_text(out, ",");
    write_degrees(at->longitude, out);
    if (at->accuracy_m == 0)
        return;
    snprintf(accuracy, sizeof accuracy, ";u=%lu", (unsigned long)at->accuracy_m);
    buf_text(out, accuracy);
}
