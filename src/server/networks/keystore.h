/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keystore: where the host keeps the server's TLS keys, as handlers see it.  [PROTOCOL 4.7]
 *
 * Either the host's own files, or files of the operator's outside of the data directory, which are
 * read and never written.  Everything is called on the worker's thread; what returns OK is on disk.
 *
 * Errors of a look: E_ABSENT: there is no such file.  E_MALFORMED: not PEM, or the key is under a
 * passphrase.  E_CONFLICT: the key is not the certificate's.  E_DENIED: not a kind of key that all
 * clients take.  E_FORGED: others may read or write the key's file.  E_LIMIT, E_IO, E_FULL.
 */
#ifndef TACET_SERVER_NETWORKS_KEYSTORE_H
#define TACET_SERVER_NETWORKS_KEYSTORE_H

#include "statement/server_keys.h"

struct keystore_key {
    struct server_pin pin;
    uint64_t expires_ms; /* its certificate's end */
};

struct keystore {
    void *ctx;
    bool outside; /* the key in force is in the operator's files */

    /* What is in the files of the key in force now, and in those of the next.  Where the former is
     * outside, of the next there is a certificate alone. */
    struct err (*look)(void *ctx, struct keystore_key *out);
    struct err (*look_next)(void *ctx, struct keystore_key *out);

    /* A new certificate for the key in force.  E_DENIED: it is outside. */
    struct err (*renew)(void *ctx, uint64_t now_ms);

    /* A next key: made, or the given one (PEM), checked as it would be by a look, but that a key
     * which is not the certificate's is E_FORGED.  E_DENIED: made, while the key in force is
     * outside. */
    struct err (*make_next)(void *ctx, uint64_t now_ms);
    struct err (*put_next)(void *ctx, struct bytes certificate, struct bytes key);

    /* The next is the one in force from now on; what was begun and cut off is finished.  Nothing
     * where the key is outside. */
    struct err (*promote)(void *ctx);

    /* There is no next any more; harmless when there was none. */
    struct err (*drop_next)(void *ctx);
};

#endif
