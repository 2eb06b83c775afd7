/* SPDX-License-Identifier: Apache-2.0 */
#include "base/encoding.h"

static const char DIGITS[] = "0123456789abcdef";
static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void encoding_hex(struct buf *b, struct bytes in)
{
    uint8_t *at = buf_extend(b, 2 * in.n);

    for (size_t i = 0; at != NULL && i < in.n; i++) {
        at[2 * i] = (uint8_t)DIGITS[in.at[i] >> 4];
        at[2 * i + 1] = (uint8_t)DIGITS[in.at[i] & 15];
    }
}

#define NO_DIGIT 16

static uint8_t hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return (uint8_t)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (uint8_t)(c - 'a' + 10);
    if (c >= 'A' && c <= 'F')
        return (uint8_t)(c - 'A' + 10);
    return NO_DIGIT;
}

struct err encoding_hex_read(struct bytes text, uint8_t *out, size_t n)
{
    if (text.n != 2 * n)
        return FAIL(E_MALFORMED);
    for (size_t i = 0; i < text.n; i++)
        if (hex_value(text.at[i]) == NO_DIGIT)
            return FAIL(E_MALFORMED);
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(hex_value(text.at[2 * i]) << 4 | hex_value(text.at[2 * i + 1]));
    return OK;
}

void encoding_base64(struct buf *b, struct bytes in)
{
    uint8_t *at = buf_extend(b, in.n / 3 * 4 + (in.n % 3 * 8 + 5) / 6);
    uint32_t bits = 0;
    unsigned held = 0;

    if (at == NULL)
        return;
    for (size_t i = 0; i < in.n; i++) {
        bits = bits << 8 | in.at[i];
        for (held += 8; held >= 6; held -= 6)
            *at++ = (uint8_t)LETTERS[bits >> (held - 6) & 63];
    }
    if (held > 0)
        *at = (uint8_t)LETTERS[bits << (6 - held) & 63];
}

static int letter_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* Would the encoder have written this?  Its last letter carries 0, 2 or 4 spare bits, all zero. */
static bool is_base64(struct bytes text)
{
    static const int spare[] = {[2] = 15, [3] = 3};
    size_t over = text.n % 4;

    for (size_t i = 0; i < text.n; i++)
        if (letter_value(text.at[i]) < 0)
            return false;
    return over == 0 || (over != 1 && (letter_value(text.at[text.n - 1]) & spare[over]) == 0);
}

struct err encoding_base64_read(struct bytes text, struct buf *b)
{
    uint32_t bits = 0;
    unsigned held = 0;
    uint8_t *at;

    if (!is_base64(text))
        return FAIL(E_MALFORMED);
    at = buf_extend(b, text.n / 4 * 3 + text.n % 4 * 3 / 4);
    if (at == NULL)
        return FAIL(b->failed);
    for (size_t i = 0; i < text.n; i++) {
        bits = bits << 6 | (uint32_t)letter_value(text.at[i]);
        held += 6;
        if (held >= 8) {
            held -= 8;
            *at++ = (uint8_t)(bits >> held);
        }
    }
    return OK;
}

/* Eight letters of five bits for five bytes. */
enum { GROUP = 5, GROUP_LETTERS = 8, NO_LETTER = 32 };

void encoding_base32(struct bytes in, char *out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

    for (size_t i = 0; i + GROUP <= in.n; i += GROUP) {
        uint64_t bits = 0;

        for (size_t j = 0; j < GROUP; j++)
            bits = bits << 8 | in.at[i + j];
        for (size_t j = GROUP_LETTERS; j > 0; j--, bits >>= 5)
            out[i / GROUP * GROUP_LETTERS + j - 1] = letters[bits & 31];
    }
}

static uint8_t letter32_value(uint8_t c)
{
    if (c >= 'a' && c <= 'z')
        return (uint8_t)(c - 'a');
    if (c >= 'A' && c <= 'Z')
        return (uint8_t)(c - 'A');
    return c >= '2' && c <= '7' ? (uint8_t)(c - '2' + 26) : NO_LETTER;
}

struct err encoding_base32_read(struct bytes text, uint8_t *out, size_t n)
{
    if (n % GROUP != 0 || text.n != n / GROUP * GROUP_LETTERS)
        return FAIL(E_MALFORMED);
    for (size_t i = 0; i < text.n; i++)
        if (letter32_value(text.at[i]) == NO_LETTER)
            return FAIL(E_MALFORMED);
    for (size_t i = 0; i < n; i += GROUP) {
        uint64_t bits = 0;

        for (size_t j = 0; j < GROUP_LETTERS; j++)
            bits = bits << 5 | letter32_value(text.at[i / GROUP * GROUP_LETTERS + j]);
        for (size_t j = GROUP; j > 0; j--, bits >>= 8)
            out[i + j - 1] = (uint8_t)bits;
    }
    return OK;
}
