/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealing: an outbox row becomes committed, sealed bytes.  [PROTOCOL 10 S1]
 *
 * One transaction: core (once), stream, chain steps, new epochs, the bytes and their upload number.
 * If it does not commit, nothing happened.
 */
#include "base/reader.h"
#include "client/chains.h"
#include "client/dealings.h"
#include "client/engine_internal.h"
#include "client/rules.h"
#include "client/sentlog.h"
#include "crypto/secret.h"
#include "e2ee/seal.h"

#define TTL_S        (30 * 24 * 3600) /* until conversations have timers of their own */
#define ROW_MAX      VAULT_VALUE_MAX
#define ACCOUNTS_MAX 3 /* of a pair, and who keeps copies of it */

static const struct bytes NO_KEY = {NULL, 0};

/* ---- the row */

static void write_block(struct buf *b, struct bytes in)
{
    size_t opened = buf_open(b);

    buf_bytes(b, in);
    buf_close(b, opened);
}

struct err sealing_put(struct engine *e, const struct outbox_row *row)
{
    struct err err = OK;
    struct buf b = BUF(ROW_MAX);
    struct bytes value;

    buf_u8(&b, (uint8_t)row->kind);
    buf_u64(&b, row->contact);
    buf_u64(&b, row->place);
    buf_bytes(&b, ID_BYTES(row->to));
    buf_u16(&b, row->type);
    write_block(&b, row->content);
    buf_u64(&b, row->made_ms);
    buf_u8(&b, row->tries);
    buf_u32(&b, row->refusals);
    buf_u64(&b, row->refused_ms);
    buf_u64(&b, row->retry_ms);
    buf_u8(&b, row->has_core);
    buf_u8(&b, row->sealed);
    if (row->has_core)
        trailer_write_core(&row->core, &b);
    if (row->sealed) {
        buf_u64(&b, row->upload);
        buf_bytes(&b, ID_BYTES(row->roster_id));
        write_block(&b, row->roster);
        write_block(&b, row->bytes);
        write_block(&b, row->opened);
    }
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(e->vault, VAULT_OUTBOX, NO_KEY, row->number, value));
out:
    buf_free(&b);
    return err;
}

static struct err parse_row(struct bytes in, uint64_t number, struct outbox_row *out)
{
    struct reader r = reader(in);
    struct outbox_row row = {.number = number};

    row.kind = (enum outbox_kind)reader_u8(&r);
    reader_require(&r, row.kind >= OUTBOX_MESSAGE && row.kind <= OUTBOX_REPAIR, E_MALFORMED);
    row.contact = reader_u64(&r);
    row.place = reader_u64(&r);
    reader_copy(&r, row.to.b, sizeof row.to.b);
    row.type = reader_u16(&r);
    row.content = reader_block(&r, LIMIT_TEXT);
    row.made_ms = reader_u64(&r);
    row.tries = reader_u8(&r);
    row.refusals = reader_u32(&r);
    row.refused_ms = reader_u64(&r);
    row.retry_ms = reader_u64(&r);
    row.has_core = reader_u8(&r) != 0;
    row.sealed = reader_u8(&r) != 0;
    if (row.has_core) {
        struct bytes core = reader_take(&r, TRAILER_CORE_SIZE);

        if (r.failed == E_OK)
            TRY(trailer_parse_core(core, &row.core));
    }
    if (row.sealed) {
        row.upload = reader_u64(&r);
        reader_copy(&r, row.roster_id.b, sizeof row.roster_id.b);
        row.roster = reader_block(&r, ROSTER_MAX_SIZE);
        row.bytes = reader_block(&r, LIMIT_FRAME);
        row.opened = reader_block(&r, LIMIT_CAPSULES * sizeof(struct device_id));
    }
    TRY(reader_end(&r));
    *out = row;
    return OK;
}

struct err sealing_next(struct engine *e, uint64_t from, struct arena *a, struct outbox_row *row)
{
    struct bytes value;
    uint64_t number;

    TRY(vault_next(e->vault, VAULT_OUTBOX, NO_KEY, from, a, &number, &value));
    return parse_row(value, number, row);
}

/* ---- the stream: seq and link of (this device, room) */

#define RESTORE_LEAP  (UINT64_C(1) << 20) /* places that a copy of this vault may have used */
#define PLACES_PER_MS 1024                /* more than anybody can use */

struct own_stream {
    uint64_t seq, restores; /* restores: how often the vault had been put back when seq was used */
    uint8_t link[NAMES_H32_SIZE];
};

