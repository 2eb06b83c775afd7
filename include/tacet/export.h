/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/export.h: a conversation written out of the profile, signed, and such a file checked.
 *
 * The file is JSON, an object a line, as PROTOCOL 16 says.  It is not sealed: whoever has it can
 * read it.
 */
#ifndef TACET_EXPORT_H
#define TACET_EXPORT_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Takes the next n bytes of a file; false: it cannot, and there is no use in going on. */
typedef bool tacet_write_fn(void *ctx, const uint8_t *at, size_t n);

struct tacet_exported {
    uint64_t messages;
    uint64_t proved; /* of them, so many with the signature of who wrote them */

    /* Of a file that was checked: */
    char by[TACET_HANDLE_SIZE]; /* who signed it; "" when no contact of mine */
    bool mine;                  /* I did */
    bool verified;              /* I compared safety numbers with them */
    char account[65];           /* in hexadecimal */
    char device[TACET_ID_SIZE];
    uint64_t made_ms;
};

/* Write out what is still here of a conversation, in the order in which it is shown.  Nothing of it
 * counts as read.  The program that has the profile open does nothing else meanwhile.
 * TACET_ABSENT: no such conversation; TACET_DENIED: not allowed here; TACET_IO: `write` refused. */
TACET_API enum tacet_code tacet_export(struct tacet_client *c, const char *with,
                                       tacet_write_fn *write, void *ctx,
                                       struct tacet_exported *out);

/* Gives at most n bytes of a file, and how many; 0: that was the end; -1: it cannot be read. */
typedef long tacet_read_fn(void *ctx, uint8_t *at, size_t n);

/* Is a file what a device wrote, whole and unchanged, and does each signature in it fit?  Of `out`
 * nothing is to be believed after anything but TACET_OK.
 * TACET_FORGED: it was changed, or somebody made it up.  TACET_TRUNCATED: its end is missing.
 * TACET_MALFORMED, TACET_LIMIT, TACET_VERSION: no export, or a newer program's.  TACET_DENIED: of
 * another network.  TACET_CLOCK: dated more than an hour ahead.  TACET_IO: `read` failed. */
TACET_API enum tacet_code tacet_check_export(struct tacet_client *c, tacet_read_fn *read, void *ctx,
                                             struct tacet_exported *out);

#ifdef __cplusplus
}
#endif

#endif
