/* SPDX-License-Identifier: Apache-2.0 */
/* Who may send to whom: rosters of rooms and pairs under the policies of the network. */
#include "assembly.h"

static struct person alice, bob, carol, keeper;
static struct room room;
static struct post post;
static struct network_policy policy;

static const struct person *const ALL[] = {&alice, &bob, &carol};
static const struct person *const PAIR_AND_KEEPER[] = {&alice, &bob, &keeper};
static const struct person *const ALL_AND_KEEPER[] = {&alice, &bob, &carol, &keeper};

static int begin(void **state)
{
    struct world *w;

    world_begin(state);
    w = *state;
    person_enter(w, &alice, "alice");
    person_enter(w, &bob, "bob");
    person_enter(w, &carol, "carol");
    person_enter(w, &keeper, "keeper");
    room_found(w, &room, &alice);
    room_add(&room, &bob, ROOM_MEMBER);
    room_add(&room, &carol, ROOM_MEMBER);
    room_commit(w, &room, &alice);
    return 0;
}

static int end(void **state)
{
    person_free(&alice);
    person_free(&bob);
    person_free(&carol);
    person_free(&keeper);
    return world_end(state);
}

#define room_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

/* Into the room, all of it right. */
static void make(struct world *w, struct person *from)
{
    post_make(w, &post, from, ALL, 3);
    post_name_state(&post, &room);
    post_write(w, &post, 2);
}

static Tacet__Wire__Stale *stale(struct world *w, struct answer a, enum err_code code)
{
    Tacet__Wire__Stale *told = NULL;

    assert_int_equal(a.code, code);
    world_read(w, a, stale, &told);
    assert_int_equal(world_mail(w), 0);
    world_check_certificate(w, frame_bytes(told->certificate));
    return told;
}

static void retain(struct world *w, enum policy_scope scope, uint16_t days)
{
    policy = policy_next(w, policy.number == 0 ? NULL : &policy);
    policy_retain(&policy, &keeper, scope, days);
    assert_int_equal(policy_publish(w, policy_statement(w, &policy)), E_OK);
}

static int begin_with_policy(void **state)
{
    policy.number = 0;
    begin(state);
    retain(*state, POLICY_ALL, 30);
    return 0;
}

#define policy_test(f) cmocka_unit_test_setup_teardown(f, begin_with_policy, end)

/* ---- Rooms. */

static void a_room_has_what_its_members_send(void **state)
{
    struct world *w = *state;

    make(w, &alice);
    assert_int_equal(post_send(w, &alice, &post).code, E_OK);
    assert_int_equal(world_mail(w), 3); /* two rows, one body */
    make(w, &carol);
    assert_int_equal(post_send(w, &carol, &post).code, E_OK);
    assert_int_equal(person_page(w, &bob)->n_items, 2);
    assert_int_equal(person_page(w, &alice)->n_items, 1);
}

static void who_is_not_in_a_room_does_not_send_into_it(void **state)
{
    struct world *w = *state;

    post_make(w, &post, &keeper, ALL_AND_KEEPER, 4);
    post_name_state(&post, &room);
    post_write(w, &post, 3);
    assert_int_equal(post_send(w, &keeper, &post).code, E_DENIED);
    make(w, &alice);
    assert_int_equal(letter_register(w, &alice, &post.letter).code, E_OK);
    post.letter.upload.number = 1;
    assert_int_equal(letter_upload(w, &keeper, &post.letter).code, E_DENIED);
    assert_int_equal(world_mail(w), 0);
}

/* Neither under the old state, which he was in, nor under the new one. */
static void who_was_put_out_does_not_send_any_more(void **state)
{
    struct world *w = *state;
    struct answer a;

    make(w, &carol);
    assert_int_equal(letter_register(w, &carol, &post.letter).code, E_OK);
    room_next(w, &room);
    room_drop(&room, &carol);
    room_commit(w, &room, &alice);
    a = post_send(w, &carol, &post);
    assert_int_equal(a.code, E_DENIED);
    assert_int_equal(a.body.n, 0); /* and does not learn who is in it now */
    make(w, &carol);
    assert_int_equal(post_send(w, &carol, &post).code, E_DENIED);
    assert_int_equal(world_mail(w), 0);
}

