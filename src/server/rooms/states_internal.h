/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TACET_SERVER_ROOMS_STATES_INTERNAL_H
#define TACET_SERVER_ROOMS_STATES_INTERNAL_H

#include "server/rooms/states.h"

/* Commit a state that passed every check, whose parts but the commit are there, and keep it. */
FALLIBLE rooms_keep(struct db *db, const struct networks *n, struct arena *a, uint64_t now_ms,
                    struct rooms_state *s);
/* The same with the commit that it has. */
FALLIBLE rooms_keep_committed(struct db *db, const struct networks *n, struct arena *a,
                              const struct rooms_state *s);

#endif
