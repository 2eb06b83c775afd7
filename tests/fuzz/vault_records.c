/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of the vault, as every module reads its own.  A record is sealed by the device itself, so
 * nobody else should ever write one; a program of another version, or a mistake of this one, may.
 *
 * Input: the kind, then the value.  It stands in Bob's vault under the key that each reader is
 * asked for.  What reads without error is written again and reads the same.
 */
#include <stdlib.h>

#include "client/agreed.h"
#include "client/chains.h"
#include "client/dealings.h"
#include "client/due.h"
#include "client/engine_internal.h"
#include "client/nicknames.h"
#include "client/registers.h"
#include "client/sealing.h"
#include "client/sentlog.h"
#include "client/streams.h"
#include "e2ee/open.h"
#include "fuzz/rehearsal.h"

#define ARENA_MAX (1 << 20)
#define NUMBER    UINT64_C(3)

static const struct bytes NO_KEY = {NULL, 0};
static const struct device_id DEVICE = {{1, 2, 3}};
static const struct account_id ACCOUNT = {{4}};
static const struct roster_id ROSTER = {{5}};
static const struct room_id ROOM = {{6}};

/* A call that may go well or not; if not, it says where. */
static bool went(struct err err)
{
    invariant((err.code == E_OK) == (err.where == NULL));
    return err.code == E_OK;
}

static void put(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number,
                struct bytes value)
{
    invariant(vault_put(v, kind, key, number, value).code == E_OK);
}

static struct bytes get(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number,
                        struct arena *a)
{
    struct bytes value;

    invariant(vault_get(v, kind, key, number, a, &value).code == E_OK);
    return value;
}

/* ---- own */

static void read_own(struct vault *v)
{
    struct own *own = calloc(1, sizeof *own);

    invariant(own != NULL);
    if (own_load(v, own).code == E_OK) {
        invariant(own->prekeys >= 1 && own->prekeys <= OWN_PREKEYS_MAX);
        invariant(strlen(own->domain) <= OWN_DOMAIN_MAX);
        invariant(strlen(own->handle) <= TEXT_HANDLE_MAX);
        own_free(own);
    }
    free(own);
}

static void read_identity(struct bytes in)
{
    struct identity me = {.ark_secret = NULL};
    struct buf again = BUF(in.n);

    if (identity_parse(in, &me).code == E_OK) {
        invariant(identity_write(&me, &again).code == E_OK);
        invariant(bytes_same(buf_view(&again), in));
    }
    identity_free(&me);
    buf_free(&again);
}

/* ---- people */

static void read_contact(struct vault *v)
{
    struct contact c, next, again;

    if (people_get(v, NUMBER, &c).code != E_OK)
        return;
    invariant(c.number == NUMBER && memchr(c.handle, 0, sizeof c.handle) != NULL);
    invariant(people_next(v, NUMBER - 1, &next).code == E_OK && next.number == NUMBER);
    invariant(people_put(v, &c).code == E_OK);
    invariant(people_get(v, NUMBER, &again).code == E_OK);
    invariant(ID_SAME(c.aid, again.aid) && strcmp(c.handle, again.handle) == 0);
    invariant(c.known == again.known && c.verified == again.verified &&
              c.statement == again.statement);
}

static void read_people(struct vault *v, const struct own *me, struct arena *a)
{
    struct device_list list;
    struct prekey prekey;
    struct contact c;
    struct bytes roster, kem;
    struct roster r;
    struct contact contact;
    const char *name;

    read_contact(v);
    went(people_by_handle(v, BYTES_LITERAL("eve"), &c));
    went(people_by_account(v, &ACCOUNT, &c));
    if (people_list(v, me, &ACCOUNT, NUMBER, &list).code == E_OK)
        invariant(people_newest_list(v, me, &ACCOUNT, &list).code == E_OK);
    went(people_prekey(v, &DEVICE, &prekey));
    went(people_kem(v, &DEVICE, NUMBER, a, &kem));
    for (int known = 0; known < 2; known++) {
        contact = (struct contact){.number = NUMBER, .known = known, .aid = ACCOUNT};
        if (nicknames_get(v, &contact, a, &name).code == E_OK)
            invariant(strlen(name) > 0 && strlen(name) <= NICKNAMES_MAX);
    }
    if (people_roster(v, &ROSTER, a, &roster).code == E_OK)
        went(roster_parse(roster, a, &r));
}

/* ---- chains */

/* A delivery that no key opens. */
static void nobodys(struct buf *b, struct opened *o)
{
    static const uint8_t body[UPLOAD_BODY_LEAST], trailer[UPLOAD_TRAILER_SIZE];
    static const uint8_t entry[UPLOAD_ENTRY_SIZE];
    const struct upload_shared s = {.head = {UPLOAD_VERSION, UPLOAD_SUITE, 1, 0, 2},
                                    .body = BYTES(body),
                                    .trailer = BYTES(trailer)};

    upload_write_delivery(&s, BYTES(entry), b);
    invariant(open_begin(buf_view(b), o).code == E_OK);
    memcpy(o->prefix, DEVICE.b, sizeof o->prefix);
    o->n = 2;
}

