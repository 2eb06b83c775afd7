/* SPDX-License-Identifier: Apache-2.0 */
/* recovery_link: where the server is whose account the letters of a recovery key open: nothing in
 * it is secret, and it stands on paper beside them.  [PROTOCOL 15.6] */
#ifndef TACET_STATEMENT_RECOVERY_LINK_H
#define TACET_STATEMENT_RECOVERY_LINK_H

#include "statement/link_form.h"

#define RECOVERY_LINK_MAX    496 /* bytes of a link */
#define RECOVERY_LINK_PREFIX "tacet://recover/"

struct recovery_link {
    struct network_id nid;
    uint8_t pin[LINK_FORM_PIN_SIZE]; /* SHA-256 of the server's SubjectPublicKeyInfo */
    size_t address_n;
    char address[LINK_FORM_ADDRESS_MAX + 1]; /* "host:port", NUL-terminated */
};

/* Append the link.  E_MALFORMED: the address is not host:port as 8 says; E_LIMIT, E_NOMEM,
 * E_CRYPTO. */
FALLIBLE recovery_link_write(const struct recovery_link *in, struct buf *out);

/* As link_form_read(). */
FALLIBLE recovery_link_read(struct bytes text, struct recovery_link *out);

#endif
