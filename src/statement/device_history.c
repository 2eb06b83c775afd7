/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/device_history.h"

static const struct device_list *at_version(const struct device_history *h, uint32_t version)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->list[i]->version == version)
            return h->list[i];
    return NULL;
}

/* As it stood in the last list that has it: who was revoked does not come back. */
static const struct device_entry *stood_last(const struct device_history *h,
                                             const struct device_id *did)
{
    const struct device_entry *found = NULL;

    for (size_t i = 0; i < h->n; i++) {
        const struct device_entry *entry = device_list_find(h->list[i], did);

        if (entry != NULL)
            found = entry;
    }
    return found;
}

struct err device_history_find(const struct device_history *h, const struct device_id *did,
                               const struct device_entry **entry,
                               const struct device_list **revoked_by)
{
    const struct device_list *newest, *without = NULL;
    const struct device_entry *found;
    const struct device_revoked *gone;

    if (h->n == 0)
        return FAIL(E_ABSENT);
    newest = h->list[h->n - 1];
    found = device_list_find(newest, did);
    if (found == NULL) {
        gone = device_list_find_revoked(newest, did);
        if (gone == NULL)
            return FAIL(E_FORGED);
        without = at_version(h, gone->at_version);
        found = stood_last(h, did);
        if (without == NULL || found == NULL)
            return FAIL(E_ABSENT);
    }
    if (!device_list_is_device(found))
        return FAIL(E_FORGED);
    *entry = found;
    *revoked_by = without;
    return OK;
}

struct err device_history_sender(const struct device_history *h, uint32_t version,
                                 const struct device_id *did, uint64_t received_ms, uint64_t now_ms,
                                 enum device_sender *out)
{
    const struct device_list *named = at_version(h, version), *revoked_by;
    const struct device_entry *entry;

    if (named == NULL)
        return FAIL(E_ABSENT);
    if (device_list_find_device(named, did) == NULL)
        return FAIL(E_FORGED);
    TRY(device_history_find(h, did, &entry, &revoked_by));
    if (revoked_by == NULL)
        *out = DEVICE_SENDER_STANDS;
    else if (received_ms < revoked_by->made_ms &&
             clock_since(now_ms, received_ms) <= DEVICE_HISTORY_LATE_MS)
        *out = DEVICE_SENDER_LEFT;
    else
        *out = DEVICE_SENDER_REVOKED;
    return OK;
}
