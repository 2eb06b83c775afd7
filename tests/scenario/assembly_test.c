/* SPDX-License-Identifier: Apache-2.0 */
/*
 * assembly_test: rooms and policies, on the stage in memory.
 *
 * What people say here is made by hand, with the keys and the channels of their engines, goes over
 * their links, and is taken from the wire and opened by hand where it arrives: so the server's part
 * is tried alone.  What engines do in rooms is in rooms_*.c.
 */
#include <stdlib.h>

#include "client/chains.h"
#include "client/own_prekeys.h"
#include "e2ee/seal.h"
#include "scenario/play.h"
#include "scenario/stage_internal.h"
#include "scenario/stage_recovery.h"
#include "server/queue/queue.h"
#include "wire/tacet.pb-c.h"

#define ALL_OF_THEM 4
#define BY_HAND     (UINT64_C(1) << 40) /* request ids from here on are ours */

static struct play *p;
static struct arena arena; /* of whatever a play makes */

/* ---- the wire */

static struct {
    uint64_t id;
    enum err_code code;
    struct bytes body; /* of the answer to our last request */
    struct person *to; /* whose mail we take */
    struct bytes mail;
} wire;

static struct bytes keep(struct bytes b)
{
    struct bytes kept;

    assert_ok(arena_copy(&arena, b, &kept));
    return kept;
}

static bool watch(void *ctx, struct person *who, struct buf *frame)
{
    struct frame f;

    (void)ctx;
    assert_ok(frame_parse(buf_view(frame), &arena, &f));
    if (f.id == wire.id) {
        wire.code = f.code == 0 ? E_OK : err_from_number(f.code);
        wire.body = keep(f.body);
        return false;
    }
    if (f.op != OP_DELIVER || who != wire.to)
        return true;
    wire.mail = keep(f.body);
    return false;
}

static enum err_code ask(struct person *who, enum op op, const void *message)
{
    struct buf body = BUF(LIMIT_FRAME), frame = BUF(LIMIT_FRAME);
    struct frame f = {.op = op, .id = ++wire.id};

