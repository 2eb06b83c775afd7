/* SPDX-License-Identifier: Apache-2.0 */
#include "client/naming.h"

#include "client/dealings.h"
#include "client/gathering.h"
#include "client/roomlog.h"
#include "client/sealing.h"

#define AFTER_MS  CLOCK_MINUTE_MS /* it may be on its way still */
#define ARENA_MAX (16 << 20)      /* one state and what is read of it */
#define ROOMS_MAX 10000           /* looked at in one pass */
#define KEY_SIZE  (32 + 16)

_Static_assert(sizeof(struct room_id) + sizeof(struct device_id) <= KEY_SIZE, "keys");

/* ---- time */

static void look_at(struct engine *e, uint64_t at_ms)
{
    if (e->naming_ms == 0 || at_ms < e->naming_ms)
        e->naming_ms = at_ms;
}

void naming_soon(struct engine *e)
{
    look_at(e, clock_add(e->now_ms, AFTER_MS));
}

uint64_t naming_at(const struct engine *e)
{
    return e->drained ? e->naming_ms : 0;
}

/* ---- how often a room was asked about */

struct asked {
    uint64_t last_ms;
    uint8_t tries;
};

static struct err get_asked(struct vault *v, const struct room_id *id, struct arena *a,
                            struct asked *out)
{
    struct bytes value;
    struct reader r;
    struct err err = vault_get(v, VAULT_NAMING, ID_BYTES(*id), 0, a, &value);

    *out = (struct asked){0};
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    r = reader(value);
    out->last_ms = reader_u64(&r);
    out->tries = reader_u8(&r);
    return reader_end(&r);
}

static struct err put_asked(struct vault *v, const struct room_id *id, const struct asked *asked)
{
    struct err err = OK;
    struct buf b = BUF(9);

    buf_u64(&b, asked->last_ms);
    buf_u8(&b, asked->tries);
    if (b.failed != E_OK)
        TRY_OUT(FAIL(b.failed));
    TRY_OUT(vault_put(v, VAULT_NAMING, ID_BYTES(*id), 0, buf_view(&b)));
out:
    buf_free(&b);
    return err;
}

struct err naming_told(struct engine *e, const struct room_id *id)
{
    return vault_erase(e->vault, VAULT_NAMING, ID_BYTES(*id), 0);
}

/* ---- one message, which asks when it is empty */

static struct err tell(struct engine *e, const struct room *r, const struct device_id *to,
                       struct bytes content)
{
    struct outbox_row row = {.kind = OUTBOX_CONTROL,
                             .contact = r->number,
                             .to = *to,
                             .type = PAYLOAD_ABOUT,
                             .content = content,
                             .made_ms = e->now_ms};

    TRY(cores_control(e, &row, &r->id));
    return outgoing_add(e, &row);
}

/* ---- asking */

/* One room that has no name here. */
struct nameless {
    struct engine *e;
    const struct room *room;
    const struct room_state *state;
    struct asked asked;
};

/* The device of this member whose turn it is.  E_ABSENT: none is known; the network is asked. */
static struct err pick_device(const struct nameless *n, const struct room_member *m, size_t turn,
                              struct device_id *out)
{
    struct engine *e = n->e;
    struct device_list list;
    struct err err = people_newest_list(e->vault, &e->own, &m->aid, &list);
    size_t fit = 0, at = 0;

    if (err.code == E_ABSENT)
        TRY(lookups_account(e, &m->aid));
    TRY(err);
    for (size_t i = 0; i < list.devices; i++)
        fit += sealing_is_recipient(e, &list.device[i]);
    for (size_t i = 0; i < list.devices; i++) {
        if (!sealing_is_recipient(e, &list.device[i]) || at++ != turn % fit)
            continue;
        *out = list.device[i].did;
        return OK;
    }
    return FAIL(E_ABSENT);
}

/* Another member each time, from whoever stands behind this one on; when all had their turn,
 * another device of each. */
static struct err pick(const struct nameless *n, struct device_id *out)
{
    const struct room_state *s = n->state;
    size_t me = 0, others = s->members - 1, round;

