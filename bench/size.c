/* SPDX-License-Identifier: Apache-2.0 */
/*
 * size: what a text of 1 KiB to 1,000 devices weighs on its way up, and on its way down to one; and
 * what comes along with the first message of somebody who never wrote before.
 */
#include "bench/crowd.h"

static struct crowd crowd;

/* The capsule that opens a channel in profile hybrid, as it is delivered. */
static size_t first_contact(void)
{
    struct channel_prekey prekey = {.number = 1};
    uint8_t kem[MLKEM_PUBLIC_SIZE];
    struct channel_peer to = {&crowd.device[0].who, &prekey, crowd.device[0].key, BYTES(kem)};
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST), delivered = BUF(UPLOAD_DELIVERED_MOST);
    struct mlkem_private *secret;
    struct channel_opener opener;
    struct epoch epoch;
    size_t n;

    measure_must(mlkem_generate(&secret, kem));
    measure_must(prekey_kem_digest(BYTES(kem), prekey.kem_digest));
    measure_must(channel_opener_make(&crowd.me, CROWD_NOW_MS, &opener));
    measure_must(channel_open(&opener, &to, UPLOAD_PROFILE_HYBRID, &epoch, &capsule));
    upload_write_capsule(UPLOAD_PROFILE_HYBRID, buf_view(&capsule), &delivered);
    n = delivered.n;
    channel_opener_free(&opener);
    mlkem_private_free(secret);
    buf_free(&capsule);
    buf_free(&delivered);
    return n;
}

int main(void)
{
    struct buf upload = BUF(LIMIT_FRAME), delivery = BUF(LIMIT_FRAME);

    crowd_gather(&crowd);
    crowd_seal(&crowd, CROWD_SIZE, &upload);
    crowd_deliver(&upload, CROWD_SIZE - 1, &delivery);
    printf("up_1000 %zu bytes\n", upload.n);
    printf("down_1000 %zu bytes\n", delivery.n);
    printf("first_contact %zu bytes\n", first_contact());
    crowd_part(&crowd);
    buf_free(&upload);
    buf_free(&delivery);
    return 0;
}
