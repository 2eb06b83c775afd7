/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

static const uint64_t VALID_BEFORE_MS = CLOCK_HOUR_MS; /* clients' clocks may be behind */
static const uint64_t VALID_AFTER_MS = 3652 * CLOCK_DAY_MS;

/* X25519 first: against P-256 it saves 75 us and 4 KB a connection.  A FIPS provider has none. */
static const char GROUPS[] = "X25519:P-256:P-384";
static const char GROUPS_APPROVED[] = "P-256:P-384";

struct tls {
    SSL_CTX *ctx;
    bool client;
    uint8_t pin[TLS_PIN_SIZE];
};

static struct err pin_of(X509 *cert, uint8_t pin[TLS_PIN_SIZE])
{
    uint8_t *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    bool good = n > 0 && EVP_Digest(der, (size_t)n, pin, NULL, EVP_sha256(), NULL) == 1;

    OPENSSL_free(der);
    return good ? OK : FAIL(E_CRYPTO);
}

/* The whole of what OpenSSL would otherwise verify about a certificate.  That the server has the
 * key, its signature over the handshake shows. */
static int accept_pinned(X509_STORE_CTX *store, void *arg)
{
    const struct tls *t = arg;
    uint8_t pin[TLS_PIN_SIZE];
    X509 *leaf = X509_STORE_CTX_get0_cert(store);

    if (leaf != NULL && pin_of(leaf, pin).code == E_OK && memcmp(pin, t->pin, sizeof pin) == 0) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static struct err new_context(const SSL_METHOD *method, bool client, struct tls **out)
{
    struct tls *t = calloc(1, sizeof *t);

    if (t == NULL)
        return FAIL(E_NOMEM);
    t->client = client;
    t->ctx = SSL_CTX_new(method);
    if (t->ctx == NULL || SSL_CTX_set_min_proto_version(t->ctx, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(t->ctx, TLS1_3_VERSION) != 1 ||
        (SSL_CTX_set1_groups_list(t->ctx, GROUPS) != 1 &&
         SSL_CTX_set1_groups_list(t->ctx, GROUPS_APPROVED) != 1)) {
        tls_free(t);
        return FAIL(E_CRYPTO);
    }
    SSL_CTX_set_options(t->ctx, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(t->ctx, 0);
    SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(t->ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
    /* One read a record instead of two, and several small records at once. */
    SSL_CTX_set_read_ahead(t->ctx, 1);
    *out = t;
    return OK;
}

/* No passphrase: a PEM that wants one is malformed, instead of a question on the terminal. */
static int no_passphrase(char *at, int n, int writing, void *ctx)
{
    (void)at;
    (void)n;
    (void)writing;
    (void)ctx;
    return -1;
}

static struct err pem_open(struct bytes pem, BIO **out)
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

static bool use_key(SSL_CTX *ctx, BIO *bio)
{
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    bool good = key != NULL && SSL_CTX_use_PrivateKey(ctx, key) == 1;

    EVP_PKEY_free(key);
    return good;
}

static bool use_certificates(SSL_CTX *ctx, BIO *bio)
{
    X509 *cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
    bool good = cert != NULL && SSL_CTX_use_certificate(ctx, cert) == 1;

    X509_free(cert);
    while (good && (cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL) {
        good = SSL_CTX_add0_chain_cert(ctx, cert) == 1;
        if (!good)
            X509_free(cert);
    }
    return good;
}

struct err tls_new_server(struct bytes key_pem, struct bytes cert_pem, struct tls **out)
{
    struct err err = OK;
    struct tls *t = NULL;
    BIO *key = NULL, *certs = NULL;

    TRY_OUT(new_context(TLS_server_method(), false, &t));
    TRY_OUT(pem_open(cert_pem, &certs));
    TRY_OUT(pem_open(key_pem, &key));
    if (!use_certificates(t->ctx, certs) || !use_key(t->ctx, key) ||
        SSL_CTX_check_private_key(t->ctx) != 1)
        TRY_OUT(FAIL(E_MALFORMED));
    *out = t;
    t = NULL;
out:
    BIO_free(key);
    BIO_free(certs);
    ERR_clear_error();
    tls_free(t);
    return err;
}

struct err tls_new_client(const uint8_t pin[TLS_PIN_SIZE], struct tls **out)
{
    struct tls *t;

    TRY(new_context(TLS_client_method(), true, &t));
    memcpy(t->pin, pin, sizeof t->pin);
    SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(t->ctx, accept_pinned, t);
    *out = t;
    return OK;
}

bool tls_is_client(const struct tls *t)
{
    return t->client;
}

void tls_free(struct tls *t)
{
    if (t == NULL)
        return;
    SSL_CTX_free(t->ctx);
    free(t);
}

SSL *tls_new_ssl(const struct tls *t)
{
    return SSL_new(t->ctx);
}

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

struct err tls_make_certificate(const char *domain, uint64_t now_ms, struct buf *key_pem,
                                struct buf *cert_pem)
{
    size_t key_before = key_pem->n, cert_before = cert_pem->n;
    struct err err = OK;
    EVP_PKEY *key = NULL;
    X509 *cert = NULL;
    BIO *key_bio = BIO_new(BIO_s_mem()), *cert_bio = BIO_new(BIO_s_mem());

    if (!text_is_domain(bytes_text(domain)))
        TRY_OUT(FAIL(E_MALFORMED));
    key = new_key();
    cert = X509_new();
    if (key == NULL || cert == NULL || key_bio == NULL || cert_bio == NULL ||
        !fill_in(cert, key, domain, now_ms) ||
        PEM_write_bio_PKCS8PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL) != 1 ||
        PEM_write_bio_X509(cert_bio, cert) != 1)
        TRY_OUT(FAIL(E_CRYPTO));
    TRY_OUT(append_pem(key_bio, key_pem));
    TRY_OUT(append_pem(cert_bio, cert_pem));
out:
    if (err.code != E_OK) {
        buf_cut(key_pem, key_before);
        buf_cut(cert_pem, cert_before);
    }
    BIO_free(cert_bio);
    BIO_free(key_bio);
    X509_free(cert);
    EVP_PKEY_free(key);
    return err;
}

struct err tls_pin(struct bytes cert_pem, uint8_t pin[TLS_PIN_SIZE])
{
    struct err err = OK;
    X509 *cert;
    BIO *bio;

    TRY(pem_open(cert_pem, &bio));
    cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
    err = cert == NULL ? FAIL(E_MALFORMED) : pin_of(cert, pin);
    ERR_clear_error();
    X509_free(cert);
    BIO_free(bio);
    return err;
}

/* Time since 1970, which is the one form of it that every library can be asked for. */
static struct err end_of(const X509 *cert, uint64_t *ends_ms)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, seconds = 0;
    int good = epoch == NULL ? 0 : ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(cert));

    ASN1_TIME_free(epoch);
    if (good != 1)
        return FAIL(E_MALFORMED);
    *ends_ms = days < 0 || seconds < 0
                   ? 0
                   : (uint64_t)days * CLOCK_DAY_MS + (uint64_t)seconds * CLOCK_SECOND_MS;
    return OK;
}

struct err tls_certificate_ends(struct bytes cert_pem, uint64_t *ends_ms)
{
    struct err err = OK;
    X509 *cert;
    BIO *bio;

    TRY(pem_open(cert_pem, &bio));
    cert = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
    err = cert == NULL ? FAIL(E_MALFORMED) : end_of(cert, ends_ms);
    ERR_clear_error();
    X509_free(cert);
    BIO_free(bio);
    return err;
}

struct err tls_random(uint8_t *out, size_t n)
{
    return RAND_bytes(out, (int)n) == 1 ? OK : FAIL(E_CRYPTO);
}
