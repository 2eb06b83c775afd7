/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdio.h>

size_t text_point(struct bytes in, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = in.at[0];
    size_t n = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t p;

    if (n == 0 || n > in.n || first > 0xf4)
        return 0;
    p = n == 1 ? first : first & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((in.at[i] & 0xc0) != 0x80)
            return 0;
        p = p << 6 | (in.at[i] & 0x3fu);
    }
    if (p < least[n] || p > 0x10ffff || (p >= 0xd800 && p <= 0xdfff))
        return 0;
    *point = p;
    return n;
}

bool text_is_utf8(struct bytes in)
{
    uint32_t point;

    while (in.n > 0) {
        size_t n = text_point(in, &point);

        if (n == 0)
            return false;
        in = bytes(in.at + n, in.n - n);
    }
    return true;
}

bool text_is_line(struct bytes in)
{
    uint32_t point;

    while (in.n > 0) {
        size_t n = text_point(in, &point);

        if (n == 0 || point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x2028 ||
            point == 0x2029)
            return false;
        in = bytes(in.at + n, in.n - n);
    }
    return true;
}

static bool is_lower_or_digit(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool text_is_handle(struct bytes in)
{
    if (in.n == 0 || in.n > TEXT_HANDLE_MAX || !is_lower_or_digit(in.at[0]))
        return false;
    for (size_t i = 1; i < in.n; i++) {
        uint8_t c = in.at[i];

        if (!is_lower_or_digit(c) && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}

bool text_is_domain(struct bytes in)
{
    size_t label = 0;

    if (in.n == 0 || in.n > TEXT_DOMAIN_MAX)
        return false;
    for (size_t i = 0; i < in.n; i++) {
        uint8_t c = in.at[i];

        if (c == '.') {
            if (label == 0 || in.at[i - 1] == '-')
                return false;
            label = 0;
        } else if ((!is_lower_or_digit(c) && (c != '-' || label == 0)) || ++label > 63) {
            return false;
        }
    }
    return label > 0 && in.at[in.n - 1] != '-';
}

bool text_is_port(struct bytes in)
{
    uint32_t port = 0;

    if (in.n == 0 || in.n > 5 || (in.n > 1 && in.at[0] == '0'))
        return false;
    for (size_t i = 0; i < in.n; i++) {
        if (in.at[i] < '0' || in.at[i] > '9')
            return false;
        port = port * 10 + (uint32_t)(in.at[i] - '0');
    }
    return port <= UINT16_MAX;
}

static bool between(uint32_t p, uint32_t first, uint32_t last)
{
    return p >= first && p <= last;
}

/* Characters that move, hide or reorder text instead of being seen. */
static bool is_harmful(uint32_t p)
{
    return p < 0x20 || between(p, 0x7f, 0x9f) || p == 0xad || p == 0x34f || p == 0x61c ||
           between(p, 0x115f, 0x1160) || between(p, 0x17b4, 0x17b5) || between(p, 0x180b, 0x180f) ||
           between(p, 0x200b, 0x200f) || between(p, 0x2028, 0x202e) || between(p, 0x2060, 0x206f) ||
           p == 0x3164 || p == 0xfeff || p == 0xffa0 || between(p, 0xfff0, 0xfffb) ||
           between(p, 0x1bca0, 0x1bca3) || between(p, 0x1d173, 0x1d17a) ||
           between(p, 0xe0000, 0xe0fff);
}

void text_harmless(struct buf *out, struct bytes in, bool lines)
{
    while (in.n > 0) {
        uint32_t point = 0;
        size_t n = text_point(in, &point);
        char escape[16];

        if (n == 0) {
            snprintf(escape, sizeof escape, "\\x%02x", in.at[0]);
            buf_text(out, escape);
            n = 1;
        } else if (point == '\\') {
            buf_text(out, "\\\\");
        } else if (is_harmful(point) && !(lines && (point == '\n' || point == '\t'))) {
            snprintf(escape, sizeof escape, "\\u{%x}", (unsigned)point);
            buf_text(out, escape);
        } else {
            buf_bytes(out, bytes(in.at, n));
        }
        in = bytes(in.at + n, in.n - n);
    }
}
