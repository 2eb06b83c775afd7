/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-in statements [PROTOCOL 4.5].  Input: see signed.h; the time is the domain's and binding's
 * own. */
#include "statement/signin.h"

#include "base/text.h"
#include "fuzz/signed.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static const uint8_t other[SIGNIN_BINDING_SIZE] = {1};
    struct signed_input in = signed_input(at, n);
    struct buf b = BUF(SIGNIN_MAX_SIZE);
    struct signin s;
    struct err err;

    FUZZ_FILLED(s);
    err = signin_parse(in.statement, &s);
    if (err.code != E_OK) {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED || err.code == E_DENIED);
        invariant(fuzz_is_filled(&s, sizeof s));
        return 0;
    }
    invariant(fuzz_is_within(s.domain, in.statement) && text_is_domain(s.domain));
    invariant(fuzz_is_within(s.binding, in.statement) && s.binding.n == SIGNIN_BINDING_SIZE);
    invariant(signin_sign(&s, &in.nid, NULL, &b).code == E_OK);
    invariant(signed_is_same(buf_view(&b), in.statement));
    err = signin_check(in.statement, &in.nid, s.domain, s.binding, &in.key);
    invariant(err.code == E_OK || err.code == E_FORGED || err.code == E_MALFORMED);
    if (!bytes_same(s.binding, BYTES(other)))
        invariant(signin_check(in.statement, &in.nid, s.domain, BYTES(other), &in.key).code ==
                  E_FORGED);
    buf_free(&b);
    return 0;
}
