/* SPDX-License-Identifier: Apache-2.0 */
/* link_form: what the links that people are shown have in common: "tacet://...", which server by
 * which key, something of their own, where the server is, and check bytes.  [PROTOCOL 8, 15.1] */
#ifndef TACET_STATEMENT_LINK_FORM_H
#define TACET_STATEMENT_LINK_FORM_H

#include "base/buf.h"
#include "base/id.h"

#define LINK_FORM_PIN_SIZE    32
#define LINK_FORM_ADDRESS_MAX 255

/* A kind of link: how it begins, how many bytes are its own, and how long it may get. */
struct link_form_kind {
    struct bytes prefix;
    size_t own_size, max;
};

/* Borrowed: when read, from the buf that was decoded into. */
struct link_form {
    struct bytes nid, pin, own, address;
};

/* "host:port", the host a DNS name in lower case, an IPv4 address or an IPv6 address in brackets;
 * no port 0.  [PROTOCOL 8] */
bool link_form_is_address(struct bytes text);

/* Append the link.  E_MALFORMED: the address is not host:port as 8 says; E_LIMIT, E_NOMEM,
 * E_CRYPTO; nothing is appended then. */
FALLIBLE link_form_write(const struct link_form_kind *kind, const struct link_form *in,
                         struct buf *out);

/* Surrounding white space is ignored.  `decoded` is empty, and to be freed by the caller after any
 * answer.  E_MALFORMED: not such a link; E_FORGED: mistyped, cut or altered behind its prefix (the
 * check bytes do not fit); E_VERSION: made by a newer program.  E_LIMIT, E_NOMEM, E_CRYPTO. */
FALLIBLE link_form_read(const struct link_form_kind *kind, struct bytes text, struct buf *decoded,
                        struct link_form *out);

#endif
