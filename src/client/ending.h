/* SPDX-License-Identifier: Apache-2.0 */
/* ending: messages whose time is over.  [PROTOCOL 6.11] */
#ifndef TACET_CLIENT_ENDING_H
#define TACET_CLIENT_ENDING_H

#include "client/engine.h"

FALLIBLE ending_begin(struct engine *e); /* the program does: what is over goes before all else */
/* In a transaction of its own, wholly, with what is on its way of it.  E_AGAIN: the server is being
 * asked to take it just now. */
FALLIBLE ending_message(struct engine *e, uint64_t contact, uint64_t place);
/* One was kept that is over then, in own time. */
void ending_kept(struct engine *e, uint64_t due_ms);
/* What a message said was destroyed: it is to go from the files, too, after the commit. */
void ending_emptied(struct engine *e);
/* In the caller's transaction: it was read then, by our clock; what burns does so from then on. */
FALLIBLE ending_read(struct engine *e, const struct message *m, uint64_t read_ms);
FALLIBLE ending_is_over(struct engine *e, const struct message *m, bool *over);
uint64_t ending_at(const struct engine *e);
FALLIBLE ending_wake(struct engine *e);

#endif
