/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls: what connections of one role share: TLS 1.3 only [RFC8446], no resumption, no early data.
 *
 * A server shows a certificate.  A client accepts a server by its public key alone, the pin that an
 * invitation carries: no certificate authority, name or date decides.  Contexts are made on one
 * thread; connections on several threads may share one.  Only what OpenSSL, AWS-LC and BoringSSL
 * have in common is used.
 */
#ifndef TACET_NET_TLS_H
#define TACET_NET_TLS_H

#include "base/buf.h"

#define TLS_PIN_SIZE        32
#define TLS_CERTIFICATE_MAX (64 * 1024) /* PEM, with its chain */

struct tls;

/* From PEM: a private key, and the certificate with the chain below it, if there is one.
 * E_MALFORMED: not such PEM, or the key is not the certificate's.  E_CRYPTO, E_NOMEM. */
FALLIBLE tls_new_server(struct bytes key_pem, struct bytes cert_pem, struct tls **out);

/* Accepts the one server whose key has this pin. */
FALLIBLE tls_new_client(const uint8_t pin[TLS_PIN_SIZE], struct tls **out);

bool tls_is_client(const struct tls *t);

/* It outlives every handshake that uses it; sessions that are past theirs keep what they need. */
void tls_free(struct tls *t);

/* A new P-256 key (PKCS#8) and a self-signed certificate for a DNS name, valid from an hour before
 * now for ten years, appended as PEM.  E_MALFORMED: not a DNS name in lower case.  E_LIMIT: a buf
 * is too small: 8 KiB are plenty.  E_CRYPTO.  On error what was appended is cut off again. */
FALLIBLE tls_make_certificate(const char *domain, uint64_t now_ms, struct buf *key_pem,
                              struct buf *cert_pem);

/* SHA-256 of the first certificate's SubjectPublicKeyInfo (DER).  E_MALFORMED, E_CRYPTO. */
FALLIBLE tls_pin(struct bytes cert_pem, uint8_t pin[TLS_PIN_SIZE]);

/* The end of the first certificate's time; 0 when that was before 1970.  E_MALFORMED, E_CRYPTO. */
FALLIBLE tls_certificate_ends(struct bytes cert_pem, uint64_t *ends_ms);

/* n bytes from OpenSSL's generator, for masks and keys of the WebSocket; never for secrets of
 * ours, whose randomness is an argument.  E_CRYPTO. */
FALLIBLE tls_random(uint8_t *out, size_t n);

/* For the session's file alone: a connection's state, OpenSSL's SSL. */
struct ssl_st;
struct ssl_st *tls_new_ssl(const struct tls *t);

#endif
