/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_answer: what makes a device that asked one of the account's: the account root key and the
 * list that has it, sealed to its first prekey and under the link's secret.  [PROTOCOL 15.4]
 */
#ifndef TACET_E2EE_LINK_ANSWER_H
#define TACET_E2EE_LINK_ANSWER_H

#include "base/text.h"
#include "e2ee/link_ask.h"
#include "statement/device_list.h"

#define LINK_ANSWER_PLAIN_MOST                                                                  \
    (1 + SIGN_PUBLIC_SIZE + 1 + TEXT_DOMAIN_MAX + 1 + TEXT_HANDLE_MAX + SIGN_PRIVATE_SIZE + 4 + \
     DEVICE_LIST_MAX_SIZE)
#define LINK_ANSWER_MOST \
    (AGREE_PUBLIC_SIZE + MLKEM_SEALED_SIZE + LINK_ANSWER_PLAIN_MOST + AEAD_TAG_SIZE)

/* The account, as a device of it knows it. */
struct link_answer {
    struct point root;           /* of the network */
    struct bytes domain, handle; /* borrowed */
    struct sign_private *ark_secret;
    struct bytes list; /* the newest, which has the new device; borrowed */
};

/* The private halves of what was asked with. */
struct link_answer_keys {
    const struct agree_private *point;
    const struct mlkem_private *kem;
};

/* Seal and append.  E_MALFORMED, E_FORGED, E_CLOCK: who opens it would say that.  E_LIMIT, E_NOMEM,
 * E_CRYPTO; nothing is appended then. */
FALLIBLE link_answer_seal(const struct device_link *link, const struct link_ask *ask,
                          const struct link_answer *in, uint64_t now_ms, struct buf *out);

/*
 * Open the answer to what this device asked.  `plain` is empty and has a ceiling of
 * LINK_ANSWER_PLAIN_MOST or more: what `out` borrows lies in it, and the caller frees it after any
 * answer.  On success out->ark_secret is the caller's to free, and `devices` is what the list says.
 * E_TRUNCATED, E_MALFORMED; E_LIMIT: longer than any; E_FORGED: not for this ask, of another
 * network or account than the link's, a list that does not check or has not this device as a
 * device; E_CLOCK: the list is dated too far ahead.  E_NOMEM, E_CRYPTO; `out` and `devices` are
 * untouched then.
 */
FALLIBLE link_answer_open(const struct device_link *link, const struct link_ask *mine,
                          const struct link_answer_keys *keys, struct bytes answer, uint64_t now_ms,
                          struct buf *plain, struct link_answer *out, struct device_list *devices);

#endif
