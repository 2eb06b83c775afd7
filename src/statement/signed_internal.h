/* SPDX-License-Identifier: Apache-2.0 */
/* signed: what all signed statements share: body | signature over label | nid | body, and points
 * that are checked to be points when a statement is.  [PROTOCOL 1.3, 1.5] */
#ifndef TACET_STATEMENT_SIGNED_INTERNAL_H
#define TACET_STATEMENT_SIGNED_INTERNAL_H

#include "base/buf.h"
#include "base/reader.h"
#include "statement/names.h"

/* A statement with one signature; both borrowed. */
struct signed_parts {
    struct bytes body, signature;
};

/* What `r` has read of `in` so far is the body; the signature follows and is read here. */
struct signed_parts signed_read(struct bytes in, struct reader *r);

/* What `out` holds from `before` on is the body: put its signature behind it.  On error `out` is
 * cut back to `before`.  E_LIMIT, E_NOMEM, E_CRYPTO. */
FALLIBLE signed_append(struct bytes label, const struct network_id *nid, struct buf *out,
                       size_t before, const struct sign_private *key);

/* The signature alone. */
FALLIBLE signed_make(struct bytes label, const struct network_id *nid, struct bytes body,
                     const struct sign_private *key, uint8_t signature[SIGN_SIZE]);

/* E_FORGED; E_MALFORMED: `key` is not a point. */
FALLIBLE signed_verify(struct bytes label, const struct network_id *nid, struct signed_parts parts,
                       const struct point *key);

/* E_MALFORMED: not on the curve. */
FALLIBLE signed_check_point(const struct point *key);

#endif
