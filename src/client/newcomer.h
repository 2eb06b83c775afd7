/* SPDX-License-Identifier: Apache-2.0 */
/*
 * newcomer: a device that asks to be added to an account that is there: its keys, and what it asks
 * with, until it is answered.  [PROTOCOL 15.2, 15.4]
 *
 * The keys are made once for a link and committed before anything is asked, so that whoever goes on
 * after a crash asks with the same box and can open the answer to it.
 */
#ifndef TACET_CLIENT_NEWCOMER_H
#define TACET_CLIENT_NEWCOMER_H

#include "client/own.h"
#include "e2ee/link_answer.h"

struct newcomer {
    struct device_link link;
    struct sign_private *dsk;
    struct agree_private *point;
    struct mlkem_private *kem;
    struct link_ask ask;
    size_t box_n;
    uint8_t box[LINK_ASK_BOX_MOST];
};

/* A profile that asks by this link, in a transaction of its own; the device calls itself `name`,
 * which may be empty.  E_MALFORMED, E_LIMIT: the name. */
FALLIBLE newcomer_make(struct vault *v, const struct device_link *link, struct bytes name,
                       struct random *random);

/* E_ABSENT: the vault has none. */
FALLIBLE newcomer_load(struct vault *v, struct newcomer *out);
void newcomer_free(struct newcomer *n); /* wipes; harmless on a zeroed one */

/* Does what is kept ask by this link?  E_ABSENT: nothing is kept. */
FALLIBLE newcomer_asks_by(struct vault *v, const struct device_link *link, bool *same);

/* The answer makes it a device of the account, in a transaction of its own: `n` is used up then.
 * As link_answer_open(), and `n` is as it was; else of this machine. */
FALLIBLE newcomer_adopt(struct newcomer *n, struct vault *v, struct bytes answer, uint64_t now_ms,
                        struct own *out);

#endif
