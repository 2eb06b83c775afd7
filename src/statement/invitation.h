/* SPDX-License-Identifier: Apache-2.0 */
/* invitation: all that a person needs to join, as one link.  [PROTOCOL 8] */
#ifndef TACET_STATEMENT_INVITATION_H
#define TACET_STATEMENT_INVITATION_H

#include "statement/link_form.h"

#define INVITATION_TOKEN_SIZE  16
#define INVITATION_PIN_SIZE    LINK_FORM_PIN_SIZE
#define INVITATION_ADDRESS_MAX LINK_FORM_ADDRESS_MAX
#define INVITATION_LINK_MAX    512
#define INVITATION_PREFIX      "tacet://join/"

struct invitation {
    struct network_id nid;
    uint8_t pin[INVITATION_PIN_SIZE]; /* SHA-256 of the server's SubjectPublicKeyInfo */
    uint8_t token[INVITATION_TOKEN_SIZE];
    size_t address_n;
    char address[INVITATION_ADDRESS_MAX + 1]; /* "host:port", NUL-terminated */
};

/* Append the link.  E_MALFORMED: the address is not host:port as 8 says. */
FALLIBLE invitation_write(const struct invitation *in, struct buf *out);

/* Surrounding white space is ignored.  E_MALFORMED: not such a link; E_FORGED: mistyped, cut or
 * altered behind its prefix (the check bytes do not fit); E_VERSION: made by a newer server. */
FALLIBLE invitation_read(struct bytes link, struct invitation *out);

/* What the server keeps instead of the token. */
FALLIBLE invitation_token_hash(const uint8_t token[INVITATION_TOKEN_SIZE], uint8_t out[32]);

#endif
