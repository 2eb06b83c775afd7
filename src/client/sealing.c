/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealing: an outbox row becomes committed, sealed bytes.  [PROTOCOL 10 S1]
 *
 * One transaction: core (once), stream, chain steps, new epochs, the bytes and their upload number.
 * If it does not commit, nothing happened.
 */
#include "client/sealing.h"
#include "base/reader.h"
#include "client/activity.h"
#include "client/audience.h"
#include "client/chains.h"
#include "client/dealings.h"
#include "client/sentlog.h"
#include "crypto/secret.h"
#include "e2ee/seal.h"

/* ---- recipients */

/* Everything that one sealing works with, in the arena. */
struct sealing {
    struct engine *e;
    struct arena *a;
    uint8_t profile;
    struct audience au;
    struct seal_recipient *recipient;
    struct agree_public **key; /* one each, freed at the end */
    uint16_t *place;           /* in a partial upload */
    size_t n;
    struct channel_opener opener; /* made when the first capsule is needed */
    struct upload_capsule capsule[LIMIT_CAPSULES];
    size_t capsules;
    struct buf capsule_bytes, opened;
    uint8_t proof[PROOF_SIZE];
};

/* Must a new epoch be opened?  [PROTOCOL 5.1] */
static struct err is_worn(struct engine *e, const struct device_id *did, const struct epoch *epoch,
                          bool *worn)
{
    *worn = channel_is_worn(epoch, e->now_ms);
    return *worn ? OK : dealings_is_silent(e->vault, did, epoch->made_ms, e->now_ms, worn);
}

/* The epoch in which we go on to send to a device.  E_ABSENT: another must be opened first. */
static struct err going_on(struct engine *e, const struct device_id *did, uint8_t profile,
                           struct epoch *out)
{
    bool worn;

    TRY(chains_sending(e->vault, did, profile, out));
    TRY(is_worn(e, did, out, &worn));
    return worn ? FAIL(E_ABSENT) : OK;
}

struct err sealing_is_open(struct engine *e, const struct device_id *did, uint8_t profile,
                           bool *open)
{
    struct epoch epoch;
    struct err err = going_on(e, did, profile, &epoch);

    secret_wipe(&epoch, sizeof epoch);
    *open = err.code == E_OK;
    return err.code == E_ABSENT ? OK : err;
}

bool sealing_is_recipient(const struct engine *e, const struct device_entry *device)
{
    return device_list_is_device(device) && !ID_SAME(device->did, e->own.me.who.did);
}

/* Is there an ML-KEM key to open a channel with? */
static struct err find_kem(struct engine *e, const struct device_id *did, const struct prekey *p,
                           enum sealing_way *out)
{
    struct arena a = ARENA(4096);
    struct bytes kem;
    struct err err = people_kem(e->vault, did, p->number, &a, &kem);

    if (err.code == E_ABSENT)
        *out = SEALING_ASK;
    else if (err.code == E_OK && kem.n == 0)
        *out = SEALING_NO_WAY;
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err sealing_look(struct engine *e, const struct device_id *did, uint8_t profile,
                        struct sealing_look *out)
{
    struct err err = people_prekey(e->vault, did, &out->prekey);

    out->way = SEALING_NO_WAY;
    out->open = false;
    if (err.code == E_ABSENT || (err.code == E_OK && prekey_is_expired(&out->prekey, e->now_ms)))
        return OK;
    TRY(err);
    TRY(sealing_is_open(e, did, profile, &out->open));
    out->way = SEALING_READY;
    return out->open || profile != UPLOAD_PROFILE_HYBRID
               ? OK
               : find_kem(e, did, &out->prekey, &out->way);
}

struct err sealing_way_to(struct engine *e, const struct device_id *did, uint8_t profile,
                          struct prekey *p, enum sealing_way *out)
{
    struct sealing_look look = {.way = SEALING_NO_WAY};

    TRY(sealing_look(e, did, profile, &look));
    *p = look.prekey;
    *out = look.way;
    return OK;
}

/* A capsule for recipient i, whose channel has no epoch or a worn one. */
static struct err open_epoch(struct sealing *s, size_t i, const struct prekey *p,
                             struct epoch *epoch)
{
    struct channel_prekey prekey = {.number = p->number};
    struct channel_peer to = {&s->recipient[i].who, &prekey, s->key[i], {NULL, 0}};
    size_t before = s->capsule_bytes.n;

