/* SPDX-License-Identifier: Apache-2.0 */
/* admin: what an operator asks and does that touches several features at once. */
#ifndef TACET_SERVER_ADMIN_ADMIN_H
#define TACET_SERVER_ADMIN_ADMIN_H

#include "server/queue/queue.h"

#define ADMIN_PEOPLE_PAGE 100

extern const struct route admin_routes[], admin_keys_routes[];

#endif
