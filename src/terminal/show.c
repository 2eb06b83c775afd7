/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/show.h"

#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#define WORST 6 /* \x.. and \u{..} are four and six bytes for one; \u{10ffff} is ten for four */

void show_text(FILE *to, struct bytes text)
{
    show_lines(to, text, NULL);
}

void show_lines(FILE *to, struct bytes text, const char *indent)
{
    struct buf b = BUF(WORST * text.n);

    text_harmless(&b, text, indent != NULL);
    if (b.failed != E_OK) {
        buf_free(&b);
        fputs("(no memory to show this)", to);
    }
    for (size_t i = 0; i < b.n; i++) {
        putc(b.at[i], to);
        if (b.at[i] == '\n')
            fputs(indent, to);
    }
    buf_free(&b);
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
