/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a list or a roster and was put there by nobody who may.  [PROTOCOL 4.3, 4.6] */
#include <stdlib.h>
#include <string.h>

#include "client/people.h"
#include "sim/hostile_internal.h"
#include "statement/directory.h"

#define ONCE_IN 4 /* answers about people, and rosters, are few */

static const struct impostor *impostor_of(struct hostile *h)
{
    struct network_id nid;

    if (h->impostor != NULL)
        return h->impostor;
    h->impostor = calloc(1, sizeof *h->impostor);
    invariant(h->impostor != NULL);
    world_must(names_network(&h->world->server.root, BYTES_LITERAL(WORLD_DOMAIN), &nid),
               "a network");
    impostor_begin(h->impostor, &nid, h->world->now_ms);
    return h->impostor;
}

void hostile_insert_free(struct hostile *h)
{
    if (h->impostor != NULL)
        impostor_free(h->impostor);
    free(h->impostor);
}

static struct bytes keep(const struct buf *b, struct arena *a)
{
    struct bytes out;

    world_must(arena_copy(a, buf_view(b), &out), "what is inserted");
    return out;
}

static bool is_somebody(const struct person *who)
{
    return who->engine != NULL && !engine_is_returning(who->engine);
}

/* Whoever this speaks of, if their program runs: the keys that are stolen lie there. */
static const struct own *subject_of(const struct world *w, const Tacet__Wire__Person *p)
{
    struct directory_statement s;
    const struct own *newest = NULL;

    world_must(directory_parse(frame_bytes(p->statement), &s), "a directory statement");
    for (size_t i = 0; i < w->people; i++) {
        const struct person *who = w->person[i];
        const struct own *own = is_somebody(who) ? engine_own(who->engine) : NULL;

        if (own != NULL && bytes_same(s.handle, bytes_text(who->handle)) &&
            (newest == NULL || own->list.version > newest->list.version))
            newest = own;
    }
    return newest;
}

/* Where a fault is planted, somebody may believe in it already. */
static bool has_device(const struct impostor *im, const struct device_list *list)
{
    for (size_t i = 0; i < list->devices; i++)
        if (memcmp(list->device[i].dsk.b, im->me.dsk.b, sizeof im->me.dsk.b) == 0)
            return true;
    return false;
}

/* The next version of an older list would not be the next one. */
static bool is_newest(const struct own *of, const Tacet__Wire__Person *p)
{
    struct device_list last;

    if (p->n_lists == 0)
        return true;
    world_must(device_list_parse(frame_bytes(p->lists[p->n_lists - 1]), &of->nid, &last), "a list");
    return last.version <= of->list.version;
}

static void insert_device(struct hostile *h, const struct own *of, Tacet__Wire__Person *p,
                          struct arena *a)
{
    ProtobufCBinaryData *lists = ARENA_ARRAY(a, p->n_lists + 1, ProtobufCBinaryData);
    enum impostor_way way = (enum impostor_way)dice_below(&h->dice.insert, IMPOSTOR_WAYS);
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);

    invariant(lists != NULL);
    impostor_list(impostor_of(h), way, &of->me, &of->list, h->world->now_ms, &b);
    if (p->n_lists > 0)
        memcpy(lists, p->lists, p->n_lists * sizeof *lists);
    lists[p->n_lists++] = frame_data(keep(&b, a));
    p->lists = lists;
    buf_free(&b);
    world_trace(h->world, "  a device is inserted, way %d", (int)way);
    h->forged = true;
}

void hostile_insert_device(struct hostile *h, Tacet__Wire__Person *p, struct arena *a)
{
    const struct own *of;

    if (p == NULL || !hostile_lies(h, &h->dice.insert, KIND_INSERT, ONCE_IN))
        return;
    of = subject_of(h->world, p);
    if (of != NULL && is_newest(of, p) && !has_device(impostor_of(h), &of->list))
        insert_device(h, of, p, a);
}

void hostile_insert_member(struct hostile *h, Tacet__Wire__RosterAnswer *m, struct arena *a)
{
    struct buf b = BUF(LIMIT_FRAME);

    if (hostile_lies(h, &h->dice.insert, KIND_INSERT, ONCE_IN)) {
        impostor_roster(impostor_of(h), frame_bytes(m->roster), &b);
        m->roster = frame_data(keep(&b, a));
        world_trace(h->world, "  a member is inserted");
        h->forged = true;
    }
    buf_free(&b);
}

/* ---- in the end */

static void check_contact(struct world *w, const struct person *in, const struct person *of)
{
    const struct own *me = engine_own(in->engine), *theirs = engine_own(of->engine);
    struct device_list list;
    struct contact c;

    if (people_by_handle(in->vault, bytes_text(of->handle), &c).code != E_OK || !c.known)
        return;
    if (c.changed || !ID_SAME(c.aid, theirs->me.who.aid))
        ledger_break(w, WRONG_UNDETECTED, "%s takes somebody else for %s", in->name, of->handle);
    else if (people_newest_list(in->vault, me, &c.aid, &list).code == E_OK &&
             !kin_knows_list(of, &list))
        ledger_break(w, WRONG_UNDETECTED, "%s knows a device of %s that is none", in->name,
                     of->handle);
}

void hostile_insert_check(struct world *w)
{
    for (size_t i = 0; i < w->people; i++)
        for (size_t j = 0; j < w->people; j++)
            if (i != j && is_somebody(w->person[i]) && is_somebody(w->person[j]))
                check_contact(w, w->person[i], w->person[j]);
}
