/* SPDX-License-Identifier: Apache-2.0 */
/* What the server verifies of an upload, from what costs least to what costs most.
 * [PROTOCOL 6.16, 10 M1, 11] */
#include "server/queue/queue.h"

static struct err check_form(struct arena *a, struct queue_offer *o)
{
    o->roster_known = false;
    o->recipients = 0;
    o->notice = 0;
    if (o->ttl_s == 0)
        return FAIL(E_MALFORMED);
    if (o->ttl_s > QUEUE_TTL_MOST_S)
        return FAIL(E_LIMIT);
    return upload_parse(o->bytes, a, &o->upload);
}

/* The profile is what the policies make it, and no sender's choice.  [PROTOCOL 1.4] */
static struct err check_profile(const struct queue_offer *o)
{
    uint8_t profile = upload_profile(BYTES(o->upload.shared.head));

    return profile == (uint8_t)policy_profile(o->room.policy) ? OK : FAIL(E_DENIED);
}

/* Whose device is it, by the lists of the roster?  The place of the account. */
static size_t find_owner(const struct rooms_roster *r, const struct device *d)
{
    for (size_t i = 0; i < r->roster.accounts; i++)
        if (r->account[i].row == d->account)
            return device_list_find_device(r->list[i], &d->did) == NULL ? ROSTER_NOBODY : i;
    return ROSTER_NOBODY;
}

/* A device may be passed over only while nothing can be sealed to it. */
static struct err check_skipped(struct db *db, struct rooms_roster *r, uint64_t now_ms)
{
    bool stale = false;

    for (size_t i = 0; i < r->roster.skips; i++) {
        struct device d;
        size_t owner;
        bool valid;
        struct err err = devices_get(db, &r->roster.skipped[i].did, &d);

        if (err.code == E_ABSENT)
            return FAIL(E_MALFORMED);
        TRY(err);
        owner = find_owner(r, &d);
        if (owner == ROSTER_NOBODY)
            return FAIL(E_MALFORMED);
        TRY(prekeys_valid(db, d.row, now_ms, &valid));
        r->changed[owner] |= valid;
        stale |= valid;
    }
    return stale ? FAIL(E_STALE) : OK;
}

/* The devices of its scope, or without one of the whole roster, in the order of its entries.  The
 * form has seen to it that places rise, and that there are as many as entries. */
static struct err find_recipients(struct db *db, struct arena *a, const struct device *sender,
                                  struct queue_offer *o)
{
    const struct upload_shared *shared = &o->upload.shared;
    size_t n, places = upload_places(shared);
    struct roster_recipient *to;

    TRY(roster_recipients(&o->room.roster, o->room.list, &sender->did, a, &to, &n));
    if (places == 0 ? n != o->upload.recipients : upload_place(shared, places - 1) >= n)
        return FAIL(E_MALFORMED);
    o->to = ARENA_ARRAY(a, o->upload.recipients, struct device);
    o->number = ARENA_ARRAY(a, o->upload.recipients, uint64_t);
    o->account = ARENA_ARRAY(a, o->upload.recipients, size_t);
    if (o->to == NULL || o->number == NULL || o->account == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < o->upload.recipients; i++) {
        size_t place = places == 0 ? i : upload_place(shared, i);

        TRY(devices_get(db, &to[place].device->did, &o->to[i]));
        o->account[i] = to[place].account;
    }
    return OK;
}

/* Notes whose prekey is not one any more, and goes on: an answer tells of all of them. */
static struct err note(struct queue_offer *o, size_t recipient, struct err err, bool *stale)
{
    if (err.code != E_STALE)
        return err;
    o->room.changed[o->account[recipient]] = true;
    *stale = true;
    return OK;
}

static struct err check_prekeys(struct db *db, struct queue_offer *o)
{
    bool stale = false;

