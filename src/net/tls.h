/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls: what connections of one role share: TLS 1.3 only [RFC8446], no resumption, no early data.
 *
 * A server shows a certificate.  A client accepts a server by its public key alone, of which it
 * has the pin: no certificate authority, name or date decides.  Contexts are made on one
 * thread; connections on several threads may share one.  Only what OpenSSL, AWS-LC and BoringSSL
 * have in common is used.
 */
#ifndef TACET_NET_TLS_H
#define TACET_NET_TLS_H

#include "base/buf.h"

#define TLS_PIN_SIZE        32
#define TLS_PINS_MAX        4
#define TLS_CERTIFICATE_MAX (64 * 1024) /* PEM, with its chain */

struct tls;

/* From PEM: a private key, and the certificate with the chain below it, if there is one.
 * E_MALFORMED: not such PEM, or the key is under a passphrase.  E_CONFLICT: the key is not the
 * certificate's.  E_DENIED: not a kind of key that all clients take: P-256, P-384, and RSA of 2,048
 * to 4,096 bits.  E_CRYPTO, E_NOMEM. */
FALLIBLE tls_new_server(struct bytes key_pem, struct bytes cert_pem, struct tls **out);

/* Accepts a server whose key has one of these pins: 1 to TLS_PINS_MAX of them, one behind the
 * other.
 */
FALLIBLE tls_new_client(struct bytes pins, struct tls **out);

bool tls_is_client(const struct tls *t);

/* A client's outlives every handshake that uses it.  A server's may go at any time: sessions keep
 * what they need of it. */
void tls_free(struct tls *t);

/* SHA-256 of the first certificate's SubjectPublicKeyInfo (DER).  E_MALFORMED, E_CRYPTO. */
FALLIBLE tls_pin(struct bytes cert_pem, uint8_t pin[TLS_PIN_SIZE]);

/* n bytes from OpenSSL's generator, for masks and keys of the WebSocket; never for secrets of
 * ours, whose randomness is an argument.  E_CRYPTO. */
FALLIBLE tls_random(uint8_t *out, size_t n);

/* For the session's file alone: a connection's state, OpenSSL's SSL. */
struct ssl_st;
struct ssl_st *tls_new_ssl(const struct tls *t);

#endif
