/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer to an ask [PROTOCOL 15.4] from somebody who holds the account: what is sealed is the
 * input, behind a point and a ciphertext that are always the same.
 */
#include "e2ee/link_answer.h"

#include "fuzz/fuzz.h"
#include "fuzz/joining.h"

static struct agree_private *point;
static struct mlkem_private *kem;
static struct link_ask mine;
static uint8_t head[AGREE_PUBLIC_SIZE + MLKEM_SEALED_SIZE];
static const struct device_link link = FUZZ_VECTOR_LINK;

static void begin(void)
{
    uint8_t shared[MLKEM_SHARED_SIZE];

    invariant(agree_generate(&point, mine.point).code == E_OK);
    invariant(mlkem_generate(&kem, mine.kem).code == E_OK);
    memcpy(head, mine.point, sizeof mine.point); /* any point will do */
    invariant(mlkem_encapsulate(BYTES(mine.kem), head + AGREE_PUBLIC_SIZE, shared).code == E_OK);
    memcpy(mine.did.b, FUZZ_VECTOR_DID, sizeof mine.did.b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static const enum err_code refusals[] = {E_TRUNCATED, E_MALFORMED, E_FORGED, E_LIMIT, E_CLOCK};
    struct buf whole = BUF(LINK_ANSWER_MOST + 64 + n), plain = BUF(LINK_ANSWER_MOST);
    struct link_answer_keys keys;
    struct link_answer got = {.ark_secret = NULL};
    static struct device_list devices;
    struct err err;
    bool known = false;

    if (point == NULL)
        begin();
    keys = (struct link_answer_keys){point, kem};
    buf_bytes(&whole, BYTES(head));
    buf_bytes(&whole, bytes(at, n));
    buf_zeros(&whole, AEAD_TAG_SIZE);
    err = link_answer_open(&link, &mine, &keys, buf_view(&whole), UINT64_C(1793000000000), &plain,
                           &got, &devices);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        known |= err.code == refusals[i];
    invariant(err.code == E_OK ? got.ark_secret != NULL : known && got.ark_secret == NULL);
    invariant(err.code != E_OK || device_list_find_device(&devices, &mine.did) != NULL);
    sign_private_free(got.ark_secret);
    buf_free(&whole);
    buf_free(&plain);
    return 0;
}
