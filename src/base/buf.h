/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf: bytes that we own and append to, up to a stated ceiling.
 *
 * The first failure sticks: later writes do nothing, and buf_end() reports it once.  Whatever a buf
 * held is wiped when it grows, is emptied or is freed.
 */
#ifndef TACET_BASE_BUF_H
#define TACET_BASE_BUF_H

#include "base/bytes.h"
#include "base/err.h"

struct buf {
    uint8_t *at;
    size_t n, room, max;
    enum err_code failed;
};

/* An empty buf that will never hold more than `max` bytes.  Nothing is allocated yet. */
#define BUF(ceiling) ((struct buf){NULL, 0, 0, (ceiling), E_OK})

void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
void buf_bytes(struct buf *b, struct bytes v);
void buf_text(struct buf *b, const char *text);
void buf_zeros(struct buf *b, size_t n);

/* Room for n bytes that the caller fills in at once; NULL after a failure. */
uint8_t *buf_extend(struct buf *b, size_t n);

/* A block with a 32-bit length before it: leaves room for the length, and later fills it in. */
size_t buf_open(struct buf *b);
void buf_close(struct buf *b, size_t opened);

/* What was written so far. */
struct bytes buf_view(const struct buf *b);

/* The first failure (E_LIMIT: the ceiling, E_NOMEM), or a view of it all. */
FALLIBLE buf_end(const struct buf *b, struct bytes *out);

/* Back to `n` bytes, which is at most what it holds; what is cut off is wiped. */
void buf_cut(struct buf *b, size_t n);

/* Forget the first `n` bytes; a buf that has no more of them holds no memory. */
void buf_drop(struct buf *b, size_t n);

/* Wiped and empty again, with the same ceiling. */
void buf_free(struct buf *b);

#endif
