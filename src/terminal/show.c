/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/show.h"

#include <time.h>

#include "base/clock.h"
#include "base/text.h"

#define TIME_MAX 32

void show_text(FILE *to, struct bytes text)
{
    struct buf b = BUF(SHOW_WORST * text.n);

    text_harmless(&b, text, false);
    if (b.failed == E_OK && b.n > 0)
        fwrite(b.at, 1, b.n, to);
    else if (b.failed != E_OK)
        fputs("(no memory to show this)", to);
    buf_free(&b);
}

void show_lines(struct buf *out, struct bytes text, const char *indent)
{
    size_t from = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] != '\n')
            continue;
        text_harmless(out, bytes(text.at + from, i + 1 - from), true);
        buf_text(out, indent);
        from = i + 1;
    }
    text_harmless(out, bytes(text.at + from, text.n - from), true);
}

void show_write_time(struct buf *out, uint64_t t_ms)
{
    char rfc3339[CLOCK_TEXT_SIZE], text[TIME_MAX];
    time_t t = (time_t)(t_ms / CLOCK_SECOND_MS);
    struct tm here;

    if (t_ms / CLOCK_SECOND_MS < UINT32_MAX && localtime_r(&t, &here) != NULL &&
        strftime(text, sizeof text, "%Y-%m-%d %H:%M", &here) > 0) {
        buf_text(out, text);
        return;
    }
    clock_text(t_ms, rfc3339);
    buf_text(out, rfc3339);
}

void show_time(FILE *to, uint64_t t_ms)
{
    struct buf b = BUF(TIME_MAX);

    show_write_time(&b, t_ms);
    fwrite(b.at, 1, b.n, to);
    buf_free(&b);
}
