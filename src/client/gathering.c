/* SPDX-License-Identifier: Apache-2.0 */
#include "client/gathering.h"

#include "client/audience.h"
#include "client/sealing.h"
#include "client/wishing.h"
#include "crypto/secret.h"

#define ARENA_MAX (16 << 20)
/* Devices to which it goes beside those of the other members: my own, and the keeper's. */
#define NOT_MEMBERS_MAX (2 * LIMIT_LIST_DEVICES)
#define TIDIED_MS       (2 * CLOCK_MINUTE_MS) /* until the states are asked for again */

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

/* What one look at all members finds. */
struct meeting {
    struct engine *e;
    const struct room *room;
    const struct room_state *state;
    uint8_t profile;
    struct kem_question missing; /* keys, as many as one question has room for */
    size_t closed;               /* devices to which a channel would have to be opened */
    bool waits;
};

/* Is the newest prekey of each of their devices of use?  [PROTOCOL 3.1] */
static struct err look_at_devices(struct meeting *m, const struct device_list *list, bool *fresh)
{
    struct engine *e = m->e;

    *fresh = true;
    for (size_t i = 0; i < list->devices; i++) {
        const struct device_id *did = &list->device[i].did;
        struct sealing_look look = {.way = SEALING_NO_WAY};

        if (!sealing_is_recipient(e, &list->device[i]))
            continue;
        TRY(sealing_look(e, did, m->profile, &look));
        if (look.way == SEALING_NO_WAY ||
            clock_since(e->now_ms, look.prekey.made_ms) >= PREKEY_ROTATION_MS)
            *fresh = false;
        if (look.way == SEALING_ASK)
            lookups_want_key(&m->missing, &list->aid, did, look.prekey.number);
        m->closed += look.way == SEALING_READY && !look.open;
    }
    return OK;
}

static struct err meet(struct meeting *m, const struct account_id *aid)
{
    struct engine *e = m->e;
    struct device_list list;
    struct contact c;
    struct err err = people_by_account(e->vault, aid, &c);
    bool fresh = false;

    if (err.code == E_OK && c.removed) {
        m->waits = true;
        return wait_for_tidying(e, m->room, m->state);
    }
    if (err.code == E_OK)
        err = people_newest_list(e->vault, &e->own, aid, &list);
    if (err.code == E_OK)
        err = look_at_devices(m, &list, &fresh);
    if (err.code != E_ABSENT)
        TRY(err);
    if (err.code == E_OK && (fresh || outgoing_has_asked(e, &c)))
        return OK;
    m->waits = true;
    return lookups_account(e, aid);
}

/* All that are strangers, a score at a time; then the keys of their devices. */
static struct err meet_all(struct meeting *m)
{
    const struct account_id *me = &m->e->own.me.who.aid;
    struct rules rules;

    m->waits = link_is_busy(m->e, OP_PERSON); /* what comes brings us here again */
    if (m->waits)
        return OK;
    TRY(rules_of_room(m->e->vault, &m->e->own, m->state, m->e->now_ms, &rules));
    m->profile = rules.profile;
    for (size_t i = 0; i < m->state->members; i++)
        if (!ID_SAME(m->state->member[i].aid, *me))
            TRY(meet(m, &m->state->member[i].aid));
    return m->waits ? OK : lookups_ask_keys(m->e, &m->missing, &m->waits);
}

/* ---- channels */

/* To how many devices of one account a channel would have to be opened? */
static struct err count_closed(struct engine *e, const struct audience_account *of, uint8_t profile,
                               size_t *n)
{
    for (size_t i = 0; i < of->list->devices; i++) {
        const struct device_id *did = &of->list->device[i].did;
        struct sealing_look look = {.way = SEALING_NO_WAY};

        if (!sealing_is_recipient(e, &of->list->device[i]))
            continue;
        TRY(sealing_look(e, did, profile, &look));
        *n += look.way == SEALING_READY && !look.open;
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
    struct meeting m = {.e = e, .room = r};
    struct roomlog_step newest;

    *waits = reminding_waits(e, &r->id);
    if (!*waits && row->kind == OUTBOX_MESSAGE)
        TRY(wanting_waits(e, r->number, waits));
    if (*waits)
        return OK;
    TRY(roomlog_newest(e->vault, r, a, &newest));
    m.state = &newest.state;
    TRY(meet_all(&m));
    *waits = m.waits;
    if (!*waits)
        TRY(siblings_prepare(e, waits));
    if (!*waits)
        TRY(governing_prepare_room(e, &newest.state, waits));
    if (*waits || row->kind == OUTBOX_CONTROL || row->kind == OUTBOX_REPAIR ||
        row->kind == OUTBOX_HELLO || m.closed + NOT_MEMBERS_MAX <= LIMIT_CAPSULES)
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
