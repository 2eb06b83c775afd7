/* SPDX-License-Identifier: Apache-2.0 */
#include "client/taking.h"

#include "base/reader.h"
#include "client/agreed.h"
#include "client/deeds.h"
#include "client/deletions.h"
#include "client/parsed.h"
#include "client/rules.h"
#include "client/streams.h"

#define RECORD_MAX 128
#define WHOLE_MAX  (HISTORY_ENTRY_MAX + 4 + HISTORY_CUT_MAX)

/* ---- the record */

struct err taking_get(struct vault *v, const struct device_id *from, struct taking *out)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    struct taking t = {.from = *from};
    struct bytes value;
    struct reader r;

    TRY_OUT(vault_get(v, VAULT_TAKING, ID_BYTES(*from), 0, &a, &value));
    r = reader(value);
    t.phase = (enum taking_phase)reader_u8(&r);
    reader_require(&r, t.phase >= TAKING_AGREED && t.phase <= TAKING_OVER, E_MALFORMED);
    reader_copy(&r, t.transfer, sizeof t.transfer);
    t.agreed_ms = reader_u64(&r);
    t.number = reader_u32(&r);
    t.done = reader_u64(&r);
    t.of = reader_u64(&r);
    TRY_OUT(reader_end(&r));
    *out = t;
out:
    arena_free(&a);
    return err;
}

struct err taking_put(struct vault *v, const struct taking *t)
{
    struct err err;
    struct buf b = BUF(RECORD_MAX);

    buf_u8(&b, (uint8_t)t->phase);
    buf_bytes(&b, BYTES(t->transfer));
    buf_u64(&b, t->agreed_ms);
    buf_u32(&b, t->number);
    buf_u64(&b, t->done);
    buf_u64(&b, t->of);
    err = vault_put(v, VAULT_TAKING, ID_BYTES(t->from), 0, buf_view(&b));
    buf_free(&b);
    return err;
}

struct err taking_begin(struct vault *v, struct taking *t,
                        const uint8_t transfer[HISTORY_TRANSFER_SIZE])
{
    memcpy(t->transfer, transfer, sizeof t->transfer);
    t->number = 0;
    t->done = 0;
    TRY(vault_erase(v, VAULT_TAKING_REST, ID_BYTES(t->from), 0));
    return taking_put(v, t);
}

/* ---- people and devices */

static bool is_me(const struct taking_place *p, const struct account_id *aid)
{
    return ID_SAME(*aid, p->me->me.who.aid);
}

/* Whoever is another account under that handle here stays it: what was said with the one that the
 * other device means has no place here. */
static struct err take_person(const struct taking_place *p, const struct history_entry *entry)
{
    struct account_id aid;
    struct contact c;
    struct err err;

    TRY(names_account(&p->me->nid, &entry->ark, &aid));
    if (!ID_SAME(aid, entry->with))
        return FAIL(E_FORGED);
    err = people_introduce(p->vault, entry->handle, &aid, &entry->ark, &c);
    return err.code == E_CONFLICT ? OK : err;
}

/* The key that signs an account's lists.  E_ABSENT: it is nobody's whom I know. */
static struct err find_root(const struct taking_place *p, const struct account_id *aid,
                            struct point *ark)
{
    struct contact c;

    if (is_me(p, aid)) {
        *ark = p->me->me.ark;
        return OK;
    }
    TRY(people_by_account(p->vault, aid, &c));
    *ark = c.ark;
    return OK;
}

/* A list shows whose devices those are that stand in it, whichever came before and after it. */
static struct err take_list(const struct taking_place *p, const struct history_entry *entry)
{
    struct device_list list;
    struct point ark;
    struct err err;

    TRY(device_list_parse(entry->list, &p->me->nid, &list));
    err = find_root(p, &list.aid, &ark);
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(device_list_check(entry->list, &p->me->nid, &ark, NULL, p->now_ms, &list));
    for (size_t i = 0; i < list.devices; i++)
        if (device_list_is_device(&list.device[i]))
            TRY(vault_put(p->vault, VAULT_TAKING_DEVICE, ID_BYTES(list.device[i].did), 0,
                          entry->list));
    return OK;
}

/* ---- messages */

