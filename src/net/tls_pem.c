/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls_pem.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "net/tls.h"

/* No passphrase: a PEM that wants one is malformed, instead of a question on the terminal. */
static int no_passphrase(char *at, int n, int writing, void *ctx)
{
    (void)at;
    (void)n;
    (void)writing;
    (void)ctx;
    return -1;
}

struct err tls_pem_open(struct bytes pem, BIO **out)
{
    BIO *bio;

    if (pem.n == 0 || pem.n > TLS_CERTIFICATE_MAX)
        return FAIL(E_MALFORMED);
    bio = BIO_new_mem_buf(pem.at, (int)pem.n);
    if (bio == NULL)
        return FAIL(E_NOMEM);
    *out = bio;
    return OK;
}

X509 *tls_pem_next(BIO *bio)
{
    X509 *cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);

    ERR_clear_error();
    return cert;
}

struct err tls_pem_key(struct bytes pem, EVP_PKEY **out)
{
    EVP_PKEY *key;
    BIO *bio;

    TRY(tls_pem_open(pem, &bio));
    key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    ERR_clear_error();
    BIO_free(bio);
    if (key == NULL)
        return FAIL(E_MALFORMED);
    *out = key;
    return OK;
}

struct err tls_pem_certificate(struct bytes pem, X509 **out)
{
    X509 *cert;
    BIO *bio;

    TRY(tls_pem_open(pem, &bio));
    cert = tls_pem_next(bio);
    BIO_free(bio);
    if (cert == NULL)
        return FAIL(E_MALFORMED);
    *out = cert;
    return OK;
}
