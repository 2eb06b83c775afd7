/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transferring: the file that is on its way, one at a time.  [PROTOCOL 13.4, 13.5, 13.6]
 *
 *   sending    BEGINNING -> ASKING -> MOVING -> KEEPING -> the message is queued
 *   fetching   MOVING -> the draft is kept
 *   showing    MOVING -> it is in memory (client/showing.h)
 *
 * Whatever goes wrong with the connection begins this again from what is committed: the digests of
 * the chunks that were sealed, or that are in the draft.  A chunk's digest is committed before the
 * chunk leaves (F1), a batch of them at once, and a chunk that has one is only made again (F2).
 */
#ifndef TACET_CLIENT_TRANSFERRING_H
#define TACET_CLIENT_TRANSFERRING_H

#include "client/engine_internal.h"
#include "client/filing.h"
#include "client/transfers.h"

/* From now on files can be reached; the seam stays the caller's. */
FALLIBLE transferring_lend(struct engine *e, const struct filing *filing);
void transferring_free(struct engine *e); /* wipes */

/* Do what can be done now: after a sign-in, and when one was added. */
FALLIBLE transferring_pump(struct engine *e);
FALLIBLE transferring_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                               struct arena *a);
void transferring_down(struct engine *e); /* the link is */
uint64_t transferring_at(const struct engine *e);
FALLIBLE transferring_wake(struct engine *e);

#endif
