/* SPDX-License-Identifier: Apache-2.0 */
/* Invited, joined, removed: accounts, welcome and admin through the frames of their routes. */
#include "letter.h"

static enum err_code withdraw(struct world *w, const char *handle)
{
    Tacet__Wire__Revoke in = TACET__WIRE__REVOKE__INIT;

    in.handle = frame_data(bytes_text(handle));
    return world_ask(w, &w->control, OP_REVOKE, &in).code;
}

static Tacet__Wire__People *people(struct world *w, uint64_t after)
{
    Tacet__Wire__AskPeople in = TACET__WIRE__ASK_PEOPLE__INIT;
    Tacet__Wire__People *out = NULL;
    struct answer a;

    in.after = after;
    a = world_ask(w, &w->control, OP_PEOPLE, &in);
    assert_int_equal(a.code, E_OK);
    world_read(w, a, people, &out);
    return out;
}

static struct directory_statement check(struct world *w, ProtobufCBinaryData statement)
{
    struct directory_statement s;

    assert_ok(
        directory_check(frame_bytes(statement), &w->nid, networks_key(w->networks), w->now_ms, &s));
    return s;
}

static void an_invitation_names_server_and_network(void **state)
{
    struct world *w = *state;
    struct invitation i;

    assert_int_equal(world_invite(w, "ann", 0, &i).code, E_OK);
    assert_true(ID_SAME(i.nid, w->nid));
    assert_memory_equal(i.pin, w->server.pin, sizeof i.pin);
    assert_string_equal(i.address, "chat.example.org:443");
    assert_int_equal(people(w, 0)->rows[0]->expires_ms, w->now_ms + 48 * CLOCK_HOUR_MS);
}

static void invitations_have_rules(void **state)
{
    struct world *w = *state;

    assert_int_equal(world_invite(w, "Ann", 0, NULL).code, E_MALFORMED);
    assert_int_equal(world_invite(w, "", 0, NULL).code, E_MALFORMED);
    assert_int_equal(world_invite(w, "ann", 30 * 86400, NULL).code, E_OK);
    assert_int_equal(world_invite(w, "ann", 30 * 86400 + 1, NULL).code, E_LIMIT);
    assert_int_equal(world_invite(w, "ann", UINT64_MAX, NULL).code, E_LIMIT);
}

static void who_joins_gets_all_that_others_are_checked_by(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Joined *joined;
    struct directory_statement me;
    struct invitation i;
    struct person ann;
    struct answer a;

    world_invite(w, "ann", 0, &i);
    person_make(w, &ann);
    person_connect(w, &ann);
    a = person_join(w, &ann, &i);
    assert_int_equal(a.code, E_OK);
    world_read(w, a, joined, &joined);
    assert_bytes(frame_bytes(joined->root), BYTES(w->root_point.b));
    assert_bytes(frame_bytes(joined->domain), WORLD_DOMAIN);
    me = check(w, joined->me);
    assert_true(ID_SAME(me.aid, ann.aid));
    assert_bytes(me.handle, BYTES_LITERAL("ann"));
    assert_int_equal(me.number, 1);
    assert_int_equal(me.state, DIRECTORY_ACTIVE);
    assert_false(ann.session.signed_in);
    person_free(&ann);
}

static void joining_again_gives_the_same_answer(void **state)
{
    struct world *w = *state;
    struct answer first, again;
    struct invitation i;
    struct person ann, eve;

    world_invite(w, "ann", 0, &i);
    person_make(w, &ann);
    person_connect(w, &ann);
    first = person_join(w, &ann, &i);
    world_again(w);
    w->now_ms += 60 * CLOCK_DAY_MS;
    person_connect(w, &ann);
    again = person_join(w, &ann, &i);
    assert_int_equal(again.code, E_OK);
    assert_bytes(again.body, first.body);
    person_make(w, &eve);
    person_connect(w, &eve);
    assert_int_equal(person_join(w, &eve, &i).code, E_CONFLICT);
    person_free(&ann);
    person_free(&eve);
}

static enum err_code try_join(struct world *w, const struct invitation *i)
{
    struct person p;
    enum err_code code;

    person_make(w, &p);
    person_connect(w, &p);
    code = person_join(w, &p, i).code;
    person_free(&p);
    return code;
}

static void tokens_that_do_not_count_any_more_are_refused(void **state)
{
    struct world *w = *state;
    struct invitation first, second, unknown = {.token = {1}};

    assert_int_equal(try_join(w, &unknown), E_ABSENT);
    world_invite(w, "ann", 3600, &first);
    world_invite(w, "ann", 3600, &second); /* replaces the first */
    assert_int_equal(people(w, 0)->n_rows, 1);
    assert_int_equal(try_join(w, &first), E_ABSENT);
    w->now_ms += 3600 * CLOCK_SECOND_MS;
    assert_int_equal(try_join(w, &second), E_EXPIRED);
    w->now_ms -= 1;
    assert_int_equal(withdraw(w, "ann"), E_OK);
    assert_int_equal(withdraw(w, "ann"), E_ABSENT);
    assert_int_equal(try_join(w, &second), E_ABSENT);
}

