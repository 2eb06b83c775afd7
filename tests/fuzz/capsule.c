/* SPDX-License-Identifier: Apache-2.0 */
/* Accepting a capsule [PROTOCOL 5.1], whose box is taken as it stands (see trusted.c).
 * Input: a capsule as it is delivered. */
#include "e2ee/channel.h"

#include "fuzz/fuzz.h"

/* A claim is what stands in the box, which opens as it stands, and would be written so again. */
static void is_written_again(const struct channel_claim *claim, struct bytes box)
{
    struct buf b = BUF(UPLOAD_BOX_SIZE);

    identity_write_party(&claim->from, &b);
    buf_u64(&b, claim->made_ms);
    buf_bytes(&b, BYTES(claim->sig));
    invariant(bytes_same(buf_view(&b), fuzz_front(box, UPLOAD_BOX_SIZE - 16)));
    buf_free(&b);
}

/* An epoch as the vault keeps it. */
static void is_kept(const struct epoch *epoch)
{
    struct buf b = BUF(CHANNEL_EPOCH_SIZE), again = BUF(CHANNEL_EPOCH_SIZE);
    struct epoch read;
    struct reader r;

    channel_write_epoch(epoch, &b);
    r = reader(buf_view(&b));
    channel_read_epoch(&r, &read);
    invariant(reader_end(&r).code == E_OK);
    channel_write_epoch(&read, &again);
    invariant(bytes_same(buf_view(&again), buf_view(&b)));
    buf_free(&b);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static const uint8_t scalar[AGREE_PRIVATE_SIZE] = {[AGREE_PRIVATE_SIZE - 1] = 9};
    static const struct party me = {.did = {{1}}};
    static const uint8_t seed[MLKEM_PRIVATE_SIZE] = {7};
    static struct agree_private *secret;
    static struct mlkem_private *kem;
    struct upload_capsule_form form;
    struct channel_prekey prekey = {0};
    struct channel_receiver receiver = {&me, &prekey, NULL, NULL};
    struct channel_claim claim;
    struct epoch epoch;
    struct err err;

    if (secret == NULL)
        invariant(agree_private_parse(&secret, BYTES(scalar)).code == E_OK &&
                  mlkem_private_parse(&kem, BYTES(seed)).code == E_OK);
    receiver.secret = secret;
    receiver.kem = kem;
    if (upload_parse_capsule(bytes(at, n), &form).code != E_OK)
        return 0;
    invariant(agree_private_public(secret, prekey.point).code == E_OK);
    prekey.number = form.prekey + 1;
    invariant(channel_accept(&form, &receiver, 1, &claim, &epoch).code == E_ABSENT);
    prekey.number = form.prekey;
    FUZZ_FILLED(claim);
    FUZZ_FILLED(epoch);
    err = channel_accept(&form, &receiver, 1, &claim, &epoch);
    if (err.code == E_OK) {
        invariant(!ID_SAME(claim.from.did, me.did) && epoch.n == 0 && epoch.made_ms == 1);
        invariant(epoch.profile == form.profile);
        invariant(bytes_same(BYTES(claim.point), form.point));
        is_written_again(&claim, form.box);
        is_kept(&epoch);
    } else {
        invariant(err.code == E_MALFORMED || err.code == E_FORGED);
        invariant(fuzz_is_filled(&claim, sizeof claim) && fuzz_is_filled(&epoch, sizeof epoch));
    }
    return 0;
}
