/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/device_change.h"

struct err device_change_begin(const struct device_list *previous, uint64_t now_ms,
                               struct device_list *out)
{
    if (previous->version == UINT32_MAX)
        return FAIL(E_LIMIT);
    *out = *previous;
    out->version++;
    memcpy(out->previous, previous->hash, sizeof out->previous);
    out->made_ms = now_ms > previous->made_ms ? now_ms : previous->made_ms;
    memset(out->hash, 0, sizeof out->hash);
    out->signer = (struct device_id){{0}};
    return OK;
}

static bool has_room(const struct device_list *list, enum device_role role)
{
    return role == DEVICE_RECOVERY ? device_list_recovery(list) == NULL
                                   : device_list_count(list) < LIMIT_LIST_DEVICES;
}

struct err device_change_add(struct device_list *list, const struct device_entry *entry)
{
    size_t at = list->devices;

    if (device_list_find(list, &entry->did) != NULL ||
        device_list_find_revoked(list, &entry->did) != NULL)
        return FAIL(E_CONFLICT);
    if (!has_room(list, entry->role))
        return FAIL(E_LIMIT);
    for (; at > 0 && ID_RISES(entry->did, list->device[at - 1].did); at--)
        list->device[at] = list->device[at - 1];
    list->device[at] = *entry;
    list->devices++;
    return OK;
}

/* Of those that were revoked first, the first in order; the number of all when none is older than
 * this list. */
static size_t find_oldest(const struct device_list *list)
{
    uint32_t version = list->version;
    size_t oldest = list->revoked;

    for (size_t i = 0; i < list->revoked; i++)
        if (list->gone[i].at_version < version) {
            version = list->gone[i].at_version;
            oldest = i;
        }
    return oldest;
}

static struct err make_room(struct device_list *list)
{
    size_t oldest;

    if (list->revoked < LIMIT_LIST_REVOKED)
        return OK;
    oldest = find_oldest(list);
    if (oldest == list->revoked)
        return FAIL(E_LIMIT);
    list->revoked--;
    memmove(&list->gone[oldest], &list->gone[oldest + 1],
            (list->revoked - oldest) * sizeof list->gone[0]);
    return OK;
}

struct err device_change_revoke(struct device_list *list, const struct device_id *did)
{
    const struct device_entry *entry = device_list_find(list, did);
    struct device_id id = *did; /* which may point into the list */
    size_t at;

    if (entry == NULL)
        return FAIL(E_ABSENT);
    TRY(make_room(list));
    at = (size_t)(entry - list->device);
    list->devices--;
    memmove(&list->device[at], &list->device[at + 1],
            (list->devices - at) * sizeof list->device[0]);
    list->device[list->devices] = (struct device_entry){.added_ms = 0};
    for (at = list->revoked; at > 0 && ID_RISES(id, list->gone[at - 1].did); at--)
        list->gone[at] = list->gone[at - 1];
    list->gone[at] = (struct device_revoked){id, list->version, DEVICE_REVOKED};
    list->revoked++;
    return OK;
}
