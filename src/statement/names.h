/* SPDX-License-Identifier: Apache-2.0 */
/* names: ids that follow from keys, so that a name cannot be given to another key.  [PROTOCOL 2] */
#ifndef TACET_STATEMENT_NAMES_H
#define TACET_STATEMENT_NAMES_H

#include "base/err.h"
#include "base/id.h"
#include "crypto/sign.h"

/* A signing key as it stands in statements. */
struct point {
    uint8_t b[SIGN_PUBLIC_SIZE];
};

/* H32 and H16 of the protocol are SHA-512 cut to this many bytes. */
#define NAMES_H32_SIZE 32
#define NAMES_H16_SIZE 16

FALLIBLE names_h32(const struct bytes *parts, size_t n, uint8_t out[NAMES_H32_SIZE]);

/* `domain` is checked: E_MALFORMED when it is no DNS name in lower case.  E_CRYPTO. */
FALLIBLE names_network(const struct point *root, struct bytes domain, struct network_id *out);
FALLIBLE names_account(const struct network_id *nid, const struct point *ark,
                       struct account_id *out);
FALLIBLE names_device(const struct account_id *aid, const struct point *dsk, struct device_id *out);

/* The conversation of two accounts of one network, whichever is named first. */
FALLIBLE names_pair_room(const struct network_id *nid, const struct account_id *a,
                         const struct account_id *b, struct room_id *out);

/* The same for accounts of two networks, or of one. */
FALLIBLE names_pair_across(const struct network_id *a_nid, const struct account_id *a,
                           const struct network_id *b_nid, const struct account_id *b,
                           struct room_id *out);

#endif