    if (s->capsules == LIMIT_CAPSULES)
        return FAIL(E_LIMIT);
    memcpy(prekey.point, p->point, sizeof prekey.point);
    memcpy(prekey.kem_digest, p->kem_digest, sizeof prekey.kem_digest);
    if (s->profile == UPLOAD_PROFILE_HYBRID)
        TRY(people_kem(s->e->vault, &p->did, p->number, s->a, &to.kem));
    if (s->opener.secret == NULL)
        TRY(channel_opener_make(&s->e->own.me, s->e->now_ms, &s->opener));
    TRY(channel_open(&s->opener, &to, s->profile, epoch, &s->capsule_bytes));
    buf_bytes(&s->opened, ID_BYTES(s->recipient[i].who.did));
    s->capsule[s->capsules].recipient = (uint16_t)i;
    TRY(arena_copy(s->a, bytes(s->capsule_bytes.at + before, s->capsule_bytes.n - before),
                   &s->capsule[s->capsules].capsule));
    s->capsules++;
    return OK;
}

static struct err add_recipient(struct sealing *s, size_t i, const struct account_id *aid,
                                const struct device_entry *device)
{
    struct err err = OK;
    struct seal_recipient *to = &s->recipient[i];
    struct epoch epoch = {0};
    struct prekey p;

    to->who = (struct party){s->e->own.nid, *aid, device->did};
    TRY_OUT(people_prekey(s->e->vault, &device->did, &p));
    TRY_OUT(parsed_agree(s->e->parsed, p.point, &s->key[i]));
    err = going_on(s->e, &device->did, s->profile, &epoch);
    if (err.code == E_ABSENT)
        err = open_epoch(s, i, &p, &epoch);
    TRY_OUT(err);
    to->prekey = p.number;
    to->key = s->key[i];
    to->n = epoch.n;
    memcpy(to->epoch, epoch.id, sizeof to->epoch);
    TRY_OUT(channel_step(&epoch, to->mk));
    TRY_OUT(chains_put_sending(s->e->vault, &device->did, &epoch));
out:
    secret_wipe(&epoch, sizeof epoch);
    return err;
}

/* A partial upload of a message goes to who keeps copies, too; of what is no message, never: what
 * my devices tell each other is nobody else's.  [PROTOCOL 6.6] */
static bool is_in_scope(const struct sealing *s, const struct account_id *aid,
                        const struct device_id *did, const struct outbox_row *row)
{
    return ID_SAME(*did, row->to) || (row->kind == OUTBOX_REPAIR && row->core.seq > 0 &&
                                      s->au.rules.kept && ID_SAME(*aid, s->au.rules.keeper));
}

static bool is_peer(const struct audience *au, const struct account_id *aid)
{
    for (size_t i = 0; i < au->n; i++)
        if (ID_SAME(au->account[i].aid, *aid))
            return au->account[i].part == AUDIENCE_PEER;
    return false;
}

/* It may be there now, and can open it with what it has.  [PROTOCOL 6.16] */
static struct err is_there(const struct sealing *s, const struct account_id *aid,
                           const struct device_id *did, bool *is)
{
    struct dealings d;

    *is = false;
    if (!is_peer(&s->au, aid))
        return OK;
    TRY(dealings_get(s->e->vault, did, &d));
    return clock_since(s->e->now_ms, d.heard_ms) > ACTIVITY_HEARD_MS
               ? OK
               : sealing_is_open(s->e, did, s->profile, is);
}

/* Who gets it?  A hello goes to those to whom there is no channel, as many as one upload can open;
 * what a room is called to all; a receipt to an account; what I do now to who is there; all else to
 * the one device, and whom else it must not leave out. */
static struct err is_chosen(const struct sealing *s, const struct outbox_row *row,
                            const struct account_id *aid, const struct device_id *did, bool *is)
{
    bool open = false;

    *is =
        row->kind == OUTBOX_TELLING || (row->kind == OUTBOX_RECEIPT && ID_SAME(*aid, row->account));
    if (row->kind == OUTBOX_ACTIVITY)
        return is_there(s, aid, did, is);
    if (row->kind == OUTBOX_CONTROL || row->kind == OUTBOX_REPAIR)
        *is = is_in_scope(s, aid, did, row);
    if (row->kind != OUTBOX_HELLO || s->n == LIMIT_CAPSULES)
        return OK;
    TRY(sealing_is_open(s->e, did, s->profile, &open));
    *is = !open;
    return OK;
}

/* E_ABSENT: the roster has not whom it is for. */
static struct err add_some(struct sealing *s, const struct roster *r,
                           const struct roster_recipient *found, size_t n,
                           const struct outbox_row *row)
{
    bool has = false, chosen;

    for (size_t i = 0; i < n; i++) {
        const struct account_id *aid = &r->account[found[i].account].aid;

        TRY(is_chosen(s, row, aid, &found[i].device->did, &chosen));
        if (!chosen)
            continue;
        has |= (row->kind != OUTBOX_CONTROL && row->kind != OUTBOX_REPAIR) ||
               ID_SAME(found[i].device->did, row->to);
        s->place[s->n] = (uint16_t)i;
        s->n++;
        TRY(add_recipient(s, s->n - 1, aid, found[i].device));
    }
    return has ? OK : FAIL(E_ABSENT);
}

static struct err add_recipients(struct sealing *s, struct bytes roster,
                                 const struct outbox_row *row)
{
    const struct own *own = &s->e->own;
    const struct device_list **lists = ARENA_ARRAY(s->a, s->au.n, const struct device_list *);
    struct roster_recipient *found;
    struct roster r;
    size_t n;

    if (lists == NULL)
        return FAIL(E_NOMEM);
    TRY(roster_parse(roster, s->a, &r));
    for (size_t i = 0; i < s->au.n; i++)
        lists[i] = s->au.account[i].list;
    TRY(roster_recipients(&r, lists, &own->me.who.did, s->a, &found, &n));
    s->recipient = ARENA_ARRAY(s->a, n, struct seal_recipient);
    s->key = ARENA_ARRAY(s->a, n, struct agree_public *);
    s->place = ARENA_ARRAY(s->a, n, uint16_t);
    if (s->recipient == NULL || s->key == NULL || s->place == NULL)
        return FAIL(E_NOMEM);
    if (row->kind != OUTBOX_MESSAGE)
        return add_some(s, &r, found, n, row);
    s->n = n;
    for (size_t i = 0; i < s->n; i++)
        TRY(add_recipient(s, i, &r.account[found[i].account].aid, found[i].device));
    return OK;
}

/* ---- all together */

/* What is kept nowhere has no number.  [PROTOCOL 6.3] */
static struct err number_upload(struct engine *e, struct outbox_row *row)
{
    row->upload = 0;
    if (row->kind == OUTBOX_ACTIVITY)
        return OK;
    TRY(vault_counter_get(e->vault, VAULT_NEXT_UPLOAD, &row->upload));
    row->upload++;
    return OK;
}

static struct err seal_row(struct sealing *s, struct outbox_row *row, struct message *m,
                           struct buf *roster, struct buf *sealed)
{
    struct engine *e = s->e;
    struct wrap wrap = {.list_version = e->own.list.version};
    struct seal_request rq = {.me = &e->own.me,
                              .core = &row->core,
                              .wrap = &wrap,
                              .content = row->place == 0 ? row->content : m->text,
                              .profile = s->profile,
                              .capsule = s->capsule,
                              .pool = e->pool};
    struct bytes known;

