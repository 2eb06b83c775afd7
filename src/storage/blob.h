/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blob: where the host keeps what is too large for a database, as handlers see it.
 *
 * A blob has a name and a size, grows at its end, and is whole when it has its size: then it can be
 * read, and changes no more.  One thread at a time uses a store.  storage/blob/ has those there
 * are.
 */
#ifndef TACET_STORAGE_BLOB_H
#define TACET_STORAGE_BLOB_H

#include "base/bytes.h"
#include "base/err.h"

#define BLOB_NAME_SIZE 32
#define BLOB_STEP      UINT64_C(65552) /* what a crash leaves of a blob is a multiple of this, bytes */

struct blob_name {
    uint8_t b[BLOB_NAME_SIZE];
};

struct blob_state {
    uint64_t held;    /* bytes that came */
    uint64_t durable; /* of these, on disk; all of them once it is whole */
};

struct blob_store {
    void *ctx;

    /* What follows the bytes held, of a blob that is to have `size`; one that is not there begins
     * with its first bytes.  Without bytes: what is there?  The last ones make it whole, which is
     * on disk before this returns.  `out` is set on success and on E_CONFLICT: `at` is not where
     * the next bytes belong, or they go beyond `size`.  E_FULL: the disk has no room, or so little
     * that what is left is for others; E_IO, E_NOMEM.  On error nothing was added. */
    struct err (*append)(void *ctx, const struct blob_name *name, uint64_t size, uint64_t at,
                         struct bytes part, struct blob_state *out);

    /* At most `most` bytes of a whole blob, from `at` on: *n of them, 0 behind its end.
     * E_ABSENT: there is none, or it is not whole.  E_IO. */
    struct err (*read)(void *ctx, const struct blob_name *name, uint64_t at, uint8_t *out,
                       size_t most, size_t *n, uint64_t *size);

    /* What is whole under one name is so under another one, too, and takes no room on the disk for
     * it: on disk before this returns.  Harmless when it is so already; a part under that name
     * goes. E_ABSENT: there is none, or it is not whole; E_CONFLICT: it has not this size; E_FULL:
     * under too many names; E_IO. */
    struct err (*copy)(void *ctx, const struct blob_name *from, const struct blob_name *to,
                       uint64_t size);

    /* Whole or not; harmless when there is none.  E_IO. */
    struct err (*erase)(void *ctx, const struct blob_name *name);

    /* The names of blobs, whole or not, behind `after` (NULL: from the first), rising: the `most`
     * lowest.  E_IO. */
    struct err (*list)(void *ctx, const struct blob_name *after, struct blob_name *out, size_t most,
                       size_t *n);
};

#endif
