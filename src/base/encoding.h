/* SPDX-License-Identifier: Apache-2.0 */
/* encoding: bytes as text.  Hexadecimal, and base32 and base64url without padding
 * [RFC4648]. */
#ifndef TACET_BASE_ENCODING_H
#define TACET_BASE_ENCODING_H

#include "base/buf.h"

/* Lower-case digits appended; two a byte. */
void encoding_hex(struct buf *b, struct bytes in);

/* The bytes of 2 n digits, either case.  E_MALFORMED; `out` is untouched on error. */
FALLIBLE encoding_hex_read(struct bytes text, uint8_t *out, size_t n);

/* Base64url, no padding, appended. */
void encoding_base64(struct buf *b, struct bytes in);

/* The reverse, appended to b.  E_MALFORMED: a foreign character, an impossible length, or bits
 * that the encoder would have left zero; b is as it was then. */
FALLIBLE encoding_base64_read(struct bytes text, struct buf *b);

/* Base32 in lower case of whole groups of 5 bytes: 8 letters each, and no NUL. */
void encoding_base32(struct bytes in, char *out);

/* The n bytes, a multiple of 5, of letters in either case.  E_MALFORMED: a foreign character, or
 * another number of letters; `out` is untouched on error. */
FALLIBLE encoding_base32_read(struct bytes text, uint8_t *out, size_t n);

#endif
