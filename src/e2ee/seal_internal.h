/* SPDX-License-Identifier: Apache-2.0 */
/* seal_internal: the inner step of seal, where known-answer tests bring the message's keys. */
#ifndef TACET_E2EE_SEAL_INTERNAL_H
#define TACET_E2EE_SEAL_INTERNAL_H

#include "crypto/aead.h"
#include "e2ee/seal.h"

struct seal_keys {
    uint8_t mk[AEAD_KEY_SIZE];
    struct agree_private *e;
    uint8_t point[AGREE_PUBLIC_SIZE]; /* E */
};

FALLIBLE seal_with(const struct seal_request *rq, const struct seal_keys *keys, struct buf *out);

#endif
