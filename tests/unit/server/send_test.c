/* SPDX-License-Identifier: Apache-2.0 */
/* What the server verifies of an upload, and what it says of one that it refuses.
 * [PROTOCOL 10 M1, 11] */
#include "letter.h"

struct pair {
    struct world *w;
    struct person ann, bob;
    struct letter l; /* from ann to bob, all of it right */
};

static void begin(struct pair *x, void **state)
{
    x->w = *state;
    person_enter(x->w, &x->ann, "ann");
    person_enter(x->w, &x->bob, "bob");
    letter_make(x->w, &x->l, &x->ann, &x->bob);
}

static void end(struct pair *x)
{
    person_free(&x->ann);
    person_free(&x->bob);
}

static int64_t rosters(struct pair *x)
{
    return scratch_number(x->w->db, "SELECT count(*) FROM roster");
}

/* The letter's roster is refused with this code, or else its upload is, and nothing is stored. */
static struct bytes refused(struct pair *x, enum err_code code)
{
    int64_t before = rosters(x);
    struct answer a = letter_register(x->w, &x->ann, &x->l);

    if (a.code != E_OK) {
        assert_int_equal(rosters(x), before);
    } else {
        a = letter_upload(x->w, &x->ann, &x->l);
        assert_int_equal(world_effects(x->w, EFFECT_ANSWERED), 1);
    }
    assert_int_equal(a.code, code);
    assert_int_equal(world_mail(x->w), 0);
    assert_int_equal(world_effects(x->w, EFFECT_MAIL), 0);
    return a.body;
}

static void rewrite_roster(struct pair *x)
{
    letter_write_roster(x->w, &x->l);
    letter_write(x->w, &x->l);
}

/* ---- Form. */

static void malformed_uploads_are_refused(void **state)
{
    struct pair x;
    struct bytes good;

    begin(&x, state);
    good = x.l.bytes;
    x.l.bytes.n--;
    refused(&x, E_TRUNCATED);
    x.l.bytes = bytes(NULL, 0);
    refused(&x, E_TRUNCATED);
    x.l.bytes = good;
    x.l.upload.shared.head[2] = 3; /* profile */
    letter_write(x.w, &x.l);
    refused(&x, E_MALFORMED);
    x.l.upload.shared.head[2] = UPLOAD_PROFILE_HYBRID;
    x.l.upload.shared.head[4] = 9; /* no compressed point */
    letter_write(x.w, &x.l);
    refused(&x, E_MALFORMED);
    x.l.bytes = good;
    x.l.ttl_s = 0;
    refused(&x, E_MALFORMED);
    x.l.ttl_s = QUEUE_TTL_MOST_S + 1;
    refused(&x, E_LIMIT);
    x.l.ttl_s = QUEUE_TTL_MOST_S;
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    end(&x);
}

static void entries_are_as_many_as_recipients(void **state)
{
    struct pair x;

    begin(&x, state);
    x.l.upload.recipients = 2;
    letter_write(x.w, &x.l);
    refused(&x, E_MALFORMED);
    end(&x);
}

/* ---- Roster. */

static void a_roster_is_registered_once_and_is_its_accounts_to_fetch(void **state)
{
    struct pair x;
    Tacet__Wire__AskRoster in = TACET__WIRE__ASK_ROSTER__INIT;
    Tacet__Wire__RosterAnswer *answer;
    struct bytes roster;
    struct person eve;
    struct answer a;

    begin(&x, state);
    roster = x.l.roster_bytes;
    assert_int_equal(letter_upload(x.w, &x.ann, &x.l).code, E_ABSENT);
    assert_int_equal(letter_register(x.w, &x.ann, &x.l).code, E_OK);
    assert_int_equal(letter_upload(x.w, &x.ann, &x.l).code, E_OK);
    letter_make(x.w, &x.l, &x.ann, &x.bob);
    assert_int_equal(letter_upload(x.w, &x.ann, &x.l).code, E_OK);
    assert_int_equal(letter_register(x.w, &x.bob, &x.l).code, E_OK); /* again, by the other */
    assert_int_equal(rosters(&x), 1);

    in.digest = frame_data(ID_BYTES(x.l.upload.shared.roster));
    a = world_ask(x.w, &x.bob.session, OP_ROSTER, &in);
    assert_int_equal(a.code, E_OK);
    world_read(x.w, a, roster_answer, &answer);
    assert_bytes(frame_bytes(answer->roster), roster);
    person_enter(x.w, &eve, "eve");
    assert_int_equal(world_ask(x.w, &eve.session, OP_ROSTER, &in).code, E_ABSENT);
    in.digest = frame_data(BYTES_LITERAL("short"));
    assert_int_equal(world_ask(x.w, &x.bob.session, OP_ROSTER, &in).code, E_MALFORMED);
    person_free(&eve);
    end(&x);
}

