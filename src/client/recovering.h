/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recovering: the account's recovery key as this device knows it.  [PROTOCOL 15.6]
 *
 * Its letters are kept nowhere: they are in memory from when they were made until they were shown.
 * What is kept is what they open, which the server has too: it is given to the server again in case
 * it was lost there, and tells whether letters that somebody types in are the right ones.
 *
 *   0  the key whose letters were shown, or by which the person came back
 *   1  one that is being made, until its letters were shown.  When a program ends with it, the next
 *      one has no letters to show: nobody ever will, and the person is told to make another one.
 */
#ifndef TACET_CLIENT_RECOVERING_H
#define TACET_CLIENT_RECOVERING_H

#include "client/own.h"
#include "e2ee/recovery.h"

/* How things stand; the numbers are those of the public header. */
enum recovering_state {
    RECOVERING_NONE = 0,    /* the account has no recovery key */
    RECOVERING_ELSEWHERE,   /* it has one, which another device of it made */
    RECOVERING_MAKING,      /* one is being made by this program */
    RECOVERING_UNSEEN,      /* it has one whose letters nobody has seen or will */
    RECOVERING_UNCONFIRMED, /* its letters were shown, and never typed in again */
    RECOVERING_CONFIRMED,
    RECOVERING_USED, /* the person came back by it: it is still good, and has been typed in */
};

struct recovering_key {
    enum recovering_state state; /* UNCONFIRMED, CONFIRMED or USED; of number 1 UNSEEN */
    struct device_id did;
    uint8_t slot[RECOVERY_SLOT_SIZE];
    uint64_t kept_ms; /* when the server was given the blob last */
    struct bytes blob;
};

enum { RECOVERING_IN_FORCE = 0, RECOVERING_NEW = 1 };

/* In the caller's transaction. */
FALLIBLE recovering_put(struct vault *v, uint64_t number, const struct recovering_key *key);
FALLIBLE recovering_erase(struct vault *v, uint64_t number);

/* E_ABSENT.  The blob is in the arena. */
FALLIBLE recovering_get(struct vault *v, uint64_t number, struct arena *a,
                        struct recovering_key *out);

/* RECOVERING_MAKING aside, which the vault does not know. */
FALLIBLE recovering_look(struct vault *v, const struct own *own, enum recovering_state *out);

/* Are these the letters of the account's key?  E_MALFORMED: no letters.  E_FORGED: those of another
 * one, or mistyped.  E_ABSENT: there is no key.  E_CONFLICT: another device of the account made it,
 * or nobody has seen its letters. */
FALLIBLE recovering_compare(struct vault *v, const struct own *own, struct bytes letters);

#endif
