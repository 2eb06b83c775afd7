/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ahead: the key agreements of a page, made on all threads that the host lends before its items are
 * opened one after the other.  [PROTOCOL 6.5]
 *
 * Nothing is decided here and nothing kept: an item that was begun ahead goes on where it stands,
 * one that was not is begun in its turn.
 */
#ifndef TACET_CLIENT_AHEAD_H
#define TACET_CLIENT_AHEAD_H

#include "client/engine_internal.h"
#include "e2ee/open.h"
#include "wire/tacet.pb-c.h"

#define AHEAD_MOST 512 /* more than fit into a page, unless they are no messages */

struct ahead {
    size_t n;
    struct opened *begun; /* of the first `n` items; one that is not `agreed` was not begun */
};

/* Where the host lends no threads nothing is done.  E_NOMEM. */
FALLIBLE ahead_agree(const struct engine *e, const Tacet__Wire__Deliver *page, struct ahead *out);

/* NULL: it is to be begun in its turn. */
const struct opened *ahead_of(const struct ahead *a, size_t i);

/* Wipes what was agreed upon. */
void ahead_free(struct ahead *a);

#endif
