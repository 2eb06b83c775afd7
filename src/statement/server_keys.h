/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_keys: by which TLS keys the network's server is known, in the directory's word: the one in
 * force first, then those that may follow it.  [PROTOCOL 4.7]
 */
#ifndef TACET_STATEMENT_SERVER_KEYS_H
#define TACET_STATEMENT_SERVER_KEYS_H

#include "base/buf.h"
#include "base/clock.h"
#include "statement/names.h"

#define SERVER_KEYS_PIN_SIZE 32
#define SERVER_KEYS_PINS_MAX 4
#define SERVER_KEYS_MAX_SIZE 274

/* SHA-256 of a SubjectPublicKeyInfo. */
struct server_pin {
    uint8_t b[SERVER_KEYS_PIN_SIZE];
};

struct server_keys {
    uint32_t number;
    uint64_t made_ms;
    size_t pins;
    struct server_pin pin[SERVER_KEYS_PINS_MAX]; /* the first is in force */
};

/* Sign `s` with the directory key and append the statement.  E_MALFORMED: it breaks a rule of 4.7.
 */
FALLIBLE server_keys_sign(const struct server_keys *s, const struct network_id *nid,
                          const struct sign_private *key, struct buf *out);

/* Form only: what does it say?  E_TRUNCATED, E_MALFORMED. */
FALLIBLE server_keys_parse(struct bytes in, struct server_keys *out);

/* E_TRUNCATED, E_MALFORMED; E_FORGED: not the directory's; E_CLOCK: made too far ahead of now. */
FALLIBLE server_keys_check(struct bytes in, const struct network_id *nid, const struct point *key,
                           uint64_t now_ms, struct server_keys *out);

/* Is the pin among them?  Pins are public: time tells nothing. */
bool server_keys_have(const struct server_keys *s, const struct server_pin *pin);

/* Do both say the same?  Two statements are the same when their bodies are. */
bool server_keys_same(const struct server_keys *a, const struct server_keys *b);

#endif
