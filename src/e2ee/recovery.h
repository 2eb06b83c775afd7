/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recovery: what lets a person with no device left go on with their account: 32 letters on paper,
 * and what the server keeps sealed under them.  [PROTOCOL 15.6]
 */
#ifndef TACET_E2EE_RECOVERY_H
#define TACET_E2EE_RECOVERY_H

#include "base/buf.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "statement/names.h"

#define RECOVERY_SIZE    20 /* bytes of r */
#define RECOVERY_LETTERS 32
#define RECOVERY_LETTERS_SIZE \
    (RECOVERY_LETTERS + RECOVERY_LETTERS / 4) /* spaces between, and a NUL */
#define RECOVERY_SLOT_SIZE 16
#define RECOVERY_PLAIN_MOST \
    (1 + 32 + 1 + TEXT_DOMAIN_MAX + 1 + TEXT_HANDLE_MAX + 2 * SIGN_PRIVATE_SIZE)
#define RECOVERY_BLOB_MOST (AEAD_NONCE_SIZE + RECOVERY_PLAIN_MOST + AEAD_TAG_SIZE)

/* Wiped where it dies, as the letters are. */
struct recovery_key {
    uint8_t r[RECOVERY_SIZE];
};

/* What a blob says of the account. */
struct recovery_account {
    struct account_id aid;
    struct bytes domain, handle; /* borrowed */
    struct sign_private *ark_secret,
        *dsk_secret; /* account root; what stands in lists with role 2 */
};

/* E_CRYPTO. */
FALLIBLE recovery_make(struct random *random, struct recovery_key *out);

/* Lower case, in groups of four, and a NUL. */
void recovery_letters(const struct recovery_key *key, char out[RECOVERY_LETTERS_SIZE]);

/* Either case; spaces, hyphens and line ends anywhere.  E_MALFORMED: another character, or not 32
 * letters.  Letters that were mistyped are letters: their slot is found to be empty. */
FALLIBLE recovery_read_letters(struct bytes text, struct recovery_key *out);

/* Under which name the server keeps the blob.  E_CRYPTO; `out` is zeroed then. */
FALLIBLE recovery_slot(const struct recovery_key *key, const struct network_id *nid,
                       uint8_t out[RECOVERY_SLOT_SIZE]);

/* Seal and append.  E_MALFORMED, E_FORGED: who opens it would say that.  E_LIMIT, E_NOMEM,
 * E_CRYPTO; nothing is appended then. */
FALLIBLE recovery_seal(const struct recovery_key *key, const struct network_id *nid,
                       const struct recovery_account *in, struct random *random, struct buf *out);

/* `plain` is empty and has a ceiling of RECOVERY_PLAIN_MOST or more: what `out` borrows lies in it,
 * and the caller frees it after any answer; on success the keys are the caller's to free, too.
 * E_TRUNCATED, E_MALFORMED; E_LIMIT: longer than any; E_FORGED: not sealed under this key for this
 * network, or an account that does not follow from its root key.  E_NOMEM, E_CRYPTO; `out` is
 * untouched then. */
FALLIBLE recovery_open(const struct recovery_key *key, const struct network_id *nid,
                       struct bytes blob, struct buf *plain, struct recovery_account *out);

#endif
