/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls_certificate.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/tls_pem.h"

static const uint64_t VALID_BEFORE_MS = CLOCK_HOUR_MS; /* clients' clocks may be behind */
static const uint64_t VALID_AFTER_MS = 3652 * CLOCK_DAY_MS;

static EVP_PKEY *new_key(void)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    EVP_PKEY *key = NULL;

    if (ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
        EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1) == 1)
        (void)EVP_PKEY_keygen(ctx, &key);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* A domain has no comma or colon, so that this is one name and nothing else. */
static bool add_name(X509 *cert, const char *domain)
{
    char text[sizeof "DNS:" + TEXT_DOMAIN_MAX];
    X509_EXTENSION *name;
    bool good;

    snprintf(text, sizeof text, "DNS:%s", domain);
    name = X509V3_EXT_nconf_nid(NULL, NULL, NID_subject_alt_name, text);
    good = name != NULL && X509_add_ext(cert, name, -1) == 1;
    X509_EXTENSION_free(name);
    return good;
}

static bool set_serial(X509 *cert)
{
    uint8_t serial[16];

    if (RAND_bytes(serial, sizeof serial) != 1)
        return false;
    serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40); /* positive, and always of one length */
    return ASN1_STRING_set(X509_get_serialNumber(cert), serial, sizeof serial) == 1;
}

static bool fill_in(X509 *cert, EVP_PKEY *key, const char *domain, uint64_t now_ms)
{
    uint64_t from_ms = clock_since(now_ms, VALID_BEFORE_MS);
    uint64_t until_ms = clock_add(now_ms, VALID_AFTER_MS);
    X509_NAME *name = X509_get_subject_name(cert);

    return X509_set_version(cert, 2) == 1 && set_serial(cert) && name != NULL &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"Tacet server", -1,
                                      -1, 0) == 1 &&
           X509_set_issuer_name(cert, name) == 1 &&
           ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)(from_ms / CLOCK_SECOND_MS)) != NULL &&
           ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)(until_ms / CLOCK_SECOND_MS)) != NULL &&
           X509_set_pubkey(cert, key) == 1 && add_name(cert, domain) &&
           X509_sign(cert, key, EVP_sha256()) > 0;
}

static struct err append_pem(BIO *bio, struct buf *out)
{
    char *at = NULL;
    long n = BIO_get_mem_data(bio, &at);
    struct bytes all;

    if (n <= 0)
        return FAIL(E_CRYPTO);
    buf_bytes(out, bytes(at, (size_t)n));
    return buf_end(out, &all);
}

/* Self-signed for this key. */
static struct err append_certificate(EVP_PKEY *key, const char *domain, uint64_t now_ms,
                                     struct buf *cert_pem)
{
    struct err err = OK;
    X509 *cert = X509_new();
    BIO *bio = BIO_new(BIO_s_mem());

    if (!text_is_domain(bytes_text(domain)))
        TRY_OUT(FAIL(E_MALFORMED));
    if (cert == NULL || bio == NULL || !fill_in(cert, key, domain, now_ms) ||
        PEM_write_bio_X509(bio, cert) != 1)
        TRY_OUT(FAIL(E_CRYPTO));
    TRY_OUT(append_pem(bio, cert_pem));
out:
    BIO_free(bio);
    X509_free(cert);
    ERR_clear_error();
    return err;
}

static struct err append_key(EVP_PKEY *key, struct buf *key_pem)
{
    struct err err = OK;
    BIO *bio = BIO_new(BIO_s_mem());

    if (bio == NULL || PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
        TRY_OUT(FAIL(E_CRYPTO));
    TRY_OUT(append_pem(bio, key_pem));
out:
    BIO_free(bio);
    return err;
}

struct err tls_certificate_make(const char *domain, uint64_t now_ms, struct buf *key_pem,
                                struct buf *cert_pem)
{
    size_t key_before = key_pem->n, cert_before = cert_pem->n;
    struct err err = OK;
    EVP_PKEY *key = new_key();

    if (key == NULL)
        return FAIL(E_CRYPTO);
    TRY_OUT(append_certificate(key, domain, now_ms, cert_pem));
    TRY_OUT(append_key(key, key_pem));
out:
    if (err.code != E_OK) {
        buf_cut(key_pem, key_before);
        buf_cut(cert_pem, cert_before);
    }
    EVP_PKEY_free(key);
    return err;
}

struct err tls_certificate_renew(struct bytes key_pem, const char *domain, uint64_t now_ms,
                                 struct buf *cert_pem)
{
    size_t before = cert_pem->n;
    struct err err;
    EVP_PKEY *key;

    TRY(tls_pem_key(key_pem, &key));
    err = append_certificate(key, domain, now_ms, cert_pem);
    if (err.code != E_OK)
        buf_cut(cert_pem, before);
    EVP_PKEY_free(key);
    return err;
}

struct err tls_certificate_end(struct bytes cert_pem, uint64_t *until_ms)
{
    struct err err = OK;
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    X509 *cert = NULL;
    int days, seconds;

    TRY_OUT(tls_pem_certificate(cert_pem, &cert));
    if (epoch == NULL || ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(cert)) != 1)
        TRY_OUT(FAIL(E_CRYPTO));
    *until_ms = days < 0 || seconds < 0
                    ? 0
                    : (uint64_t)days * CLOCK_DAY_MS + (uint64_t)seconds * CLOCK_SECOND_MS;
out:
    X509_free(cert);
    ASN1_TIME_free(epoch);
    ERR_clear_error();
    return err;
}