static struct err get_stream(struct engine *e, const struct room_id *room, struct own_stream *out)
{
    struct arena a = ARENA(1024);
    struct bytes value;
    struct err err = vault_get(e->vault, VAULT_STREAM_OUT, ID_BYTES(*room), 0, &a, &value);

    *out = (struct own_stream){0};
    if (err.code == E_OK) {
        struct reader r = reader(value);

        out->seq = reader_u64(&r);
        reader_copy(&r, out->link, sizeof out->link);
        out->restores = reader_u64(&r);
        err = reader_end(&r);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err sealing_highest(struct engine *e, const struct room_id *room, uint64_t *seq)
{
    struct own_stream s;

    TRY(get_stream(e, room, &s));
    *seq = s.seq;
    return OK;
}

/* After the vault was put back a stream goes on far ahead, whether it has begun here or not: it may
 * have in the copy.  And where the clock says: the same copy may be put back again.  [PROTOCOL 10
 * V2] */
static uint64_t place_after_restore(const struct engine *e, uint64_t seq)
{
    uint64_t ahead = seq + RESTORE_LEAP, by_clock = e->now_ms * PLACES_PER_MS;

    return ahead > by_clock ? ahead : by_clock;
}

/* The place of a message, and what it names. */
static struct err take_place(struct engine *e, struct core *core)
{
    struct own_stream s;
    uint64_t restores;

    TRY(get_stream(e, &core->room, &s));
    TRY(vault_counter_get(e->vault, VAULT_RESTORES, &restores));
    core->restart = restores > s.restores;
    core->seq = core->restart ? place_after_restore(e, s.seq) : s.seq + 1;
    if (!core->restart)
        memcpy(core->prev, s.link, sizeof core->prev);
    return OK;
}

static struct err put_stream(struct engine *e, const struct core *core)
{
    struct err err = OK;
    struct buf b = BUF(8 + NAMES_H32_SIZE + 8);
    uint8_t link[NAMES_H32_SIZE];
    uint64_t restores;

    TRY_OUT(trailer_link(core, link));
    TRY_OUT(vault_counter_get(e->vault, VAULT_RESTORES, &restores));
    buf_u64(&b, core->seq);
    buf_bytes(&b, BYTES(link));
    buf_u64(&b, restores);
    TRY_OUT(vault_put(e->vault, VAULT_STREAM_OUT, ID_BYTES(core->room), 0, buf_view(&b)));
out:
    buf_free(&b);
    return err;
}

uint32_t sealing_ttl_s(const struct message *m)
{
    return m->ttl_s == 0 ? TTL_S : m->ttl_s;
}

static struct err make_message_core(struct engine *e, struct outbox_row *row,
                                    const struct room_id *room, const struct message *m)
{
    struct core *core = &row->core;

    *core = (struct core){.sender = e->own.me.who,
                          .room = *room,
                          .id = m->id,
                          .sent_ms = m->sent_ms,
                          .ttl_s = sealing_ttl_s(m),
                          .type = m->type};
    TRY(take_place(e, core));
    TRY(trailer_digest(&m->id, m->text, core->digest));
    return put_stream(e, core);
}

static struct err make_control_core(struct engine *e, struct outbox_row *row,
                                    const struct room_id *room)
{
    struct core *core = &row->core;

    *core = (struct core){.sender = e->own.me.who,
                          .room = *room,
                          .sent_ms = row->made_ms,
                          .ttl_s = CONTROL_TTL_S,
                          .type = row->type};
    TRY(random_fill(e->random, core->id.b, sizeof core->id.b));
    return trailer_digest(&core->id, row->content, core->digest);
}

/* E_REMOVED: what was sealed before was for another account than the contact is now. */
static struct err make_core(struct engine *e, struct outbox_row *row, const struct contact *to,
                            const struct message *m)
{
    struct room_id room;

    TRY(names_pair_room(&e->own.nid, &e->own.me.who.aid, &to->aid, &room));
    if (row->has_core && ID_SAME(row->core.room, room))
        return OK;
    switch (row->kind) {
    case OUTBOX_MESSAGE:
        TRY(make_message_core(e, row, &room, m));
        break;
    case OUTBOX_CONTROL:
        TRY(make_control_core(e, row, &room));
        break;
    case OUTBOX_REPAIR:
        return FAIL(E_REMOVED);
    }
    row->has_core = true;
    return OK;
}

/* ---- recipients */

/* Everything that one sealing works with, in the arena. */
struct sealing {
    struct engine *e;
    struct arena *a;
    const struct contact *to;
    uint8_t profile;
    struct device_list theirs;
    struct rules rules;
    struct device_list keepers; /* where rules.joins */
    struct seal_recipient *recipient;
    struct agree_public **key;              /* one each, freed at the end */
    uint16_t place[1 + LIMIT_LIST_DEVICES]; /* in a partial upload */
    size_t n;
    struct channel_opener opener; /* made when the first capsule is needed */
    struct upload_capsule capsule[LIMIT_CAPSULES];
    size_t capsules;
    struct buf capsule_bytes, opened;
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

struct err sealing_way_to(struct engine *e, const struct device_id *did, uint8_t profile,
                          struct prekey *p, enum sealing_way *out)
{
    struct arena a = ARENA(4096);
    struct epoch epoch;
    struct bytes kem;
    bool open;
    struct err err = people_prekey(e->vault, did, p);

    *out = SEALING_NO_WAY;
    if (err.code == E_ABSENT || (err.code == E_OK && prekey_is_expired(p, e->now_ms)))
        return OK;
    TRY(err);
    err = going_on(e, did, profile, &epoch);
    open = err.code == E_OK;
    secret_wipe(&epoch, sizeof epoch);
    if (err.code != E_OK && err.code != E_ABSENT)
        return err;
    *out = SEALING_READY;
    if (open || profile != UPLOAD_PROFILE_HYBRID)
        return OK;
    err = people_kem(e->vault, did, p->number, &a, &kem);
    if (err.code == E_ABSENT)
        *out = SEALING_ASK;
    else if (err.code == E_OK && kem.n == 0)
        *out = SEALING_NO_WAY;
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* Their devices to which nothing can be sealed. */
static struct err find_skipped(struct sealing *s, struct roster_skipped *skipped, struct roster *r)
{
    for (size_t i = 0; i < s->theirs.devices; i++) {
        const struct device_id *did = &s->theirs.device[i].did;
        enum sealing_way way;
        struct prekey p;

        TRY(sealing_way_to(s->e, did, s->profile, &p, &way));
        if (way != SEALING_READY)
            skipped[r->skips++] = (struct roster_skipped){*did, ROSTER_NO_PREKEY};
    }
    r->skipped = skipped;
    return r->skips == s->theirs.devices ? FAIL(E_ABSENT) : OK;
}

static const struct device_list *list_of(const struct sealing *s, const struct account_id *aid)
{
    if (ID_SAME(*aid, s->e->own.me.who.aid))
        return &s->e->own.list;
    return s->rules.joins && ID_SAME(*aid, s->rules.keeper) ? &s->keepers : &s->theirs;
}

/* Accounts of this network, sorted. */
static void put_account(struct sealing *s, const struct account_id *aid,
                        struct roster_account account[ACCOUNTS_MAX], struct roster *r)
{
    const struct device_list *list = list_of(s, aid);
    size_t i = r->accounts++;

    for (; i > 0 && bytes_compare(ID_BYTES(account[i - 1].aid), ID_BYTES(*aid)) > 0; i--)
        account[i] = account[i - 1];
    account[i] = (struct roster_account){.aid = *aid, .list_version = list->version};
    memcpy(account[i].list_hash, list->hash, NAMES_H16_SIZE);
}

/* The roster of a pair: both accounts, and whom the policy puts beside them. */
static struct err make_roster(struct sealing *s, struct buf *out)
{
    const struct own *own = &s->e->own;
    struct roster_network network = {.nid = own->nid, .policy_version = s->rules.policy.number};
    struct roster_account account[ACCOUNTS_MAX];
    struct roster_skipped skipped[LIMIT_LIST_DEVICES];
    struct roster r = {.network = &network, .networks = 1, .account = account};

    memcpy(network.policy_hash, s->rules.policy.hash, sizeof network.policy_hash);
    put_account(s, &own->me.who.aid, account, &r);
    put_account(s, &s->to->aid, account, &r);
    if (s->rules.joins)
        put_account(s, &s->rules.keeper, account, &r);
    TRY(find_skipped(s, skipped, &r));
    TRY(names_pair_room(&own->nid, &own->me.who.aid, &s->to->aid, &r.room));
    roster_write(&r, out);
    return out->failed == E_OK ? OK : FAIL(out->failed);
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

/* A partial upload of a message goes to who keeps copies, too.  [PROTOCOL 6.6] */
static bool is_in_scope(const struct sealing *s, const struct account_id *aid,
                        const struct device_id *did, const struct outbox_row *row)
{
    return ID_SAME(*did, row->to) ||
           (row->kind == OUTBOX_REPAIR && s->rules.joins && ID_SAME(*aid, s->rules.keeper));
}

/* The one device, and whom else it must not leave out.  E_ABSENT: the roster has it not. */
static struct err add_only(struct sealing *s, const struct roster *r,
                           const struct roster_recipient *found, size_t n,
                           const struct outbox_row *row)
{
    bool has = false;

    for (size_t i = 0; i < n; i++) {
        const struct account_id *aid = &r->account[found[i].account].aid;

        if (!is_in_scope(s, aid, &found[i].device->did, row))
            continue;
        has |= ID_SAME(found[i].device->did, row->to);
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
    const struct device_list *lists[ACCOUNTS_MAX];
    struct roster_recipient *found;
    struct roster r;
    size_t n;

    TRY(roster_parse(roster, s->a, &r));
    for (size_t i = 0; i < r.accounts; i++)
        lists[i] = list_of(s, &r.account[i].aid);
    TRY(roster_recipients(&r, lists, &own->me.who.did, s->a, &found, &n));
    s->recipient = ARENA_ARRAY(s->a, n, struct seal_recipient);
    s->key = ARENA_ARRAY(s->a, n, struct agree_public *);
    if (s->recipient == NULL || s->key == NULL)
        return FAIL(E_NOMEM);
    if (row->kind != OUTBOX_MESSAGE)
        return add_only(s, &r, found, n, row);
    s->n = n;
    for (size_t i = 0; i < s->n; i++)
        TRY(add_recipient(s, i, &r.account[found[i].account].aid, found[i].device));
    return OK;
}

/* ---- all together */

static struct err seal_row(struct sealing *s, struct outbox_row *row, const struct message *m,
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

    TRY(make_roster(s, roster));
    TRY(roster_digest(buf_view(roster), &row->roster_id));
    TRY(make_core(e, row, s->to, m));
    TRY(add_recipients(s, buf_view(roster), row));
    wrap.roster = row->roster_id;
    memcpy(wrap.list_hash, e->own.list.hash, sizeof wrap.list_hash);
    TRY(vault_counter_get(e->vault, VAULT_NEXT_UPLOAD, &row->upload));
    rq.number = ++row->upload;
    rq.capsules = s->capsules;
    rq.to = s->recipient;
    rq.n = s->n;
    rq.place = row->kind == OUTBOX_MESSAGE ? NULL : s->place;
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
                              .partial = row->kind != OUTBOX_MESSAGE,
                              .to = row->to,
                              .tries = row->tries,
                              .content = row->content};
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
    if (row->kind == OUTBOX_MESSAGE) {
        TRY(delivery_next(m->state, DELIVERY_SEAL, &m->state));
        TRY(messages_update(e->vault, m));
    }
    TRY(log_row(e, row, a));
    return sealing_put(e, row);
}

/* What the policy in force says of this conversation. */
static struct err follow_rules(struct sealing *s)
{
    struct engine *e = s->e;

    TRY(rules_of_pair(e->vault, &e->own, &s->to->aid, e->now_ms, &s->rules));
    s->profile = s->rules.profile;
    return s->rules.joins ? people_newest_list(e->vault, &e->own, &s->rules.keeper, &s->keepers)
                          : OK;
}

struct err sealing_seal(struct engine *e, struct outbox_row *row, const struct contact *to,
                        struct arena *a)
{
    struct err err = OK;
    struct sealing s = {.e = e,
                        .a = a,
                        .to = to,
                        .capsule_bytes = BUF(LIMIT_CAPSULES * UPLOAD_CAPSULE_MOST),
                        .opened = BUF(LIMIT_CAPSULES * sizeof(struct device_id))};
    struct buf roster = BUF(ROSTER_MAX_SIZE), sealed = BUF(LIMIT_FRAME);
    struct outbox_row next = *row;
    struct message m = {.contact = 0};

    if (row->place != 0)
        TRY(messages_get(e->vault, row->contact, row->place, a, &m));
    TRY(people_newest_list(e->vault, &e->own, &to->aid, &s.theirs));
    TRY(follow_rules(&s));
    TRY(vault_begin(e->vault));
    err = seal_row(&s, &next, &m, &roster, &sealed);
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