/* The key of a device of an account, by a list that came along, or one that is known here. */
static struct err find_key(const struct taking_place *p, const struct party *who, struct point *dsk)
{
    struct arena a = ARENA(2 * DEVICE_LIST_MAX_SIZE);
    struct device_list list;
    const struct device_entry *device;
    struct bytes statement;
    struct err err =
        vault_get(p->vault, VAULT_TAKING_DEVICE, ID_BYTES(who->did), 0, &a, &statement);

    if (err.code == E_OK)
        err = device_list_parse(statement, &p->me->nid, &list);
    else if (err.code == E_ABSENT)
        err = people_newest_list(p->vault, p->me, &who->aid, &list);
    arena_free(&a);
    if (err.code != E_OK)
        return err.code == E_ABSENT ? FAIL(E_FORGED) : err;
    device = device_list_find_device(&list, &who->did);
    if (device == NULL || !ID_SAME(list.aid, who->aid))
        return FAIL(E_FORGED);
    *dsk = device->dsk;
    return OK;
}

/* Did its writer sign it, in this conversation? */
static struct err check_proof(const struct taking_place *p, const struct history_entry *entry,
                              struct core *core)
{
    const struct party *me = &p->me->me.who;
    struct sign_public *key = NULL;
    struct room_id room;
    struct point dsk;
    struct wrap wrap;
    struct err err;

    TRY(proof_parse(entry->proof, core, &wrap));
    TRY(names_pair_room(&me->nid, &me->aid, &entry->with, &room));
    if (!ID_SAME(core->sender.nid, me->nid) ||
        !ID_SAME(core->sender.aid, entry->mine ? me->aid : entry->with) ||
        (!ID_SAME(core->room, room) && (entry->mine || !(entry->notes & MESSAGE_COPY))))
        return FAIL(E_FORGED);
    TRY(find_key(p, &core->sender, &dsk));
    err = parsed_sign(p->parsed, dsk.b, &key);
    if (err.code == E_OK)
        err = proof_check(entry->proof, entry->content, key);
    sign_public_free(key);
    return err;
}

/* Copies are for who keeps them: as for anybody else, the room of a message is theirs and mine. */
static struct err is_no_copy_for_me(const struct taking_place *p, const struct history_entry *entry,
                                    bool *is)
{
    struct network_policy policy;

    *is = false;
    if (!(entry->notes & MESSAGE_COPY))
        return OK;
    TRY(rules_newest(p->vault, p->me, &policy));
    *is = policy.number == 0 || !policy.retains || !is_me(p, &policy.retention.aid);
    return OK;
}

/* It came after all: nobody needs to be asked for it. */
static struct err fill_gap(const struct taking_place *p, const struct core *core)
{
    struct stream s;

    TRY(streams_get(p->vault, &core->room, &core->sender.did, &s));
    if (s.highest == 0 || !streams_close(&s, core->seq))
        return OK;
    return streams_put(p->vault, &core->room, &core->sender, &s);
}

static bool is_worth_it(const struct taking_place *p, const struct history_entry *entry)
{
    return clock_since(p->now_ms, entry->sent_ms) < entry->ttl_s * CLOCK_SECOND_MS;
}

/* The stream that it is of; of a copy that has no proof the room is not known. */
static struct err find_stream(const struct taking_place *p, const struct history_entry *entry,
                              struct core *core)
{
    const struct party *me = &p->me->me.who;

    if (entry->kind == HISTORY_PROVED)
        return OK;
    *core = (struct core){.sender.did = entry->sender, .seq = entry->seq};
    return entry->notes & MESSAGE_COPY
               ? OK
               : names_pair_room(&me->nid, &me->aid, &entry->with, &core->room);
}

/* It was shown on the other device, or on any; or nobody wants to see it.  [PROTOCOL 15.8] */
static struct err note_read(const struct taking_place *p, const struct history_entry *entry,
                            const struct core *core, bool *read)
{
    bool is, blocked;

    TRY(agreed_is_read(p->vault, core, &is));
    TRY(agreed_is_blocked(p->vault, &entry->with, &blocked));
    *read = entry->mine || entry->read || is || blocked;
    return OK;
}

