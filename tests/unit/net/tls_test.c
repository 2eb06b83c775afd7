/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "assert_err.h"
#include "base/clock.h"
#include "net/tls_certificate.h"
#include "net/tls_session.h"

#define NOW_MS UINT64_C(1790000000000) /* 2026-09-21 */

struct server {
    struct buf key, cert;
    uint8_t pin[TLS_PIN_SIZE];
    struct tls *tls;
};

/* Two ends of a socket, one session each. */
struct pair {
    int fd[2];
    SSL *server, *client;
};

static void server_new(struct server *s)
{
    s->key = s->cert = BUF(8192);
    assert_ok(tls_certificate_make("chat.example.org", NOW_MS, &s->key, &s->cert));
    assert_ok(tls_pin(buf_view(&s->cert), s->pin));
    assert_ok(tls_new_server(buf_view(&s->key), buf_view(&s->cert), &s->tls));
}

static void server_free(struct server *s)
{
    buf_free(&s->key);
    buf_free(&s->cert);
    tls_free(s->tls);
}

static void pair_new(struct pair *p)
{
    *p = (struct pair){{-1, -1}, NULL, NULL};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fd), 0);
}

static void pair_free(struct pair *p)
{
    SSL_free(p->server);
    SSL_free(p->client);
    close(p->fd[0]);
    close(p->fd[1]);
}

/* Lets both sides go on until neither can; what each came to. */
static void shake(struct pair *p, struct err *server, struct err *client)
{
    *server = *client = FAIL(E_AGAIN);
    for (unsigned i = 0; i < 10; i++) {
        if (client->code == E_AGAIN)
            *client = tls_session_handshake(p->client);
        if (server->code == E_AGAIN)
            *server = tls_session_handshake(p->server);
    }
}

static void connect_pair(struct pair *p, const struct server *s, const uint8_t *pin,
                         struct err *server, struct err *client)
{
    struct tls *t;

    pair_new(p);
    assert_ok(tls_new_client(bytes(pin, TLS_PIN_SIZE), &t));
    assert_ok(tls_session_new(s->tls, p->fd[0], NULL, &p->server));
    assert_ok(tls_session_new(t, p->fd[1], "chat.example.org", &p->client));
    shake(p, server, client);
    tls_free(t);
}

static X509 *certificate_of(const struct server *s)
{
    BIO *bio = BIO_new_mem_buf(s->cert.at, (int)s->cert.n);
    X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);

    assert_non_null(cert);
    BIO_free(bio);
    return cert;
}

static void the_pinned_server_is_accepted_and_both_ends_have_the_same_binding(void **state)
{
    uint8_t at_server[TLS_SESSION_BINDING_SIZE], at_client[TLS_SESSION_BINDING_SIZE], got[16];
    struct err server, client;
    struct server s;
    struct pair p;
    size_t n;

    (void)state;
    server_new(&s);
    connect_pair(&p, &s, s.pin, &server, &client);
    assert_ok(server);
    assert_ok(client);
    assert_string_equal(SSL_get_version(p.client), "TLSv1.3");
    assert_string_equal(SSL_get_servername(p.server, TLSEXT_NAMETYPE_host_name),
                        "chat.example.org");
    assert_ok(tls_session_binding(p.server, at_server));
    assert_ok(tls_session_binding(p.client, at_client));
    assert_memory_equal(at_server, at_client, sizeof at_server);
    assert_false(bytes_all_zero(BYTES(at_server)));

    assert_ok(tls_session_write(p.client, BYTES_LITERAL("hello"), &n));
    assert_ok(tls_session_read(p.server, got, sizeof got, &n));
    assert_bytes(bytes(got, n), BYTES_LITERAL("hello"));
    assert_err(tls_session_read(p.server, got, sizeof got, &n), E_AGAIN);
    pair_free(&p);
    server_free(&s);
}

static void two_connections_have_two_bindings(void **state)
{
    uint8_t one[TLS_SESSION_BINDING_SIZE], two[TLS_SESSION_BINDING_SIZE];
    struct err server, client;
    struct server s;
    struct pair p, q;

    (void)state;
    server_new(&s);
    connect_pair(&p, &s, s.pin, &server, &client);
    connect_pair(&q, &s, s.pin, &server, &client);
    assert_ok(tls_session_binding(p.client, one));
    assert_ok(tls_session_binding(q.client, two));
    assert_memory_not_equal(one, two, sizeof one);
    pair_free(&p);
    pair_free(&q);
    server_free(&s);
}