static void rosters_that_do_not_fit_are_refused(void **state)
{
    struct pair x;
    struct roster right;
    struct roster_network network;

    begin(&x, state);
    right = x.l.roster;
    network = x.l.network;
    x.l.roster.room.b[0] ^= 1; /* not the two accounts' room */
    rewrite_roster(&x);
    refused(&x, E_FORGED);
    x.l.roster = right;
    x.l.network.nid.b[0] ^= 1;
    rewrite_roster(&x);
    refused(&x, E_DENIED);
    x.l.network = network;
    x.l.network.policy_version = 1;
    x.l.network.policy_hash[0] = 1;
    rewrite_roster(&x);
    refused(&x, E_STALE);
    x.l.network = network;
    x.l.roster.state_version = 1;
    x.l.roster.state_hash[0] = 1;
    rewrite_roster(&x);
    refused(&x, E_ABSENT);
    x.l.roster = right;
    x.l.roster.accounts = 1;
    rewrite_roster(&x);
    refused(&x, ID_SAME(x.l.account[0].aid, x.ann.aid) ? E_FORGED : E_DENIED);
    x.l.roster = right;
    rewrite_roster(&x);
    x.l.upload.shared.roster.b[0] ^= 1; /* another digest than what was registered has */
    letter_write(x.w, &x.l);
    refused(&x, E_ABSENT);
    x.l.roster_bytes.n--;
    assert_int_equal(letter_register(x.w, &x.ann, &x.l).code, E_TRUNCATED);
    rewrite_roster(&x);
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    end(&x);
}

static void strangers_do_not_send_into_a_conversation(void **state)
{
    struct pair x;
    struct person eve;

    begin(&x, state);
    person_enter(x.w, &eve, "eve");
    assert_int_equal(letter_register(x.w, &eve, &x.l).code, E_DENIED);
    assert_int_equal(letter_register(x.w, &x.ann, &x.l).code, E_OK);
    assert_int_equal(letter_register(x.w, &eve, &x.l).code, E_DENIED);
    assert_int_equal(letter_upload(x.w, &eve, &x.l).code, E_DENIED);
    assert_int_equal(world_mail(x.w), 0);
    person_free(&eve);
    end(&x);
}

static void an_account_that_is_not_here_has_no_mailbox(void **state)
{
    struct pair x;
    struct person eve;

    begin(&x, state);
    person_make(x.w, &eve); /* never joined */
    eve.prekey = 1;
    x.ann.uploads--;
    letter_make(x.w, &x.l, &x.ann, &eve);
    refused(&x, E_ABSENT);
    person_free(&eve);
    end(&x);
}

/* ---- Staleness. */

static const Tacet__Wire__Person *told_of_some(struct pair *x, struct bytes body,
                                               const struct person *p, size_t people)
{
    Tacet__Wire__Stale *told;

    assert_ok(frame_unpack(body, &tacet__wire__stale__descriptor, &x->w->arena, &told));
    assert_in_range(told->n_persons, 1, people); /* who did not change is not told of */
    world_check_certificate(x->w, frame_bytes(told->certificate));
    for (size_t i = 0; i < told->n_persons; i++) {
        struct directory_statement s;

        assert_ok(directory_check(frame_bytes(told->persons[i]->statement), &x->w->nid,
                                  networks_key(x->w->networks), x->w->now_ms, &s));
        if (ID_SAME(s.aid, p->aid))
            return told->persons[i];
    }
    fail_msg("nothing about this person");
    return NULL;
}

