/* SPDX-License-Identifier: Apache-2.0 */
#include "client/target.h"

#include "client/roomlog.h"
#include "e2ee/proof.h"

void target_write_said(const struct target_said *s, struct buf *out)
{
    buf_bytes(out, ID_BYTES(s->did));
    buf_bytes(out, ID_BYTES(s->id));
    buf_u64(out, s->stamp);
}

void target_read_said(struct reader *r, struct target_said *out)
{
    reader_copy(r, out->did.b, sizeof out->did.b);
    reader_copy(r, out->id.b, sizeof out->id.b);
    out->stamp = reader_u64(r);
}

bool target_is_same(const struct target_said *x, const struct target_said *y)
{
    return ID_SAME(x->did, y->did) && ID_SAME(x->id, y->id);
}

bool target_is_newer(const struct target_said *x, const struct target_said *than)
{
    if (x->stamp != than->stamp)
        return x->stamp > than->stamp;
    if (!ID_SAME(x->did, than->did))
        return ID_RISES(than->did, x->did);
    return ID_RISES(than->id, x->id);
}

struct bytes target_key(const struct target *t, uint8_t out[TARGET_KEY_SIZE])
{
    memcpy(out, t->room.b, sizeof t->room.b);
    memcpy(out + sizeof t->room.b, t->sender.b, sizeof t->sender.b);
    memcpy(out + sizeof t->room.b + sizeof t->sender.b, t->id.b, sizeof t->id.b);
    return bytes(out, TARGET_KEY_SIZE);
}

struct bytes target_name(const struct device_id *sender, const struct message_id *id,
                         uint8_t out[TARGET_NAME_SIZE])
{
    memcpy(out, sender->b, sizeof sender->b);
    memcpy(out + sizeof sender->b, id->b, sizeof id->b);
    return bytes(out, TARGET_NAME_SIZE);
}

struct err target_named(struct vault *v, struct bytes name, struct arena *a, struct message *out)
{
    struct reader r = reader(name);
    struct device_id sender;
    struct message_id id;

    reader_copy(&r, sender.b, sizeof sender.b);
    reader_copy(&r, id.b, sizeof id.b);
    if (reader_end(&r).code != E_OK)
        return FAIL(E_ABSENT);
    return messages_find(v, &sender, &id, a, out);
}

/* Numbers of a vault have 63 bits. */
uint64_t target_person(const struct account_id *who)
{
    struct reader r = reader(ID_BYTES(*who));

    return reader_u64(&r) & INT64_MAX;
}

/* What its writer signed says more than what is known now: a handle may be another account since.
 */
static bool read_proof(const struct message *m, struct core *core)
{
    struct wrap wrap;

    return m->proof.n > 0 && proof_parse(m->proof, core, &wrap).code == E_OK;
}

struct err target_room(struct vault *v, const struct own *me, const struct message *m,
                       struct room_id *out)
{
    struct contact c;
    struct core core;
    struct room r;
    struct err err;

    *out = m->room;
    if (!bytes_all_zero(ID_BYTES(m->room)))
        return OK;
    if (read_proof(m, &core)) {
        *out = core.room;
        return OK;
    }
    err = people_get(v, m->contact, &c);
    if (err.code == E_OK)
        return c.known ? names_pair_room(&me->nid, &me->me.who.aid, &c.aid, out) : OK;
    if (err.code != E_ABSENT)
        return err;
    TRY(roomlog_get(v, m->contact, &r));
    *out = r.id;
    return OK;
}

struct err target_of(struct vault *v, const struct own *me, const struct message *m,
                     struct target *out)
{
    out->sender = m->sender;
    out->id = m->id;
    return target_room(v, me, m, &out->room);
}

struct err target_author(struct vault *v, const struct own *me, const struct message *m,
                         struct account_id *out)
{
    struct contact c;
    struct core core;
    struct err err;

    *out = me->me.who.aid;
    if (m->mine)
        return OK;
    if (read_proof(m, &core)) {
        *out = core.sender.aid;
        return OK;
    }
    err = people_get(v, m->contact, &c);
    if (err.code == E_ABSENT)
        return roomlog_voice(v, &m->sender, out);
    TRY(err);
    *out = c.aid;
    return c.known ? OK : FAIL(E_ABSENT);
}
