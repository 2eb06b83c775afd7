/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys and certificates a server takes, what a client makes of them, and the change from one
 * to the next. */
#include "net/tls_certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "assert_err.h"
#include "base/clock.h"
#include "net/tls_session.h"

#define NOW_MS UINT64_C(1790000000000) /* 2026-09-21 */
#define NAME   "chat.example.org"
#define ROOM   (16 * 1024)

/* ---- keys and certificates of any kind */

struct kind {
    const char *name;
    int type, curve, bits; /* curve of EVP_PKEY_EC, bits of EVP_PKEY_RSA */
    enum err_code want;
};

static EVP_PKEY *key_of(const struct kind *k)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(k->type, NULL);
    EVP_PKEY *key = NULL;

    assert_non_null(ctx);
    assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
    if (k->curve != 0)
        assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, k->curve), 1);
    if (k->bits != 0)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, k->bits), 1);
    assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static void take_pem(BIO *bio, struct buf *out)
{
    char *at;
    long n = BIO_get_mem_data(bio, &at);

    buf_bytes(out, bytes(at, (size_t)n));
    BIO_free(bio);
}

static void write_key(EVP_PKEY *key, const char *passphrase, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());

    assert_int_equal(
        PEM_write_bio_PKCS8PrivateKey(bio, key, passphrase == NULL ? NULL : EVP_aes_256_cbc(),
                                      passphrase, passphrase == NULL ? 0 : 4, NULL, NULL),
        1);
    take_pem(bio, out);
}

static void write_certificate(EVP_PKEY *key, struct buf *out)
{
    BIO *bio = BIO_new(BIO_s_mem());
    X509 *cert = X509_new();

    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), 0));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), 3600));
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    assert_true(
        X509_sign(cert, key, EVP_PKEY_base_id(key) == EVP_PKEY_ED25519 ? NULL : EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509(bio, cert), 1);
    X509_free(cert);
    take_pem(bio, out);
}

/* ---- a server, and a connection to it */

struct server {
    struct buf key, cert;
    uint8_t pin[TLS_PIN_SIZE];
    struct tls *tls;
};

static void server_open(struct server *s)
{
    assert_ok(tls_pin(buf_view(&s->cert), s->pin));
    assert_ok(tls_new_server(buf_view(&s->key), buf_view(&s->cert), &s->tls));
}

static void server_new(struct server *s)
{
    s->key = s->cert = BUF(ROOM);
    assert_ok(tls_certificate_make(NAME, NOW_MS, &s->key, &s->cert));
    server_open(s);
}

static void server_free(struct server *s)
{
    buf_free(&s->key);
    buf_free(&s->cert);
    tls_free(s->tls);
}

struct pair {
    int fd[2];
    struct tls *tls;
    SSL *server, *client;
};

static void pair_new(struct pair *p, const struct tls *server, struct bytes pins)
{
    *p = (struct pair){.server = NULL};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fd), 0);
    assert_ok(tls_new_client(pins, &p->tls));
    assert_ok(tls_session_new(server, p->fd[0], NULL, &p->server));
    assert_ok(tls_session_new(p->tls, p->fd[1], NAME, &p->client));
}

static void pair_free(struct pair *p)
{
    SSL_free(p->server);
    SSL_free(p->client);
    tls_free(p->tls);
    close(p->fd[0]);
    close(p->fd[1]);
}

/* What the client comes to. */
static struct err shake(struct pair *p)
{
    struct err client = FAIL(E_AGAIN), server = FAIL(E_AGAIN);

    for (unsigned i = 0; i < 10; i++) {
        if (client.code == E_AGAIN)
            client = tls_session_handshake(p->client);
        if (server.code == E_AGAIN)
            server = tls_session_handshake(p->server);
    }
    if (client.code == E_OK)
        assert_ok(server);
    return client;
}

static struct err connects(const struct server *s, struct bytes pins)
{
    struct err client;
    struct pair p;

    pair_new(&p, s->tls, pins);
    client = shake(&p);
    pair_free(&p);
    return client;
}

/* ---- claims */