/* The answer is about this person alone. */
static const Tacet__Wire__Person *told_of(struct pair *x, struct bytes body, const struct person *p)
{
    return told_of_some(x, body, p, 1);
}

static void a_stale_list_is_answered_with_what_follows_it(void **state)
{
    struct pair x;
    const Tacet__Wire__Person *bob;
    struct bytes body;

    begin(&x, state);
    for (int i = 0; i < 2; i++) {
        x.w->now_ms += CLOCK_SECOND_MS;
        person_next_list(x.w, &x.bob);
        assert_int_equal(person_publish_list(x.w, &x.bob, x.bob.list_statement), E_OK);
    }
    body = refused(&x, E_STALE);
    bob = told_of(&x, body, &x.bob);
    assert_int_equal(bob->n_lists, 2);
    assert_bytes(frame_bytes(bob->lists[1]), x.bob.list_statement);
    assert_int_equal(bob->n_prekeys, 1);

    /* Refused, the number is free: the same message, sealed again. */
    x.ann.uploads--;
    letter_make(x.w, &x.l, &x.ann, &x.bob);
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    end(&x);
}

static void a_roster_that_was_registered_in_time_may_be_stale_when_the_upload_comes(void **state)
{
    struct pair x;

    begin(&x, state);
    assert_int_equal(letter_register(x.w, &x.ann, &x.l).code, E_OK);
    x.w->now_ms += CLOCK_SECOND_MS;
    person_next_list(x.w, &x.bob);
    assert_int_equal(person_publish_list(x.w, &x.bob, x.bob.list_statement), E_OK);
    assert_int_equal(told_of(&x, refused(&x, E_STALE), &x.bob)->n_lists, 1);
    end(&x);
}

static void a_list_that_we_do_not_know_is_answered_with_all_of_ours(void **state)
{
    struct pair x;
    struct bytes body;

    begin(&x, state);
    x.l.account[0].list_hash[0] ^= 1;
    x.l.account[1].list_version = 7;
    rewrite_roster(&x);
    body = refused(&x, E_STALE);
    assert_int_equal(told_of_some(&x, body, &x.ann, 2)->n_lists, 1);
    assert_int_equal(told_of_some(&x, body, &x.bob, 2)->n_lists, 1);
    end(&x);
}

static void a_stale_prekey_is_answered_with_the_newest(void **state)
{
    struct pair x;
    const Tacet__Wire__Person *bob;
    struct bytes newest;

    begin(&x, state);
    newest = person_prekey(x.w, &x.bob, 2);
    assert_int_equal(person_publish_prekey(x.w, &x.bob, newest), E_OK);
    x.w->now_ms += CLOCK_DAY_MS + 1;
    bob = told_of(&x, refused(&x, E_STALE), &x.bob);
    assert_int_equal(bob->n_lists, 0);
    assert_int_equal(bob->n_prekeys, 1);
    assert_bytes(frame_bytes(bob->prekeys[0]), newest);
    letter_name_prekey(&x.l, 2);
    letter_write(x.w, &x.l);
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    end(&x);
}

static void prekeys_unknown_or_expired_are_stale(void **state)
{
    struct pair x;

    begin(&x, state);
    letter_name_prekey(&x.l, 9);
    letter_write(x.w, &x.l);
    refused(&x, E_STALE);
    letter_name_prekey(&x.l, 1);
    letter_add_capsule(x.w, &x.l, 65536 + 1); /* the same 16 bits, another prekey */
    refused(&x, E_STALE);
    x.l.upload.capsules = 0;
    letter_add_capsule(x.w, &x.l, 1);
    x.w->now_ms += PREKEY_LIFE_MS;
    refused(&x, E_STALE);
    x.w->now_ms -= 1;
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    end(&x);
}

static void a_device_with_a_prekey_is_not_passed_over(void **state)
{
    struct pair x;

    begin(&x, state);
    x.l.skipped = (struct roster_skipped){x.bob.did, ROSTER_NO_PREKEY};
    x.l.roster.skips = 1;
    rewrite_roster(&x);
    refused(&x, E_STALE);
    x.l.skipped.did.b[0] ^= 1; /* a device of nobody */
    rewrite_roster(&x);
    refused(&x, E_MALFORMED);
    end(&x);
}

