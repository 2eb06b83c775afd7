/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference: the content of a message that speaks of another one, which it names by the device that
 * wrote that and its id.  [PROTOCOL 6.10]
 *
 * Everything parsed is borrowed from what it was parsed from.  Whether what it names is there, and
 * whose it is, is asked elsewhere.
 */
#ifndef TACET_E2EE_REFERENCE_H
#define TACET_E2EE_REFERENCE_H

#include "base/buf.h"
#include "base/id.h"
#include "e2ee/filed.h"
#include "e2ee/payload.h"
#include "e2ee/position.h"
#include "wire/limits.h"

#define REFERENCE_NAME_SIZE    (16 + 16)
#define REFERENCE_REPLY_MAX    (LIMIT_TEXT - REFERENCE_NAME_SIZE) /* bytes of its text */
#define REFERENCE_REACTION_MAX 32                                 /* bytes of its kind */
#define REFERENCE_EDIT_MAX     (REFERENCE_REPLY_MAX - 8)

struct reference {
    struct device_id sender; /* of what it speaks of, as is the next */
    struct message_id id;
    /* UTF-8: of a reply or an edit, may be empty; of a reaction its kind, of 1 byte or more,
     * without controls and blanks.  Of what moved a position as position_parse() reads it; of what
     * files one as filed_parse() does */
    struct bytes text;
    uint64_t stamp; /* of a reaction, an edit, what moved or files: which stands */
    bool on;        /* of a reaction: else it is taken back */
};

/* Append the content, all of it or nothing, of a message of this type, PAYLOAD_REPLY,
 * PAYLOAD_REACTION, PAYLOAD_EDIT, PAYLOAD_MOVED or PAYLOAD_FILED, or PAYLOAD_RECALL, which has no
 * text.
 * E_MALFORMED: another type, or not such a text; E_LIMIT: it is too long, or `out` at its ceiling;
 * E_NOMEM. */
FALLIBLE reference_write(uint16_t type, const struct reference *in, struct buf *out);

/* E_TRUNCATED, E_LIMIT; E_MALFORMED: also a type that speaks of no other message. */
FALLIBLE reference_parse(uint16_t type, struct bytes content, struct reference *out);

/* Does a message of this type speak of another one? */
bool reference_is_of(uint16_t type);

#endif
