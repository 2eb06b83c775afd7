/* SPDX-License-Identifier: Apache-2.0 */
#include "client/delivery.h"

static const struct {
    enum delivery_state from;
    enum delivery_step step;
    enum delivery_state to;
} table[] = {
    {DELIVERY_QUEUED, DELIVERY_SEAL, DELIVERY_SEALED},
    {DELIVERY_QUEUED, DELIVERY_GIVE_UP, DELIVERY_FAILED},
    {DELIVERY_SEALED, DELIVERY_ACCEPT, DELIVERY_ACCEPTED},
    {DELIVERY_SEALED, DELIVERY_REFUSE, DELIVERY_QUEUED},
    {DELIVERY_SEALED, DELIVERY_GIVE_UP, DELIVERY_FAILED},
};

struct err delivery_next(enum delivery_state from, enum delivery_step step, enum delivery_state *to)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].from == from && table[i].step == step) {
            *to = table[i].to;
            return OK;
        }
    }
    return FAIL(E_CONFLICT);
}

const char *delivery_name(enum delivery_state s)
{
    switch (s) {
    case DELIVERY_QUEUED:
        return "queued";
    case DELIVERY_SEALED:
        return "sealed";
    case DELIVERY_ACCEPTED:
        return "accepted";
    case DELIVERY_DELIVERED:
        return "delivered";
    case DELIVERY_READ:
        return "read";
    case DELIVERY_FAILED:
        return "failed";
    case DELIVERY_EXPIRED:
        return "expired";
    }
    return "unknown";
}