static void a_server_with_another_key_gets_no_byte_of_application_data(void **state)
{
    struct err server, client;
    struct server mine, other;
    struct pair p;
    uint8_t got[16], binding[TLS_SESSION_BINDING_SIZE];
    size_t n;

    (void)state;
    server_new(&mine);
    server_new(&other);
    connect_pair(&p, &other, mine.pin, &server, &client);
    assert_err(client, E_FORGED);
    assert_err(server, E_MALFORMED); /* an alert, and no Finished */
    assert_false(tls_session_write(p.client, BYTES_LITERAL("secret"), &n).code == E_OK);
    assert_false(tls_session_read(p.server, got, sizeof got, &n).code == E_OK);
    assert_err(tls_session_binding(p.client, binding), E_CRYPTO);
    pair_free(&p);
    server_free(&mine);
    server_free(&other);
}

static void one_bit_of_the_pin_decides(void **state)
{
    struct err server, client;
    struct server s;
    struct pair p;

    (void)state;
    server_new(&s);
    for (size_t bit = 0; bit < 8 * TLS_PIN_SIZE; bit += 51) {
        uint8_t pin[TLS_PIN_SIZE];

        memcpy(pin, s.pin, sizeof pin);
        pin[bit / 8] ^= (uint8_t)(1u << bit % 8);
        connect_pair(&p, &s, pin, &server, &client);
        assert_err(client, E_FORGED);
        pair_free(&p);
    }
    server_free(&s);
}

static void a_renewed_certificate_of_the_same_key_is_still_the_server(void **state)
{
    struct err server, client;
    struct server s;
    struct pair p;
    struct buf renewed = BUF(8192);
    BIO *bio = BIO_new(BIO_s_mem());
    X509 *cert;
    EVP_PKEY *key;
    BIO *from;
    char *at;
    long n;

    (void)state;
    server_new(&s);
    cert = certificate_of(&s);
    from = BIO_new_mem_buf(s.key.at, (int)s.key.n);
    key = PEM_read_bio_PrivateKey(from, NULL, NULL, NULL);
    assert_non_null(key);
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), -1)); /* no date decides */
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_bio_X509(bio, cert), 1);
    n = BIO_get_mem_data(bio, &at);
    buf_bytes(&renewed, bytes(at, (size_t)n));
    tls_free(s.tls);
    assert_ok(tls_new_server(buf_view(&s.key), buf_view(&renewed), &s.tls));
    connect_pair(&p, &s, s.pin, &server, &client);
    assert_ok(client);
    assert_ok(server);
    pair_free(&p);
    buf_free(&renewed);
    X509_free(cert);
    EVP_PKEY_free(key);
    BIO_free(from);
    BIO_free(bio);
    server_free(&s);
}

/* A peer that is OpenSSL without our settings. */
static SSL *foreign(int fd, const SSL_METHOD *method, int version)
{
    SSL_CTX *ctx = SSL_CTX_new(method);
    SSL *s;

    assert_non_null(ctx);
    assert_int_equal(SSL_CTX_set_min_proto_version(ctx, version), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(ctx, version), 1);
    s = SSL_new(ctx);
    assert_non_null(s);
    assert_int_equal(SSL_set_fd(s, fd), 1);
    SSL_set_connect_state(s);
    SSL_CTX_free(ctx);
    return s;
}

static void a_client_of_tls_1_2_is_refused(void **state)
{
    struct err server, client;
    struct server s;
    struct pair p;

    (void)state;
    server_new(&s);
    pair_new(&p);
    assert_ok(tls_session_new(s.tls, p.fd[0], NULL, &p.server));
    p.client = foreign(p.fd[1], TLS_client_method(), TLS1_2_VERSION);
    shake(&p, &server, &client);
    assert_err(server, E_MALFORMED);
    assert_false(client.code == E_OK);
    assert_non_null(tls_session_reason());
    pair_free(&p);
    server_free(&s);
}

static void no_ticket_is_given_and_nothing_is_resumed(void **state)
{
    struct err server, client;
    struct server s;
    struct pair p;
    uint8_t got[16];
    size_t n;

    (void)state;
    server_new(&s);
    connect_pair(&p, &s, s.pin, &server, &client);
    assert_ok(tls_session_write(p.server, BYTES_LITERAL("x"), &n));
    assert_ok(tls_session_read(p.client, got, sizeof got, &n));
    assert_false(SSL_SESSION_is_resumable(SSL_get0_session(p.client)));
    pair_free(&p);
    server_free(&s);
}

