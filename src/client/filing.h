/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filing: files of the person's as the engine reaches them, through a host that lends this, as it
 * lends a database.  Names and folders are the host's and the person's words; what a sender calls a
 * file goes through here unchanged, and the host makes a name of it that does no harm.
 */
#ifndef TACET_CLIENT_FILING_H
#define TACET_CLIENT_FILING_H

#include "base/bytes.h"
#include "base/err.h"

#define FILING_PATH_MAX 4000 /* bytes */

struct filing {
    void *ctx;

    /* How large a file is.  E_ABSENT, E_DENIED: not to be read, or no file; E_IO. */
    struct err (*measure)(void *ctx, struct bytes path, uint64_t *size);

    /* Exactly `n` bytes of it.  E_CONFLICT: it has not as many; else as above. */
    struct err (*read)(void *ctx, struct bytes path, uint64_t at, uint8_t *out, size_t n);

    /* Into the draft of this number in a folder, which has all that stands before; `at` 0 begins
     * it, or goes over it again.  E_ABSENT: it has less, or there is no folder; E_DENIED, E_FULL,
     * E_IO. */
    struct err (*write)(void *ctx, struct bytes folder, uint64_t draft, uint64_t at,
                        struct bytes part);

    /* What was written is on disk.  Errors as above. */
    struct err (*sync)(void *ctx, struct bytes folder, uint64_t draft);

    /* The draft is a file of the folder from now on, under a name of its own that is as near to
     * `name` as can be, and nothing that was there is touched: its path, borrowed until the next
     * call.  Errors as above. */
    struct err (*keep)(void *ctx, struct bytes folder, uint64_t draft, struct bytes name,
                       struct bytes *path);

    void (*drop)(void *ctx, struct bytes folder, uint64_t draft);
};

#endif
