/* SPDX-License-Identifier: Apache-2.0 */
#include "client/heard.h"

#include "client/places.h"
#include "client/roomlog.h"
#include "client/sentlog.h"
#include "client/streams.h"
#include "e2ee/receipt.h"

#define ARENA_MAX  (16 << 20) /* a room's state, or a roster and an entry of the log */
#define VALUE_SIZE (8 + PLACES_SIZE)
#define LOOKS_MAX \
    4096 /* at places of one receipt, the newest: what it says of older ones is lost */

/* What one account told of one stream. */
struct heard {
    uint64_t read;
    struct places came;
};

static struct err parse(struct bytes value, struct heard *out)
{
    struct reader r = reader(value);

    out->read = reader_u64(&r);
    places_read(&r, &out->came);
    return reader_end(&r);
}

static struct err get(struct vault *v, struct bytes key, uint64_t by, struct heard *out)
{
    struct arena a = ARENA(2 * VALUE_SIZE);
    struct bytes value;
    struct err err = vault_get(v, VAULT_HEARD, key, by, &a, &value);

    out->read = 0;
    out->came.n = 0;
    if (err.code == E_OK)
        err = parse(value, out);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err put(struct vault *v, struct bytes key, uint64_t by, const struct heard *h)
{
    struct err err = OK;
    struct buf b = BUF(VALUE_SIZE);
    struct bytes value;

    buf_u64(&b, h->read);
    places_write(&h->came, &b);
    TRY_OUT(buf_end(&b, &value));
    err = vault_put(v, VAULT_HEARD, key, by, value);
out:
    buf_free(&b);
    return err;
}

/* ---- is it to be believed? */

struct hearing {
    struct engine *e;
    struct arena *a;
    const struct core *core;
    struct receipt receipt;
    struct heard heard;
    struct roster_id roster; /* whether the account is in it is known */
    bool looked, is_in, changed;
    size_t looks; /* how many places may still be looked at */
};

/* The conversation that it is about, in which its sender is one of the people.  E_ABSENT: no. */
static struct err find_conversation(const struct hearing *h, const struct contact *by,
                                    uint64_t *out)
{
    struct engine *e = h->e;
    struct roomlog_step newest;
    struct room_id pair;
    struct room r;

    *out = by->number;
    TRY(names_pair_room(&e->own.nid, &e->own.me.who.aid, &by->aid, &pair));
    if (ID_SAME(pair, h->core->room))
        return OK;
    TRY(roomlog_find(e->vault, &h->core->room, &r));
    *out = r.number;
    if (r.standing != ROOMLOG_IN)
        return FAIL(E_ABSENT);
    TRY(roomlog_newest(e->vault, &r, h->a, &newest));
    return room_state_find(&newest.state, &e->own.nid, &by->aid) != NULL ? OK : FAIL(E_ABSENT);
}

static struct err has_account(struct hearing *h, const struct roster_id *id, struct arena *a)
{
    struct bytes statement;
    struct roster r;
    struct err err;

    if (h->looked && ID_SAME(h->roster, *id))
        return OK;
    h->looked = true;
    h->is_in = false;
    h->roster = *id;
    err = people_roster(h->e->vault, id, a, &statement);
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(roster_parse(statement, a, &r));
    for (size_t i = 0; i < r.accounts; i++)
        h->is_in |= ID_SAME(r.account[i].aid, h->core->sender.aid);
    return OK;
}

/* ---- taking it */

/* The lowest ranges go where there is no room: what they named shows as accepted alone. */
static void add(struct hearing *h, uint64_t first, uint64_t last)
{
    struct places before = h->heard.came;

    if (!places_add(&h->heard.came, first, last)) {
        places_drop(&h->heard.came, 1);
        (void)places_add(&h->heard.came, first, last);
    }
    h->changed |= before.n != h->heard.came.n ||
                  memcmp(before.at, h->heard.came.at, before.n * sizeof before.at[0]) != 0;
}

static struct err add_sealed(struct hearing *h, uint64_t seq)
{
    struct arena a = ARENA(ARENA_MAX);
    struct sentlog_entry entry;
    struct err err = sentlog_by_place(h->e->vault, &h->core->room, seq, &a, &entry);

    if (err.code == E_OK)
        err = has_account(h, &entry.roster, &a);
    if (err.code == E_OK && h->is_in)
        add(h, seq, seq);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* What this device wrote in a room went to who was in it then: that stands in its log. */
static struct err add_own(struct hearing *h, uint64_t first, uint64_t last)
{
    uint64_t seq;

