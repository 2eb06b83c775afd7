/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory: which account a handle names, as the server claims it, and the root's word that this
 * server may.  [PROTOCOL 4.1, 4.2]
 */
#ifndef TACET_STATEMENT_DIRECTORY_H
#define TACET_STATEMENT_DIRECTORY_H

#include "base/buf.h"
#include "base/clock.h"
#include "statement/names.h"

#define DIRECTORY_NAME_MAX        64
#define DIRECTORY_LIFE_MS         (90 * CLOCK_DAY_MS)
#define DIRECTORY_CERTIFICATE_MAX 281
#define DIRECTORY_STATEMENT_MAX   279

enum directory_role { DIRECTORY_MEMBER = 1 };
enum directory_state { DIRECTORY_ACTIVE = 1, DIRECTORY_REMOVED = 2 };

struct directory_certificate {
    struct point key;
    uint64_t made_ms, expires_ms;
    struct bytes name; /* of the network; borrowed from what was parsed */
};

struct directory_statement {
    uint32_t number;
    struct account_id aid;
    struct point ark;
    enum directory_role role;
    enum directory_state state;
    uint64_t made_ms;
    struct bytes handle; /* borrowed from what was parsed */
};

/* Sign `c` as the root and append the certificate.  E_MALFORMED: it breaks a rule of 4.1. */
FALLIBLE directory_certify(const struct directory_certificate *c, const struct network_id *nid,
                           const struct sign_private *root, struct buf *out);

/* E_TRUNCATED, E_MALFORMED; E_FORGED: not the root's; E_CLOCK: made too far ahead of now;
 * E_EXPIRED: its time is over. */
FALLIBLE directory_check_certificate(struct bytes in, const struct network_id *nid,
                                     const struct point *root, uint64_t now_ms,
                                     struct directory_certificate *out);

/* Form only, of one that was checked before: until when does it last?  E_TRUNCATED, E_MALFORMED. */
FALLIBLE directory_parse_certificate(struct bytes in, struct directory_certificate *out);

/* Sign `s` with the directory key and append the statement.  E_MALFORMED: it breaks a rule of 4.2.
 */
FALLIBLE directory_sign(const struct directory_statement *s, const struct network_id *nid,
                        const struct sign_private *key, struct buf *out);

/* Form only: of whom does it speak?  E_TRUNCATED, E_MALFORMED. */
FALLIBLE directory_parse(struct bytes in, struct directory_statement *out);

/* The errors of a certificate without E_EXPIRED; E_FORGED also when aid does not follow from the
 * key. */
FALLIBLE directory_check(struct bytes in, const struct network_id *nid, const struct point *key,
                         uint64_t now_ms, struct directory_statement *out);

#endif
