/* SPDX-License-Identifier: Apache-2.0 */
#include "client/giving.h"

#include "base/reader.h"
#include "client/engine_internal.h"

#define RECORD_MAX    256
#define TOLD_MAX      (16 + 32)
#define ROW_ARENA     (2 * VAULT_VALUE_MAX)
#define PIECE_MAX     LIMIT_TEXT
#define ENOUGH        (HISTORY_CUT_MAX - 8192) /* so that most messages still fit in */
#define COLLECTED_MAX (ENOUGH + HISTORY_ENTRY_MAX + DEVICE_LIST_MAX_SIZE + 512)
#define LOOK_MOST     4096 /* messages that are looked at for one piece */

static const struct bytes NO_KEY = {NULL, 0}, NO_VALUE = {NULL, 0};

/* ---- the record */

static void write_record(const struct giving *g, struct buf *b)
{
    buf_bytes(b, ID_BYTES(g->to));
    buf_u8(b, (uint8_t)g->phase);
    buf_bytes(b, BYTES(g->transfer));
    buf_u64(b, g->moved_ms);
    buf_u64(b, g->said_ms);
    buf_u8(b, g->times);
    buf_u8(b, g->listed);
    buf_u64(b, g->top);
    buf_u64(b, g->contact);
    buf_u64(b, g->below);
    buf_u32(b, g->made);
    buf_u32(b, g->taken);
    buf_u8(b, g->whole);
    buf_u64(b, g->done);
    buf_u64(b, g->of);
    buf_u64(b, g->shown);
}

static struct err read_record(struct bytes value, uint64_t number, struct giving *out)
{
    struct reader r = reader(value);
    struct giving g = {.number = number};

    reader_copy(&r, g.to.b, sizeof g.to.b);
    g.phase = (enum giving_phase)reader_u8(&r);
    reader_require(&r, g.phase >= GIVING_OFFERED && g.phase <= GIVING_GOING, E_MALFORMED);
    reader_copy(&r, g.transfer, sizeof g.transfer);
    g.moved_ms = reader_u64(&r);
    g.said_ms = reader_u64(&r);
    g.times = reader_u8(&r);
    g.listed = reader_u8(&r) != 0;
    g.top = reader_u64(&r);
    g.contact = reader_u64(&r);
    g.below = reader_u64(&r);
    g.made = reader_u32(&r);
    g.taken = reader_u32(&r);
    g.whole = reader_u8(&r) != 0;
    g.done = reader_u64(&r);
    g.of = reader_u64(&r);
    g.shown = reader_u64(&r);
    TRY(reader_end(&r));
    *out = g;
    return OK;
}

struct err giving_next(struct vault *v, uint64_t from, struct giving *out)
{
    struct arena a = ARENA(4096);
    struct bytes value;
    uint64_t number;
    struct err err = vault_next(v, VAULT_GIVING, NO_KEY, from, &a, &number, &value);

    if (err.code == E_OK)
        err = read_record(value, number, out);
    arena_free(&a);
    return err;
}

struct err giving_to(struct vault *v, const struct device_id *to, struct giving *out)
{
    struct giving g = {.number = 0};

    do
        TRY(giving_next(v, g.number + 1, &g));
    while (!ID_SAME(g.to, *to));
    *out = g;
    return OK;
}

struct err giving_put(struct vault *v, struct giving *g)
{
    struct buf b = BUF(RECORD_MAX);
    struct err err = OK;

    if (g->number == 0)
        TRY(vault_count(v, VAULT_NEXT_GIVING, &g->number));
    write_record(g, &b);
    err = vault_put(v, VAULT_GIVING, NO_KEY, g->number, buf_view(&b));
    buf_free(&b);
    return err;
}

struct err giving_drop(struct vault *v, const struct giving *g)
{
    for (uint32_t n = g->taken + 1; n <= g->made; n++)
        TRY(vault_erase(v, VAULT_GIVING_PIECE, ID_BYTES(g->to), n));
    return vault_erase(v, VAULT_GIVING, NO_KEY, g->number);
}

/* ---- which messages */

/* One step of the way back through the conversations. */
struct walk {
    struct contact with;
    struct message m;
    bool found; /* m goes along */
};

bool giving_goes_along(const struct message *m, uint64_t now_ms)
{
    if (m->notes & (MESSAGE_UNREADABLE | MESSAGE_DEVICES | MESSAGE_ROOM) ||
        ((m->notes & MESSAGE_RECALLED) && !(m->notes & MESSAGE_COPY)) || m->burn_s != 0 ||
        clock_since(now_ms, m->sent_ms) >= cores_ttl_s(m) * CLOCK_SECOND_MS)
        return false;
    return !m->mine || m->state == DELIVERY_ACCEPTED || m->state == DELIVERY_DELIVERED ||
           m->state == DELIVERY_READ;
}

/* What cannot be read here may be where it goes; a program of before kept nothing of it. */
static bool is_given(const struct message *m, uint64_t now_ms)
{
    struct message as_read = *m;

    if (m->text.n > 0 || m->proof.n > 0)
        as_read.notes &= ~(uint32_t)MESSAGE_UNREADABLE;
    return giving_goes_along(&as_read, now_ms);
}

