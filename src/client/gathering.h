/* SPDX-License-Identifier: Apache-2.0 */
/* gathering: everybody in a room can be sealed to, before something is.  [PROTOCOL 3.1, 5.1] */
#ifndef TACET_CLIENT_GATHERING_H
#define TACET_CLIENT_GATHERING_H

#include "client/engine_internal.h"
#include "client/roomlog.h"

/* *waits: people or keys are being asked for, channels opened, or the room has to change first. */
FALLIBLE gathering_prepare(struct engine *e, const struct room *r, const struct outbox_row *row,
                           struct arena *a, bool *waits);

/* Is the device of somebody in the room, or of who keeps copies of it, as it is now? */
FALLIBLE gathering_has_device(struct engine *e, const struct room *r, const struct device_id *did,
                              bool *has);

#endif
