/* SPDX-License-Identifier: Apache-2.0 */
/* What the server verifies of an upload, from what costs least to what costs most.
 * [PROTOCOL 10 M1, 11] */
#include "server/queue/queue.h"

static struct err check_form(struct arena *a, struct queue_offer *o)
{
    if (o->ttl_s == 0)
        return FAIL(E_MALFORMED);
    if (o->ttl_s > QUEUE_TTL_MOST_S)
        return FAIL(E_LIMIT);
    return upload_parse(o->bytes, a, &o->upload);
}

/* A device may be passed over only while nothing can be sealed to it. */
static struct err check_skipped(struct db *db, const struct rooms_roster *r, uint64_t now_ms)
{
    for (size_t i = 0; i < r->roster.skips; i++) {
        const struct device_id *did = &r->roster.skipped[i].did;
        struct device d;
        bool valid;

        if (device_list_find(r->list[0], did) == NULL && device_list_find(r->list[1], did) == NULL)
            return FAIL(E_MALFORMED);
        TRY(devices_get(db, did, &d));
        TRY(prekeys_valid(db, d.row, now_ms, &valid));
        if (valid)
            return FAIL(E_STALE);
    }
    return OK;
}

/* The devices of its scope, or without one of the whole roster, in the order of its entries.  The
 * form has seen to it that places rise, and that there are as many as entries. */
static struct err find_recipients(struct db *db, struct arena *a, const struct device *sender,
                                  struct queue_offer *o)
{
    const struct device_list *const lists[ROOMS_PAIR] = {o->room.list[0], o->room.list[1]};
    const struct upload_shared *shared = &o->upload.shared;
    size_t n, places = upload_places(shared);
    struct roster_recipient *to;

    TRY(roster_recipients(&o->room.roster, lists, &sender->did, a, &to, &n));
    if (places == 0 ? n != o->upload.recipients : upload_place(shared, places - 1) >= n)
        return FAIL(E_MALFORMED);
    o->to = ARENA_ARRAY(a, o->upload.recipients, struct device);
    o->number = ARENA_ARRAY(a, o->upload.recipients, uint64_t);
    if (o->to == NULL || o->number == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < o->upload.recipients; i++) {
        size_t place = places == 0 ? i : upload_place(shared, i);

        TRY(devices_get(db, &to[place].device->did, &o->to[i]));
    }
    return OK;
}

static struct err check_prekeys(struct db *db, const struct queue_offer *o)
{
    for (size_t i = 0; i < o->upload.recipients; i++)
        TRY(prekeys_usable_low16(db, o->to[i].row, upload_entry_prekey(&o->upload, i), o->now_ms));
    for (size_t i = 0; i < o->upload.capsules; i++) {
        const struct upload_capsule *c = &o->upload.capsule[i];
        struct upload_capsule_form form;

        TRY(upload_parse_capsule_body(upload_profile(BYTES(o->upload.shared.head)), c->capsule,
                                      &form));
        TRY(prekeys_usable(db, o->to[c->recipient].row, form.prekey, o->now_ms));
    }
    return OK;
}

static struct err check_recipients(struct db *db, const struct networks *n, struct arena *a,
                                   const struct device *sender, const struct account_id *aid,
                                   struct queue_offer *o)
{
    TRY(rooms_roster(db, n, a, &o->upload.shared.roster, aid, &o->room));
    o->roster_known = true;
    TRY(rooms_check_current(&o->room));
    TRY(check_skipped(db, &o->room, o->now_ms));
    TRY(find_recipients(db, a, sender, o));
    return check_prekeys(db, o);
}

struct err queue_accept(struct db *db, const struct networks *n, struct arena *a,
                        const struct device *sender, const struct account_id *aid,
                        struct queue_offer *offer)
{
    uint8_t mark[DEVICES_MARK_SIZE];
    struct devices_window window;
    bool known;

    offer->roster_known = false;
    offer->recipients = 0;
    offer->notice = 0;
    TRY(check_form(a, offer));
    TRY(upload_mark(offer->bytes, mark));
    /* Before all that may have changed since: what was accepted stays accepted. */
    TRY(devices_upload_known(db, sender, offer->upload.number, mark, &window, &known));
    if (known)
        return OK;
    TRY(check_recipients(db, n, a, sender, aid, offer));
    TRY(queue_append(db, a, &offer->upload, offer->to, offer->now_ms,
                     clock_add(offer->now_ms, offer->ttl_s * CLOCK_SECOND_MS), offer->number));
    TRY(queue_tell_left_out(db, sender, offer, &offer->notice));
    TRY(devices_upload_accept(db, sender, offer->upload.number, mark, &window));
    offer->recipients = offer->upload.recipients;
    return OK;
}