static void a_taken_handle_is_not_invited(void **state)
{
    struct world *w = *state;
    struct person ann;

    person_enter(w, &ann, "ann");
    assert_int_equal(world_invite(w, "ann", 0, NULL).code, E_CONFLICT);
    assert_int_equal(withdraw(w, "ann"), E_ABSENT);
    person_free(&ann);
}

static void what_does_not_verify_joins_nobody(void **state)
{
    struct world *w = *state;
    struct invitation i;
    struct person ann, eve;

    world_invite(w, "ann", 0, &i);
    person_make(w, &ann);
    person_make(w, &eve);
    person_connect(w, &ann);
    ann.list_statement = eve.list_statement; /* not under this root key */
    assert_int_equal(person_join(w, &ann, &i).code, E_FORGED);
    assert_int_equal(people(w, 0)->rows[0]->state, ACCOUNTS_INVITED);
    assert_int_equal(scratch_number(w->db, "SELECT count(*) FROM device"), 0);
    person_sign_list(w, &ann);
    person_connect(w, &ann);
    assert_int_equal(person_join(w, &ann, &i).code, E_OK);
    person_free(&ann);
    person_free(&eve);
}

static void one_key_is_one_account(void **state)
{
    struct world *w = *state;
    struct invitation i;
    struct person ann;

    person_enter(w, &ann, "ann");
    world_invite(w, "bob", 0, &i);
    person_connect(w, &ann);
    assert_int_equal(person_join(w, &ann, &i).code, E_CONFLICT);
    person_free(&ann);
}

static void a_removed_person_is_gone(void **state)
{
    struct world *w = *state;
    Tacet__Wire__PersonAnswer *answer;
    Tacet__Wire__Stale *told;
    struct directory_statement s;
    struct person ann, bob;
    struct letter l;
    struct answer a;

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    letter_make(w, &l, &bob, &ann);
    assert_int_equal(letter_send(w, &bob, &l).code, E_OK);
    assert_int_equal(people(w, 0)->rows[0]->waiting, 1);
    assert_int_equal(world_remove(w, "ann"), E_OK);
    assert_int_equal(world_effects(w, EFFECT_GONE), 1);
    assert_true(ID_SAME(world_effect(w, EFFECT_GONE)->did, ann.did));
    assert_int_equal(world_mail(w), 0);
    assert_int_equal(people(w, 0)->rows[0]->waiting, 0);
    assert_int_equal(people(w, 0)->rows[0]->state, ACCOUNTS_REMOVED);

    /* What its session still asks, and a new one. */
    assert_int_equal(person_ask(w, &ann, "bob", 0).code, E_REMOVED);
    letter_make(w, &l, &ann, &bob);
    assert_int_equal(letter_send(w, &ann, &l).code, E_REMOVED);
    person_connect(w, &ann);
    a = person_sign_in(w, &ann);
    assert_int_equal(a.code, E_REMOVED);
    world_read(w, a, stale, &told);
    assert_int_equal(told->n_persons, 1);
    world_check_certificate(w, frame_bytes(told->certificate));
    assert_int_equal(check(w, told->persons[0]->statement).state, DIRECTORY_REMOVED);

    /* What others see. */
    a = person_ask(w, &bob, "ann", 0);
    assert_int_equal(a.code, E_OK);
    world_read(w, a, person_answer, &answer);
    s = check(w, answer->person->statement);
    assert_int_equal(s.state, DIRECTORY_REMOVED);
    assert_int_equal(s.number, 2);
    assert_int_equal(answer->person->n_lists, 1); /* to open what she sent before */
    assert_int_equal(answer->person->n_prekeys, 0);

    assert_int_equal(world_remove(w, "ann"), E_REMOVED);
    assert_int_equal(world_remove(w, "eve"), E_ABSENT);
    person_free(&ann);
    person_free(&bob);
}

static void a_removed_handle_can_be_another_account(void **state)
{
    struct world *w = *state;
    Tacet__Wire__PersonAnswer *answer;
    struct invitation i;
    struct person ann, other;
    struct answer a;

    world_invite(w, "ann", 0, &i);
    person_make(w, &ann);
    person_connect(w, &ann);
    assert_int_equal(person_join(w, &ann, &i).code, E_OK);
    assert_int_equal(world_remove(w, "ann"), E_OK);
    person_connect(w, &ann);
    assert_int_equal(person_join(w, &ann, &i).code, E_REMOVED); /* the old token does not revive */
    person_enter(w, &other, "ann");
    a = person_ask(w, &other, "ann", 0);
    world_read(w, a, person_answer, &answer);
    assert_true(ID_SAME(check(w, answer->person->statement).aid, other.aid));
    assert_int_equal(people(w, 0)->n_rows, 2);
    person_free(&ann);
    person_free(&other);
}

