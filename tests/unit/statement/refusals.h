/* SPDX-License-Identifier: Apache-2.0 */
/* refusals: what is tried against every parser.  `ask` is the parser with its arguments bound. */
#ifndef TACET_TESTS_STATEMENT_REFUSALS_H
#define TACET_TESTS_STATEMENT_REFUSALS_H

#include <stdlib.h>

#include "assert_err.h"
#include "base/buf.h"
#include "base/id.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

/* Set one byte of what is otherwise accepted, and this rule is broken. */
struct rule {
    const char *broken;
    size_t at;
    uint8_t value;
    enum err_code want;
};

/* A block of exactly this size, so that the sanitizer sees every byte read past it. */
static inline uint8_t *refusals_copy(struct bytes in, size_t room)
{
    uint8_t *copy = calloc(1, room == 0 ? 1 : room);

    assert_non_null(copy);
    if (in.n > 0)
        memcpy(copy, in.at, in.n < room ? in.n : room);
    return copy;
}

static inline void refuses_every_truncation(struct err (*ask)(struct bytes), struct bytes whole)
{
    assert_ok(ask(whole));
    for (size_t n = 0; n < whole.n; n++) {
        uint8_t *cut = refusals_copy(whole, n);

        assert_err(ask(bytes(cut, n)), E_TRUNCATED);
        free(cut);
    }
}

static inline void refuses_a_trailing_byte(struct err (*ask)(struct bytes), struct bytes whole)
{
    uint8_t *longer = refusals_copy(whole, whole.n + 1);

    assert_err(ask(bytes(longer, whole.n + 1)), E_MALFORMED);
    free(longer);
}

static inline void refuses_every_flipped_bit(struct err (*ask)(struct bytes), struct bytes whole)
{
    uint8_t *copy = refusals_copy(whole, whole.n);

    assert_ok(ask(whole));
    for (size_t i = 0; i < whole.n * 8; i++) {
        uint8_t bit = (uint8_t)(1u << i % 8);

        copy[i / 8] ^= bit;
        if (ask(bytes(copy, whole.n)).code == E_OK)
            fail_msg("bit %zu of byte %zu was flipped and accepted", i % 8, i / 8);
        copy[i / 8] ^= bit;
    }
    free(copy);
}

static inline void refused_as(struct err got, const struct rule *rule)
{
    if (got.code != rule->want)
        fail_msg("%s: wanted %s, got %s", rule->broken, err_name(rule->want), err_name(got.code));
}

/* Without any signature. */
static inline void refuses_each_broken_rule(struct err (*ask)(struct bytes), struct bytes whole,
                                            const struct rule *rules, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint8_t *copy = refusals_copy(whole, whole.n);

        assert_in_range(rules[i].at, 0, whole.n - 1);
        assert_int_not_equal(copy[rules[i].at], rules[i].value);
        copy[rules[i].at] = rules[i].value;
        refused_as(ask(bytes(copy, whole.n)), &rules[i]);
        free(copy);
    }
}

/* body | signature, whatever the body says. */
static inline void refusals_sign(struct bytes label, const struct network_id *nid,
                                 struct bytes body, const struct sign_private *key, struct buf *out)
{
    uint8_t signature[SIGN_SIZE];

    assert_ok(sign_make(key, HASH_PARTS(label, ID_BYTES(*nid), body), signature));
    buf_bytes(out, body);
    buf_bytes(out, BYTES(signature));
}

/* With a signature that fits the broken body: so it is the rule that refuses. */
static inline void refuses_each_broken_rule_signed(struct err (*ask)(struct bytes),
                                                   struct bytes whole, struct bytes label,
                                                   const struct network_id *nid,
                                                   const struct sign_private *key,
                                                   const struct rule *rules, size_t n)
{
    size_t body_n = whole.n - SIGN_SIZE;

    for (size_t i = 0; i < n; i++) {
        struct buf b = BUF(4096);
        uint8_t *body = refusals_copy(whole, body_n);

        assert_in_range(rules[i].at, 0, body_n - 1);
        assert_int_not_equal(body[rules[i].at], rules[i].value);
        body[rules[i].at] = rules[i].value;
        refusals_sign(label, nid, bytes(body, body_n), key, &b);
        refused_as(ask(buf_view(&b)), &rules[i]);
        free(body);
        buf_free(&b);
    }
}

#define RULES(array) (array), sizeof(array) / sizeof((array)[0])

#endif
