/* SPDX-License-Identifier: Apache-2.0 */
#include "client/standing.h"

/* The last list with it, the first without it, and the newest say all. */
static struct err look_back(struct vault *v, const struct own *me, const struct device_list *newest,
                            const struct device_revoked *gone, uint64_t received_ms,
                            uint64_t now_ms, struct standing *out)
{
    struct device_list with, without;
    const struct device_list *list[] = {&with, &without, newest};
    struct device_history h = {.list = list, .n = 3};
    const struct device_entry *device;

    TRY(people_list(v, me, &newest->aid, gone->at_version - 1, &with));
    TRY(people_list(v, me, &newest->aid, gone->at_version, &without));
    device = device_list_find_device(&with, &gone->did);
    if (device == NULL)
        return FAIL(E_FORGED);
    out->device = *device;
    return device_history_sender(&h, with.version, &gone->did, received_ms, now_ms, &out->sender);
}

struct err standing_find(struct vault *v, const struct own *me, const struct account_id *aid,
                         const struct device_id *did, uint64_t received_ms, uint64_t now_ms,
                         struct standing *out)
{
    struct device_list newest;
    const struct device_entry *device;
    const struct device_revoked *gone;

    TRY(people_newest_list(v, me, aid, &newest));
    device = device_list_find_device(&newest, did);
    if (device != NULL) {
        *out = (struct standing){DEVICE_SENDER_STANDS, *device};
        return OK;
    }
    gone = device_list_find_revoked(&newest, did);
    return gone == NULL ? FAIL(E_FORGED)
                        : look_back(v, me, &newest, gone, received_ms, now_ms, out);
}
