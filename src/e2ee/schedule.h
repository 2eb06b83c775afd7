/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule: every key that follows from a message key or from an entry's shared secret, as sealing
 * and opening both derive them.  [PROTOCOL 5.3, 6.2]
 */
#ifndef TACET_E2EE_SCHEDULE_H
#define TACET_E2EE_SCHEDULE_H

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "e2ee/channel.h"

#define SCHEDULE_CTX_SIZE    HASH_SHA512_SIZE
#define SCHEDULE_PREFIX_SIZE 6 /* of the sender's device id, in a hint */
#define SCHEDULE_HINT_SIZE   (SCHEDULE_PREFIX_SIZE + 4)

FALLIBLE schedule_body_key(struct bytes mk, uint8_t out[AEAD_KEY_SIZE]);
FALLIBLE schedule_commitment(struct bytes mk, uint8_t out[UPLOAD_COMMITMENT_SIZE]);
FALLIBLE schedule_trailer_key(struct bytes mk, struct bytes ctx, uint8_t out[AEAD_KEY_SIZE]);

/* ctx = H(label | head | scope | com | H(body)). */
FALLIBLE schedule_ctx(struct bytes head, struct bytes scope, struct bytes com, struct bytes body,
                      uint8_t out[SCHEDULE_CTX_SIZE]);

/* What an entry is bound to. */
struct schedule_entry {
    struct bytes ctx;
    const struct device_id *from;
    const struct party *to;
    uint32_t prekey;
    const uint8_t *epoch; /* CHANNEL_EPOCH_ID_SIZE bytes */
    uint32_t n;
};

FALLIBLE schedule_entry_key(const struct schedule_entry *e, struct bytes mk, struct bytes z,
                            uint8_t out[AEAD_KEY_SIZE]);

/* What masks a hint; XOR is its own inverse. */
FALLIBLE schedule_hint_mask(struct bytes ctx, const struct device_id *to, struct bytes z,
                            uint8_t out[SCHEDULE_HINT_SIZE]);

#endif
