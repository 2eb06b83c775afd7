/* SPDX-License-Identifier: Apache-2.0 */
/* hex: known answers, written as text. */
#ifndef TACET_TESTS_CRYPTO_HEX_H
#define TACET_TESTS_CRYPTO_HEX_H

#include "base/encoding.h"

/* The bytes that `text` spells, in `room`; a test that misspells one is wrong and stops. */
static inline struct bytes hex(const char *text, uint8_t *room, size_t room_n)
{
    size_t n = strlen(text) / 2;
    struct err err = n > room_n ? FAIL(E_LIMIT) : encoding_hex_read(bytes_text(text), room, n);

    invariant(err.code == E_OK);
    return bytes(room, n);
}

#define assert_hex(got, want)                                  \
    do {                                                       \
        uint8_t room_[256];                                    \
        assert_bytes((got), hex((want), room_, sizeof room_)); \
    } while (0)

#endif