static void an_old_state_is_answered_with_those_that_follow(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Stale *told;

    make(w, &bob);
    assert_int_equal(letter_register(w, &bob, &post.letter).code, E_OK);
    for (uint32_t i = 0; i < 2; i++) {
        room_next(w, &room);
        room.state.ttl_s = 60 + i;
        room_commit(w, &room, &alice);
    }
    told = stale(w, post_send(w, &bob, &post), E_STALE);
    assert_int_equal(told->n_states, 2);
    assert_int_equal(told->n_persons, 0);
    assert_int_equal(told->more, 0);
    assert_bytes(frame_bytes(told->states[1]->statement), room.statement);
    assert_bytes(frame_bytes(told->states[1]->commit), room.commitment);
    make(w, &bob);
    assert_int_equal(post_send(w, &bob, &post).code, E_OK);
}

static void a_state_that_was_never_committed_is_answered_with_all_that_were(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Stale *told;

    make(w, &bob);
    post.roster.state_hash[0] ^= 1;
    post_write(w, &post, 2);
    told = stale(w, post_send(w, &bob, &post), E_STALE);
    assert_int_equal(told->n_states, 1);
    make(w, &bob);
    post.roster.state_version = 9;
    post_write(w, &post, 2);
    told = stale(w, post_send(w, &bob, &post), E_STALE);
    assert_int_equal(told->n_states, 1);
    make(w, &bob);
    post.roster.room.b[0] ^= 1;
    post_write(w, &post, 2);
    assert_int_equal(post_send(w, &bob, &post).code, E_ABSENT);
}

static void the_accounts_are_the_members(void **state)
{
    struct world *w = *state;

    post_make(w, &post, &alice, (const struct person *const[]){&alice, &bob}, 2);
    post_name_state(&post, &room);
    post_write(w, &post, 1);
    assert_int_equal(post_send(w, &alice, &post).code, E_MALFORMED);
    post_make(w, &post, &alice, ALL_AND_KEEPER, 4);
    post_name_state(&post, &room);
    post_write(w, &post, 3);
    assert_int_equal(post_send(w, &alice, &post).code, E_MALFORMED);
    post_make(w, &post, &alice, ALL, 3); /* a room without its state */
    post.roster.room = room.state.room;
    post_write(w, &post, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_FORGED);
    assert_int_equal(world_mail(w), 0);
}

/* To the first recipient alone: what a control message would be. */
static void send_in_part(struct world *w)
{
    static const uint8_t scope[] = {0, 1, 0, 0};

    post.letter.upload.shared.head[3] = UPLOAD_FLAG_PARTIAL;
    post.letter.upload.shared.scope = BYTES(scope);
    post_write(w, &post, 1);
}

static void where_moderators_alone_post_others_do_not(void **state)
{
    struct world *w = *state;

    room_next(w, &room);
    room.state.posting = ROOM_POSTING_MODERATORS;
    room_commit(w, &room, &alice);
    make(w, &bob);
    assert_int_equal(letter_register(w, &bob, &post.letter).code, E_OK);
    assert_int_equal(letter_upload(w, &bob, &post.letter).code, E_DENIED);
    send_in_part(w);
    assert_int_equal(letter_upload(w, &bob, &post.letter).code, E_OK);
    make(w, &alice);
    assert_int_equal(post_send(w, &alice, &post).code, E_OK);
}

static void all_that_changed_is_in_one_answer(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Stale *told;

    make(w, &alice);
    assert_int_equal(letter_register(w, &alice, &post.letter).code, E_OK);
    w->now_ms += CLOCK_SECOND_MS;
    person_next_list(w, &bob);
    assert_int_equal(person_publish_list(w, &bob, bob.list_statement), E_OK);
    person_next_list(w, &carol);
    assert_int_equal(person_publish_list(w, &carol, carol.list_statement), E_OK);
    policy = policy_next(w, NULL);
    assert_int_equal(policy_publish(w, policy_statement(w, &policy)), E_OK);
    room_next(w, &room);
    room.state.ttl_s = 60;
    room_commit(w, &room, &alice);
    told = stale(w, post_send(w, &alice, &post), E_STALE);
    assert_int_equal(told->n_persons, 2);
    assert_int_equal(told->n_policies, 1);
    assert_int_equal(told->n_states, 1);
    make(w, &alice);
    post_name_policy(&post, &policy);
    post_write(w, &post, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_OK);
}