static struct err keep(const struct taking_place *p, const struct history_entry *entry,
                       struct core *core, uint64_t contact)
{
    struct message m = {.contact = contact,
                        .mine = entry->mine,
                        .state =
                            entry->mine ? (enum delivery_state)entry->state : DELIVERY_DELIVERED,
                        .notes = entry->notes | MESSAGE_HISTORY,
                        .missing = entry->missing,
                        .id = entry->id,
                        .sender = entry->sender,
                        .seq = entry->seq,
                        .sent_ms = entry->sent_ms,
                        .kept_ms = entry->kept_ms < p->now_ms ? entry->kept_ms : p->now_ms,
                        .ttl_s = entry->ttl_s,
                        .type = entry->type,
                        .text = entry->content,
                        .proof = entry->proof};
    bool deleted;

    if (entry->mine && !ID_SAME(entry->sender, p->me->me.who.did))
        m.notes |= MESSAGE_ELSEWHERE;
    if (entry->kind == HISTORY_UNPROVED)
        m.notes |= MESSAGE_UNPROVED;
    if (!deeds_are_readable(entry->type, entry->content))
        m.notes |= MESSAGE_UNREADABLE;
    TRY(find_stream(p, entry, core));
    m.room = core->room;
    TRY(note_read(p, entry, core, &m.read));
    m.read |= deeds_is_quiet(&m);
    if ((m.notes & MESSAGE_COPY) == 0)
        m.due_ms = ageing_due(p->ageing, m.sent_ms, m.ttl_s);
    TRY(deletions_covers(p->vault, &m, &deleted));
    if (deleted)
        return messages_pass(p->vault, &m);
    TRY(messages_add_before(p->vault, &m));
    return deeds_take(p->vault, p->me, &m, entry->mine ? &p->me->me.who.aid : &entry->with);
}

static struct err take_message(const struct taking_place *p, const struct history_entry *entry)
{
    struct contact c;
    struct core core;
    struct err err = people_by_account(p->vault, &entry->with, &c);
    bool known, not_mine;

    if (err.code == E_ABSENT) /* take_person() */
        return OK;
    TRY(err);
    TRY(is_no_copy_for_me(p, entry, &not_mine));
    if (not_mine)
        return OK;
    if (entry->kind == HISTORY_PROVED)
        TRY(check_proof(p, entry, &core));
    TRY(messages_known(p->vault, &entry->sender, &entry->id, &known));
    if (known || !is_worth_it(p, entry))
        return OK;
    TRY(keep(p, entry, &core, c.number));
    return entry->kind == HISTORY_PROVED ? fill_gap(p, &core) : OK;
}

/* ---- pieces */

static struct err take_entry(const struct taking_place *p, struct bytes in)
{
    struct history_entry entry;

    TRY(history_entry_parse(in, &entry));
    switch (entry.kind) {
    case HISTORY_PERSON:
        return is_me(p, &entry.with) ? OK : take_person(p, &entry);
    case HISTORY_LIST:
        return take_list(p, &entry);
    case HISTORY_PROVED:
    case HISTORY_UNPROVED:
        return take_message(p, &entry);
    }
    return FAIL(E_MALFORMED);
}

/* What is left is the beginning of an entry. */
static struct err take_entries(const struct taking_place *p, struct bytes *all)
{
    struct err err = OK;

    while (err.code == E_OK && all->n > 0) {
        struct bytes entry;

        err = history_next_entry(all, &entry);
        if (err.code == E_TRUNCATED)
            return OK;
        if (err.code == E_OK)
            err = take_entry(p, entry);
    }
    return err;
}

struct err taking_piece(const struct taking_place *p, struct taking *t, const struct history *h)
{
    struct err err = OK;
    struct arena a = ARENA(2 * VAULT_VALUE_MAX);
    struct buf b = BUF(WHOLE_MAX);
    struct bytes all, rest = {NULL, 0};

    err = vault_get(p->vault, VAULT_TAKING_REST, ID_BYTES(t->from), 0, &a, &rest);
    if (err.code != E_ABSENT)
        TRY_OUT(err);
    buf_bytes(&b, rest);
    buf_bytes(&b, h->cut);
    TRY_OUT(buf_end(&b, &all));
    TRY_OUT(take_entries(p, &all));
    if (h->last && all.n > 0)
        TRY_OUT(FAIL(E_TRUNCATED));
    TRY_OUT(vault_put(p->vault, VAULT_TAKING_REST, ID_BYTES(t->from), 0, all));
    t->number = h->number;
    t->done = h->done;
    t->of = h->of;
    if (h->last)
        t->phase = TAKING_OVER;
    TRY_OUT(taking_put(p->vault, t));
out:
    arena_free(&a);
    buf_free(&b);
    return err;
}
