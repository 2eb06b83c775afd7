/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_ask: what a new device asks the one that showed it a link, sealed under the link's secret,
 * and the digits by which a person sees that both mean the same.  [PROTOCOL 15.2, 15.3]
 */
#ifndef TACET_E2EE_LINK_ASK_H
#define TACET_E2EE_LINK_ASK_H

#include "base/buf.h"
#include "crypto/aead.h"
#include "crypto/agree.h"
#include "crypto/hash.h"
#include "crypto/mlkem/mlkem.h"
#include "crypto/random.h"
#include "statement/device_link.h"
#include "statement/names.h"

#define LINK_ASK_NAME_MAX  64 /* bytes */
#define LINK_ASK_LEAST     (1 + 16 + SIGN_PUBLIC_SIZE + AGREE_PUBLIC_SIZE + MLKEM_PUBLIC_SIZE + 1)
#define LINK_ASK_MOST      (LINK_ASK_LEAST + LINK_ASK_NAME_MAX)
#define LINK_ASK_BOX_MOST  (AEAD_NONCE_SIZE + LINK_ASK_MOST + SIGN_SIZE + AEAD_TAG_SIZE)
#define LINK_ASK_CODE_SIZE sizeof "1234 5678 9012"

/* Nothing in it is secret. */
struct link_ask {
    struct device_id did;
    struct point dsk;
    uint8_t point[AGREE_PUBLIC_SIZE]; /* with kem, the first prekey */
    uint8_t kem[MLKEM_PUBLIC_SIZE];
    size_t name_n;
    char name[LINK_ASK_NAME_MAX + 1]; /* by itself: UTF-8, NUL-terminated */
};

/* Sign with the new device's key, seal and append.  E_MALFORMED, E_FORGED: who opens it would say
 * that.  E_LIMIT, E_NOMEM, E_CRYPTO; nothing is appended then. */
FALLIBLE link_ask_seal(const struct device_link *link, const struct link_ask *ask,
                       const struct sign_private *dsk, struct random *random, struct buf *out);

/* E_TRUNCATED, E_MALFORMED; E_LIMIT: longer than any; E_FORGED: not sealed under this link, not
 * signed by the device, or an id that does not follow.  E_NOMEM, E_CRYPTO. */
FALLIBLE link_ask_open(const struct device_link *link, struct bytes box, struct link_ask *out);

/* Three groups of four digits and a NUL.  Slow on purpose (about 0.15 s and 64 MiB), so that who
 * saw the link cannot search for an ask with the same digits.  E_NOMEM, E_CRYPTO. */
FALLIBLE link_ask_code(const struct device_link *link, const struct link_ask *ask,
                       char out[LINK_ASK_CODE_SIZE]);

/* H(ask), by which the answer names it.  E_NOMEM, E_CRYPTO. */
FALLIBLE link_ask_digest(const struct link_ask *ask, uint8_t out[HASH_SHA512_SIZE]);

#endif