    TRY(audience_roster(e, &s->au, row, s->a, roster));
    TRY(roster_digest(buf_view(roster), &row->roster_id));
    if (row->kind == OUTBOX_ACTIVITY) /* nothing goes ahead of it */
        TRY(people_roster(e->vault, &row->roster_id, s->a, &known));
    TRY(cores_make(e, row, &s->au.room, m));
    TRY(add_recipients(s, buf_view(roster), row));
    wrap.roster = row->roster_id;
    memcpy(wrap.list_hash, e->own.list.hash, sizeof wrap.list_hash);
    TRY(number_upload(e, row));
    rq.number = row->upload;
    rq.capsules = s->capsules;
    rq.to = s->recipient;
    rq.n = s->n;
    rq.place = row->kind == OUTBOX_MESSAGE ? NULL : s->place;
    rq.proof = s->proof;
    TRY(seal(&rq, e->random, sealed));
    row->sealed = true;
    TRY(arena_copy(s->a, buf_view(roster), &row->roster));
    TRY(arena_copy(s->a, buf_view(&s->opened), &row->opened));
    return arena_copy(s->a, buf_view(sealed), &row->bytes);
}

/* So that it can be sealed again. */
static struct err log_row(struct engine *e, const struct outbox_row *row, struct arena *a)
{
    struct sentlog_entry s = {.upload = row->upload,
                              .made_ms = e->now_ms,
                              .contact = row->contact,
                              .place = row->place,
                              .core = row->core,
                              .roster = row->roster_id,
                              .partial = row->kind == OUTBOX_CONTROL || row->kind == OUTBOX_REPAIR,
                              .to = row->to,
                              .tries = row->tries,
                              .content =
                                  row->type == PAYLOAD_HISTORY ? bytes(NULL, 0) : row->content};
    uint8_t ctx[SCHEDULE_CTX_SIZE];
    struct upload u;

