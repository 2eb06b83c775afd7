/* SPDX-License-Identifier: Apache-2.0 */
/* device_list: the devices of an account, in the account's own word.  [PROTOCOL 4.3]
 *
 * 1 to LIMIT_LIST_DEVICES devices of role 1, at most one recovery key, in version 1 none, and at
 * most LIMIT_LIST_REVOKED that were revoked. */
#ifndef TACET_STATEMENT_DEVICE_LIST_H
#define TACET_STATEMENT_DEVICE_LIST_H

#include "base/buf.h"
#include "statement/names.h"
#include "wire/limits.h"

#define DEVICE_LIST_MAX_SIZE 4096 /* bytes of a statement at its largest, rounded up */

#define DEVICE_LIST_ENTRIES_MAX (LIMIT_LIST_DEVICES + 1) /* with a recovery key */
#define DEVICE_GIVEN_HISTORY    1u                       /* of capabilities  [PROTOCOL 15.5] */

/* A recovery key stands in lists and signs them, and does nothing else.  [PROTOCOL 15.6] */
enum device_role { DEVICE_PLAIN = 1, DEVICE_RECOVERY = 2 };
enum device_gone_reason { DEVICE_REVOKED = 1 };

struct device_entry {
    struct device_id did;
    struct point dsk;
    enum device_role role;
    uint64_t added_ms;
    uint32_t capabilities;
};

struct device_revoked {
    struct device_id did;
    uint32_t at_version; /* the first list without it */
    uint8_t reason;      /* enum device_gone_reason */
};

struct device_list {
    struct account_id aid;
    uint32_t version;
    uint8_t previous[NAMES_H32_SIZE];
    uint64_t made_ms;
    size_t devices, revoked;                             /* devices: of all roles */
    struct device_entry device[DEVICE_LIST_ENTRIES_MAX]; /* sorted by did */
    struct device_revoked gone[LIMIT_LIST_REVOKED];      /* sorted by did */

    /* Filled in by sign, parse and check: the hash of the signed body, and who signed beside the
     * account; that it did is what check says. */
    uint8_t hash[NAMES_H32_SIZE];
    struct device_id signer;
};

/* Sign with the account root and with the device `signer`, append the statement and fill in hash
 * and signer.  E_MALFORMED: the list breaks a rule of 4.3; E_LIMIT, E_NOMEM, E_CRYPTO. */
FALLIBLE device_list_sign(struct device_list *list, const struct network_id *nid,
                          const struct sign_private *ark, const struct device_id *signer,
                          const struct sign_private *dsk, struct buf *out);

/* Parse and verify against the account's root key and, from version 2 on, the list before.
 * `previous` NULL: versions above 1 are checked for the root's signature and one of their own
 * devices' only, as a receiver does that starts at a later version.
 * E_TRUNCATED, E_MALFORMED; E_FORGED: signature, id or chain; E_CLOCK: made too far ahead. */
FALLIBLE device_list_check(struct bytes in, const struct network_id *nid, const struct point *ark,
                           const struct device_list *previous, uint64_t now_ms,
                           struct device_list *out);

/* Parse what was checked before, for instance what we stored: form only, no signature, id or chain
 * is verified.  E_TRUNCATED, E_MALFORMED. */
FALLIBLE device_list_parse(struct bytes in, const struct network_id *nid, struct device_list *out);

/* The device or recovery key in the list, or NULL. */
const struct device_entry *device_list_find(const struct device_list *list,
                                            const struct device_id *did);

/* Is this somebody to whom messages go, and who may sign anything else than a list? */
bool device_list_is_device(const struct device_entry *entry);

/* The device in the list, or NULL; also for a recovery key. */
const struct device_entry *device_list_find_device(const struct device_list *list,
                                                   const struct device_id *did);

/* How many devices there are, recovery key aside; and that one, or NULL. */
size_t device_list_count(const struct device_list *list);
const struct device_entry *device_list_recovery(const struct device_list *list);

/* Did the recovery key sign this list, so that who knew the account knows it unverified?
 * [PROTOCOL 15.6] */
bool device_list_is_recovered(const struct device_list *list);

/* What the list says of a device that was revoked, or NULL. */
const struct device_revoked *device_list_find_revoked(const struct device_list *list,
                                                      const struct device_id *did);

#endif
