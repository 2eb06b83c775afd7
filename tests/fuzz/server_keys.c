/* SPDX-License-Identifier: Apache-2.0 */
/* Server key statements [PROTOCOL 4.7].  Input: see signed.h. */
#include "statement/server_keys.h"

#include "fuzz/signed.h"

static void is_written_again(const struct server_keys *s, const struct network_id *nid,
                             struct bytes in)
{
    struct buf b = BUF(SERVER_KEYS_MAX_SIZE);

    invariant(in.n <= SERVER_KEYS_MAX_SIZE);
    invariant(server_keys_sign(s, nid, NULL, &b).code == E_OK);
    invariant(signed_is_same(buf_view(&b), in));
    buf_free(&b);
}

static void keeps_its_rules(const struct server_keys *s)
{
    invariant(s->number >= 1 && s->pins >= 1 && s->pins <= SERVER_KEYS_PINS_MAX);
    for (size_t i = 0; i < s->pins; i++) {
        invariant(server_keys_have(s, &s->pin[i]));
        for (size_t j = 0; j < i; j++)
            invariant(!ID_SAME(s->pin[i], s->pin[j]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct signed_input in = signed_input(at, n);
    struct server_keys parsed, checked;
    struct err err, check;

    FUZZ_FILLED(parsed);
    FUZZ_FILLED(checked);
    err = server_keys_parse(in.statement, &parsed);
    check = server_keys_check(in.statement, &in.nid, &in.key, in.now_ms, &checked);
    if (err.code == E_OK) {
        keeps_its_rules(&parsed);
        is_written_again(&parsed, &in.nid, in.statement);
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&parsed, sizeof parsed) && check.code == err.code);
    }
    if (check.code == E_OK)
        invariant(server_keys_same(&checked, &parsed) &&
                  !clock_is_ahead(checked.made_ms, in.now_ms));
    else
        invariant(fuzz_is_filled(&checked, sizeof checked));
    return 0;
}
