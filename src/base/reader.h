/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: a cursor over bytes that nobody vouches for.
 *
 * The first failure sticks: from then on every read yields zero or an empty run and moves nothing.
 * Ask reader_end() once, before believing a field.
 */
#ifndef TACET_BASE_READER_H
#define TACET_BASE_READER_H

#include "base/bytes.h"
#include "base/err.h"

struct reader {
    const uint8_t *at, *end;
    enum err_code failed;
};

struct reader reader(struct bytes in);

uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);

/* The next n bytes, borrowed; or copied into `out`, which is zeroed on failure. */
struct bytes reader_take(struct reader *r, size_t n);
void reader_copy(struct reader *r, uint8_t *out, size_t n);

/* A 32-bit length and that many bytes.  E_LIMIT when the length is over `max`. */
struct bytes reader_block(struct reader *r, size_t max);

/* What has not been read yet: borrowed and left there; or its size.  Nothing after a failure, so
 * that a loop over what is left ends. */
struct bytes reader_rest(const struct reader *r);
size_t reader_left(const struct reader *r);

/* Fails the reader with `code` unless `holds`: for rules that a field must keep. */
void reader_require(struct reader *r, bool holds, enum err_code code);

/* The first failure; E_MALFORMED when bytes are left over. */
FALLIBLE reader_end(const struct reader *r);

#endif
