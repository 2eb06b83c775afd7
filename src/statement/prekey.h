/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prekey: a device's dated, numbered pair of public keys that others seal to: the P-521 point
 * stands in the statement, the ML-KEM key travels beside it and its digest stands there.
 * [PROTOCOL 3.1, 4.4]
 */
#ifndef TACET_STATEMENT_PREKEY_H
#define TACET_STATEMENT_PREKEY_H

#include "base/buf.h"
#include "base/clock.h"
#include "crypto/agree.h"
#include "crypto/mlkem/mlkem.h"
#include "statement/names.h"

#define PREKEY_SIZE             352
#define PREKEY_KEM_SIZE         MLKEM_PUBLIC_SIZE
#define PREKEY_KEM_DIGEST_SIZE  48
#define PREKEY_LIFE_MS          (37 * CLOCK_DAY_MS)
#define PREKEY_ROTATION_MS      CLOCK_DAY_MS /* a new one this often; superseded ones pass this long */
#define PREKEY_DELETION_MOST_MS (31 * CLOCK_DAY_MS)

struct prekey {
    struct account_id aid;
    struct device_id did;
    uint32_t number;
    uint8_t point[AGREE_PUBLIC_SIZE];
    uint8_t kem_digest[PREKEY_KEM_DIGEST_SIZE]; /* not zero */
    uint64_t made_ms;                           /* expires PREKEY_LIFE_MS later */
    uint32_t list_version;
    uint8_t list_hash[NAMES_H32_SIZE];
};

/* Sign with the device key and append the statement.  E_MALFORMED: a number, the version or
 * the digest is zero. */
FALLIBLE prekey_sign(const struct prekey *p, const struct network_id *nid,
                     const struct sign_private *dsk, struct buf *out);

/* E_TRUNCATED, E_MALFORMED; E_FORGED: not signed by `dsk`, or did does not follow from aid and
 * `dsk`; E_CLOCK: made too far ahead; E_EXPIRED. */
FALLIBLE prekey_check(struct bytes in, const struct network_id *nid, const struct point *dsk,
                      uint64_t now_ms, struct prekey *out);

/* Parse what was checked before: form only, neither signature nor dates nor whether the point is on
 * the curve. */
FALLIBLE prekey_parse(struct bytes in, struct prekey *out);

/* The digest of an ML-KEM key, as a statement has it.  E_CRYPTO. */
FALLIBLE prekey_kem_digest(struct bytes kem, uint8_t out[PREKEY_KEM_DIGEST_SIZE]);

/* Is this the ML-KEM key of the prekey?  E_FORGED: the digest does not fit; E_MALFORMED: the
 * length, or it is no key [FIPS203 7.2]. */
FALLIBLE prekey_check_kem(const struct prekey *p, struct bytes kem);

bool prekey_is_expired(const struct prekey *p, uint64_t now_ms);

#endif
