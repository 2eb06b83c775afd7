/* SPDX-License-Identifier: Apache-2.0 */
/* tls_certificate: making certificates for a server, and looking at them.  Clients go by the key
 * alone: names and dates are there for those who look from outside. */
#ifndef TACET_NET_TLS_CERTIFICATE_H
#define TACET_NET_TLS_CERTIFICATE_H

#include "base/buf.h"

/* A new P-256 key (PKCS#8) and a self-signed certificate for a DNS name, valid from an hour before
 * now for ten years, appended as PEM.  E_MALFORMED: not a DNS name in lower case.  E_LIMIT: a buf
 * is too small: 8 KiB are plenty.  E_CRYPTO.  On error what was appended is cut off again. */
FALLIBLE tls_certificate_make(const char *domain, uint64_t now_ms, struct buf *key_pem,
                              struct buf *cert_pem);

/* The same for a key that is there already.  E_MALFORMED: also when it is no such PEM. */
FALLIBLE tls_certificate_renew(struct bytes key_pem, const char *domain, uint64_t now_ms,
                               struct buf *cert_pem);

/* The first certificate's end.  E_MALFORMED, E_CRYPTO. */
FALLIBLE tls_certificate_end(struct bytes cert_pem, uint64_t *until_ms);

#endif
