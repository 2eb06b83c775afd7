/* SPDX-License-Identifier: Apache-2.0 */
#include "server/prekeys/prekeys.h"
#include "wire/tacet.pb-c.h"

static struct err add_lists(struct arena *a, const struct bytes *list, size_t n,
                            Tacet__Wire__Person *p)
{
    p->lists = ARENA_ARRAY(a, n, ProtobufCBinaryData);
    if (p->lists == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < n; i++)
        p->lists[i] = frame_data(list[i]);
    p->n_lists = n;
    return OK;
}

static struct err add_prekeys(struct db *db, struct arena *a, uint64_t account,
                              Tacet__Wire__Person *p)
{
    struct device *device;
    size_t n;

    TRY(devices_of(db, a, account, &device, &n));
    p->prekeys = ARENA_ARRAY(a, n, ProtobufCBinaryData);
    if (p->prekeys == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < n; i++) {
        struct bytes statement;
        struct prekey newest;
        struct err err = prekeys_newest(db, a, device[i].row, &statement, &newest);

        if (err.code == E_ABSENT)
            continue;
        TRY(err);
        p->prekeys[p->n_prekeys++] = frame_data(statement);
    }
    return OK;
}

static struct err begin(struct arena *a, const struct account *who, Tacet__Wire__Person **out)
{
    Tacet__Wire__Person *p = ARENA_NEW(a, Tacet__Wire__Person);

    if (p == NULL)
        return FAIL(E_NOMEM);
    tacet__wire__person__init(p);
    p->statement = frame_data(who->statement);
    *out = p;
    return OK;
}

struct err prekeys_person(struct db *db, struct arena *a, const struct account *who,
                          uint32_t from_list, struct Tacet__Wire__Person **out)
{
    struct bytes *list;
    size_t n;

    TRY(begin(a, who, out));
    /* Of who was removed, too: what they sent before still waits for some, who have to open it. */
    TRY(devices_lists(db, a, who->row, from_list, PREKEYS_LISTS_MAX, &list, &n));
    TRY(add_lists(a, list, n, *out));
    return who->state == ACCOUNTS_ACTIVE ? add_prekeys(db, a, who->row, *out) : OK;
}

struct err prekeys_own_person(struct db *db, struct arena *a, const struct account *who,
                              struct Tacet__Wire__Person **out)
{
    struct bytes *list;
    size_t n;

    TRY(begin(a, who, out));
    TRY(devices_last_lists(db, a, who->row, PREKEYS_OWN_LISTS_BYTES, PREKEYS_LISTS_MAX, &list, &n));
    return add_lists(a, list, n, *out);
}
