/* SPDX-License-Identifier: Apache-2.0 */
/* Device lists [PROTOCOL 4.3].  Input: see signed.h. */
#include "statement/device_list.h"

#include "base/clock.h"
#include "fuzz/signed.h"

/* What was parsed is what a signer would have written, by the device that stands outside the body:
 * all but the two signatures. */
static void is_written_again(struct device_list l, const struct network_id *nid, struct bytes in)
{
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    uint8_t hash[NAMES_H32_SIZE];
    struct device_id signer;
    size_t body = in.n - 2 * SIGN_SIZE - sizeof signer;

    memcpy(hash, l.hash, sizeof hash);
    memcpy(signer.b, &in.at[body + SIGN_SIZE], sizeof signer.b);
    invariant(device_list_sign(&l, nid, NULL, &signer, NULL, &b).code == E_OK && b.n == in.n);
    memcpy(&b.at[body], &in.at[body], SIGN_SIZE);
    memcpy(&b.at[in.n - SIGN_SIZE], &in.at[in.n - SIGN_SIZE], SIGN_SIZE);
    invariant(bytes_same(buf_view(&b), in) && memcmp(hash, l.hash, sizeof hash) == 0);
    buf_free(&b);
}

static void is_the_same(const struct device_list *parsed, struct device_list checked,
                        const struct signed_input *in)
{
    invariant(memcmp(parsed->hash, checked.hash, sizeof checked.hash) == 0);
    invariant(!clock_is_ahead(checked.made_ms, in->now_ms));
    is_written_again(checked, &in->nid, in->statement);
}

static void is_sound(const struct device_list *l)
{
    size_t devices = device_list_count(l), keys = l->devices - devices;

    invariant(l->version >= 1 && devices >= 1 && devices <= LIMIT_LIST_DEVICES);
    invariant(keys <= (l->version == 1 ? 0 : 1) &&
              (device_list_recovery(l) != NULL) == (keys == 1));
    invariant(l->revoked <= LIMIT_LIST_REVOKED);
    for (size_t i = 0; i < l->devices; i++)
        invariant(device_list_find(l, &l->device[i].did) == &l->device[i]);
    for (size_t i = 1; i < l->devices; i++)
        invariant(ID_RISES(l->device[i - 1].did, l->device[i].did));
    for (size_t i = 0; i < l->revoked; i++) {
        invariant(device_list_find(l, &l->gone[i].did) == NULL);
        invariant(i == 0 || ID_RISES(l->gone[i - 1].did, l->gone[i].did));
        invariant(l->gone[i].at_version >= 2 && l->gone[i].at_version <= l->version);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct signed_input in = signed_input(at, n);
    static struct device_list parsed, checked, next;
    struct err err;

    FUZZ_FILLED(parsed);
    FUZZ_FILLED(checked);
    FUZZ_FILLED(next);
    err = device_list_parse(in.statement, &in.nid, &parsed);
    if (err.code != E_OK) {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&parsed, sizeof parsed));
        invariant(
            device_list_check(in.statement, &in.nid, &in.key, NULL, in.now_ms, &checked).code !=
            E_OK);
        return 0;
    }
    is_sound(&parsed);
    is_written_again(parsed, &in.nid, in.statement);
    err = device_list_check(in.statement, &in.nid, &in.key, NULL, in.now_ms, &checked);
    if (err.code == E_OK)
        is_the_same(&parsed, checked, &in);
    else
        invariant(fuzz_is_filled(&checked, sizeof checked));
    /* No list follows itself. */
    err = device_list_check(in.statement, &in.nid, &in.key, &parsed, in.now_ms, &next);
    invariant(err.code != E_OK && fuzz_is_filled(&next, sizeof next));
    return 0;
}
