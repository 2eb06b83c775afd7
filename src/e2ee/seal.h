/* SPDX-License-Identifier: Apache-2.0 */
/* seal: one content for many devices, each with a key of its own to it.  [PROTOCOL 6.2, 6.3] */
#ifndef TACET_E2EE_SEAL_H
#define TACET_E2EE_SEAL_H

#include "base/buf.h"
#include "crypto/p521.h"
#include "crypto/random.h"
#include "e2ee/channel.h"
#include "e2ee/proof.h"

/* One recipient device, and the step of our channel to it that this message uses up. */
struct seal_recipient {
    struct party who;
    uint32_t prekey;                /* number */
    const struct agree_public *key; /* the same prekey, parsed */
    uint8_t epoch[CHANNEL_EPOCH_ID_SIZE];
    uint32_t n;
    uint8_t mk[CHANNEL_KEY_SIZE];
};

struct seal_request {
    const struct identity *me;
    const struct core *core;
    const struct wrap *wrap;
    struct bytes content; /* its digest stands in core */
    uint8_t profile;      /* of the conversation: all capsules and epochs are of it */
    uint64_t number;      /* of the upload */
    const struct upload_capsule *capsule;
    size_t capsules;
    const struct seal_recipient *to; /* in the roster's order, 1 <= n <= LIMIT_RECIPIENTS */
    const uint16_t *place; /* of each of them among the roster's, rising; NULL: these are all */
    size_t n;
    const struct pool *pool; /* NULL: on this thread */
    uint8_t *proof; /* PROOF_SIZE bytes, for what shows others that this was written; or NULL */
};

/**
 * seal - make the upload of one message.
 *
 * The message's key and key pair are made here and wiped here; nothing takes or returns them.
 *
 * @param[out] out  the upload, appended; left as it was on any error
 * Size:    695 + 60 n + padded content bytes, and 309 or in profile hybrid 1,877 each capsule;
 *          a partial upload 2 + 2 n more.
 * Errors:  E_LIMIT  n, capsules or content out of range, or `out` at its ceiling;  E_MALFORMED  no
 *          such profile;  E_NOMEM;  E_CRYPTO.
 * Never:   blocks, logs, reads a clock, or keeps a pointer after it returns.
 */
FALLIBLE seal(const struct seal_request *rq, struct random *random, struct buf *out);

#endif