static void keys_that_all_clients_take_are_taken_and_no_others(void **state)
{
    static const struct kind kinds[] = {
        {"P-256", EVP_PKEY_EC, NID_X9_62_prime256v1, 0, E_OK},
        {"P-384", EVP_PKEY_EC, NID_secp384r1, 0, E_OK},
        {"P-521", EVP_PKEY_EC, NID_secp521r1, 0, E_DENIED},
        {"secp256k1", EVP_PKEY_EC, NID_secp256k1, 0, E_DENIED},
        {"Ed25519", EVP_PKEY_ED25519, 0, 0, E_DENIED},
        {"RSA-2048", EVP_PKEY_RSA, 0, 2048, E_OK},
        {"RSA-1024", EVP_PKEY_RSA, 0, 1024, E_DENIED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        EVP_PKEY *key = key_of(&kinds[i]);
        struct server s = {.key = BUF(ROOM), .cert = BUF(ROOM)};
        struct err err;

        write_key(key, NULL, &s.key);
        write_certificate(key, &s.cert);
        err = tls_new_server(buf_view(&s.key), buf_view(&s.cert), &s.tls);
        if (err.code != kinds[i].want)
            fail_msg("%s: %s", kinds[i].name, err_name(err.code));
        if (err.code == E_OK) {
            assert_ok(tls_pin(buf_view(&s.cert), s.pin));
            assert_ok(connects(&s, BYTES(s.pin)));
        }
        server_free(&s);
        EVP_PKEY_free(key);
    }
}

static void a_key_of_another_certificate_is_told_from_one_that_is_no_key(void **state)
{
    static const struct kind p256 = {"P-256", EVP_PKEY_EC, NID_X9_62_prime256v1, 0, E_OK};
    struct buf sealed = BUF(ROOM), both = BUF(ROOM);
    EVP_PKEY *key = key_of(&p256);
    struct server s, other;
    struct tls *t = NULL;

    (void)state;
    server_new(&s);
    server_new(&other);
    assert_err(tls_new_server(buf_view(&other.key), buf_view(&s.cert), &t), E_CONFLICT);
    write_key(key, "open", &sealed);
    assert_err(tls_new_server(buf_view(&sealed), buf_view(&s.cert), &t), E_MALFORMED);
    assert_null(t);
    buf_bytes(&both, buf_view(&s.cert)); /* a chain: the first is the server's */
    buf_bytes(&both, buf_view(&other.cert));
    assert_ok(tls_new_server(buf_view(&s.key), buf_view(&both), &t));
    tls_free(t);
    buf_free(&both);
    buf_free(&sealed);
    EVP_PKEY_free(key);
    server_free(&s);
    server_free(&other);
}

static void a_client_accepts_any_of_its_pins_and_no_other(void **state)
{
    uint8_t pins[TLS_PINS_MAX * TLS_PIN_SIZE];
    struct server s;

    (void)state;
    server_new(&s);
    for (size_t at = 0; at < TLS_PINS_MAX; at++)
        for (size_t n = 1; n <= TLS_PINS_MAX; n++) {
            memset(pins, 7, sizeof pins);
            memcpy(&pins[at * TLS_PIN_SIZE], s.pin, TLS_PIN_SIZE);
            if (at < n)
                assert_ok(connects(&s, bytes(pins, n * TLS_PIN_SIZE)));
            else
                assert_err(connects(&s, bytes(pins, n * TLS_PIN_SIZE)), E_FORGED);
        }
    server_free(&s);
}

static void a_renewed_certificate_has_the_same_key_and_a_later_end(void **state)
{
    struct server s;
    struct buf renewed = BUF(ROOM), small = BUF(64);
    uint8_t pin[TLS_PIN_SIZE];
    uint64_t before_ms, after_ms;

    (void)state;
    server_new(&s);
    assert_ok(tls_certificate_end(buf_view(&s.cert), &before_ms));
    assert_int_equal(before_ms, NOW_MS + 3652 * CLOCK_DAY_MS);
    assert_ok(tls_certificate_renew(buf_view(&s.key), NAME, NOW_MS + CLOCK_DAY_MS, &renewed));
    assert_ok(tls_pin(buf_view(&renewed), pin));
    assert_memory_equal(pin, s.pin, sizeof pin);
    assert_ok(tls_certificate_end(buf_view(&renewed), &after_ms));
    assert_int_equal(after_ms, before_ms + CLOCK_DAY_MS);

    buf_free(&s.cert);
    s.cert = renewed;
    tls_free(s.tls);
    server_open(&s);
    assert_ok(connects(&s, BYTES(pin)));
    assert_err(tls_certificate_renew(buf_view(&s.cert), NAME, NOW_MS, &small), E_MALFORMED);
    assert_err(tls_certificate_renew(buf_view(&s.key), "No Name", NOW_MS, &small), E_MALFORMED);
    assert_err(tls_certificate_renew(buf_view(&s.key), NAME, NOW_MS, &small), E_LIMIT);
    assert_int_equal(small.n, 0);
    assert_err(tls_certificate_end(buf_view(&s.key), &after_ms), E_MALFORMED);
    server_free(&s);
}

/* The context of a server goes in the middle of a handshake, and with a session open. */
static void sessions_outlive_the_servers_context(void **state)
{
    struct server s, next;
    struct pair before, during, after;
    uint8_t pins[2 * TLS_PIN_SIZE], got[8];
    size_t n;

    (void)state;
    server_new(&s);
    server_new(&next);
    memcpy(pins, s.pin, TLS_PIN_SIZE);
    memcpy(&pins[TLS_PIN_SIZE], next.pin, TLS_PIN_SIZE);
    pair_new(&before, s.tls, BYTES(pins));
    assert_ok(shake(&before));
    pair_new(&during, s.tls, BYTES(pins));
    assert_err(tls_session_handshake(during.client), E_AGAIN);
    tls_free(s.tls);
    s.tls = NULL;

    pair_new(&after, next.tls, BYTES(pins));
    assert_ok(shake(&after));
    assert_ok(shake(&during));
    assert_ok(tls_session_write(before.client, BYTES_LITERAL("still"), &n));
    assert_ok(tls_session_read(before.server, got, sizeof got, &n));
    assert_bytes(bytes(got, n), BYTES_LITERAL("still"));
    pair_free(&before);
    pair_free(&during);
    pair_free(&after);
    server_free(&s);
    server_free(&next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_all_clients_take_are_taken_and_no_others),
        cmocka_unit_test(a_key_of_another_certificate_is_told_from_one_that_is_no_key),
        cmocka_unit_test(a_client_accepts_any_of_its_pins_and_no_other),
        cmocka_unit_test(a_renewed_certificate_has_the_same_key_and_a_later_end),
        cmocka_unit_test(sessions_outlive_the_servers_context),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