    if (last - first >= h->looks)
        first = last - h->looks + 1;
    h->looks -= (size_t)(last - first + 1);
    for (seq = first; seq <= last; seq++) {
        struct err err = sentlog_next_place(h->e->vault, &h->core->room, seq, last, &seq);

        if (err.code == E_ABSENT)
            return OK;
        TRY(err);
        if (!places_has(&h->heard.came, seq))
            TRY(add_sealed(h, seq));
    }
    return OK;
}

/* Of a stream of this very device it is known how far it goes. */
static struct err take_ranges(struct hearing *h, bool pair)
{
    bool own = ID_SAME(h->receipt.writer, h->e->own.me.who.did);
    uint64_t highest = UINT64_MAX;

    if (own)
        TRY(cores_highest(h->e, &h->core->room, &highest));
    for (size_t i = h->receipt.n; i-- > 0;) {
        struct control_range came = h->receipt.came[i];

        if (came.first > highest)
            continue;
        if (came.last > highest)
            came.last = highest;
        if (!own || pair)
            add(h, came.first, came.last);
        else if (h->looks > 0)
            TRY(add_own(h, came.first, came.last));
    }
    h->changed |= h->receipt.read > h->heard.read;
    if (h->receipt.read > h->heard.read)
        h->heard.read = h->receipt.read;
    return OK;
}

struct err heard_take(struct engine *e, const struct core *core, struct bytes content,
                      struct arena *a, struct heard_news *news)
{
    struct hearing h = {.e = e, .a = a, .core = core, .looks = LOOKS_MAX};
    uint8_t name[STREAMS_KEY_SIZE];
    struct bytes key;
    struct err err = receipt_parse(content, &h.receipt);

    *news = (struct heard_news){.conversation = 0};
    if (err.code != E_OK || ID_SAME(core->sender.aid, e->own.me.who.aid) ||
        device_list_find_device(&e->own.list, &h.receipt.writer) == NULL)
        return OK;
    err = people_by_account(e->vault, &core->sender.aid, &news->by);
    if (err.code == E_OK)
        err = find_conversation(&h, &news->by, &news->conversation);
    if (err.code == E_OK) {
        key = streams_key(&core->room, &h.receipt.writer, name);
        TRY(get(e->vault, key, news->by.number, &h.heard));
        TRY(take_ranges(&h, news->conversation == news->by.number));
        if (h.changed)
            return put(e->vault, key, news->by.number, &h.heard);
    }
    news->conversation = 0;
    return err.code == E_ABSENT ? OK : err;
}

/* ---- showing it */

/* Under which key stands what was told of a message of mine?  E_ABSENT: it has no place yet. */
static struct err key_of(struct vault *v, const struct own *me, const struct message *m,
                         uint8_t name[STREAMS_KEY_SIZE], struct bytes *key)
{
    struct room_id room;
    struct contact c;
    struct room r;
    struct err err = people_get(v, m->contact, &c);

    if (!m->mine || m->seq == 0)
        return FAIL(E_ABSENT);
    if (err.code == E_ABSENT) {
        TRY(roomlog_get(v, m->contact, &r));
        room = r.id;
    } else {
        TRY(err);
        TRY(names_pair_room(&me->nid, &me->me.who.aid, &c.aid, &room));
    }
    *key = streams_key(&room, &m->sender, name);
    return OK;
}

/* What one of them told, with a number above `after`.  E_ABSENT. */
static struct err next_heard(struct vault *v, struct bytes key, uint64_t after, uint64_t *by,
                             struct heard *out)
{
    struct arena a = ARENA(2 * VALUE_SIZE);
    struct bytes value;
    struct err err = vault_next(v, VAULT_HEARD, key, after + 1, &a, by, &value);

    if (err.code == E_OK)
        err = parse(value, out);
    arena_free(&a);
    return err;
}

struct err heard_next(struct vault *v, const struct own *me, const struct message *m,
                      uint64_t after, struct contact *who, bool *read)
{
    uint8_t name[STREAMS_KEY_SIZE];
    struct bytes key;
    struct heard h;

    TRY(key_of(v, me, m, name, &key));
    do {
        TRY(next_heard(v, key, after, &after, &h));
    } while (!places_has(&h.came, m->seq));
    *read = m->seq <= h.read;
    return people_get(v, after, who);
}

struct err heard_count(struct vault *v, const struct own *me, const struct message *m,
                       struct engine_heard *out)
{
    struct contact who = {.number = 0};
    struct err err;
    bool read;

    *out = (struct engine_heard){0};
    while ((err = heard_next(v, me, m, who.number, &who, &read)).code == E_OK) {
        out->came++;
        out->read += read;
    }
    return err.code == E_ABSENT ? OK : err;
}