static void a_removed_recipient_is_said_to_be(void **state)
{
    struct pair x;
    const Tacet__Wire__Person *bob;
    struct directory_statement s;

    begin(&x, state);
    assert_int_equal(world_remove(x.w, "bob"), E_OK);
    bob = told_of(&x, refused(&x, E_REMOVED), &x.bob);
    assert_ok(directory_check(frame_bytes(bob->statement), &x.w->nid, networks_key(x.w->networks),
                              x.w->now_ms, &s));
    assert_int_equal(s.state, DIRECTORY_REMOVED);
    assert_int_equal(bob->n_lists + bob->n_prekeys, 0);
    end(&x);
}

/* ---- Upload numbers. */

static void the_same_upload_again_is_accepted_and_stores_nothing(void **state)
{
    struct pair x;

    begin(&x, state);
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    assert_int_equal(world_mail(x.w), 1);
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    assert_int_equal(world_effects(x.w, EFFECT_MAIL), 0);
    world_again(x.w);
    /* Also when what it names is stale by now, or gone. */
    x.w->now_ms += CLOCK_SECOND_MS;
    person_next_list(x.w, &x.bob);
    assert_int_equal(person_publish_list(x.w, &x.bob, x.bob.list_statement), E_OK);
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    assert_int_equal(world_mail(x.w), 1);
    assert_int_equal(world_remove(x.w, "bob"), E_OK);
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    end(&x);
}

static void another_upload_under_its_number_is_a_conflict(void **state)
{
    struct pair x;

    begin(&x, state);
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    x.l.entry[UPLOAD_ENTRY_SIZE - 1] ^= 1;
    letter_write(x.w, &x.l);
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_CONFLICT);
    assert_int_equal(world_mail(x.w), 1);
    end(&x);
}

static void numbers_of_long_ago_are_a_conflict(void **state)
{
    struct pair x;
    struct letter first, second;

    begin(&x, state);
    first = x.l;
    assert_int_equal(letter_send(x.w, &x.ann, &first).code, E_OK);
    letter_make(x.w, &second, &x.ann, &x.bob);
    assert_int_equal(letter_send(x.w, &x.ann, &second).code, E_OK);
    for (int i = 0; i < DEVICES_UPLOAD_WINDOW - 1; i++) {
        letter_make(x.w, &x.l, &x.ann, &x.bob);
        assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    }
    assert_int_equal(letter_send(x.w, &x.ann, &second).code, E_OK);
    assert_int_equal(letter_send(x.w, &x.ann, &first).code, E_CONFLICT);
    assert_int_equal(world_mail(x.w), DEVICES_UPLOAD_WINDOW + 1);
    end(&x);
}

static void a_number_far_ahead_is_a_conflict(void **state)
{
    struct pair x;

    begin(&x, state);
    x.l.upload.number = DEVICES_UPLOAD_WINDOW + 1;
    letter_write(x.w, &x.l);
    refused(&x, E_CONFLICT);
    x.l.upload.number = 0;
    letter_write(x.w, &x.l);
    refused(&x, E_MALFORMED);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(malformed_uploads_are_refused),
        world_test(entries_are_as_many_as_recipients),
        world_test(a_roster_is_registered_once_and_is_its_accounts_to_fetch),
        world_test(rosters_that_do_not_fit_are_refused),
        world_test(strangers_do_not_send_into_a_conversation),
        world_test(an_account_that_is_not_here_has_no_mailbox),
        world_test(a_stale_list_is_answered_with_what_follows_it),
        world_test(a_roster_that_was_registered_in_time_may_be_stale_when_the_upload_comes),
        world_test(a_list_that_we_do_not_know_is_answered_with_all_of_ours),
        world_test(a_stale_prekey_is_answered_with_the_newest),
        world_test(prekeys_unknown_or_expired_are_stale),
        world_test(a_device_with_a_prekey_is_not_passed_over),
        world_test(a_removed_recipient_is_said_to_be),
        world_test(the_same_upload_again_is_accepted_and_stores_nothing),
        world_test(another_upload_under_its_number_is_a_conflict),
        world_test(numbers_of_long_ago_are_a_conflict),
        world_test(a_number_far_ahead_is_a_conflict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
