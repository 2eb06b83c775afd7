/* SPDX-License-Identifier: Apache-2.0 */
/* identity: who this device is, with the private keys that say so.  [PROTOCOL 2, 3] */
#ifndef TACET_E2EE_IDENTITY_H
#define TACET_E2EE_IDENTITY_H

#include "base/buf.h"
#include "crypto/sign.h"
#include "statement/names.h"

/* A device, named in full. */
struct party {
    struct network_id nid;
    struct account_id aid;
    struct device_id did;
};

#define IDENTITY_PARTY_SIZE 80

struct identity {
    struct party who;
    struct point ark, dsk;           /* public halves */
    struct sign_private *ark_secret; /* account root */
    struct sign_private *dsk_secret; /* device signing */
};

/* A new account with its first device.  E_NOMEM, E_CRYPTO. */
FALLIBLE identity_make(const struct network_id *nid, struct identity *out);

/* A device of an account that is there: both keys move, also on error.  E_CRYPTO. */
FALLIBLE identity_of(const struct network_id *nid, struct sign_private **ark,
                     struct sign_private **dsk, struct identity *out);

/* The private keys and all that follows from them, for the vault alone.  Writing appends all of it
 * or nothing; parsing: E_TRUNCATED, E_MALFORMED. */
FALLIBLE identity_write(const struct identity *me, struct buf *out);
FALLIBLE identity_parse(struct bytes in, struct identity *out);

void identity_free(struct identity *me); /* wipes; harmless on a zeroed one */

/* nid | aid | did, as key derivations name a device. */
void identity_write_party(const struct party *who, struct buf *out);

#endif
