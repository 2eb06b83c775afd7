/* SPDX-License-Identifier: Apache-2.0 */
/*
 * networks: whom this server serves, and the key by which it says who is who.
 *
 * The network is named by its root key, which stays off this machine; the directory key is here, in
 * memory, and signs under a certificate of the root.  A server holds one network for now.
 * [PROTOCOL 2.1, 4.1, 4.2]
 */
#ifndef TACET_SERVER_NETWORKS_NETWORKS_H
#define TACET_SERVER_NETWORKS_NETWORKS_H

#include "server/api/api.h"
#include "statement/directory.h"
#include "statement/room_commit.h"
#include "statement/server_keys.h"
#include "storage/migrate.h"

/* Holds the directory key; nothing in it changes while it is open. */
struct networks;

/* Make the network of this root key and domain, as its certificate allows.
 * E_CONFLICT: there is one already.  E_MALFORMED, E_FORGED, E_CLOCK, E_EXPIRED: the certificate. */
FALLIBLE networks_create(struct db *db, const struct point *root, struct bytes domain,
                         struct bytes certificate, uint64_t now_ms);

/* `key` is the directory key's 66-byte scalar.  A certificate that is over does not keep it from
 * opening: a new one must be able to come in.
 * E_ABSENT: no network was created.  E_FORGED: not the key that was certified.  E_MALFORMED. */
FALLIBLE networks_open(struct db *db, struct bytes key, struct networks **out);
void networks_free(struct networks *n); /* NULL is fine; wipes */

const struct network_id *networks_id(const struct networks *n);
const struct point *networks_root(const struct networks *n);
const struct point *networks_key(const struct networks *n);
struct bytes networks_domain(const struct networks *n);

/* The certificate now in force. */
FALLIBLE networks_certificate(struct db *db, struct arena *a, struct bytes *out);

/* When that will be, or was, over. */
FALLIBLE networks_ends(struct db *db, uint64_t *ends_ms);

/* Replace it.  E_CONFLICT: for another directory key; the other errors as networks_create. */
FALLIBLE networks_certify(const struct networks *n, struct db *db, struct bytes certificate,
                          uint64_t now_ms);

/* Sign a directory statement; it lives in the arena. */
FALLIBLE networks_sign(const struct networks *n, const struct directory_statement *s,
                       struct arena *a, struct bytes *out);

/* The same for the commit of a room's state; and for the state that gives a room its next
 * moderator, whose hash is filled in. */
FALLIBLE networks_sign_commit(const struct networks *n, const struct room_commit *c,
                              struct arena *a, struct bytes *out);
FALLIBLE networks_sign_successor(const struct networks *n, struct room_state *s, struct arena *a,
                                 struct bytes *out);

/* The same for a statement of the server's keys. */
FALLIBLE networks_sign_keys(const struct networks *n, const struct server_keys *s, struct arena *a,
                            struct bytes *out);

extern const struct schema networks_schema;
extern const struct route networks_routes[];

#endif
