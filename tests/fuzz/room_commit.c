/* SPDX-License-Identifier: Apache-2.0 */
/* Commits of room states [PROTOCOL 4.10].  Input: see signed.h. */
#include "statement/room_commit.h"

#include "base/clock.h"
#include "fuzz/signed.h"

static void is_written_again(const struct room_commit *c, const struct network_id *nid,
                             struct bytes in)
{
    struct buf b = BUF(ROOM_COMMIT_SIZE);

    invariant(in.n == ROOM_COMMIT_SIZE && c->version >= 1);
    invariant(room_commit_sign(c, nid, NULL, &b).code == E_OK);
    invariant(signed_is_same(buf_view(&b), in));
    invariant(!room_commit_contradicts(c, c));
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct signed_input in = signed_input(at, n);
    struct room_commit parsed, checked;
    struct err err, check;

    FUZZ_FILLED(parsed);
    FUZZ_FILLED(checked);
    err = room_commit_parse(in.statement, &parsed);
    check = room_commit_check(in.statement, &in.nid, &in.key, in.now_ms, &checked);
    if (err.code == E_OK) {
        is_written_again(&parsed, &in.nid, in.statement);
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&parsed, sizeof parsed) && check.code == err.code);
    }
    if (check.code == E_OK)
        invariant(!clock_is_ahead(checked.time_ms, in.now_ms));
    else
        invariant(fuzz_is_filled(&checked, sizeof checked));
    return 0;
}
