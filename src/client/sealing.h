/* SPDX-License-Identifier: Apache-2.0 */
/* sealing: what can be sealed to whom, and a row of the outbox that is sealed: S1 of [PROTOCOL 10].
 */
#ifndef TACET_CLIENT_SEALING_H
#define TACET_CLIENT_SEALING_H

#include "client/engine_internal.h"

/* Can something be sealed to a device?  *p is its newest prekey, if there is one. */
enum sealing_way {
    SEALING_READY = 1, /* its channel is open, or there is all to open one with */
    SEALING_ASK,       /* but for the ML-KEM key of its prekey, which was not asked for */
    SEALING_NO_WAY,    /* no valid prekey, or none with an ML-KEM key that checks */
};
/* Does what I write go to this device of one of the people? */
bool sealing_is_recipient(const struct engine *e, const struct device_entry *device);
struct sealing_look {
    struct prekey prekey; /* of no meaning where there is no way */
    enum sealing_way way;
    bool open;
};
FALLIBLE sealing_look(struct engine *e, const struct device_id *did, uint8_t profile,
                      struct sealing_look *out);
/* The same, but for the channel. */
FALLIBLE sealing_way_to(struct engine *e, const struct device_id *did, uint8_t profile,
                        struct prekey *p, enum sealing_way *out);
/* Is there a channel to it, in which to go on? */
FALLIBLE sealing_is_open(struct engine *e, const struct device_id *did, uint8_t profile,
                         bool *open);
/* Seal in a transaction of its own; *row is as committed.  E_ABSENT: no device of theirs has a
 * valid prekey. */
FALLIBLE sealing_seal(struct engine *e, struct outbox_row *row, struct arena *a);
/* In the caller's transaction: the sealed bytes will never be stored.  Epochs that only their
 * capsules would have opened are forgotten. */
FALLIBLE sealing_undo(struct engine *e, struct outbox_row *row);

#endif