static void a_peer_that_vanishes_is_closed_and_one_that_talks_nonsense_malformed(void **state)
{
    struct err server, client;
    struct server s;
    struct pair p;
    uint8_t got[16];
    size_t n;

    (void)state;
    server_new(&s);
    connect_pair(&p, &s, s.pin, &server, &client);
    shutdown(p.fd[1], SHUT_RDWR);
    assert_err(tls_session_read(p.server, got, sizeof got, &n), E_CLOSED);
    pair_free(&p);

    pair_new(&p);
    assert_ok(tls_session_new(s.tls, p.fd[0], NULL, &p.server));
    assert_int_equal(write(p.fd[1], "GET / HTTP/1.1\r\n\r\n", 18), 18);
    assert_err(tls_session_handshake(p.server), E_MALFORMED);
    pair_free(&p);
    server_free(&s);
}

static void the_certificate_is_what_it_should_be(void **state)
{
    struct server s;
    X509 *cert;
    uint8_t der[256], digest[TLS_PIN_SIZE];
    uint8_t *at = der;
    time_t later = (time_t)(NOW_MS / 1000) + 10 * 365 * 86400;
    time_t earlier = (time_t)(NOW_MS / 1000) - 60;
    int n;

    (void)state;
    server_new(&s);
    cert = certificate_of(&s);
    assert_int_equal(X509_check_host(cert, "chat.example.org", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(cert, "example.org", 0, 0, NULL), 0);
    assert_int_equal(X509_verify(cert, X509_get0_pubkey(cert)), 1);
    assert_int_equal(X509_get_version(cert), 2);
    assert_int_equal(EVP_PKEY_bits(X509_get0_pubkey(cert)), 256);
    assert_true(X509_cmp_time(X509_get0_notAfter(cert), &later) > 0);
    assert_true(X509_cmp_time(X509_get0_notBefore(cert), &earlier) < 0);

    n = i2d_PUBKEY(X509_get0_pubkey(cert), &at);
    assert_in_range(n, 1, sizeof der);
    assert_int_equal(EVP_Digest(der, (size_t)n, digest, NULL, EVP_sha256(), NULL), 1);
    assert_memory_equal(digest, s.pin, sizeof digest);
    X509_free(cert);
    server_free(&s);
}

static void what_is_no_certificate_or_no_name_is_refused(void **state)
{
    struct buf key = BUF(8192), cert = BUF(8192), small = BUF(100);
    struct server s, other;
    struct tls *t;
    uint8_t pin[TLS_PIN_SIZE];

    (void)state;
    assert_err(tls_certificate_make("Not A Name", NOW_MS, &key, &cert), E_MALFORMED);
    assert_err(tls_certificate_make("a,IP:10.0.0.1", NOW_MS, &key, &cert), E_MALFORMED);
    assert_err(tls_certificate_make("", NOW_MS, &key, &cert), E_MALFORMED);
    assert_err(tls_certificate_make("a.example", NOW_MS, &key, &small), E_LIMIT);
    assert_int_equal(key.n, 0);
    assert_err(tls_pin(BYTES_LITERAL("no PEM"), pin), E_MALFORMED);
    assert_err(tls_pin(bytes(NULL, 0), pin), E_MALFORMED);
    server_new(&s);
    server_new(&other);
    assert_err(tls_new_server(buf_view(&other.key), buf_view(&s.cert), &t), E_CONFLICT);
    assert_err(tls_new_server(buf_view(&s.cert), buf_view(&s.cert), &t), E_MALFORMED);
    assert_err(tls_new_server(buf_view(&s.key), buf_view(&s.key), &t), E_MALFORMED);
    server_free(&s);
    server_free(&other);
    buf_free(&key);
    buf_free(&cert);
    buf_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pinned_server_is_accepted_and_both_ends_have_the_same_binding),
        cmocka_unit_test(two_connections_have_two_bindings),
        cmocka_unit_test(a_server_with_another_key_gets_no_byte_of_application_data),
        cmocka_unit_test(one_bit_of_the_pin_decides),
        cmocka_unit_test(a_renewed_certificate_of_the_same_key_is_still_the_server),
        cmocka_unit_test(a_client_of_tls_1_2_is_refused),
        cmocka_unit_test(no_ticket_is_given_and_nothing_is_resumed),
        cmocka_unit_test(a_peer_that_vanishes_is_closed_and_one_that_talks_nonsense_malformed),
        cmocka_unit_test(the_certificate_is_what_it_should_be),
        cmocka_unit_test(what_is_no_certificate_or_no_name_is_refused),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
