/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pins: what the directory says of the server's TLS keys, newest statement only.  [PROTOCOL 4.7]
 *
 * None is made before the first key is announced: until then the pin of the invitations holds,
 * which is the key's that the server started with.  At most one key is announced at a time.
 */
#ifndef TACET_SERVER_NETWORKS_PINS_H
#define TACET_SERVER_NETWORKS_PINS_H

#include "server/networks/networks.h"
#include "statement/server_keys.h"

#define PINS_ANNOUNCED_MS (30 * CLOCK_DAY_MS) /* before the key may come into force unasked */

/* The newest: empty, with number 0, when there is none. */
FALLIBLE pins_newest(struct db *db, struct arena *a, struct bytes *statement,
                     struct server_keys *out);

/* The pin in force; `started` when there is no statement. */
FALLIBLE pins_in_force(struct db *db, const uint8_t started[SERVER_KEYS_PIN_SIZE],
                       struct server_pin *out);

/* Say that `next` may follow `in_force`.  E_CONFLICT: one is announced already; E_STALE: `next` is
 * the one in force. */
FALLIBLE pins_announce(const struct networks *n, struct db *db, const struct server_pin *in_force,
                       const struct server_pin *next, uint64_t now_ms);

/* Say that `to`, which was announced, is in force, and no other.  E_ABSENT: it was not announced.
 */
FALLIBLE pins_switch(const struct networks *n, struct db *db, const struct server_pin *to,
                     uint64_t now_ms);

/* Say that what was announced will not be.  E_ABSENT: nothing was. */
FALLIBLE pins_withdraw(const struct networks *n, struct db *db, uint64_t now_ms);

/* The server starts with this key.  One that was announced comes into force with it.  Any other
 * than those of the newest statement, or than that of the last start while there is none, is
 * E_CONFLICT, unless it is to be `anew`: then the clients of before are shut out.  *changed: a
 * statement was made. */
FALLIBLE pins_start(const struct networks *n, struct db *db, const struct server_pin *with,
                    bool anew, uint64_t now_ms, bool *changed);

#endif
