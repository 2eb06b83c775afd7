/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lifetime.h"

#include <stdio.h>
#include <string.h>

#include "tacet/timers.h"

#define TEXT_MAX 48

static const struct unit {
    char letter;
    uint32_t seconds;
    const char *name; /* NULL: it is read and not written */
} UNITS[] = {
    {'y', 365 * 86400, "year"}, {'w', 7 * 86400, NULL}, {'d', 86400, "day"},
    {'h', 3600, "hour"},        {'m', 60, "minute"},    {'s', 1, "second"},
};
#define UNITS_N (sizeof UNITS / sizeof UNITS[0])

static uint32_t unit_of(const char *letter)
{
    if (*letter == '\0')
        return 1;
    for (size_t i = 0; i < UNITS_N; i++)
        if (letter[0] == UNITS[i].letter && letter[1] == '\0')
            return UNITS[i].seconds;
    return 0;
}

bool lifetime_parse(const char *text, uint32_t *seconds)
{
    size_t digits = strspn(text, "0123456789");
    uint64_t n = 0;

    for (size_t i = 0; i < digits && n <= TACET_EXPIRE_MOST; i++)
        n = 10 * n + (uint64_t)(text[i] - '0');
    if (digits == 0 || n > TACET_EXPIRE_MOST)
        return false;
    n *= unit_of(text + digits);
    if (n == 0 || n > TACET_EXPIRE_MOST)
        return false;
    *seconds = (uint32_t)n;
    return true;
}

void lifetime_write(uint32_t seconds, struct buf *out)
{
    unsigned written = 0;
    char text[TEXT_MAX];

    for (size_t i = 0; i < UNITS_N && written < 2; i++) {
        uint32_t n = UNITS[i].name == NULL ? 0 : seconds / UNITS[i].seconds;

        if (n == 0)
            continue;
        snprintf(text, sizeof text, "%s%u %s%s", written > 0 ? " " : "", n, UNITS[i].name,
                 n == 1 ? "" : "s");
        buf_text(out, text);
        seconds %= UNITS[i].seconds;
        written++;
    }
}

bool lifetime_take(struct options *o, const char *name, const char *none, bool *given,
                   uint32_t *seconds)
{
    const char *text = options_text(o, name);

    *given = text != NULL;
    if (text == NULL)
        return true;
    if (none != NULL && strcmp(text, none) == 0) {
        *seconds = 0;
        return true;
    }
    if (lifetime_parse(text, seconds))
        return true;
    fprintf(stderr, "%s takes a time from 1s to 1y, like 45s, 30m, 12h, 7d or 2w%s%s.\n", name,
            none == NULL ? "" : ", or ", none == NULL ? "" : none);
    o->failed = true;
    return false;
}