    for (size_t i = 0; i < o->upload.recipients; i++)
        TRY(note(
            o, i,
            prekeys_usable_low16(db, o->to[i].row, upload_entry_prekey(&o->upload, i), o->now_ms),
            &stale));
    for (size_t i = 0; i < o->upload.capsules; i++) {
        const struct upload_capsule *c = &o->upload.capsule[i];
        struct upload_capsule_form form;

        TRY(upload_parse_capsule_body(upload_profile(BYTES(o->upload.shared.head)), c->capsule,
                                      &form));
        TRY(note(o, c->recipient,
                 prekeys_usable(db, o->to[c->recipient].row, form.prekey, o->now_ms), &stale));
    }
    return stale ? FAIL(E_STALE) : OK;
}

static struct err check_recipients(struct db *db, const struct networks *n, struct arena *a,
                                   const struct device *sender, const struct account_id *aid,
                                   struct queue_offer *o)
{
    TRY(rooms_roster(db, n, a, &o->upload.shared.roster, aid, o->now_ms, &o->room));
    o->roster_known = true;
    TRY(rooms_check(n, &o->room, aid));
    /* Control messages and what is sent again go in part, and are everybody's. */
    if (upload_places(&o->upload.shared) == 0)
        TRY(rooms_check_posting(n, &o->room, aid));
    TRY(check_profile(o));
    TRY(check_skipped(db, &o->room, o->now_ms));
    TRY(find_recipients(db, a, sender, o));
    return check_prekeys(db, o);
}

/* Until when what comes now is kept, for most devices and for those that keep copies. */
static struct queue_life find_life(const struct queue_offer *o)
{
    const struct rooms_roster *r = &o->room;
    struct queue_life l = {
        .message_ms = clock_add(o->now_ms, o->ttl_s * CLOCK_SECOND_MS),
        .capsule_ms = clock_add(o->now_ms, QUEUE_CAPSULE_LIFE_MS),
    };

    if (r->retains == ROSTER_NOBODY)
        return l;
    l.keeper = r->account[r->retains].row;
    l.kept_message_ms = clock_add(o->now_ms, r->policy->retention.days * CLOCK_DAY_MS);
    l.kept_capsule_ms = clock_add(l.kept_message_ms, QUEUE_CAPSULE_LIFE_MS);
    return l;
}

struct err queue_accept(struct db *db, const struct networks *n, struct arena *a,
                        const struct device *sender, const struct account_id *aid,
                        struct queue_offer *offer)
{
    uint8_t mark[DEVICES_MARK_SIZE];
    struct devices_window window;
    struct queue_life life;
    bool known;

    TRY(check_form(a, offer));
    TRY(upload_mark(offer->bytes, mark));
    /* Before all that may have changed since: what was accepted stays accepted. */
    TRY(devices_upload_known(db, sender, offer->upload.number, mark, &window, &known));
    if (known)
        return OK;
    TRY(check_recipients(db, n, a, sender, aid, offer));
    life = find_life(offer);
    TRY(queue_append(db, a, &offer->upload, offer->to, offer->now_ms, &life, offer->number));
    TRY(queue_tell_left_out(db, sender, offer, &offer->notice));
    TRY(devices_upload_accept(db, sender, offer->upload.number, mark, &window));
    offer->recipients = offer->upload.recipients;
    return OK;
}

struct err queue_check_passing(struct db *db, const struct networks *n, struct arena *a,
                               const struct device *sender, const struct account_id *aid,
                               struct queue_offer *offer)
{
    const struct upload *u = &offer->upload;

    TRY(check_form(a, offer));
    if (u->number != 0 || u->capsules != 0 || upload_places(&u->shared) == 0 ||
        u->shared.body.n != UPLOAD_BODY_LEAST)
        return FAIL(E_MALFORMED);
    if (u->recipients > LIMIT_ACTIVITY)
        return FAIL(E_LIMIT);
    TRY(check_recipients(db, n, a, sender, aid, offer));
    offer->recipients = u->recipients;
    return OK;
}