static void read_chains(struct vault *v, struct arena *a)
{
    static const struct party me = {.did = {{9}}}, from = {.did = {{1, 2, 3}}};
    struct chains_match m = {.from = from};
    struct epoch e = {.n = 0};
    struct opened o;
    struct buf b = BUF(4096);
    uint32_t steps = CHANNEL_STEPS_MAX;
    bool seen;

    if (chains_sending(v, &DEVICE, 0, &e).code == E_OK && e.profile == 0) {
        struct bytes before = get(v, VAULT_SENDING, ID_BYTES(DEVICE), 0, a);

        invariant(chains_put_sending(v, &DEVICE, &e).code == E_OK);
        invariant(bytes_same(get(v, VAULT_SENDING, ID_BYTES(DEVICE), 0, a), before));
    }
    nobodys(&b, &o);
    went(chains_advance(v, &o, &m, 1));
    if (went(chains_accept(v, &from, 1, &e))) /* so that the rest has a channel to try */
        invariant(chains_epoch_seen(v, &e, &seen).code == E_OK && seen);
    invariant(chains_open(v, &me, 1, &o, &steps, a, &m).code != E_OK);
    m = (struct chains_match){.from = from};
    went(chains_advance(v, &o, &m, 1));
    buf_free(&b);
}

/* ---- messages, outbox, what is parked */

static void read_messages(struct vault *v, struct arena *a)
{
    struct message m = {.place = 0}, again;
    bool known;

    if (messages_get(v, NUMBER, NUMBER, a, &m).code == E_OK) {
        m.contact = NUMBER;
        invariant(m.text.n <= LIMIT_TEXT && messages_update(v, &m).code == E_OK);
        invariant(messages_get(v, NUMBER, NUMBER, a, &again).code == E_OK);
        invariant(bytes_same(m.text, again.text) && ID_SAME(m.id, again.id));
        invariant(m.state == again.state && m.notes == again.notes && m.seq == again.seq);
        went(messages_last(v, NUMBER, NUMBER, a, &again));
        went(messages_next(v, NUMBER, 0, a, &again));
    }
    went(messages_next_unread(v, 0, a, &again));
    invariant(messages_known(v, &DEVICE, &m.id, &known).code == E_OK);
}

static void read_due(struct vault *v)
{
    struct due d;
    uint64_t number = 0, at_ms;

    if (went(due_next(v, &number, &d)))
        invariant(number == NUMBER || number == 0);
    if (went(due_get(v, NUMBER, NUMBER, &at_ms)) && went(due_drop(v, NUMBER, NUMBER)))
        invariant(due_get(v, NUMBER, NUMBER, &at_ms).code == E_OK && at_ms == 0);
}

static void read_queues(struct engine *e, struct arena *a)
{
    struct outbox_row row, again;
    enum sealing_way way;
    struct prekey prekey;

    if (outbox_next(e, NUMBER, a, &row).code == E_OK) {
        invariant(outbox_put(e, &row).code == E_OK);
        invariant(outbox_next(e, NUMBER, a, &again).code == E_OK);
        invariant(bytes_same(row.bytes, again.bytes) && bytes_same(row.roster, again.roster));
    }
    if (went(sealing_way_to(e, &DEVICE, UPLOAD_PROFILE_HYBRID, &prekey, &way)))
        invariant(way >= SEALING_READY && way <= SEALING_NO_WAY);
    went(outgoing_pump(e));
    went(incoming_retry(e, true));
}

/* ---- what heals */

static void read_streams(struct vault *v)
{
    static const struct party sender = {.did = {{1, 2, 3}}};
    struct control_range asked[STREAMS_RANGES_MAX];
    struct stream s, again;
    struct room_id room;
    struct party found;
    uint64_t number = 0;

    if (streams_get(v, &ROOM, &sender.did, &s).code == E_OK) {
        invariant(streams_put(v, &ROOM, &sender, &s).code == E_OK);
        invariant(streams_get(v, &ROOM, &sender.did, &again).code == E_OK);
        /* NOLINTNEXTLINE(*-comparison,cert-*): both were zeros before they were read. */
        invariant(memcmp(&s, &again, sizeof s) == 0);
        invariant(streams_ask(&s, 0, UINT64_MAX, asked) <= STREAMS_RANGES_MAX);
        (void)streams_void(&s, 1, UINT64_MAX);
        invariant(s.missing.n == 0);
    }
    went(streams_next_gap(v, &number, &room, &found));
}