    while (me < s->members && !ID_SAME(s->member[me].aid, n->e->own.me.who.aid))
        me++;
    if (me == s->members || others == 0)
        return FAIL(E_ABSENT);
    round = n->asked.tries / others;
    for (size_t i = 0; i < others; i++) {
        size_t at = me + 1 + (n->asked.tries + i) % others;
        struct err err = pick_device(n, &s->member[at % s->members], round, out);

        if (err.code != E_ABSENT)
            return err;
    }
    return FAIL(E_ABSENT);
}

/* Each try is counted, also where nobody's device is known yet: the waits grow to a day. */
static struct err ask(struct nameless *n)
{
    struct engine *e = n->e;
    struct device_id to;
    struct err err = pick(n, &to);

    if (err.code != E_ABSENT)
        TRY(err);
    n->asked.last_ms = e->now_ms;
    if (n->asked.tries < UINT8_MAX)
        n->asked.tries++;
    TRY(put_asked(e->vault, &n->room->id, &n->asked));
    look_at(e, clock_add(e->now_ms, repairs_patience(n->asked.tries)));
    return err.code == E_OK ? tell(e, n->room, &to, (struct bytes){NULL, 0}) : OK;
}

static struct err look(struct engine *e, const struct room *r, struct arena *a)
{
    struct roomlog_step newest;
    struct nameless n = {.e = e, .room = r, .state = &newest.state};
    struct about about;
    struct bytes content;
    struct err err = roomlog_about(e->vault, &r->id, a, &about, &content);
    uint64_t due_ms;

    if (err.code != E_ABSENT)
        return err;
    TRY(roomlog_newest(e->vault, r, a, &newest));
    if (newest.state.name_box.n != ABOUT_BOX_SIZE) /* it has none */
        return OK;
    TRY(get_asked(e->vault, &r->id, a, &n.asked));
    due_ms = clock_add(n.asked.last_ms, repairs_patience(n.asked.tries));
    if (n.asked.tries > 0 && n.asked.last_ms <= e->now_ms && due_ms > e->now_ms) {
        look_at(e, due_ms);
        return OK;
    }
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, ask(&n));
}

struct err naming_wake(struct engine *e)
{
    struct room r = {.number = 0};
    struct err err = OK;

    if (naming_at(e) == 0 || e->now_ms < e->naming_ms)
        return OK;
    e->naming_ms = 0;
    for (size_t i = 0; err.code == E_OK && i < ROOMS_MAX; i++) {
        struct arena a = ARENA(ARENA_MAX);

        err = roomlog_next(e->vault, r.number, &r);
        if (err.code == E_OK && r.standing == ROOMLOG_IN)
            err = look(e, &r, &a);
        arena_free(&a);
    }
    if (err.code != E_ABSENT)
        TRY(err);
    return outgoing_pump(e);
}

/* ---- answering */

/* Once in 10 minutes and 24 times a day for each room and device: counted. */
static struct err may_tell(struct engine *e, const struct room *r, const struct device_id *to,
                           struct arena *a, bool *may)
{
    struct dealings_count count = {0};
    struct err err = OK;
    struct bytes value;
    struct buf b = BUF(64), key = BUF(KEY_SIZE);

    buf_bytes(&key, ID_BYTES(r->id));
    buf_bytes(&key, ID_BYTES(*to));
    err = vault_get(e->vault, VAULT_NAMING_TOLD, buf_view(&key), 0, a, &value);
    if (err.code == E_OK) {
        struct reader reads = reader(value);

        dealings_read_count(&reads, &count);
        err = reader_end(&reads);
    } else if (err.code == E_ABSENT) {
        err = OK;
    }
    TRY_OUT(err);
    *may = dealings_may(&count, e->now_ms);
    if (!*may)
        goto out;
    dealings_write_count(&count, &b);
    TRY_OUT(vault_put(e->vault, VAULT_NAMING_TOLD, buf_view(&key), 0, buf_view(&b)));
out:
    buf_free(&b);
    buf_free(&key);
    return err;
}

struct err naming_asked(struct engine *e, const struct room *r, const struct device_id *by,
                        struct arena *a)
{
    struct about about;
    struct bytes content;
    struct err err;
    bool is = r->standing == ROOMLOG_IN;

    if (is)
        TRY(gathering_has_device(e, r, by, &is));
    if (!is)
        return OK;
    err = roomlog_about(e->vault, &r->id, a, &about, &content);
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(may_tell(e, r, by, a, &is));
    return is ? tell(e, r, by, content) : OK;
}
