/* SPDX-License-Identifier: Apache-2.0 */
/*
 * welcome: a client's first frames, by which a connection becomes a device's.
 *
 * Here because they touch all that a device has: list, prekey, uploads, mailbox.  Joining makes the
 * account and does not sign in; the client does that next, on the same connection.
 * [PROTOCOL 4.5, 8, 9.2]
 */
#ifndef TACET_SERVER_WELCOME_WELCOME_H
#define TACET_SERVER_WELCOME_WELCOME_H

#include "server/queue/queue.h"

extern const struct route welcome_routes[];

#endif
