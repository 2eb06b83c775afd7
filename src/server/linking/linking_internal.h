/* SPDX-License-Identifier: Apache-2.0 */
/* linking_internal: what the files of this folder share. */
#ifndef TACET_SERVER_LINKING_LINKING_INTERNAL_H
#define TACET_SERVER_LINKING_LINKING_INTERNAL_H

#include "crypto/hash.h"
#include "server/linking/linking.h"

/* A slot as it is kept. */
struct linking_name {
    uint8_t b[HASH_SHA256_SIZE];
};

/* E_MALFORMED: it is none.  E_CRYPTO. */
FALLIBLE linking_name(struct bytes slot, struct linking_name *out);

#endif