static void people_come_in_pages(void **state)
{
    struct world *w = *state;
    Tacet__Wire__People *page;
    size_t seen = 0;
    uint64_t after = 0;
    char handle[32];

    for (int i = 0; i < 201; i++) {
        snprintf(handle, sizeof handle, "p%03d", i);
        w->now_ms += CLOCK_SECOND_MS;
        assert_int_equal(world_invite(w, handle, 0, NULL).code, E_OK);
    }
    do {
        page = people(w, after);
        for (size_t i = 0; i < page->n_rows; i++) {
            snprintf(handle, sizeof handle, "p%03d", (int)seen++);
            assert_bytes(frame_bytes(page->rows[i]->handle), bytes_text(handle));
            assert_int_equal(page->rows[i]->state, ACCOUNTS_INVITED);
        }
        after = page->next;
    } while (after != 0);
    assert_int_equal(seen, 201);
    assert_int_equal(page->n_rows, 1);
}

static void signing_in_is_the_devices_own_word_on_this_connection(void **state)
{
    struct world *w = *state;
    struct person ann, eve;
    struct sign_private *own;

    person_enter(w, &ann, "ann");
    person_make(w, &eve);
    person_connect(w, &eve);
    assert_int_equal(person_sign_in(w, &eve).code, E_DENIED); /* unknown */

    own = ann.dsk; /* known, but another's signature */
    ann.dsk = eve.dsk;
    person_connect(w, &ann);
    assert_int_equal(person_sign_in(w, &ann).code, E_FORGED);
    ann.dsk = own;

    person_connect(w, &ann);
    struct session other = ann.session;
    struct request *rq;
    struct buf b = BUF(SIGNIN_MAX_SIZE);
    Tacet__Wire__SignIn in = TACET__WIRE__SIGN_IN__INIT;
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT;
    struct signin s = {ann.did, WORLD_DOMAIN, BYTES(other.binding), 1};

    versions.version = versions.least = 1;
    in.versions = &versions;
    assert_ok(signin_sign(&s, &w->nid, ann.dsk, &b));
    in.statement = frame_data(world_keep(w, &b));
    person_connect(w, &ann); /* the statement is replayed on another connection */
    rq = world_frame(w, &ann.session, OP_SIGN_IN, &in);
    world_run(w, &rq, 1);
    assert_int_equal(world_answer(w, rq).code, E_FORGED);
    assert_int_equal(world_effects(w, EFFECT_SIGNED_IN), 0);
    person_free(&ann);
    person_free(&eve);
}

static void welcome_says_where_the_device_stands(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Welcome *welcome;
    struct person ann, bob;
    struct letter l;
    struct answer a;

    person_enter(w, &ann, "ann");
    person_enter(w, &bob, "bob");
    letter_make(w, &l, &ann, &bob);
    assert_int_equal(letter_send(w, &ann, &l).code, E_OK);
    letter_make(w, &l, &bob, &ann);
    assert_int_equal(letter_send(w, &bob, &l).code, E_OK);
    assert_int_equal(person_publish_prekey(w, &ann, person_prekey(w, &ann, 2)), E_OK);
    world_again(w);
    person_connect(w, &ann);
    a = person_sign_in(w, &ann);
    assert_int_equal(a.code, E_OK);
    world_read(w, a, welcome, &welcome);
    assert_int_equal(welcome->now_ms, w->now_ms);
    assert_int_equal(welcome->prekey, 2);
    assert_int_equal(welcome->uploads, 1);
    assert_int_equal(welcome->waiting, 1);
    assert_true(ID_SAME(check(w, welcome->me).aid, ann.aid));
    assert_int_equal(world_effects(w, EFFECT_SIGNED_IN), 1);
    assert_int_equal(world_effects(w, EFFECT_PAGE), 1); /* what waits comes along */
    person_free(&ann);
    person_free(&bob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(an_invitation_names_server_and_network),
        world_test(invitations_have_rules),
        world_test(who_joins_gets_all_that_others_are_checked_by),
        world_test(joining_again_gives_the_same_answer),
        world_test(tokens_that_do_not_count_any_more_are_refused),
        world_test(a_taken_handle_is_not_invited),
        world_test(what_does_not_verify_joins_nobody),
        world_test(one_key_is_one_account),
        world_test(a_removed_person_is_gone),
        world_test(a_removed_handle_can_be_another_account),
        world_test(people_come_in_pages),
        world_test(signing_in_is_the_devices_own_word_on_this_connection),
        world_test(welcome_says_where_the_device_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
