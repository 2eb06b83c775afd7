/* SPDX-License-Identifier: Apache-2.0 */
/* signin: a device's word that it is at the other end of this very connection.  [PROTOCOL 4.5] */
#ifndef TACET_STATEMENT_SIGNIN_H
#define TACET_STATEMENT_SIGNIN_H

#include "base/buf.h"
#include "statement/names.h"

#define SIGNIN_BINDING_SIZE 32
#define SIGNIN_MAX_SIZE     512

enum signin_binding { SIGNIN_EXPORTER = 1 };

struct signin {
    struct device_id did;
    struct bytes domain;  /* borrowed from what was parsed */
    struct bytes binding; /* SIGNIN_BINDING_SIZE bytes; borrowed */
    uint64_t generation;  /* of the vault, from 1 [PROTOCOL 10 V1] */
};

/* Sign with the device key and append the statement.  E_MALFORMED: no domain, another length of
 * binding, or no generation. */
FALLIBLE signin_sign(const struct signin *s, const struct network_id *nid,
                     const struct sign_private *dsk, struct buf *out);

/* Form only, so that the device's key can be looked up.  E_TRUNCATED, E_MALFORMED;
 * E_DENIED: a binding kind that is not allowed. */
FALLIBLE signin_parse(struct bytes in, struct signin *out);

/* E_FORGED: another domain, another connection, or not signed by `dsk`. */
FALLIBLE signin_check(struct bytes in, const struct network_id *nid, struct bytes domain,
                      struct bytes binding, const struct point *dsk);

/* The same of a connection that is over: E_FORGED unless `dsk` signed it for this domain. */
FALLIBLE signin_check_past(struct bytes in, const struct network_id *nid, struct bytes domain,
                           const struct point *dsk, struct signin *out);

#endif