/* To the next conversation, or the message before in this one.  E_ABSENT: there is no more. */
static struct err step(struct vault *v, struct giving *g, uint64_t now_ms, struct arena *a,
                       struct walk *w)
{
    struct err err;

    w->found = false;
    if (g->below == 0) {
        TRY(people_next(v, g->contact, &w->with));
        g->contact = w->with.number;
        g->below = w->with.known ? g->top + 1 : 0;
        return OK;
    }
    err = messages_last(v, g->contact, g->below - 1, a, &w->m);
    if (err.code == E_ABSENT) {
        g->below = 0;
        return OK;
    }
    TRY(err);
    g->below = w->m.place;
    w->found = is_given(&w->m, now_ms);
    return OK;
}

static struct err count(struct vault *v, struct giving g, uint64_t now_ms, uint64_t *n)
{
    struct err err = OK;
    struct arena a = ARENA(ROW_ARENA);
    struct walk w;

    *n = 0;
    while (err.code == E_OK) {
        arena_free(&a);
        err = step(v, &g, now_ms, &a, &w);
        *n += err.code == E_OK && w.found;
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err giving_start(struct vault *v, struct random *random, struct giving *g, uint64_t now_ms)
{
    struct giving fresh = {
        .number = g->number, .to = g->to, .phase = GIVING_OFFERED, .moved_ms = now_ms};

    if (g->number != 0)
        TRY(giving_drop(v, g));
    TRY(vault_erase_below(v, VAULT_GIVING_TOLD, 1)); /* of others, too: it is said once more */
    TRY(random_fill(random, fresh.transfer, sizeof fresh.transfer));
    TRY(vault_counter_get(v, VAULT_NEXT_MESSAGE, &fresh.top));
    TRY(count(v, fresh, now_ms, &fresh.of));
    *g = fresh;
    return giving_put(v, g);
}

/* ---- entries */

static void add_entry(const struct history_entry *entry, struct buf *out)
{
    size_t at = buf_open(out);

    history_entry_write(entry, out);
    buf_close(out, at);
}

/* Was the device told of this account or device?  From now on it is. */
static struct err tell_once(struct vault *v, const struct giving *g, struct bytes who, bool *told)
{
    uint8_t key[TOLD_MAX];

    invariant(who.n <= TOLD_MAX - sizeof g->to.b);
    memcpy(key, g->to.b, sizeof g->to.b);
    memcpy(key + sizeof g->to.b, who.at, who.n);
    TRY(vault_has(v, VAULT_GIVING_TOLD, bytes(key, sizeof g->to.b + who.n), 0, told));
    return *told ? OK
                 : vault_put(v, VAULT_GIVING_TOLD, bytes(key, sizeof g->to.b + who.n), 0, NO_VALUE);
}

static struct err add_person(struct vault *v, const struct giving *g, const struct contact *with,
                             struct buf *out)
{
    bool told;

    TRY(tell_once(v, g, ID_BYTES(with->aid), &told));
    if (!told)
        add_entry(&(struct history_entry){.kind = HISTORY_PERSON,
                                          .with = with->aid,
                                          .ark = with->ark,
                                          .handle = bytes_text(with->handle)},
                  out);
    return OK;
}

/* The one that it named, or what came with its message when that was given to this device, too. */
struct err giving_find_list(struct vault *v, const struct core *core, const struct wrap *wrap,
                            struct arena *a, struct bytes *statement)
{
    struct device_list list;
    struct err err =
        vault_get(v, VAULT_LIST, ID_BYTES(core->sender.aid), wrap->list_version, a, statement);

    if (err.code == E_OK)
        err = device_list_parse(*statement, &core->sender.nid, &list);
    if (err.code == E_OK && device_list_find_device(&list, &core->sender.did) != NULL)
        return OK;
    if (err.code != E_OK && err.code != E_ABSENT)
        return err;
    return vault_get(v, VAULT_TAKING_DEVICE, ID_BYTES(core->sender.did), 0, a, statement);
}

/* Does it show who wrote it to somebody who knows the conversation's account as I do?  Not where
 * the handle has become another account since. */
static struct err shows(const struct own *me, const struct walk *w, struct core *core,
                        struct wrap *wrap, bool *does)
{
    struct room_id room;

    *does = false;
    if (w->m.proof.n == 0)
        return OK;
    TRY(proof_parse(w->m.proof, core, wrap));
    TRY(names_pair_room(&me->nid, &me->me.who.aid, &w->with.aid, &room));
    *does = ID_SAME(core->sender.aid, w->m.mine ? me->me.who.aid : w->with.aid) &&
            (ID_SAME(core->room, room) || w->m.notes & MESSAGE_COPY);
    return OK;
}

/* *does: the list is there, and the other device has it or gets it now. */
static struct err add_list(struct vault *v, const struct giving *g, const struct core *core,
                           const struct wrap *wrap, struct arena *a, struct buf *out, bool *does)
{
    struct bytes statement;
    struct err err = giving_find_list(v, core, wrap, a, &statement);
    bool told;

    *does = err.code == E_OK;
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(tell_once(v, g, ID_BYTES(core->sender.did), &told));
    if (!told)
        add_entry(&(struct history_entry){.kind = HISTORY_LIST, .list = statement}, out);
    return OK;
}

static struct err add_message(struct vault *v, const struct own *me, const struct giving *g,
                              const struct walk *w, struct arena *a, struct buf *out)
{
    const struct message *m = &w->m;
    struct history_entry entry = {.kind = HISTORY_UNPROVED,
                                  .with = w->with.aid,
                                  .mine = m->mine,
                                  .read = m->read,
                                  .state = m->mine ? (uint8_t)m->state : 0,
                                  .notes = m->notes & HISTORY_NOTES,
                                  .missing = m->missing,
                                  .kept_ms = m->kept_ms,
                                  .sender = m->sender,
                                  .id = m->id,
                                  .seq = m->seq == 0 ? 1 : m->seq,
                                  .sent_ms = m->sent_ms,
                                  .ttl_s = cores_ttl_s(m),
                                  .type = m->type,
                                  .content = m->text};
    struct core core;
    struct wrap wrap;
    bool proved;

    TRY(shows(me, w, &core, &wrap, &proved));
    if (proved)
        TRY(add_list(v, g, &core, &wrap, a, out, &proved));
    if (proved) {
        entry.kind = HISTORY_PROVED;
        entry.proof = m->proof;
    }
    add_entry(&entry, out);
    return OK;
}

/* ---- pieces */

/* Entries until there are enough for a piece, or no more. */
static struct err collect(struct vault *v, const struct own *me, struct giving *g, uint64_t now_ms,
                          struct buf *out)
{
    struct err err = OK;
    struct arena a = ARENA(ROW_ARENA);
    struct walk w;

    TRY(g->contact == 0 ? OK : people_get(v, g->contact, &w.with));
    for (size_t i = 0; i < LOOK_MOST && out->n < ENOUGH; i++) {
        arena_free(&a);
        err = step(v, g, now_ms, &a, &w);
        g->whole = err.code == E_ABSENT;
        if (err.code != E_OK)
            break;
        if (!w.found)
            continue;
        TRY_OUT(add_person(v, g, &w.with, out));
        TRY_OUT(add_message(v, me, g, &w, &a, out));
        TRY_OUT(out->failed == E_OK ? OK : FAIL(out->failed));
        g->done++;
    }
    err = err.code == E_ABSENT ? OK : err;
out:
    arena_free(&a);
    return err;
}

static struct err put_piece(struct vault *v, struct giving *g, const struct history *h)
{
    struct err err = OK;
    struct buf b = BUF(PIECE_MAX);
    struct bytes content;

    history_write(h, &b);
    TRY_OUT(buf_end(&b, &content));
    TRY_OUT(vault_put(v, VAULT_GIVING_PIECE, ID_BYTES(g->to), h->number, content));
out:
    buf_free(&b);
    return err;
}

/* What was collected, in as many pieces as it needs; those before the last bring nothing whole. */
static struct err cut(struct vault *v, struct giving *g, uint64_t before, struct bytes all)
{
    struct reader r = reader(all);

    do {
        size_t n = reader_left(&r) < HISTORY_CUT_MAX ? reader_left(&r) : HISTORY_CUT_MAX;
        struct history h = {.kind = HISTORY_PIECE, .number = ++g->made};
        bool end;

        memcpy(h.transfer, g->transfer, sizeof h.transfer);
        h.cut = reader_take(&r, n);
        end = reader_left(&r) == 0;
        h.last = end && g->whole;
        h.done = end ? g->done : before;
        h.of = h.last || g->of < h.done ? h.done : g->of;
        TRY(put_piece(v, g, &h));
    } while (reader_left(&r) > 0);
    return OK;
}

struct err giving_cut(struct vault *v, const struct own *me, struct giving *g, uint64_t now_ms)
{
    struct err err = OK;
    struct buf all = BUF(COLLECTED_MAX);
    uint64_t before = g->done;

    TRY_OUT(collect(v, me, g, now_ms, &all));
    if (all.n > 0 || g->whole)
        TRY_OUT(cut(v, g, before, buf_view(&all)));
    TRY_OUT(giving_put(v, g));
out:
    buf_free(&all);
    return err;
}

struct err giving_piece(struct vault *v, const struct giving *g, uint32_t number, struct arena *a,
                        struct bytes *content)
{
    return vault_get(v, VAULT_GIVING_PIECE, ID_BYTES(g->to), number, a, content);
}

struct err giving_forget(struct vault *v, struct giving *g, uint32_t number)
{
    struct err err = OK;
    struct arena a = ARENA(VAULT_VALUE_MAX);
    struct bytes content;
    struct history h;

    TRY_OUT(giving_piece(v, g, number, &a, &content));
    TRY_OUT(history_parse(content, &h));
    g->shown = h.done;
    g->of = h.of;
    while (g->taken < number)
        TRY_OUT(vault_erase(v, VAULT_GIVING_PIECE, ID_BYTES(g->to), ++g->taken));
out:
    arena_free(&a);
    return err;
}
