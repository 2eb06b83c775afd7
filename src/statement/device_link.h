/* SPDX-License-Identifier: Apache-2.0 */
/* device_link: what a device shows so that another one can ask to join its account, as one link,
 * and what follows from the secret in it.  [PROTOCOL 15.1] */
#ifndef TACET_STATEMENT_DEVICE_LINK_H
#define TACET_STATEMENT_DEVICE_LINK_H

#include "statement/link_form.h"

#define DEVICE_LINK_SECRET_SIZE 32
#define DEVICE_LINK_SLOT_SIZE   16
#define DEVICE_LINK_KEY_SIZE    32
#define DEVICE_LINK_MAX         576 /* bytes of a link */
#define DEVICE_LINK_PREFIX      "tacet://device/"

/* Wiped where it dies: who has the secret can ask. */
struct device_link {
    struct network_id nid;
    uint8_t pin[LINK_FORM_PIN_SIZE]; /* SHA-256 of the server's SubjectPublicKeyInfo */
    struct account_id aid;
    uint8_t secret[DEVICE_LINK_SECRET_SIZE];
    size_t address_n;
    char address[LINK_FORM_ADDRESS_MAX + 1]; /* "host:port", NUL-terminated */
};

/* Append the link.  E_MALFORMED: the address is not host:port as 8 says; E_LIMIT, E_NOMEM,
 * E_CRYPTO. */
FALLIBLE device_link_write(const struct device_link *in, struct buf *out);

/* As link_form_read(). */
FALLIBLE device_link_read(struct bytes text, struct device_link *out);

/* Where the two devices meet at the server, which learns it; and the key that the one who asks
 * seals under, which it does not.  E_CRYPTO; `out` is zeroed then. */
FALLIBLE device_link_slot(const struct device_link *link, uint8_t out[DEVICE_LINK_SLOT_SIZE]);
FALLIBLE device_link_key(const struct device_link *link, uint8_t out[DEVICE_LINK_KEY_SIZE]);

#endif
