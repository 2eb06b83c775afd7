/* SPDX-License-Identifier: Apache-2.0 */
/* fingerprint: the safety number that two people compare.  [PROTOCOL 7] */
#ifndef TACET_E2EE_FINGERPRINT_H
#define TACET_E2EE_FINGERPRINT_H

#include "base/buf.h"
#include "e2ee/identity.h"

#define FINGERPRINT_SIZE      64
#define FINGERPRINT_DIGITS    60
#define FINGERPRINT_QR_PREFIX "tacet://verify/"

/* One person, as the other one knows them. */
struct fingerprint_side {
    struct network_id nid;
    struct account_id aid;
    struct point ark;
};

/* The same whichever side is named first.  E_CRYPTO. */
FALLIBLE fingerprint_make(const struct fingerprint_side *a, const struct fingerprint_side *b,
                          uint8_t out[FINGERPRINT_SIZE]);

/* Sixty digits and a NUL. */
void fingerprint_digits(const uint8_t in[FINGERPRINT_SIZE], char out[FINGERPRINT_DIGITS + 1]);

/* What the QR code says, appended. */
void fingerprint_qr(const uint8_t in[FINGERPRINT_SIZE], struct buf *out);

#endif