    frame_pack(message, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    wire.code = E_CLOSED; /* until it is answered */
    stage_send(who, buf_view(&frame));
    buf_free(&body);
    buf_free(&frame);
    return wire.code;
}

static Tacet__Wire__Stale *told(void)
{
    Tacet__Wire__Stale *s = NULL;

    assert_ok(frame_unpack(wire.body, &tacet__wire__stale__descriptor, &arena, &s));
    return s;
}

/* ---- people: what is known of them stays known when their programs end */

struct hand {
    struct person *who;
    struct party party;
    struct device_list list;
};

static struct hand alice, bob, carol, keeper;
static struct hand *const ALL[] = {&alice, &bob, &carol};
static struct hand *const ALL_AND_KEEPER[] = {&alice, &bob, &carol, &keeper};

static const struct own *own_of(const struct hand *h)
{
    return engine_own(stage_engine(h->who));
}

static void acts_for(struct hand *h, struct person *who)
{
    h->who = who;
    h->party = own_of(h)->me.who;
    h->list = own_of(h)->list;
}

static void enter(struct hand *h, const char *handle)
{
    acts_for(h, joins(p, handle));
}

/* Channels that are open both ways. */
static void meet(struct hand *x, struct hand *y)
{
    says(x->who, y->who, "hello");
    sees(y->who, x->who, "hello");
    says(y->who, x->who, "hello yourself");
    sees(x->who, y->who, "hello yourself");
}

static void begin(void)
{
    arena = ARENA(64 << 20);
    wire.id = BY_HAND;
    wire.to = NULL;
    p = play_begin();
    enter(&alice, "alice");
    enter(&bob, "bob");
    enter(&carol, "carol");
    enter(&keeper, "keeper");
    for (size_t i = 0; i < ALL_OF_THEM; i++)
        for (size_t k = i + 1; k < ALL_OF_THEM; k++)
            meet(ALL_AND_KEEPER[i], ALL_AND_KEEPER[k]);
    stage_tamper_down(p, watch, NULL);
}

static void end(void)
{
    stage_tamper_down(p, NULL, NULL);
    play_end(p);
    arena_free(&arena);
}

/* ---- rooms */

static struct room_state room;
static struct room_member member[ALL_OF_THEM];

static int by_aid(const void *x, const void *y)
{
    const struct room_member *a = x, *b = y;

    return memcmp(a->aid.b, b->aid.b, sizeof a->aid.b);
}

/* Alice signs it and sends it; her word comes into force. */
static void change(struct hand *const *who, size_t n)
{
    Tacet__Wire__ChangeRoom m = TACET__WIRE__CHANGE_ROOM__INIT;
    struct buf statement = BUF(ROOM_STATE_MAX_SIZE);

    for (size_t i = 0; i < n; i++)
        member[i] = (struct room_member){.aid = who[i]->party.aid,
                                         .role = who[i] == &alice ? ROOM_MODERATOR : ROOM_MEMBER,
                                         .since = 1};
    qsort(member, n, sizeof member[0], by_aid);
    room.members = n;
    room.member = member;
    room.made_ms = stage_now(p);
    room.signer = (struct room_signer){alice.party.nid, alice.party.aid, alice.party.did};
    assert_ok(room_state_sign(&room, own_of(&alice)->me.dsk_secret, &statement));
    m.statement = frame_data(buf_view(&statement));
    assert_int_equal(ask(alice.who, OP_ROOM_CHANGE, &m), E_OK);
    buf_free(&statement);
}

static void found(void)
{
    room = (struct room_state){
        .version = 1, .networks = 1, .network = {alice.party.nid}, .posting = ROOM_POSTING_ALL};
    assert_ok(random_fill(stage_random(p), room.seed, sizeof room.seed));
    change(ALL, 3);
}

/* ---- policies */

static struct network_policy policy;

static void retain(uint16_t days)
{
    Tacet__Wire__PublishPolicy m = TACET__WIRE__PUBLISH_POLICY__INIT;
    struct buf b = BUF(POLICY_MAX_SIZE);

    policy = (struct network_policy){.number = 1,
                                     .made_ms = stage_now(p),
                                     .from_ms = stage_now(p),
                                     .profile = POLICY_HYBRID,
                                     .retains = true};
    policy.retention =
        (struct policy_retention){.aid = keeper.party.aid, .scope = POLICY_ROOMS, .days = days};
    assert_ok(policy_sign(&policy, &alice.party.nid, p->root_key, &b));
    m.statement = frame_data(buf_view(&b));
    assert_int_equal(stage_operate(p, OP_POLICY_PUBLISH, &m, NULL), E_OK);
    buf_free(&b);
}

/* ---- messages */

struct say {
    struct hand *by;
    struct hand *const *to; /* the accounts of the roster */
    size_t n;
    const struct room_state *state;
    const struct network_policy *policy; /* NULL: none is named */
    uint32_t ttl_s;
    const char *text;
};

static struct bytes write_roster(const struct say *s, struct roster_id *digest)
{
    struct roster_network network = {.nid = alice.party.nid};
    struct roster_account account[ALL_OF_THEM];
    struct roster r = {.room = s->state->room,
                       .state_version = s->state->version,
                       .network = &network,
                       .account = account,
                       .networks = 1,
                       .accounts = s->n};
    struct buf b = BUF(ROSTER_MAX_SIZE);
    struct bytes roster;

    memcpy(r.state_hash, s->state->hash, sizeof r.state_hash);
    if (s->policy != NULL) {
        network.policy_version = s->policy->number;
        memcpy(network.policy_hash, s->policy->hash, sizeof network.policy_hash);
    }
    for (size_t i = 0; i < s->n; i++) {
        const struct hand *h = s->to[i];
        size_t at = i;

        for (; at > 0 && memcmp(account[at - 1].aid.b, h->party.aid.b, 32) > 0; at--)
            account[at] = account[at - 1];
        account[at] = (struct roster_account){.aid = h->party.aid, .list_version = h->list.version};
        memcpy(account[at].list_hash, h->list.hash, sizeof account[at].list_hash);
    }
    roster_write(&r, &b);
    roster = keep(buf_view(&b));
    buf_free(&b);
    assert_ok(roster_digest(roster, digest));
    return roster;
}

/* The next key of the channel to somebody. */
static struct seal_recipient take_step(const struct say *s, const struct hand *to)
{
    struct vault *v = engine_vault(stage_engine(s->by->who));
    struct seal_recipient r = {.who = to->party};
    struct agree_public *key;
    struct prekey prekey;
    struct epoch epoch;