static void every_prekey_that_is_over_is_told_of_at_once(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Stale *told;

    for (uint32_t i = 0; i < 2; i++) {
        struct person *p = i == 0 ? &bob : &carol;

        assert_int_equal(person_publish_prekey(w, p, person_prekey(w, p, 2)), E_OK);
    }
    w->now_ms += CLOCK_DAY_MS + 1;
    make(w, &alice);
    told = stale(w, post_send(w, &alice, &post), E_STALE);
    assert_int_equal(told->n_persons, 2);
    assert_int_equal(told->persons[0]->n_prekeys, 1);
}

static void a_removed_member_holds_the_room_up_until_he_is_put_out(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Stale *told;

    assert_int_equal(world_remove(w, "bob"), E_OK);
    make(w, &alice);
    told = stale(w, post_send(w, &alice, &post), E_REMOVED);
    assert_int_equal(told->n_persons, 1);
    room_next(w, &room);
    room_drop(&room, &bob);
    room_commit(w, &room, &alice);
    post_make(w, &post, &alice, (const struct person *const[]){&alice, &carol}, 2);
    post_name_state(&post, &room);
    post_write(w, &post, 1);
    assert_int_equal(post_send(w, &alice, &post).code, E_OK);
}

static void another_network_cannot_be_checked_here(void **state)
{
    struct world *w = *state;

    make(w, &alice);
    post.network.nid.b[0] ^= 1;
    post_write(w, &post, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_DENIED);
    assert_int_equal(scratch_number(w->db, "SELECT count(*) FROM roster"), 0);
}

/* ---- Policies. */

static void make_pair(struct world *w, const struct person *const *who, size_t n)
{
    post_make(w, &post, &alice, who, n);
    assert_ok(names_pair_room(&w->nid, &alice.aid, &bob.aid, &post.roster.room));
    post_name_policy(&post, &policy);
    post_write(w, &post, n - 1);
}

static void who_retains_is_a_recipient_of_pairs_and_rooms(void **state)
{
    struct world *w = *state;

    make_pair(w, PAIR_AND_KEEPER, 3);
    assert_int_equal(post_send(w, &alice, &post).code, E_OK);
    post_make(w, &post, &bob, ALL_AND_KEEPER, 4);
    post_name_state(&post, &room);
    post_name_policy(&post, &policy);
    post_write(w, &post, 3);
    assert_int_equal(post_send(w, &bob, &post).code, E_OK);
    assert_int_equal(person_page(w, &keeper)->n_items, 2);
}

/* It asks for what it lacks, as others do, and says nothing. */
static void who_retains_sees_rooms_and_does_not_post(void **state)
{
    struct world *w = *state;

    assert_int_equal(room_ask(w, &keeper, &room, 1).code, E_OK);
    post_make(w, &post, &keeper, ALL_AND_KEEPER, 4);
    post_name_state(&post, &room);
    post_name_policy(&post, &policy);
    post_write(w, &post, 3);
    assert_int_equal(letter_register(w, &keeper, &post.letter).code, E_OK);
    assert_int_equal(letter_upload(w, &keeper, &post.letter).code, E_DENIED);
    send_in_part(w);
    assert_int_equal(letter_upload(w, &keeper, &post.letter).code, E_OK);
    policy = policy_next(w, &policy);
    assert_int_equal(policy_publish(w, policy_statement(w, &policy)), E_OK);
    assert_int_equal(room_ask(w, &keeper, &room, 1).code, E_ABSENT);
}

static void who_retains_is_not_left_out(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Stale *told;

    make_pair(w, PAIR_AND_KEEPER, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_DENIED);
    post.network.policy_version = 0; /* and nobody can say that he did not know */
    memset(post.network.policy_hash, 0, sizeof post.network.policy_hash);
    post.letter.upload.number = ++alice.uploads;
    post_write(w, &post, 1);
    told = stale(w, post_send(w, &alice, &post), E_STALE);
    assert_int_equal(told->n_policies, 1);
    assert_int_equal(told->n_persons, 0);
}

