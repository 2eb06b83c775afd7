/* SPDX-License-Identifier: Apache-2.0 */
/* Prekey statements [PROTOCOL 4.4].  Input: see signed.h. */
#include "statement/prekey.h"

#include "fuzz/signed.h"

static void is_written_again(const struct prekey *p, const struct network_id *nid, struct bytes in)
{
    struct buf b = BUF(PREKEY_SIZE);

    invariant(in.n == PREKEY_SIZE);
    invariant(prekey_sign(p, nid, NULL, &b).code == E_OK);
    invariant(signed_is_same(buf_view(&b), in));
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct signed_input in = signed_input(at, n);
    struct prekey parsed, checked;
    struct err err, check;

    FUZZ_FILLED(parsed);
    FUZZ_FILLED(checked);
    err = prekey_parse(in.statement, &parsed);
    check = prekey_check(in.statement, &in.nid, &in.key, in.now_ms, &checked);
    if (err.code == E_OK) {
        invariant(parsed.number >= 1 && parsed.list_version >= 1);
        is_written_again(&parsed, &in.nid, in.statement);
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&parsed, sizeof parsed) && check.code == err.code);
    }
    if (check.code == E_OK)
        invariant(checked.number == parsed.number && !prekey_is_expired(&checked, in.now_ms) &&
                  !clock_is_ahead(checked.made_ms, in.now_ms));
    else
        invariant(fuzz_is_filled(&checked, sizeof checked));
    return 0;
}
