/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls_session: TLS on one non-blocking descriptor, which stays the caller's and is closed after it.
 *
 * E_AGAIN: nothing happened; call again when the descriptor is readable, or writable if
 * tls_session_wants_write() says so.  E_CLOSED: the peer is gone, with or without a goodbye.
 * E_MALFORMED: what the peer sends is no TLS 1.3 of ours; tls_session_reason() says more.  After
 * any error but E_AGAIN the session is only good for freeing.
 */
#ifndef TACET_NET_TLS_SESSION_H
#define TACET_NET_TLS_SESSION_H

#include "net/tls.h"

#define TLS_SESSION_BINDING_SIZE 32

struct ssl_st; /* a session: OpenSSL's SSL, seen by nobody else */

/* `name` is what a client asks for (SNI), or NULL.  E_CRYPTO, E_NOMEM. */
FALLIBLE tls_session_new(const struct tls *t, int fd, const char *name, struct ssl_st **out);

/* E_FORGED: the server's key is not the pinned one.  Nothing of ours was sent then. */
FALLIBLE tls_session_handshake(struct ssl_st *s);

/* One record or less; *n > 0 on success. */
FALLIBLE tls_session_read(struct ssl_st *s, uint8_t *at, size_t room, size_t *n);

/* Takes *n > 0 of the bytes.  After E_AGAIN they are given again, wherever they have moved to, and
 * more may follow them. */
FALLIBLE tls_session_write(struct ssl_st *s, struct bytes in, size_t *n);

/* Is something left to read that the descriptor will not announce any more? */
bool tls_session_has_pending(const struct ssl_st *s);
bool tls_session_wants_write(const struct ssl_st *s);

/* Says that nothing more will be written; at best. */
void tls_session_goodbye(struct ssl_st *s);

/* What only the two ends of this connection know [RFC9266]: equal on both sides, once the handshake
 * is over.  E_CRYPTO. */
FALLIBLE tls_session_binding(struct ssl_st *s, uint8_t out[TLS_SESSION_BINDING_SIZE]);

/* A few words on this thread's last failure, for a log; static, never NULL. */
const char *tls_session_reason(void);

void tls_session_free(struct ssl_st *s);

#endif
