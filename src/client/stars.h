/* SPDX-License-Identifier: Apache-2.0 */
/* stars: messages that the person marked, for all their devices and nobody else.  [PROTOCOL 15.8]
 */
#ifndef TACET_CLIENT_STARS_H
#define TACET_CLIENT_STARS_H

#include "client/engine.h"
#include "client/messages.h"

/* COMMAND_STAR, COMMAND_UNSTAR.  E_ABSENT: no such message; E_STALE: it is so already. */
FALLIBLE stars_command(struct engine *e, const struct command *c);

FALLIBLE stars_has(struct vault *v, const struct message *m, bool *has);

/* Where each one is that is here, by places, which rise through all conversations. */
struct stars {
    struct stars_place {
        uint64_t contact, place;
    } * at; /* in the arena */
    size_t n;
};
FALLIBLE stars_collect(struct vault *v, struct arena *a, struct stars *out);

#endif