    assert_ok(people_prekey(v, &to->party.did, &prekey));
    assert_ok(agree_public_parse(&key, BYTES(prekey.point)));
    assert_ok(chains_sending(v, &to->party.did, UPLOAD_PROFILE_HYBRID, &epoch));
    r.prekey = prekey.number;
    r.key = key;
    r.n = epoch.n;
    memcpy(r.epoch, epoch.id, sizeof r.epoch);
    assert_ok(channel_step(&epoch, r.mk));
    assert_ok(vault_begin(v));
    assert_ok(chains_put_sending(v, &to->party.did, &epoch));
    assert_ok(vault_commit(v));
    return r;
}

static uint64_t next_number(const struct hand *h)
{
    struct device d;

    assert_ok(devices_get(stage_server(p)->db, &h->party.did, &d));
    return d.uploads + 1;
}

static struct bytes seal_for(const struct say *s, const struct roster_id *roster)
{
    struct core core = {
        .sender = s->by->party, .sent_ms = stage_now(p), .ttl_s = s->ttl_s, .type = 1, .seq = 1};
    struct wrap wrap = {.roster = *roster, .list_version = s->by->list.version};
    struct seal_recipient to[ALL_OF_THEM];
    struct seal_request rq = {.me = &own_of(s->by)->me,
                              .core = &core,
                              .wrap = &wrap,
                              .content = bytes_text(s->text),
                              .profile = UPLOAD_PROFILE_HYBRID,
                              .number = next_number(s->by),
                              .to = to};
    struct buf b = BUF(LIMIT_FRAME);
    struct bytes upload;

    core.room = s->state->room;
    memcpy(wrap.list_hash, s->by->list.hash, sizeof wrap.list_hash);
    assert_ok(random_fill(stage_random(p), core.id.b, sizeof core.id.b));
    assert_ok(trailer_digest(&core.id, rq.content, core.digest));
    for (size_t i = 0; i < s->n; i++) {
        size_t at = rq.n;

        if (s->to[i] == s->by)
            continue;
        for (; at > 0 && memcmp(to[at - 1].who.aid.b, s->to[i]->party.aid.b, 32) > 0; at--)
            to[at] = to[at - 1];
        to[at] = take_step(s, s->to[i]);
        rq.n++;
    }
    assert_ok(seal(&rq, stage_random(p), &b));
    for (size_t i = 0; i < rq.n; i++)
        agree_public_free((struct agree_public *)(uintptr_t)to[i].key);
    upload = keep(buf_view(&b));
    buf_free(&b);
    return upload;
}

/* The code with which it ended, at the roster or at the upload. */
static enum err_code say(const struct say *s)
{
    Tacet__Wire__RegisterRoster roster = TACET__WIRE__REGISTER_ROSTER__INIT;
    Tacet__Wire__Send m = TACET__WIRE__SEND__INIT;
    struct roster_id digest;
    enum err_code code;

