/* SPDX-License-Identifier: Apache-2.0 */
/* export: a device's word that a file is what it wrote out of a conversation.  [PROTOCOL 16] */
#ifndef TACET_STATEMENT_EXPORT_H
#define TACET_STATEMENT_EXPORT_H

#include "base/buf.h"
#include "crypto/hash.h"
#include "statement/names.h"

#define EXPORT_SIZE (1 + 32 + 16 + 32 + 8 + HASH_SHA384_SIZE + SIGN_SIZE)

struct export_word {
    struct account_id aid;
    struct device_id did;
    struct room_id room; /* the conversation */
    uint64_t made_ms;
    uint8_t digest[HASH_SHA384_SIZE]; /* of the file before the line that holds this */
};

/* Sign with the device key and append the statement. */
FALLIBLE export_sign(const struct export_word *w, const struct network_id *nid,
                     const struct sign_private *dsk, struct buf *out);

/* Form only, so that the device's key can be looked up.  E_TRUNCATED, E_MALFORMED. */
FALLIBLE export_parse(struct bytes in, struct export_word *out);

/* E_FORGED: not signed by `dsk`, or that is not the device's key; E_CLOCK: made more than an hour
 * after now_ms.  Else as export_parse(). */
FALLIBLE export_check(struct bytes in, const struct network_id *nid, const struct point *dsk,
                      uint64_t now_ms, struct export_word *out);

#endif
