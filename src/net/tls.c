/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "net/tls_pem.h"

static const int RSA_BITS_LEAST = 2048, RSA_BITS_MOST = 4096;

/* X25519 first: against P-256 it saves 75 us and 4 KB a connection.  A FIPS provider has none. */
static const char GROUPS[] = "X25519:P-256:P-384";
static const char GROUPS_APPROVED[] = "P-256:P-384";

struct tls {
    SSL_CTX *ctx;
    bool client;
    size_t pins;
    uint8_t pin[TLS_PINS_MAX][TLS_PIN_SIZE];
};

static struct err pin_of(X509 *cert, uint8_t pin[TLS_PIN_SIZE])
{
    uint8_t *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    bool good = n > 0 && EVP_Digest(der, (size_t)n, pin, NULL, EVP_sha256(), NULL) == 1;

    OPENSSL_free(der);
    return good ? OK : FAIL(E_CRYPTO);
}

/* Pins are public: time tells nothing. */
static bool has_pin(const struct tls *t, const uint8_t pin[TLS_PIN_SIZE])
{
    for (size_t i = 0; i < t->pins; i++)
        if (memcmp(pin, t->pin[i], TLS_PIN_SIZE) == 0)
            return true;
    return false;
}

/* The whole of what OpenSSL would otherwise verify about a certificate.  That the server has the
 * key, its signature over the handshake shows. */
static int accept_pinned(X509_STORE_CTX *store, void *arg)
{
    const struct tls *t = arg;
    uint8_t pin[TLS_PIN_SIZE];
    X509 *leaf = X509_STORE_CTX_get0_cert(store);

    if (leaf != NULL && pin_of(leaf, pin).code == E_OK && has_pin(t, pin)) {
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

/* What every client takes: all libraries that the API is kept to verify it unasked. */
static bool is_allowed(X509 *cert, const EVP_PKEY *key)
{
    ASN1_OBJECT *kind = NULL;
    const ASN1_OBJECT *curve = NULL;
    X509_ALGOR *how = NULL;
    const void *parameter = NULL;
    int type = 0;

    if (X509_PUBKEY_get0_param(&kind, NULL, NULL, &how, X509_get_X509_PUBKEY(cert)) != 1)
        return false;
    if (OBJ_obj2nid(kind) == NID_rsaEncryption)
        return EVP_PKEY_bits(key) >= RSA_BITS_LEAST && EVP_PKEY_bits(key) <= RSA_BITS_MOST;
    X509_ALGOR_get0(NULL, &type, &parameter, how);
    if (OBJ_obj2nid(kind) != NID_X9_62_id_ecPublicKey || type != V_ASN1_OBJECT)
        return false;
    curve = parameter;
    return OBJ_obj2nid(curve) == NID_X9_62_prime256v1 || OBJ_obj2nid(curve) == NID_secp384r1;
}

static struct err use_certificate(SSL_CTX *ctx, BIO *certs, EVP_PKEY *key)
{
    struct err err = OK;
    X509 *cert = tls_pem_next(certs);

    if (cert == NULL)
        return FAIL(E_MALFORMED);
    if (X509_check_private_key(cert, key) != 1)
        TRY_OUT(FAIL(E_CONFLICT));
    if (!is_allowed(cert, key))
        TRY_OUT(FAIL(E_DENIED));
    if (SSL_CTX_use_certificate(ctx, cert) != 1 || SSL_CTX_use_PrivateKey(ctx, key) != 1)
        TRY_OUT(FAIL(E_MALFORMED));
out:
    X509_free(cert);
    return err;
}

static struct err use_chain(SSL_CTX *ctx, BIO *certs)
{
    X509 *cert;

    while ((cert = tls_pem_next(certs)) != NULL)
        if (SSL_CTX_add0_chain_cert(ctx, cert) != 1) {
            X509_free(cert);
            return FAIL(E_MALFORMED);
        }
    return OK;
}

struct err tls_new_server(struct bytes key_pem, struct bytes cert_pem, struct tls **out)
{
    struct err err = OK;
    struct tls *t = NULL;
    EVP_PKEY *key = NULL;
    BIO *certs = NULL;

    TRY_OUT(new_context(TLS_server_method(), false, &t));
    TRY_OUT(tls_pem_open(cert_pem, &certs));
    TRY_OUT(tls_pem_key(key_pem, &key));
    TRY_OUT(use_certificate(t->ctx, certs, key));
    TRY_OUT(use_chain(t->ctx, certs));
    *out = t;
    t = NULL;
out:
    EVP_PKEY_free(key);
    BIO_free(certs);
    ERR_clear_error();
    tls_free(t);
    return err;
}

struct err tls_new_client(struct bytes pins, struct tls **out)
{
    struct tls *t;

    invariant(pins.n > 0 && pins.n <= sizeof t->pin && pins.n % TLS_PIN_SIZE == 0);
    TRY(new_context(TLS_client_method(), true, &t));
    memcpy(t->pin, pins.at, pins.n);
    t->pins = pins.n / TLS_PIN_SIZE;
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

struct err tls_pin(struct bytes cert_pem, uint8_t pin[TLS_PIN_SIZE])
{
    struct err err;
    X509 *cert;

    TRY(tls_pem_certificate(cert_pem, &cert));
    err = pin_of(cert, pin);
    X509_free(cert);
    return err;
}

struct err tls_random(uint8_t *out, size_t n)
{
    return RAND_bytes(out, (int)n) == 1 ? OK : FAIL(E_CRYPTO);
}
