/* SPDX-License-Identifier: Apache-2.0 */
/* What others wrote, as a terminal gets it: nothing in it that a terminal would obey. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "terminal/show.h"

#define WORST  6 /* bytes of output for one of input */
#define INDENT "    "

/* The code point of well-formed UTF-8 at `at`, and its length. */
static uint32_t point_at(const uint8_t *at, size_t *n)
{
    *n = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    uint32_t point = *n == 1 ? at[0] : at[0] & (0xffu >> (*n + 1));

    for (size_t i = 1; i < *n; i++)
        point = point << 6 | (at[i] & 0x3fu);
    return point;
}

static bool is_obeyed(uint32_t p, bool lines)
{
    if (p == '\n' || p == '\t')
        return !lines;
    return p < 0x20 || (p >= 0x7f && p < 0xa0) || p == 0x61c || (p >= 0x200b && p <= 0x200f) ||
           (p >= 0x2028 && p <= 0x202e) || (p >= 0x2060 && p <= 0x206f) || p == 0xfeff ||
           (p >= 0xe0000 && p <= 0xe007f);
}

static void look_at(struct bytes shown, bool lines)
{
    invariant(text_is_utf8(shown));
    for (size_t i = 0, n; i < shown.n; i += n)
        invariant(!is_obeyed(point_at(&shown.at[i], &n), lines));
}

/* Once harmless, only backslashes change: they are what escapes are made with. */
static void is_final(struct bytes shown, bool lines)
{
    struct buf again = BUF(2 * shown.n), want = BUF(2 * shown.n);

    text_harmless(&again, shown, lines);
    for (size_t i = 0; i < shown.n; i++) {
        if (shown.at[i] == '\\')
            buf_u8(&want, '\\');
        buf_u8(&want, shown.at[i]);
    }
    invariant(bytes_same(buf_view(&again), buf_view(&want)));
    buf_free(&again);
    buf_free(&want);
}

static void make_harmless(struct bytes in, bool lines)
{
    struct buf out = BUF(WORST * in.n);
    struct bytes shown;

    text_harmless(&out, in, lines);
    invariant(buf_end(&out, &shown).code == E_OK);
    look_at(shown, lines);
    is_final(shown, lines);
    buf_free(&out);
}

/* Every line but the first is set off, so that none can pass for the program's own. */
static void show(struct bytes in)
{
    struct buf out = BUF((WORST + strlen(INDENT)) * in.n);
    struct bytes shown;

    show_lines(&out, in, INDENT);
    invariant(buf_end(&out, &shown).code == E_OK);
    look_at(shown, true);
    for (size_t i = 0; i < shown.n; i++)
        invariant(shown.at[i] != '\n' || (shown.n - i > strlen(INDENT) &&
                                          memcmp(&shown.at[i + 1], INDENT, strlen(INDENT)) == 0));
    buf_free(&out);
}

static void judge(struct bytes in)
{
    struct buf out = BUF(WORST * in.n);

    if (text_is_handle(in) || text_is_domain(in)) {
        text_harmless(&out, in, false);
        invariant(bytes_same(buf_view(&out), in));
    }
    invariant(!text_is_handle(in) || in.n <= TEXT_HANDLE_MAX);
    invariant(!text_is_domain(in) || in.n <= TEXT_DOMAIN_MAX);
    if (text_is_port(in)) {
        char number[6] = {0}, again[6];

        invariant(in.n < sizeof number);
        memcpy(number, in.at, in.n);
        snprintf(again, sizeof again, "%u", (unsigned)strtoul(number, NULL, 10) & 0xffffu);
        invariant(strcmp(again, number) == 0);
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    make_harmless(bytes(at, n), false);
    make_harmless(bytes(at, n), true);
    show(bytes(at, n));
    judge(bytes(at, n));
    return 0;
}
