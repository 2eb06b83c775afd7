/* SPDX-License-Identifier: Apache-2.0 */
/* tls_pem: keys and certificates out of PEM, for the files of TLS alone. */
#ifndef TACET_NET_TLS_PEM_H
#define TACET_NET_TLS_PEM_H

#include "base/bytes.h"
#include "base/err.h"

struct bio_st; /* OpenSSL's BIO, EVP_PKEY and X509 */
struct evp_pkey_st;
struct x509_st;

/* For reading one PEM after the other.  E_MALFORMED: empty, or over TLS_CERTIFICATE_MAX; E_NOMEM.
 */
FALLIBLE tls_pem_open(struct bytes pem, struct bio_st **out);

/* The next certificate, or NULL. */
struct x509_st *tls_pem_next(struct bio_st *bio);

/* The first of its kind, to be freed.  A key under a passphrase is malformed.  E_MALFORMED,
 * E_NOMEM. */
FALLIBLE tls_pem_key(struct bytes pem, struct evp_pkey_st **out);
FALLIBLE tls_pem_certificate(struct bytes pem, struct x509_st **out);

#endif