    roster.roster = frame_data(write_roster(s, &digest));
    m.upload = frame_data(seal_for(s, &digest));
    m.ttl_s = s->ttl_s;
    code = ask(s->by->who, OP_REGISTER, &roster);
    return code == E_OK ? ask(s->by->who, OP_SEND, &m) : code;
}

/* Everything in the mailbox, of which the last one opens to this text. */
static void hears(const struct hand *h, const struct hand *from, const char *text)
{
    struct sign_public *dsk;
    struct buf content = BUF(LIMIT_TEXT);
    const struct own_prekey *mine;
    Tacet__Wire__Deliver *page;
    struct chains_match match;
    uint32_t steps = 0;
    struct opened o;

    assert_true(wire.to == h->who && wire.mail.n > 0);
    assert_ok(frame_unpack(wire.mail, &tacet__wire__deliver__descriptor, &arena, &page));
    assert_true(page->n_items > 0);
    assert_ok(open_begin(frame_bytes(page->items[page->n_items - 1]->sealed), &o));
    mine = own_prekeys_find_low(own_of(h), o.prekey_low);
    assert_non_null(mine);
    assert_ok(open_hint(&o, mine->secret, &h->party.did));
    assert_ok(chains_open(engine_vault(stage_engine(h->who)), &h->party, mine->statement.number, &o,
                          &steps, &arena, &match));
    assert_true(ID_SAME(match.from.did, from->party.did));
    assert_true(ID_SAME(o.core.room, room.room));
    assert_ok(sign_public_parse(&dsk, BYTES(from->list.device[0].dsk.b)));
    assert_ok(open_content(&o, dsk, &content));
    assert_bytes(buf_view(&content), bytes_text(text));
    sign_public_free(dsk);
    open_wipe(&o);
    buf_free(&content);
    wire.mail.n = 0;
}

/* What is not over by now. */
static size_t waiting(const struct hand *h)
{
    struct device d;
    uint64_t items, deleted;

    assert_ok(queue_expire(stage_server(p)->db, stage_now(p), &deleted));

    assert_ok(devices_get(stage_server(p)->db, &h->party.did, &d));
    assert_ok(queue_waiting(stage_server(p)->db, d.row, &items));
    return items;
}

/* ---- plays */

static void three_people_hear_each_other_in_a_room(void **state)
{
    struct say by_alice = {&alice, ALL, 3, &room, NULL, 3600, "Shall we three meet?"};
    struct say by_carol = {&carol, ALL, 3, &room, NULL, 3600, "When?"};

    (void)state;
    begin();
    found();
    wire.to = bob.who;
    assert_int_equal(say(&by_alice), E_OK);
    hears(&bob, &alice, "Shall we three meet?");
    assert_int_equal(waiting(&carol), 0); /* her engine took it, and did what it could */
    wire.to = alice.who;
    assert_int_equal(say(&by_carol), E_OK);
    hears(&alice, &carol, "When?");
    end();
}

static void who_was_put_out_is_refused_and_others_learn_of_it(void **state)
{
    struct room_state before;
    struct say by_carol = {&carol, ALL, 3, &before, NULL, 3600, "Am I still here?"};
    struct say by_bob = {&bob, ALL, 3, &before, NULL, 3600, "Who is here?"};
    struct rooms_state learned;

    (void)state;
    begin();
    found();
    before = room;
    assert_ok(room_chain_next(&before, &room));
    change(ALL, 2);
    assert_int_equal(say(&by_carol), E_DENIED);
    by_carol.state = &room;
    assert_int_equal(say(&by_carol), E_DENIED);
    assert_int_equal(say(&by_bob), E_STALE);
    assert_int_equal(told()->n_states, 1);
    assert_ok(room_state_parse(frame_bytes(told()->states[0]->statement), &arena, &learned.state));
    assert_bytes(BYTES(learned.state.hash), BYTES(room.hash));
    by_bob.state = &learned.state;
    by_bob.n = 2;
    wire.to = alice.who;
    assert_int_equal(say(&by_bob), E_OK);
    hears(&alice, &bob, "Who is here?");
    assert_int_equal(waiting(&carol), 0);
    end();
}

static void who_retains_is_told_of_and_cannot_be_left_out(void **state)
{
    struct say by_alice = {&alice, ALL, 3, &room, NULL, 3600, "Off the record"};

    (void)state;
    begin();
    found();
    retain(30);
    assert_int_equal(say(&by_alice), E_STALE);
    assert_int_equal(told()->n_policies, 1);
    by_alice.policy = &policy;
    assert_int_equal(say(&by_alice), E_DENIED);
    by_alice.to = ALL_AND_KEEPER;
    by_alice.n = 4;
    wire.to = keeper.who;
    assert_int_equal(say(&by_alice), E_OK);
    hears(&keeper, &alice, "Off the record");
    end();
}

static void a_copy_waits_when_the_message_is_over(void **state)
{
    struct say by_alice = {&alice, ALL_AND_KEEPER, 4, &room, &policy, 60, "This will not last"};

    (void)state;
    begin();
    found();
    retain(3);
    leaves(bob.who);
    leaves(keeper.who);
    assert_int_equal(say(&by_alice), E_OK);
    stage_forward(p, 2 * CLOCK_DAY_MS);
    wire.to = keeper.who;
    wire.mail.n = 0;
    returns(keeper.who);
    hears(&keeper, &alice, "This will not last");
    wire.to = bob.who;
    returns(bob.who);
    assert_int_equal(waiting(&bob), 0);
    assert_int_equal(waiting(&keeper), 1); /* nobody acknowledged it */
    stage_forward(p, 2 * CLOCK_DAY_MS);
    assert_int_equal(waiting(&keeper), 0);
    end();
}

/* Roles are those of accounts: whoever comes back has what they had, in the room as it stands. */
static void a_moderator_who_lost_every_device_comes_back_as_one(void **state)
{
    struct say by_bob = {&bob, ALL, 2, &room, NULL, 3600, "Are you back?"};
    char letters[RECOVERY_LETTERS_SIZE];
    struct room_state before;

    (void)state;
    begin();
    found();
    stage_make_letters(alice.who, letters);
    leaves(alice.who);
    acts_for(&alice, stage_come_back(p, "alice", "back", letters));
    before = room;
    assert_ok(room_chain_next(&before, &room));
    change(ALL, 2);                           /* by her new device: carol is put out */
    says(bob.who, alice.who, "is this you?"); /* and there is a channel to it */
    sees(alice.who, bob.who, "is this you?");
    wire.to = alice.who;
    assert_int_equal(say(&by_bob), E_OK);
    assert_true(wire.mail.n > 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_people_hear_each_other_in_a_room),
        cmocka_unit_test(who_was_put_out_is_refused_and_others_learn_of_it),
        cmocka_unit_test(who_retains_is_told_of_and_cannot_be_left_out),
        cmocka_unit_test(a_copy_waits_when_the_message_is_over),
        cmocka_unit_test(a_moderator_who_lost_every_device_comes_back_as_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
