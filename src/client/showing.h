/* SPDX-License-Identifier: Apache-2.0 */
/*
 * showing: a file that a person looks at, in memory alone: the way of those that are not to be kept
 * [PROTOCOL 13.8], and of any other.
 *
 * One at a time.  It goes before the transfers that wait, begins anew when the connection breaks,
 * and is forgotten with the program: nothing of it, nor that it was asked for, is ever written.
 */
#ifndef TACET_CLIENT_SHOWING_H
#define TACET_CLIENT_SHOWING_H

#include "client/transferring.h"

#define SHOWING_MAX (8u << 20) /* bytes of a file */

/* Bring what the message at that place says; another one that was shown is wiped.  EVENT_TRANSFER
 * follows with this number.  E_ABSENT: no such message; E_MALFORMED: it brings no file; E_LIMIT: it
 * has more than SHOWING_MAX; E_AGAIN: no files can be reached; E_NOMEM. */
FALLIBLE showing_ask(struct engine *e, uint64_t conversation, uint64_t place, uint64_t *number);

/* All of it, checked, until it is forgotten.  E_ABSENT: it is not there, not yet or not any more.
 */
FALLIBLE showing_look(const struct engine *e, uint64_t number, struct bytes *out);

/* Wipes.  Harmless when there is none. */
void showing_forget(struct transferring *x);

/* For transferring and fetching: is one asked for that is not there yet?  Make it the file at hand;
 * where in memory the chunk goes that begins there; all chunks are there. */
bool showing_waits(const struct transferring *x);
FALLIBLE showing_begin(struct engine *e);
uint8_t *showing_at(struct transferring *x, uint64_t at);
FALLIBLE showing_finish(struct engine *e);

#endif
