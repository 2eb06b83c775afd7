/* SPDX-License-Identifier: Apache-2.0 */
/* fleet: several devices of one person, each a struct person with the account's keys and its own.
 */
#ifndef TACET_TESTS_SERVER_FLEET_H
#define TACET_TESTS_SERVER_FLEET_H

#include "world.h"

/* A device of the account of `first`, with a connection and in no list yet.  Its root key is lent:
 * fleet_free(). */
static inline void fleet_make(struct world *w, const struct person *first, struct person *out)
{
    *out = (struct person){.ark = first->ark, .ark_point = first->ark_point, .aid = first->aid};
    assert_ok(sign_generate(&out->dsk, out->dsk_point.b));
    assert_ok(names_device(&out->aid, &out->dsk_point, &out->did));
    person_connect(w, out);
}

static inline void fleet_free(struct person *p)
{
    sign_private_free(p->dsk);
}

/* Into the list of `first`, which is to be signed anew. */
static inline void fleet_add_as(struct person *first, const struct person *who,
                                enum device_role role)
{
    struct device_list *l = &first->list;
    size_t i = l->devices++;

    for (; i > 0 && ID_RISES(who->did, l->device[i - 1].did); i--)
        l->device[i] = l->device[i - 1];
    l->device[i] = (struct device_entry){.did = who->did, .dsk = who->dsk_point, .role = role};
}

static inline void fleet_add(struct person *first, const struct person *who)
{
    fleet_add_as(first, who, DEVICE_PLAIN);
}

/* Out of the list, by the version that is signed next; one that was revoked before makes room. */
static inline void fleet_revoke(struct person *first, const struct person *who)
{
    struct device_list *l = &first->list;
    size_t i = 0;

    while (!ID_SAME(l->device[i].did, who->did))
        i++;
    l->devices--;
    memmove(&l->device[i], &l->device[i + 1], (l->devices - i) * sizeof l->device[0]);
    if (l->revoked == LIMIT_LIST_REVOKED)
        memmove(&l->gone[0], &l->gone[1], --l->revoked * sizeof l->gone[0]);
    for (i = l->revoked++; i > 0 && ID_RISES(who->did, l->gone[i - 1].did); i--)
        l->gone[i] = l->gone[i - 1];
    l->gone[i] = (struct device_revoked){who->did, l->version + 1, DEVICE_REVOKED};
}

/* What `first` knows of the account is known to this device too. */
static inline void fleet_tell(const struct person *first, struct person *out)
{
    out->list = first->list;
    out->list_statement = first->list_statement;
}

/* From nothing to signed in, with a prekey. */
static inline void fleet_enter(struct world *w, struct person *first, struct person *out)
{
    fleet_make(w, first, out);
    fleet_add(first, out);
    person_next_list(w, first);
    assert_int_equal(person_publish_list(w, first, first->list_statement), E_OK);
    fleet_tell(first, out);
    assert_int_equal(person_sign_in(w, out).code, E_OK);
    assert_int_equal(person_publish_prekey(w, out, person_prekey(w, out, 1)), E_OK);
}

/* What a query with one number gives. */
static inline int64_t fleet_number(struct world *w, const char *sql, uint64_t x)
{
    struct db_value v;

    assert_ok(db_one(w->db, &w->arena, sql, DB_VALUES(DB_NUMBER_OF(x)), &v, 1));
    return v.number;
}

static inline uint64_t fleet_row(struct world *w, const struct person *p)
{
    struct device d;

    assert_ok(devices_get(w->db, &p->did, &d));
    return d.row;
}

/* All that the server holds for a device, beside its row. */
static inline int64_t fleet_holds(struct world *w, const struct person *p)
{
    uint64_t row = fleet_row(w, p);

    return fleet_number(w, "SELECT count(*) FROM mail WHERE device = $1", row) +
           fleet_number(w, "SELECT count(*) FROM mailbox WHERE device = $1", row) +
           fleet_number(w, "SELECT count(*) FROM prekey WHERE device = $1", row) +
           fleet_number(w, "SELECT count(*) FROM link_slot WHERE device = $1", row);
}

static inline Tacet__Wire__Versions fleet_versions(void)
{
    Tacet__Wire__Versions v = TACET__WIRE__VERSIONS__INIT;

    v.version = FRAME_PROTOCOL_VERSION;
    v.least = FRAME_PROTOCOL_LEAST;
    return v;
}

#endif
