/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receipt: which places of a stream came to somebody, and up to which one they have read: the
 * content of a control message.  [PROTOCOL 6.13]
 */
#ifndef TACET_E2EE_RECEIPT_H
#define TACET_E2EE_RECEIPT_H

#include "e2ee/control.h"

#define RECEIPT_RANGES_MAX CONTROL_ENTRIES_MAX

struct receipt {
    struct device_id writer; /* whose stream in the room it is */
    uint64_t read;           /* a seq: what came up to it was read; 0: nothing is told of reading */
    size_t n;                /* of ranges: 0 to RECEIPT_RANGES_MAX, and not 0 where `read` is */
    struct control_range came[RECEIPT_RANGES_MAX]; /* apart, rising */
};

/* Append the content.  The receipt must be as 6.13 says. */
void receipt_write(const struct receipt *in, struct buf *out);

/* E_TRUNCATED; E_LIMIT: too many ranges; E_MALFORMED: it tells nothing, or ranges that are none, or
 * do not rise or lie apart. */
FALLIBLE receipt_parse(struct bytes content, struct receipt *out);

#endif
