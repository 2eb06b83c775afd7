/* SPDX-License-Identifier: Apache-2.0 */
/*
 * telling: the answer to a refusal that says all that changed, so that nobody need ask.
 *
 * As much of it as a frame holds: what is told first is in it for certain.
 */
#ifndef TACET_SERVER_ROOMS_TELLING_H
#define TACET_SERVER_ROOMS_TELLING_H

#include "server/accounts/accounts.h"
#include "server/api/api.h"
#include "wire/tacet.pb-c.h"

struct telling {
    struct request *rq;
    Tacet__Wire__Stale out;
    size_t left, persons, policies, states; /* bytes, and places of each */
};

/* With places for that many of each.  E_NOMEM. */
FALLIBLE telling_begin(struct telling *t, struct request *rq, size_t persons, size_t policies,
                       size_t states);

/* What finds no room is left out, and `more` says so. */
FALLIBLE telling_person(struct telling *t, const struct account *who, uint32_t from_list);
FALLIBLE telling_policy(struct telling *t, struct bytes statement);
FALLIBLE telling_state(struct telling *t, struct bytes statement, struct bytes commitment);

/* Refuses with `why`. */
FALLIBLE telling_end(struct telling *t, struct err why);

#endif
