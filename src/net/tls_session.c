/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

static const char BINDING_LABEL[] = "EXPORTER-Channel-Binding"; /* [RFC9266 4.2] */
static const size_t WRITE_MAX = 1u << 30;                       /* OpenSSL counts in int */

struct err tls_session_new(const struct tls *t, int fd, const char *name, SSL **out)
{
    SSL *s = tls_new_ssl(t);

    if (s == NULL)
        return FAIL(E_NOMEM);
    if (SSL_set_fd(s, fd) != 1 || (name != NULL && SSL_set_tlsext_host_name(s, name) != 1)) {
        SSL_free(s);
        return FAIL(E_CRYPTO);
    }
    if (tls_is_client(t))
        SSL_set_connect_state(s);
    else
        SSL_set_accept_state(s);
    *out = s;
    return OK;
}

static bool failed_by(int reason)
{
    unsigned long e = ERR_peek_error();

    return ERR_GET_LIB(e) == ERR_LIB_SSL && ERR_GET_REASON(e) == reason;
}

/* Why a call did not succeed. */
static struct err verdict(const SSL *s, int result)
{
    switch (SSL_get_error(s, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return FAIL(E_AGAIN);
    case SSL_ERROR_ZERO_RETURN:
    case SSL_ERROR_SYSCALL:
        return FAIL(E_CLOSED);
    default:
        break;
    }
    if (failed_by(SSL_R_CERTIFICATE_VERIFY_FAILED))
        return FAIL(E_FORGED);
#ifdef SSL_R_UNEXPECTED_EOF_WHILE_READING /* OpenSSL 3; elsewhere this is SSL_ERROR_SYSCALL */
    if (failed_by(SSL_R_UNEXPECTED_EOF_WHILE_READING))
        return FAIL(E_CLOSED);
#endif
    return FAIL(E_MALFORMED);
}

struct err tls_session_handshake(SSL *s)
{
    int result;

    ERR_clear_error();
    result = SSL_do_handshake(s);
    return result == 1 ? OK : verdict(s, result);
}

struct err tls_session_read(SSL *s, uint8_t *at, size_t room, size_t *n)
{
    int result;

    ERR_clear_error();
    result = SSL_read(s, at, room > WRITE_MAX ? (int)WRITE_MAX : (int)room);
    if (result <= 0)
        return verdict(s, result);
    *n = (size_t)result;
    return OK;
}

struct err tls_session_write(SSL *s, struct bytes in, size_t *n)
{
    int result;

    ERR_clear_error();
    result = SSL_write(s, in.at, in.n > WRITE_MAX ? (int)WRITE_MAX : (int)in.n);
    if (result <= 0)
        return verdict(s, result);
    *n = (size_t)result;
    return OK;
}

bool tls_session_has_pending(const SSL *s)
{
    return SSL_has_pending(s) == 1;
}

bool tls_session_wants_write(const SSL *s)
{
    return SSL_want(s) == SSL_WRITING;
}

void tls_session_goodbye(SSL *s)
{
    ERR_clear_error();
    (void)SSL_shutdown(s);
}

struct err tls_session_binding(SSL *s, uint8_t out[TLS_SESSION_BINDING_SIZE])
{
    uint8_t binding[TLS_SESSION_BINDING_SIZE];

    if (!SSL_is_init_finished(s) ||
        SSL_export_keying_material(s, binding, sizeof binding, BINDING_LABEL,
                                   sizeof BINDING_LABEL - 1, NULL, 0, 0) != 1)
        return FAIL(E_CRYPTO);
    memcpy(out, binding, sizeof binding);
    return OK;
}

const char *tls_session_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());

    return reason == NULL ? "unknown" : reason;
}

void tls_session_free(SSL *s)
{
    SSL_free(s);
}