static void who_retains_is_not_passed_over(void **state)
{
    struct world *w = *state;

    make_pair(w, PAIR_AND_KEEPER, 3);
    w->now_ms += 38 * CLOCK_DAY_MS; /* none of them has a prekey now */
    post.roster.skips = 1;
    post.skipped[0] = (struct roster_skipped){keeper.did, ROSTER_NO_PREKEY};
    post_write(w, &post, 1);
    assert_int_equal(post_send(w, &alice, &post).code, E_DENIED);
}

/* What to do about it is the root's: another policy. */
static void nobody_sends_when_who_retains_was_removed(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Stale *told;

    assert_int_equal(world_remove(w, "keeper"), E_OK);
    make_pair(w, PAIR_AND_KEEPER, 3);
    told = stale(w, post_send(w, &alice, &post), E_REMOVED);
    assert_int_equal(told->n_persons, 1);
    policy = policy_next(w, &policy);
    assert_int_equal(policy_publish(w, policy_statement(w, &policy)), E_OK);
    make_pair(w, PAIR_AND_KEEPER, 3);
    post.network.policy_version = 1;
    post_write(w, &post, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_STALE);
    make_pair(w, PAIR_AND_KEEPER, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_OK);
}

static void where_nobody_retains_the_keeper_is_a_stranger(void **state)
{
    struct world *w = *state;

    retain(w, POLICY_ROOMS, 30);
    make_pair(w, PAIR_AND_KEEPER, 3);
    assert_int_equal(post_send(w, &alice, &post).code, E_MALFORMED);
    make_pair(w, PAIR_AND_KEEPER, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_OK);
    make(w, &alice);
    post_name_policy(&post, &policy);
    post_write(w, &post, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_DENIED);
}

static void policies_that_come_are_told_with_those_that_hold(void **state)
{
    struct world *w = *state;
    struct network_policy old = policy, coming;
    Tacet__Wire__Stale *told;

    retain(w, POLICY_ROOMS, 30);
    coming = policy_next(w, &policy);
    coming.from_ms += CLOCK_DAY_MS;
    assert_int_equal(policy_publish(w, policy_statement(w, &coming)), E_OK);
    make_pair(w, PAIR_AND_KEEPER, 2);
    post_name_policy(&post, &old);
    post_write(w, &post, 1);
    told = stale(w, post_send(w, &alice, &post), E_STALE);
    assert_int_equal(told->n_policies, 2);
    make_pair(w, PAIR_AND_KEEPER, 2);
    post_name_policy(&post, &coming); /* which is not in force yet */
    post_write(w, &post, 1);
    assert_int_equal(post_send(w, &alice, &post).code, E_STALE);
}

static void the_profile_is_the_policy_s(void **state)
{
    struct world *w = *state;

    make_pair(w, PAIR_AND_KEEPER, 3);
    post.letter.upload.shared.head[2] = UPLOAD_PROFILE_STANDARD;
    post_write(w, &post, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_DENIED);
    policy = policy_next(w, &policy);
    policy.profile = POLICY_STANDARD;
    assert_int_equal(policy_publish(w, policy_statement(w, &policy)), E_OK);
    make_pair(w, PAIR_AND_KEEPER, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_DENIED);
    post.letter.upload.number = ++alice.uploads;
    post.letter.upload.shared.head[2] = UPLOAD_PROFILE_STANDARD;
    post_write(w, &post, 1);
    assert_int_equal(post_send(w, &alice, &post).code, E_OK);
}

static void a_kept_copy_outlives_its_ttl(void **state)
{
    struct world *w = *state;
    uint64_t deleted;

    make_pair(w, PAIR_AND_KEEPER, 3);
    post.letter.ttl_s = 60;
    post_write(w, &post, 2);
    assert_int_equal(post_send(w, &alice, &post).code, E_OK);
    w->now_ms += 61 * CLOCK_SECOND_MS;
    assert_int_equal(person_page(w, &bob)->n_items, 0);
    assert_ok(queue_expire(w->db, w->now_ms, &deleted));
    assert_int_equal(deleted, 1);
    w->now_ms += 30 * CLOCK_DAY_MS - 62 * CLOCK_SECOND_MS;
    assert_int_equal(person_page(w, &keeper)->n_items, 1);
    w->now_ms += CLOCK_SECOND_MS;
    keeper.session.cursor = 0;
    assert_int_equal(person_page(w, &keeper)->n_items, 0);
    assert_ok(queue_expire(w->db, w->now_ms, &deleted));
    assert_int_equal(world_mail(w), 0);
}

