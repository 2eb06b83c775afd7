/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of exports [PROTOCOL 16.2].  Input: see signed.h. */
#include "statement/export.h"

#include "fuzz/signed.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct signed_input in = signed_input(at, n);
    struct buf b = BUF(EXPORT_SIZE);
    struct export_word w, checked;
    struct err err;

    FUZZ_FILLED(w);
    err = export_parse(in.statement, &w);
    if (err.code != E_OK) {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&w, sizeof w));
        return 0;
    }
    invariant(export_sign(&w, &in.nid, NULL, &b).code == E_OK);
    invariant(signed_is_same(buf_view(&b), in.statement));
    err = export_check(in.statement, &in.nid, &in.key, in.now_ms, &checked);
    invariant(err.code == E_OK || err.code == E_FORGED || err.code == E_MALFORMED ||
              err.code == E_CLOCK);
    buf_free(&b);
    return 0;
}