static void read_dealings(struct vault *v, struct arena *a)
{
    static const uint8_t ctx[CONTROL_MARK_SIZE] = {7};
    struct sentlog_entry s;
    struct dealings d;

    if (went(dealings_get(v, &DEVICE, &d)))
        invariant(dealings_put(v, &DEVICE, &d).code == E_OK);
    if (sentlog_by_upload(v, NUMBER, a, &s).code == E_OK)
        invariant(sentlog_put(v, &s).code == E_OK);
    went(sentlog_by_ctx(v, ctx, a, &s));
    went(sentlog_by_place(v, &ROOM, NUMBER, a, &s));
    went(sentlog_forget_old(v, UINT64_MAX));
}

/* ---- what devices share */

static void read_shared(struct engine *e, struct arena *a)
{
    struct vault *v = engine_vault(e);
    struct outbox_row row = {.number = NUMBER, .type = PAYLOAD_STATE, .to = DEVICE};
    struct contact bob = {.number = NUMBER, .known = true, .aid = ACCOUNT};
    struct shared_change c;
    struct shared_have have;
    struct message m;
    bool is;

    if (went(registers_have(v, &have)))
        invariant(have.n <= SHARED_WRITERS_MAX);
    if (went(registers_next(v, &DEVICE, 0, a, &c)))
        went(agreed_apply(e, &c));
    went(messages_next_unread_of(v, &ROOM, &DEVICE, 1, a, &m));
    went(agreed_is_blocked(v, &ACCOUNT, &is));
    went(agreed_learned(e, &bob));
    went(agreed_raise(e, &ROOM, &DEVICE));
    went(sharing_finished(e, &row, true));
    went(lacking_at(e, &DEVICE));
    went(lacking_ask(e));
}

static void read_all(struct vault *v, struct play *p)
{
    struct engine *e = NULL;
    struct arena a = ARENA(ARENA_MAX);

    read_own(v);
    if (engine_new(&e, v, &p->random, p->now_ms).code == E_OK) {
        read_people(v, engine_own(e), &a);
        read_queues(e, &a);
        read_shared(e, &a);
        engine_free(e);
    }
    read_chains(v, &a);
    read_messages(v, &a);
    read_due(v);
    read_streams(v);
    read_dealings(v, &a);
    arena_free(&a);
}

/* Under each key and number that a record of this kind has above. */
static void put_everywhere(struct vault *v, enum vault_kind kind, struct bytes value)
{
    static const uint8_t conversation[8] = {[7] = (uint8_t)NUMBER}, ctx[CONTROL_MARK_SIZE] = {7};
    static const uint8_t stream[32 + 16] = {[0] = 6, [32] = 1, [33] = 2, [34] = 3};
    static const uint8_t nickname[1 + 32] = {REGISTERS_NICKNAME, 4};
    static const uint8_t verified[1 + 32] = {REGISTERS_VERIFIED, 4};
    static const uint8_t mark[1 + 48] = {
        [0] = REGISTERS_READ, [1] = 6, [33] = 1, [34] = 2, [35] = 3};
    const struct bytes keys[] = {NO_KEY,
                                 ID_BYTES(DEVICE),
                                 bytes(DEVICE.b, SCHEDULE_PREFIX_SIZE),
                                 ID_BYTES(ACCOUNT),
                                 ID_BYTES(ROSTER),
                                 BYTES_LITERAL("eve"),
                                 BYTES(conversation),
                                 BYTES(ctx),
                                 BYTES(stream),
                                 ID_BYTES(ROOM),
                                 BYTES(nickname),
                                 BYTES(verified),
                                 BYTES(mark)};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        put(v, kind, keys[i], 0, value);
        put(v, kind, keys[i], NUMBER, value);
    }
}

/* Those behind the first ones stand apart in the numbers. */
static enum vault_kind kind_of(uint8_t byte)
{
    static const enum vault_kind more[] = {VAULT_SHARING, VAULT_SHARING_WITH, VAULT_UNREAD_AT,
                                           VAULT_DUE, VAULT_DUE_OF};
    unsigned kind = byte % (VAULT_LISTING + sizeof more / sizeof more[0]) + 1;

    return kind <= VAULT_LISTING ? (enum vault_kind)kind : more[kind - VAULT_LISTING - 1];
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct rehearsal *r = rehearsal();
    struct vault *v = r->bob->vault;
    struct reader in = reader(bytes(at, n));
    enum vault_kind kind = kind_of(reader_u8(&in));

    invariant(vault_begin(v).code == E_OK);
    if (kind == VAULT_IDENTITY)
        read_identity(reader_rest(&in));
    put_everywhere(v, kind, reader_rest(&in));
    read_all(v, r->play);
    vault_rollback(v);
    return 0;
}
