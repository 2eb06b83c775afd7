/* SPDX-License-Identifier: Apache-2.0 */
#include "client/searching.h"

#include <stdlib.h>

#include "client/deeds.h"
#include "client/nicknames.h"
#include "client/roomlog.h"
#include "client/shelf.h"

#define SETTLE_ARENA (8 * VAULT_VALUE_MAX)
#define NAMES_ARENA  (64 * 1024)

/* ---- what was found */

size_t searching_count(const struct searching *s)
{
    return s->hits.n / sizeof(struct searching_hit);
}

struct searching_hit searching_get(const struct searching *s, size_t i)
{
    struct searching_hit hit;

    memcpy(&hit, s->hits.at + i * sizeof hit, sizeof hit);
    return hit;
}

void searching_free(struct searching *s)
{
    buf_free(&s->hits);
}

static struct err keep(struct searching *s, uint64_t conversation, uint64_t place)
{
    struct searching_hit hit = {conversation, place};

    buf_bytes(&s->hits, bytes((const uint8_t *)&hit, sizeof hit));
    return s->hits.failed == E_OK ? OK : FAIL(s->hits.failed);
}

/* ---- conversations */

static struct err person_fits(struct vault *v, const struct contact *c, struct query *q, bool *fits)
{
    struct arena a = ARENA(NAMES_ARENA);
    const char *name;
    struct err err = query_fits(q, bytes_text(c->handle), fits);

    if (err.code == E_OK && !*fits) {
        err = nicknames_get(v, c, &a, &name);
        if (err.code == E_OK)
            err = query_fits(q, bytes_text(name), fits);
        else if (err.code == E_ABSENT)
            err = OK;
    }
    arena_free(&a);
    return err;
}

static struct err room_fits(struct vault *v, const struct room *r, struct query *q, bool *fits)
{
    struct arena a = ARENA(NAMES_ARENA);
    struct about about;
    struct err err = roomlog_called(v, &r->id, &a, &about);

    *fits = false;
    if (err.code == E_OK)
        err = query_fits(q, about.name, fits);
    if (err.code == E_OK && !*fits)
        err = query_fits(q, about.description, fits);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err search_people(struct vault *v, const struct own *me, struct query *q,
                                struct searching *out)
{
    struct contact c = {.number = 0};
    struct err err;
    bool fits;

    while ((err = people_next(v, c.number, &c)).code == E_OK) {
        if (people_is_me(me, &c))
            continue;
        TRY(person_fits(v, &c, q, &fits));
        if (fits)
            TRY(keep(out, c.number, 0));
    }
    return err.code == E_ABSENT ? OK : err;
}

static struct err search_rooms(struct vault *v, struct query *q, struct searching *out)
{
    struct room r = {.number = 0};
    struct err err;
    bool fits;

    while ((err = roomlog_next(v, r.number, &r)).code == E_OK) {
        TRY(room_fits(v, &r, q, &fits));
        if (fits)
            TRY(keep(out, r.number, 0));
    }
    return err.code == E_ABSENT ? OK : err;
}

struct err searching_conversations(struct vault *v, const struct own *me, struct query *q,
                                   struct searching *out)
{
    TRY(search_people(v, me, q, out));
    return search_rooms(v, q, out);
}

/* ---- messages */

struct looking {
    struct query *query;
    uint64_t conversation; /* 0: all */
    struct searching *out;
};

static struct err look(void *ctx, const struct message *m)
{
    const struct looking *l = ctx;
    bool fits;

    if ((l->conversation != 0 && m->contact != l->conversation) || !deeds_is_said(m) ||
        m->type == PAYLOAD_REACTION)
        return OK;
    TRY(query_fits(l->query, deeds_text(m), &fits));
    return fits ? keep(l->out, m->contact, m->place) : OK;
}

/* What was found of it: what it says by now, or what it is called where it stands. */
static struct err read_found(struct vault *v, const struct own *me, const struct message *m,
                             bool filed, struct arena *a, struct bytes *text)
{
    struct filed where;
    size_t versions;

    if (!filed)
        return deeds_newest(v, me, m, a, text, &versions);
    TRY(shelf_of(v, me, m, a, &where));
    *text = where.title;
    return OK;
}

/* The message that is meant by one that was hit, and does it still say so?  An edit means the one
 * in whose place it was said, as does what says where one stands. */
static struct err settle(struct vault *v, const struct own *me, struct query *q,
                         struct searching_hit *hit, bool *fits)
{
    struct arena a = ARENA(SETTLE_ARENA);
    struct deeds_view view;
    struct bytes text;
    struct message m;
    bool filed = false;
    struct err err = messages_get(v, hit->conversation, hit->place, &a, &m);

    *fits = true;
    if (err.code == E_OK && (deeds_is_version(m.type) || m.type == PAYLOAD_FILED)) {
        filed = m.type == PAYLOAD_FILED;
        err = deeds_view(v, me, &m, &a, &view);
        *fits = err.code == E_OK && view.here;
        if (*fits)
            m = view.to;
    }
    *fits &= m.burn_s == 0 || m.read; /* nobody is to see of it what burns nothing */
    if (err.code == E_OK && *fits)
        err = read_found(v, me, &m, filed, &a, &text);
    if (err.code == E_OK && *fits)
        err = query_fits(q, text, fits);
    hit->place = m.place;
    arena_free(&a);
    return err;
}

/* Of those that were hit by any version, the messages that say so now, once. */
static struct err settle_all(struct vault *v, const struct own *me, struct query *q,
                             struct searching *out)
{
    struct searching_hit *hit = (struct searching_hit *)(void *)out->hits.at;
    size_t n = 0, count = searching_count(out);
    bool fits;

    for (size_t i = 0; i < count; i++) {
        TRY(settle(v, me, q, &hit[i], &fits));
        if (fits)
            hit[n++] = hit[i];
    }
    buf_cut(&out->hits, n * sizeof *hit);
    return OK;
}

static void drop_twins(struct searching *out)
{
    struct searching_hit *hit = (struct searching_hit *)(void *)out->hits.at;
    size_t n = 0, count = searching_count(out);

    for (size_t i = 0; i < count; i++)
        if (n == 0 || hit[n - 1].place != hit[i].place)
            hit[n++] = hit[i];
    buf_cut(&out->hits, n * sizeof *hit);
}

/* Places rise over all conversations. */
static int newer_first(const void *left, const void *right)
{
    const struct searching_hit *a = left, *b = right;

    return a->place < b->place ? 1 : a->place > b->place ? -1 : 0;
}

struct err searching_messages(struct vault *v, const struct own *me, struct query *q,
                              uint64_t conversation, struct searching *out)
{
    struct looking l = {q, conversation, out};

    TRY(messages_each(v, look, &l));
    TRY(settle_all(v, me, q, out));
    if (searching_count(out) > 0)
        qsort(out->hits.at, searching_count(out), sizeof(struct searching_hit), newer_first);
    drop_twins(out);
    return OK;
}
