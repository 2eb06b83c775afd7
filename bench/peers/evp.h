/* SPDX-License-Identifier: Apache-2.0 */
/* evp: what libsignal-protocol-c wants of a crypto library, given by OpenSSL. */
#ifndef TACET_BENCH_PEERS_EVP_H
#define TACET_BENCH_PEERS_EVP_H

#include <signal/signal_protocol.h>

/* Looked up once, as ours are; NULL: OpenSSL lacks something. */
const signal_crypto_provider *evp_provider(void);

#endif
