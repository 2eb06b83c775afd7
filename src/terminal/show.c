/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/show.h"

#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

/* The longest escape is \u{10ffff}, for four bytes; \x.. and \u{..} are four and six for one. */
#define WORST 6
#define RUN   4096 /* bytes made harmless at once */

static void put(FILE *to, struct bytes text, bool lines)
{
    struct buf b = BUF(WORST * RUN);

    text_harmless(&b, text, lines);
    if (b.failed == E_OK)
        fwrite(b.at, 1, b.n, to);
    else
        fputs("(no memory to show this)", to);
    buf_free(&b);
}

/* The most of `text` that is no more than a run and ends no character in its middle. */
static struct bytes run_of(struct bytes text)
{
    size_t n = text.n;

    if (n > RUN)
        for (n = RUN; n > RUN - 3 && (text.at[n] & 0xc0) == 0x80; n--)
            continue;
    return bytes(text.at, n);
}

static void put_all(FILE *to, struct bytes text)
{
    while (text.n > 0) {
        struct bytes run = run_of(text);

        put(to, run, true);
        text = bytes(text.at + run.n, text.n - run.n);
    }
}

void show_text(FILE *to, struct bytes text)
{
    while (text.n > 0) {
        struct bytes run = run_of(text);

        put(to, run, false);
        text = bytes(text.at + run.n, text.n - run.n);
    }
}

void show_lines(FILE *to, struct bytes text, const char *indent)
{
    while (text.n > 0) {
        const uint8_t *end = memchr(text.at, '\n', text.n);
        size_t n = end == NULL ? text.n : (size_t)(end - text.at) + 1;

        put_all(to, bytes(text.at, n));
        if (end != NULL)
            fputs(indent, to);
        text = bytes(text.at + n, text.n - n);
    }
}

void show_time(FILE *to, uint64_t t_ms)
{
    char rfc3339[CLOCK_TEXT_SIZE], text[32];
    time_t t = (time_t)(t_ms / CLOCK_SECOND_MS);
    struct tm here;

    if (t_ms / CLOCK_SECOND_MS < UINT32_MAX && localtime_r(&t, &here) != NULL &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M", &here) > 0) {
        fputs(text, to);
        return;
    }
    clock_text(t_ms, rfc3339);
    fputs(rfc3339, to);
}
