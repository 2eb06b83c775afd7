/* SPDX-License-Identifier: Apache-2.0 */
/* id: the names of things, each its own type, so that one is never taken for another. */
#ifndef TACET_BASE_ID_H
#define TACET_BASE_ID_H

#include "base/bytes.h"

struct network_id {
    uint8_t b[32];
};
struct account_id {
    uint8_t b[32];
};
struct device_id {
    uint8_t b[16];
};
struct room_id {
    uint8_t b[32];
};
struct message_id {
    uint8_t b[16];
};
struct roster_id { /* a roster's digest is its name */
    uint8_t b[48];
};

#define ID_BYTES(id)   ((struct bytes){(id).b, sizeof(id).b})
#define ID_SAME(x, y)  (memcmp((x).b, (y).b, sizeof(x).b) == 0)
#define ID_RISES(x, y) (memcmp((x).b, (y).b, sizeof(x).b) < 0) /* x before y */

#endif
