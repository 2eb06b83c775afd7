/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing: does a device that sent something stand in its account's newest list, or did it when
 * the server got that?  [PROTOCOL 5.1, 6.5]
 */
#ifndef TACET_CLIENT_STANDING_H
#define TACET_CLIENT_STANDING_H

#include "client/people.h"
#include "statement/device_history.h"

struct standing {
    enum device_sender sender;
    struct device_entry device; /* as it stands, or stood last */
};

/* E_ABSENT: no list of the account is known, or not all that are needed; E_FORGED: the newest known
 * neither has the device nor says that it was revoked. */
FALLIBLE standing_find(struct vault *v, const struct own *me, const struct account_id *aid,
                       const struct device_id *did, uint64_t received_ms, uint64_t now_ms,
                       struct standing *out);

#endif
