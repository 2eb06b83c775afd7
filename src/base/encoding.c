/* SPDX-License-Identifier: Apache-2.0 */
#include "base/encoding.h"

static const char DIGITS[] = "0123456789abcdef";
static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void encoding_hex(struct buf *b, struct bytes in)
{
    for (size_t i = 0; i < in.n; i++) {
        buf_u8(b, (uint8_t)DIGITS[in.at[i] >> 4]);
        buf_u8(b, (uint8_t)DIGITS[in.at[i] & 15]);
    }
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

struct err encoding_hex_read(struct bytes text, uint8_t *out, size_t n)
{
    if (text.n != 2 * n)
        return FAIL(E_MALFORMED);
    for (size_t i = 0; i < text.n; i++)
        if (hex_value(text.at[i]) < 0)
            return FAIL(E_MALFORMED);
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(hex_value(text.at[2 * i]) << 4 | hex_value(text.at[2 * i + 1]));
    return OK;
}

void encoding_base64(struct buf *b, struct bytes in)
{
    uint32_t bits = 0;
    unsigned held = 0;

    for (size_t i = 0; i < in.n; i++) {
        bits = bits << 8 | in.at[i];
        for (held += 8; held >= 6; held -= 6)
            buf_u8(b, (uint8_t)LETTERS[bits >> (held - 6) & 63]);
    }
    if (held > 0)
        buf_u8(b, (uint8_t)LETTERS[bits << (6 - held) & 63]);
}

static int letter_value(uint8_t c)
{
    const char *at = c == 0 ? NULL : strchr(LETTERS, c);

    return at == NULL ? -1 : (int)(at - LETTERS);
}

struct err encoding_base64_read(struct bytes text, struct buf *b)
{
    size_t before = b->n;
    uint32_t bits = 0;
    unsigned held = 0;

    for (size_t i = 0; i < text.n; i++) {
        int value = letter_value(text.at[i]);

        if (value < 0) {
            buf_cut(b, before);
            return FAIL(E_MALFORMED);
        }
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            buf_u8(b, (uint8_t)(bits >> held));
        }
    }
    if (held == 6 || (bits & ((1u << held) - 1)) != 0) {
        buf_cut(b, before);
        return FAIL(E_MALFORMED);
    }
    return b->failed == E_OK ? OK : FAIL(b->failed);
}
