/* SPDX-License-Identifier: Apache-2.0 */
/* Network policies [PROTOCOL 4.8].  Input: see signed.h. */
#include "statement/policy.h"

#include "base/clock.h"
#include "fuzz/signed.h"

static void is_written_again(struct network_policy p, const struct network_id *nid, struct bytes in)
{
    struct buf b = BUF(POLICY_MAX_SIZE);
    uint8_t hash[NAMES_H32_SIZE];

    memcpy(hash, p.hash, sizeof hash);
    invariant(in.n <= POLICY_MAX_SIZE);
    invariant(policy_sign(&p, nid, NULL, &b).code == E_OK);
    invariant(signed_is_same(buf_view(&b), in) && memcmp(hash, p.hash, sizeof hash) == 0);
    buf_free(&b);
}

static void keeps_its_rules(const struct network_policy *p)
{
    const struct policy_retention *r = &p->retention;
    struct room_id other = {{0}};

    invariant(p->number >= 1 && p->from_ms >= p->made_ms);
    invariant(policy_profile(p) == POLICY_STANDARD || policy_profile(p) == POLICY_HYBRID);
    invariant(p->retains || policy_requires(p, true, &other) == NULL);
    if (!p->retains)
        return;
    invariant(r->days >= 1 && r->days <= POLICY_DAYS_MAX && r->rooms <= POLICY_ROOMS_MAX);
    invariant((r->rooms > 0) == (r->scope == POLICY_NAMED));
    invariant((policy_requires(p, false, &other) != NULL) == (r->scope == POLICY_ALL));
    for (size_t i = 0; i < r->rooms; i++)
        invariant(policy_requires(p, true, &r->room[i]) == &r->aid);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct signed_input in = signed_input(at, n);
    struct network_policy parsed, checked, next;
    struct err err, check;

    FUZZ_FILLED(parsed);
    FUZZ_FILLED(checked);
    FUZZ_FILLED(next);
    err = policy_parse(in.statement, &in.nid, &parsed);
    check = policy_check(in.statement, &in.nid, &in.key, NULL, in.now_ms, &checked);
    if (err.code != E_OK) {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&parsed, sizeof parsed) && check.code == err.code);
        invariant(fuzz_is_filled(&checked, sizeof checked));
        return 0;
    }
    keeps_its_rules(&parsed);
    is_written_again(parsed, &in.nid, in.statement);
    if (check.code == E_OK)
        invariant(memcmp(checked.hash, parsed.hash, sizeof parsed.hash) == 0 &&
                  !clock_is_ahead(checked.made_ms, in.now_ms));
    else
        invariant(fuzz_is_filled(&checked, sizeof checked));
    /* No policy follows itself. */
    check = policy_check(in.statement, &in.nid, &in.key, &parsed, in.now_ms, &next);
    invariant(check.code != E_OK && fuzz_is_filled(&next, sizeof next));
    return 0;
}
