/* SPDX-License-Identifier: Apache-2.0 */
/* room: how many clients may be connected, by the descriptors that this process may have. */
#ifndef TACET_SERVER_MAIN_ROOM_H
#define TACET_SERVER_MAIN_ROOM_H

#include <stddef.h>

#define ROOM_KEPT 64 /* descriptors for the database, the listeners and the operator */

/* Asks the system for as many descriptors as it allows, and says how many of them are for clients.
 */
size_t room_for_clients(void);

#endif
