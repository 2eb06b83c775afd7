/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lacking: whom of my devices this one asks for what it lacks of what they share, and how often.
 * [PROTOCOL 15.8]
 */
#include "base/reader.h"
#include "client/dealings.h"
#include "client/engine_internal.h"
#include "client/registers.h"
#include "client/sealing.h"

#define ROUND_MS     CLOCK_DAY_MS
#define RECORD_ARENA 4096

static const struct bytes NO_KEY = {NULL, 0};

/* Whom I ask, one after the other: this many, in this order. */
struct asks {
    struct dealings_count count;
    uint64_t round_ms; /* when somebody was last put there for no other reason than the time */
    struct device_id last;
    size_t n;
    struct device_id did[LIMIT_LIST_DEVICES];
};

static struct err get_asks(struct engine *e, struct asks *out)
{
    struct arena a = ARENA(RECORD_ARENA);
    struct bytes value;
    struct err err = vault_get(e->vault, VAULT_SHARING, NO_KEY, 0, &a, &value);

    *out = (struct asks){.n = 0};
    if (err.code == E_OK) {
        struct reader r = reader(value);

        dealings_read_count(&r, &out->count);
        out->round_ms = reader_u64(&r);
        reader_copy(&r, out->last.b, sizeof out->last.b);
        out->n = reader_u8(&r);
        reader_require(&r, out->n <= LIMIT_LIST_DEVICES, E_MALFORMED);
        for (size_t i = 0; r.failed == E_OK && i < out->n; i++)
            reader_copy(&r, out->did[i].b, sizeof out->did[i].b);
        err = reader_end(&r);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err put_asks(struct engine *e, const struct asks *s)
{
    struct err err = OK;
    struct buf b = BUF(1024);
    struct bytes value;

    dealings_write_count(&s->count, &b);
    buf_u64(&b, s->round_ms);
    buf_bytes(&b, ID_BYTES(s->last));
    buf_u8(&b, (uint8_t)s->n);
    for (size_t i = 0; i < s->n; i++)
        buf_bytes(&b, ID_BYTES(s->did[i]));
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(e->vault, VAULT_SHARING, NO_KEY, 0, value));
out:
    buf_free(&b);
    return err;
}

static void add(struct asks *s, const struct device_id *did)
{
    for (size_t i = 0; i < s->n; i++)
        if (ID_SAME(s->did[i], *did))
            return;
    if (s->n < LIMIT_LIST_DEVICES)
        s->did[s->n++] = *did;
}

static void drop(struct asks *s, size_t i)
{
    s->n--;
    memmove(&s->did[i], &s->did[i + 1], (s->n - i) * sizeof s->did[0]);
}

static void add_all(const struct engine *e, struct asks *s)
{
    const struct device_list *list = &e->own.list;

    for (size_t i = 0; i < list->devices; i++)
        if (sealing_is_recipient(e, &list->device[i]))
            add(s, &list->device[i].did);
}

/* The one behind whoever was asked last. */
static void add_next(const struct engine *e, struct asks *s)
{
    const struct device_list *list = &e->own.list;
    const struct device_id *first = NULL;

    for (size_t i = 0; i < list->devices; i++) {
        if (!sealing_is_recipient(e, &list->device[i]))
            continue;
        if (first == NULL)
            first = &list->device[i].did;
        if (ID_RISES(s->last, list->device[i].did)) {
            add(s, &list->device[i].did);
            return;
        }
    }
    if (first != NULL)
        add(s, first);
}

struct err lacking_at(struct engine *e, const struct device_id *did)
{
    struct asks s;

    TRY(get_asks(e, &s));
    add(&s, did);
    sharing_now(e);
    return put_asks(e, &s);
}

struct err lacking_at_all(struct engine *e)
{
    struct asks s;

    TRY(get_asks(e, &s));
    add_all(e, &s);
    sharing_now(e);
    return put_asks(e, &s);
}

/* Own changes that a vault lost which was put back are what it does not have.  [PROTOCOL 15.8] */
static struct err what_i_have(struct engine *e, const struct device_id *with,
                              struct shared_have *out)
{
    const struct device_id *me = &e->own.me.who.did;
    uint64_t lost;
    size_t i = 0;

    TRY(registers_have(e->vault, out));
    TRY(sharing_lost(e, with, &lost));
    if (lost == 0)
        return OK;
    while (i < out->n && !ID_SAME(out->mark[i].writer, *me))
        i++;
    if (i == out->n)
        return OK;
    out->mark[i].number = lost - 1;
    if (lost > 1)
        return OK;
    out->n--;
    memmove(&out->mark[i], &out->mark[i + 1], (out->n - i) * sizeof out->mark[0]);
    return OK;
}

static struct err ask_first(struct engine *e, struct asks *s)
{
    struct err err = OK;
    struct buf b = BUF(LIMIT_TEXT);
    struct shared_have h;
    struct bytes content;
    uint64_t number;

    TRY_OUT(what_i_have(e, &s->did[0], &h));
    shared_have_write(&h, &b);
    TRY_OUT(buf_end(&b, &content));
    TRY_OUT(sharing_queue(e, &s->did[0], PAYLOAD_HAVE, content, &number));
    s->last = s->did[0];
    drop(s, 0);
out:
    buf_free(&b);
    return err;
}

/* Whoever left the list is not asked.  *can: the first can be reached; who cannot waits: when its
 * prekey is learned, this is looked at again. */
static struct err find_reachable(struct engine *e, struct asks *s, bool *can)
{
    *can = false;
    for (size_t i = 0; i < s->n && !*can;) {
        struct device_id did = s->did[i];

        if (device_list_find_device(&e->own.list, &did) == NULL) {
            drop(s, i);
            continue;
        }
        TRY(sharing_reaches(e, &did, can));
        if (*can) {
            s->did[i] = s->did[0];
            s->did[0] = did;
        }
        i++;
    }
    return OK;
}

/* Who has not said yet what they have of mine. */
static struct err add_silent(struct engine *e, struct asks *s)
{
    const struct device_list *list = &e->own.list;

    for (size_t i = 0; i < list->devices; i++) {
        uint64_t lost;

        if (!sealing_is_recipient(e, &list->device[i]))
            continue;
        TRY(sharing_lost(e, &list->device[i].did, &lost));
        if (lost != 0)
            add(s, &list->device[i].did);
    }
    return OK;
}

/* A device that was added asks all others; else one is asked every day, as the server may have
 * lost what nobody can see the want of. */
static struct err begin_round(struct engine *e, struct asks *s)
{
    if (s->round_ms != 0 && s->round_ms <= e->now_ms && e->now_ms - s->round_ms < ROUND_MS)
        return OK;
    if (s->round_ms != 0)
        add_next(e, s);
    else if (e->own.added)
        add_all(e, s);
    s->round_ms = e->now_ms;
    return add_silent(e, s);
}

struct err lacking_ask(struct engine *e)
{
    struct asks s;
    bool can;

    TRY(get_asks(e, &s));
    TRY(begin_round(e, &s));
    TRY(find_reachable(e, &s, &can));
    if (can && dealings_may(&s.count, e->now_ms)) {
        TRY(ask_first(e, &s));
        TRY(find_reachable(e, &s, &can));
    }
    if (can)
        sharing_look_at(e, dealings_next_ms(&s.count, e->now_ms));
    sharing_look_at(e, clock_add(s.round_ms, ROUND_MS));
    return put_asks(e, &s);
}