/* How long the capsule waits that lives longest, or shortest. */
static int64_t longest_days(struct world *w)
{
    return scratch_number(w->db, "SELECT max(expires_ms - received_ms) / 86400000 FROM mail"
                                 " WHERE kind = 1");
}

static int64_t shortest_days(struct world *w)
{
    return scratch_number(w->db, "SELECT min(expires_ms - received_ms) / 86400000 FROM mail"
                                 " WHERE kind = 1");
}

/* A capsule for each recipient. */
static void add_capsules(struct world *w)
{
    struct buf b = BUF(UPLOAD_CAPSULE_MOST);

    buf_bytes(&b, BYTES(w->point));
    buf_u32(&b, 1);
    buf_bytes(&b, world_random(w, UPLOAD_SEALED_SIZE));
    buf_bytes(&b, world_random(w, UPLOAD_BOX_SIZE));
    post.letter.capsule[0] = (struct upload_capsule){0, world_keep(w, &b)};
    post.letter.capsule[1] = (struct upload_capsule){1, post.letter.capsule[0].capsule};
    post.letter.upload.capsules = 2;
    post_write(w, &post, 2);
}

/* The channel is used for 30 days, and each message under it waits for `days`. */
static void a_kept_capsule_outlives_every_copy_under_it(void **state)
{
    static const uint16_t days[] = {1, 100, POLICY_DAYS_MAX};
    struct world *w = *state;

    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        assert_ok(db_run(w->db, "DELETE FROM mail", DB_NO_VALUES, NULL));
        retain(w, POLICY_ALL, days[i]);
        make_pair(w, PAIR_AND_KEEPER, 3);
        add_capsules(w);
        assert_int_equal(post_send(w, &alice, &post).code, E_OK);
        assert_int_equal(longest_days(w), days[i] + 45);
        assert_int_equal(shortest_days(w), 45);
    }
}

static void the_pair_of_an_account_with_itself_is_one_account(void **state)
{
    struct world *w = *state;

    post_make(w, &post, &alice, (const struct person *const[]){&alice, &keeper}, 2);
    assert_ok(names_pair_room(&w->nid, &alice.aid, &alice.aid, &post.roster.room));
    post_name_policy(&post, &policy);
    post_write(w, &post, 1);
    assert_int_equal(letter_register(w, &bob, &post.letter).code, E_DENIED);
    assert_int_equal(post_send(w, &alice, &post).code, E_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        room_test(a_room_has_what_its_members_send),
        room_test(who_is_not_in_a_room_does_not_send_into_it),
        room_test(who_was_put_out_does_not_send_any_more),
        room_test(an_old_state_is_answered_with_those_that_follow),
        room_test(a_state_that_was_never_committed_is_answered_with_all_that_were),
        room_test(the_accounts_are_the_members),
        room_test(where_moderators_alone_post_others_do_not),
        room_test(all_that_changed_is_in_one_answer),
        room_test(every_prekey_that_is_over_is_told_of_at_once),
        room_test(a_removed_member_holds_the_room_up_until_he_is_put_out),
        room_test(another_network_cannot_be_checked_here),
        policy_test(who_retains_is_a_recipient_of_pairs_and_rooms),
        policy_test(who_retains_sees_rooms_and_does_not_post),
        policy_test(who_retains_is_not_left_out),
        policy_test(who_retains_is_not_passed_over),
        policy_test(nobody_sends_when_who_retains_was_removed),
        policy_test(where_nobody_retains_the_keeper_is_a_stranger),
        policy_test(policies_that_come_are_told_with_those_that_hold),
        policy_test(the_profile_is_the_policy_s),
        policy_test(a_kept_copy_outlives_its_ttl),
        policy_test(a_kept_capsule_outlives_every_copy_under_it),
        policy_test(the_pair_of_an_account_with_itself_is_one_account),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
