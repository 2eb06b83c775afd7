/* SPDX-License-Identifier: Apache-2.0 */
#include "client/gathering.h"

#include "client/audience.h"
#include "client/wishing.h"
#include "crypto/secret.h"

#define ARENA_MAX (16 << 20)
#define TIDIED_MS (2 * CLOCK_MINUTE_MS) /* until the states are asked for again */

/* ---- who they are */

/* Somebody else puts it out, or the server has made another moderator: do the states say so? */
static struct err ask_for_tidying(struct engine *e, const struct room *r)
{
    struct room asked = *r;

    if (r->asked_ms != 0 && r->asked_ms <= e->now_ms &&
        clock_since(e->now_ms, r->asked_ms) < TIDIED_MS)
        return OK; /* outgoing looks again */
    asked.asked_ms = e->now_ms;
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, roomlog_put(e->vault, &asked)));
    return attending_look(e, &r->id);
}

/* Nothing is sent in a room that has an account without devices: a moderator puts it out. */
static struct err wait_for_tidying(struct engine *e, const struct room *r,
                                   const struct room_state *s)
{
    const struct party *who = &e->own.me.who;
    const struct room_member *me = room_state_find(s, &who->nid, &who->aid);

    if (me == NULL || me->role != ROOM_MODERATOR)
        return ask_for_tidying(e, r);
    if (e->wishing_ms == 0)
        e->wishing_ms = e->now_ms;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, wanting_tidy(e, r->number));
}

static struct err meet(struct engine *e, const struct room *r, const struct room_state *s,
                       const struct account_id *aid, bool *waits)
{
    struct contact c;
    struct err err = people_by_account(e->vault, aid, &c);

    if (err.code == E_ABSENT) {
        *waits = true;
        return lookups_account(e, aid);
    }
    TRY(err);
    if (c.removed) {
        *waits = true;
        return wait_for_tidying(e, r, s);
    }
    if (outgoing_is_fresh(e, &c))
        return OK;
    *waits = true;
    return lookups_account(e, aid);
}

/* All that are strangers, a score at a time; then the keys of their devices. */
static struct err meet_all(struct engine *e, const struct room *r, const struct room_state *s,
                           bool *waits)
{
    const struct account_id *me = &e->own.me.who.aid;
    struct contact c;

    if (link_is_busy(e, OP_PERSON)) { /* what comes brings us here again */
        *waits = true;
        return OK;
    }
    for (size_t i = 0; i < s->members; i++)
        if (!ID_SAME(s->member[i].aid, *me))
            TRY(meet(e, r, s, &s->member[i].aid, waits));
    for (size_t i = 0; i < s->members && !*waits; i++) {
        if (ID_SAME(s->member[i].aid, *me))
            continue;
        TRY(people_by_account(e->vault, &s->member[i].aid, &c));
        TRY(lookups_kem_keys(e, &c, waits));
    }
    return OK;
}

/* ---- channels */

/* To how many devices of one account a channel would have to be opened? */
static struct err count_closed(struct engine *e, const struct audience_account *of, uint8_t profile,
                               size_t *n)
{
    for (size_t i = 0; i < of->list->devices; i++) {
        const struct device_id *did = &of->list->device[i].did;
        enum sealing_way way;
        struct prekey p;
        bool open;

        if (!sealing_is_recipient(e, &of->list->device[i]))
            continue;
        TRY(sealing_way_to(e, did, profile, &p, &way));
        TRY(sealing_is_open(e, did, profile, &open));
        *n += way == SEALING_READY && !open;
    }
    return OK;
}

/* More strangers than one upload can open channels to are greeted first.  [PROTOCOL 5.1] */
static struct err greet(struct engine *e, const struct room *r, const struct outbox_row *row,
                        struct arena *a, bool *waits)
{
    struct outbox_row hello = {
        .kind = OUTBOX_HELLO, .contact = r->number, .type = PAYLOAD_HELLO, .made_ms = e->now_ms};
    struct audience au;
    size_t closed = 0;

    TRY(audience_find(e, row, a, &au));
    for (size_t i = 0; i < au.n && closed <= LIMIT_CAPSULES; i++)
        TRY(count_closed(e, &au.account[i], au.rules.profile, &closed));
    if (closed <= LIMIT_CAPSULES)
        return OK;
    *waits = true;
    if (e->hello == r->number)
        return OK;
    e->hello = r->number;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, outgoing_add(e, &hello));
}

struct err gathering_prepare(struct engine *e, const struct room *r, const struct outbox_row *row,
                             struct arena *a, bool *waits)
{
    struct roomlog_step newest;

    *waits = reminding_waits(e, &r->id);
    if (!*waits && row->kind == OUTBOX_MESSAGE)
        TRY(wanting_waits(e, r->number, waits));
    if (*waits)
        return OK;
    TRY(roomlog_newest(e->vault, r, a, &newest));
    TRY(meet_all(e, r, &newest.state, waits));
    if (!*waits)
        TRY(siblings_prepare(e, waits));
    if (!*waits)
        TRY(governing_prepare_room(e, &newest.state, waits));
    if (*waits || row->kind == OUTBOX_CONTROL || row->kind == OUTBOX_REPAIR ||
        row->kind == OUTBOX_HELLO)
        return OK;
    return greet(e, r, row, a, waits);
}

struct err gathering_has_device(struct engine *e, const struct room *r, const struct device_id *did,
                                bool *has)
{
    struct arena a = ARENA(ARENA_MAX);
    struct outbox_row row = {.contact = r->number};
    struct audience au;
    struct err err = audience_find(e, &row, &a, &au);

    *has = false;
    for (size_t i = 0; err.code == E_OK && i < au.n && !*has; i++)
        *has = device_list_find_device(au.account[i].list, did) != NULL;
    arena_free(&a);
    return err.code == E_ABSENT || err.code == E_REMOVED ? OK : err;
}