    TRY(upload_parse(row->bytes, a, &u));
    TRY(schedule_ctx(BYTES(u.shared.head), u.shared.scope, BYTES(u.shared.com), u.shared.body,
                     ctx));
    memcpy(s.ctx, ctx, sizeof s.ctx);
    return sentlog_put(e->vault, &s);
}

static struct err commit_row(struct engine *e, struct outbox_row *row, struct message *m,
                             struct arena *a)
{
    if (row->kind == OUTBOX_ACTIVITY) /* of it nothing stays but the steps along its chains */
        return OK;
    if (row->kind == OUTBOX_MESSAGE) {
        TRY(delivery_next(m->state, DELIVERY_SEAL, &m->state));
        TRY(messages_update(e->vault, m));
    }
    TRY(log_row(e, row, a));
    return outbox_put(e, row);
}

struct err sealing_seal(struct engine *e, struct outbox_row *row, struct arena *a)
{
    struct err err = OK;
    struct sealing s = {.e = e,
                        .a = a,
                        .capsule_bytes = BUF(LIMIT_CAPSULES * UPLOAD_CAPSULE_MOST),
                        .opened = BUF(LIMIT_CAPSULES * sizeof(struct device_id))};
    struct buf roster = BUF(ROSTER_MAX_SIZE), sealed = BUF(LIMIT_FRAME);
    struct outbox_row next = *row;
    struct message m = {.contact = 0};

    if (row->place != 0)
        TRY(messages_get(e->vault, row->contact, row->place, a, &m));
    TRY(audience_find(e, row, a, &s.au));
    s.profile = s.au.rules.profile;
    TRY(vault_begin(e->vault));
    err = seal_row(&s, &next, &m, &roster, &sealed);
    if (row->kind == OUTBOX_MESSAGE)
        m.proof = BYTES(s.proof);
    if (err.code == E_OK)
        err = rules_used(e->vault, s.au.rules.policy.number);
    if (err.code == E_OK)
        err = commit_row(e, &next, &m, a);
    err = vault_end(e->vault, err);
    if (err.code == E_OK)
        *row = next;
    for (size_t i = 0; i < s.n; i++)
        agree_public_free(s.key[i]);
    channel_opener_free(&s.opener);
    buf_free(&s.capsule_bytes);
    buf_free(&s.opened);
    buf_free(&roster);
    buf_free(&sealed);
    return err;
}

struct err sealing_undo(struct engine *e, struct outbox_row *row)
{
    struct reader r = reader(row->opened);

    while (reader_left(&r) > 0) {
        struct device_id did;

        reader_copy(&r, did.b, sizeof did.b);
        TRY(chains_forget_sending(e->vault, &did, upload_profile(row->bytes)));
    }
    TRY(reader_end(&r));
    row->sealed = false;
    return sentlog_drop(e->vault, row->upload);
}
