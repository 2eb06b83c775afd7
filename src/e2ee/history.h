/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: what one device of an account tells another one while it gives it what was said before:
 * the content of the control message `history`, and the entries that its pieces are cut from.
 * [PROTOCOL 15.5]
 *
 * Everything parsed is borrowed from what it was parsed from.
 */
#ifndef TACET_E2EE_HISTORY_H
#define TACET_E2EE_HISTORY_H

#include "base/buf.h"
#include "base/text.h"
#include "e2ee/payload.h"
#include "e2ee/proof.h"
#include "statement/device_list.h"
#include "wire/limits.h"

#define HISTORY_TRANSFER_SIZE 16
#define HISTORY_CUT_MAX       65000 /* bytes of the entries in one piece */
#define HISTORY_ENTRY_MAX     (LIMIT_TEXT + PROOF_SIZE + 64)

/* ---- the control message */

enum history_kind { HISTORY_OFFER = 1, HISTORY_TAKEN, HISTORY_PIECE, HISTORY_OVER };

struct history {
    enum history_kind kind;
    uint8_t transfer[HISTORY_TRANSFER_SIZE];
    uint32_t number;  /* TAKEN: the last piece that was; PIECE: its own, from 1 */
    bool last;        /* PIECE: there is none behind it */
    uint64_t done;    /* PIECE: messages up to its end */
    uint64_t of;      /* OFFER, PIECE: messages in all, about */
    uint8_t code;     /* OVER: why, not 0 */
    struct bytes cut; /* PIECE: of the entries, at most HISTORY_CUT_MAX */
};

/* Append the content.  It must be as 15.5 says. */
void history_write(const struct history *h, struct buf *out);

/* E_TRUNCATED, E_MALFORMED, E_LIMIT. */
FALLIBLE history_parse(struct bytes content, struct history *out);

/* ---- entries */

enum history_entry_kind {
    HISTORY_PERSON = 1, /* whom some of what follows was said with */
    HISTORY_LIST,       /* a list with devices that some of it was written on */
    HISTORY_PROVED,     /* a message, with its writer's signature */
    HISTORY_UNPROVED,   /* one that has none any more: the word of the device that gives it */
};

struct history_entry {
    enum history_entry_kind kind;
    struct account_id with; /* PERSON, and the conversation of a message */

    struct point ark;    /* PERSON */
    struct bytes handle; /* PERSON: is a handle */
    struct bytes list;   /* LIST: the statement */

    /* of a message */
    bool mine, read;
    uint8_t state;  /* of mine: 3 to 5, as enum delivery_state has them; else 0 */
    uint32_t notes; /* of enum message_note, those of 15.5 */
    uint64_t missing, kept_ms;
    struct bytes proof;      /* PROVED */
    struct device_id sender; /* from here on as in the core; of UNPROVED written, of both parsed */
    struct message_id id;
    uint64_t seq, sent_ms;
    uint32_t ttl_s;
    uint16_t type;
    struct bytes content;
};

#define HISTORY_NOTES 0x000001efu /* late, gap, forked, ahead, restart, no copy, copy, left */

/* Append the entry without its length. */
void history_entry_write(const struct history_entry *entry, struct buf *out);

/* Form only.  E_TRUNCATED, E_MALFORMED, E_LIMIT. */
FALLIBLE history_entry_parse(struct bytes in, struct history_entry *out);

/* The first whole entry of *in, which moves behind it.  E_TRUNCATED: there is only a part of one,
 * or nothing; E_LIMIT: none is so long. */
FALLIBLE history_next_entry(struct bytes *in, struct bytes *entry);

#endif
