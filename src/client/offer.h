/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offer: the link that this device shows, so that another one may ask to be added to its account,
 * and what has become of it.  [PROTOCOL 15.1, 15.2, 15.3, 15.4]
 *
 *   MADE --> OPEN --> ASKED --> CONFIRMED --> ANSWERED --> gone: added
 *                                                 |
 *                                                 +--> UNHEARD --> gone: added, or removed again
 *
 * One at a time.  It is committed before each step that follows from it.  The link's secret goes
 * with it, and before: as soon as nothing is opened or sealed under it any more.
 */
#ifndef TACET_CLIENT_OFFER_H
#define TACET_CLIENT_OFFER_H

#include "base/clock.h"
#include "client/own.h"
#include "e2ee/link_answer.h"

#define OFFER_LIFE_MS  (10 * CLOCK_MINUTE_MS)
#define OFFER_FROM_MAX 63 /* bytes of an address, as the server writes it */

enum offer_phase {
    OFFER_NONE = 0,
    OFFER_MADE,      /* its slot is to be opened */
    OFFER_OPEN,      /* nobody has asked yet */
    OFFER_ASKED,     /* somebody has: the person is to compare, and no other ask counts */
    OFFER_CONFIRMED, /* the account's list is to have it */
    OFFER_ANSWERED,  /* the list has it, and the answer is to reach the server */
    OFFER_UNHEARD,   /* the server takes no answer any more: has one reached the device? */
};

struct offer {
    enum offer_phase phase;
    uint64_t made_ms;
    struct device_link link; /* its secret is zero from ANSWERED on */
    uint8_t slot[DEVICE_LINK_SLOT_SIZE];

    /* From ASKED on. */
    struct link_ask ask;
    uint8_t digest[HASH_SHA512_SIZE];
    char code[LINK_ASK_CODE_SIZE];
    char from[OFFER_FROM_MAX + 1]; /* as the server says; "" when it does not */
};

/* A link to this account, with a fresh secret, in memory alone.  E_CRYPTO. */
FALLIBLE offer_make(struct offer *out, const struct own *own, struct random *random,
                    uint64_t now_ms);

/* Its ten minutes are over by this clock, or it went back since. */
bool offer_is_over(const struct offer *o, uint64_t now_ms);

/* What asks is so and so, and came from there; as link_ask_open(), and of what is not UTF-8 in
 * `from` nothing.  Takes 0.15 s and 64 MiB [link_ask.h].  `o` is untouched on error. */
FALLIBLE offer_take_ask(struct offer *o, struct bytes box, struct bytes from);

/* The answer for who asked, with this list of the account; as link_answer_seal(). */
FALLIBLE offer_seal_answer(const struct offer *o, const struct own *own, struct bytes list,
                           uint64_t now_ms, struct buf *out);

/* What is kept.  Loading leaves OFFER_NONE when there is none.  The others in the caller's
 * transaction. */
FALLIBLE offer_load(struct vault *v, struct offer *out);
FALLIBLE offer_put(struct vault *v, const struct offer *o);
FALLIBLE offer_erase(struct vault *v);
FALLIBLE offer_put_answer(struct vault *v, struct bytes answer);
FALLIBLE offer_answer(struct vault *v, struct arena *a, struct bytes *answer);

#endif
