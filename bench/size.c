/* SPDX-License-Identifier: Apache-2.0 */
/* size: what a text of 1 KiB to 1,000 devices weighs on its way up, and on its way down to one. */
#include "bench/crowd.h"

static struct crowd crowd;

int main(void)
{
    struct buf upload = BUF(LIMIT_FRAME), delivery = BUF(LIMIT_FRAME);

    crowd_gather(&crowd);
    crowd_seal(&crowd, CROWD_SIZE, &upload);
    crowd_deliver(&upload, CROWD_SIZE - 1, &delivery);
    printf("up_1000 %zu bytes\n", upload.n);
    printf("down_1000 %zu bytes\n", delivery.n);
    crowd_part(&crowd);
    buf_free(&upload);
    buf_free(&delivery);
    return 0;
}
