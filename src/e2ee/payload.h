/* SPDX-License-Identifier: Apache-2.0 */
/* payload: content padded to a step, so that a message's length says little.  [PROTOCOL 6.1] */
#ifndef TACET_E2EE_PAYLOAD_H
#define TACET_E2EE_PAYLOAD_H

#include "base/buf.h"

enum payload_type {
    PAYLOAD_TEXT = 1,
    PAYLOAD_REPLY = 2, /* what speaks of another message [PROTOCOL 6.10] */
    PAYLOAD_REACTION = 3,
    PAYLOAD_EDIT = 4,
    PAYLOAD_RECALL = 5,
    PAYLOAD_FILE = 6,     /* e2ee/attachment.h [PROTOCOL 13.8] */
    PAYLOAD_FORWARD = 7,  /* a text that was said elsewhere [PROTOCOL 6.10] */
    PAYLOAD_POSITION = 8, /* e2ee/position.h [PROTOCOL 6.14] */
    PAYLOAD_MOVED = 9,    /* one in the place of another [PROTOCOL 6.10, 6.14] */
    PAYLOAD_CARD = 10,    /* e2ee/card.h [PROTOCOL 6.14] */
    PAYLOAD_FILED = 11,   /* where another one stands [PROTOCOL 6.10, 6.15] */

    /* Control messages [PROTOCOL 6.8]: carried out, never shown, and without a place in a stream.
     */
    PAYLOAD_RESET = 16,
    PAYLOAD_MISSING = 17,
    PAYLOAD_VOID = 18,
    PAYLOAD_SETTLED = 19,
    PAYLOAD_HELLO = 20,
    PAYLOAD_STATE = 21, /* among the devices of one account [PROTOCOL 15.8] */
    PAYLOAD_HAVE = 22,
    PAYLOAD_HISTORY = 23, /* the same [PROTOCOL 15.5] */
    PAYLOAD_ABOUT = 24,   /* what a room is called [PROTOCOL 6.9] */
    PAYLOAD_RECEIPT = 25, /* e2ee/receipt.h [PROTOCOL 6.13] */
    PAYLOAD_TYPING = 26,  /* without content, and kept nowhere [PROTOCOL 6.16] */
    PAYLOAD_HERE = 27,
};

/* Also one that this version does not know. */
bool payload_is_control(uint16_t type);

/* Append the padded content, all of it or nothing.  E_LIMIT: over LIMIT_TEXT, or `out` at its
 * ceiling; E_NOMEM. */
FALLIBLE payload_pad(struct bytes content, struct buf *out);

/* The content inside, borrowed.  E_TRUNCATED, E_LIMIT; E_MALFORMED: not the least step that holds
 * it, or padding that is not zero. */
FALLIBLE payload_unpad(struct bytes padded, struct bytes *content);

#endif
