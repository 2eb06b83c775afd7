/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_revoked: mail from a device that its person has revoked since.  [PROTOCOL 5.1, 6.5] */
#include "scenario/forger.h"
#include "scenario/hostile.h"

/* Alice has revoked her device, and bob is shown it with the next answer that speaks of her. */
struct revocation {
    struct buf list[2];
};

static bool tell_all(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Person *person = ((Tacet__Wire__PersonAnswer *)body)->person;
    const struct revocation *r = l->ctx;
    ProtobufCBinaryData *lists = ARENA_ARRAY(a, 3, ProtobufCBinaryData);

    (void)f;
    assert_non_null(lists);
    assert_int_equal(person->n_lists, 1);
    lists[0] = person->lists[0];
    lists[1] = frame_data(buf_view(&r->list[0]));
    lists[2] = frame_data(buf_view(&r->list[1]));
    person->lists = lists;
    person->n_lists = 3;
    person->n_prekeys = 0; /* the other device has none yet */
    return true;
}

static void revokes(struct play *p, struct person *alice, struct revocation *r)
{
    *r = (struct revocation){{BUF(DEVICE_LIST_MAX_SIZE), BUF(DEVICE_LIST_MAX_SIZE)}};
    forge_revocation(p, alice, r->list);
}

static void learns(struct play *p, struct person *bob, struct revocation *r)
{
    struct lie lie = {.op = OP_PERSON,
                      .form = &tacet__wire__person_answer__descriptor,
                      .to = bob,
                      .tell = tell_all,
                      .ctx = r};

    lie_begin(p, &lie);
    looks_up(p, bob, "alice");
    lie_end(p);
    assert_true(lie.told > 0);
    assert_false(stage_heard(bob, PROBLEM_STATEMENT));
}

/* Bob is back, and learns of it before his mail is let through. */
static void returns_and_learns(struct play *p, struct person *bob, struct revocation *r)
{
    struct lie hold = {.op = OP_DELIVER, .to = bob, .tell = lie_drop};

    lie_begin(p, &hold);
    returns(bob);
    learns(p, bob, r);
    leaves(bob);
    returns(bob);
}

static void ends(struct play *p, struct revocation *r)
{
    buf_free(&r->list[0]);
    buf_free(&r->list[1]);
    play_end(p);
}

static void sees_left(struct person *bob, struct person *alice, const char *text)
{
    assert_non_null(stage_next_shown(bob));
    assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_LEFT);
    sees(bob, alice, text);
}

static void is_refused(struct person *bob)
{
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    assert_string_equal(err_name(stage_problem_code(bob)), err_name(E_REMOVED));
    assert_int_equal(parked_by(bob), 0);
}

static struct play *begin(struct person **alice, struct person **bob)
{
    struct play *p = play_begin();

    *alice = joins(p, "alice"), *bob = joins(p, "bob");
    says(*alice, *bob, "hello");
    sees_behind(*bob, *alice, "hello", 0);
    return p;
}

/* A day later, and bob knows of it. */
static void revokes_and_is_known(struct play *p, struct person *alice, struct person *bob,
                                 struct revocation *r)
{
    stage_forward(p, CLOCK_DAY_MS);
    revokes(p, alice, r);
    learns(p, bob, r);
}

static void mail_from_before_a_device_was_revoked_is_shown_and_marked(void **state)
{
    struct person *alice, *bob;
    struct play *p = begin(&alice, &bob);
    struct revocation r;

    (void)state;
    leaves(bob);
    says(alice, bob, "from the old device");
    stage_forward(p, CLOCK_DAY_MS);
    revokes(p, alice, &r);
    returns_and_learns(p, bob, &r);
    sees_left(bob, alice, "from the old device");
    assert_false(stage_heard(bob, PROBLEM_DAMAGED));
    ends(p, &r);
}

static void the_first_mail_of_a_device_that_was_revoked_is_shown_as_well(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct revocation r;

    (void)state;
    leaves(bob);
    says(alice, bob, "with a capsule");
    stage_forward(p, CLOCK_DAY_MS);
    revokes(p, alice, &r);
    returns_and_learns(p, bob, &r);
    sees_left(bob, alice, "with a capsule");
    assert_int_equal(parked_by(bob), 0);
    ends(p, &r);
}

static void what_the_server_got_after_a_device_was_revoked_is_refused(void **state)
{
    struct person *alice, *bob;
    struct play *p = begin(&alice, &bob);
    struct revocation r;
    struct forgery f;

    (void)state;
    revokes_and_is_known(p, alice, bob, &r);
    forge(&f, p, alice, bob, "by whoever has the device");
    forge_deliver(&f); /* at the very moment that the list names */
    is_refused(bob);

    forge(&f, p, alice, bob, "dated before");
    f.core.sent_ms -= CLOCK_HOUR_MS; /* its own date does not count */
    forge_deliver(&f);
    is_refused(bob);

    forge_capsule(&engine_own(stage_engine(alice))->me, bob, stage_now(p));
    is_refused(bob);

    forge(&f, p, alice, bob, "from before");
    f.received_ms--;
    forge_deliver(&f);
    sees_left(bob, alice, "from before");
    ends(p, &r);
}

static void mail_from_before_a_device_was_revoked_is_shown_for_30_days(void **state)
{
    struct person *alice, *bob;
    struct play *p = begin(&alice, &bob);
    struct revocation r;
    struct forgery f;

    (void)state;
    revokes_and_is_known(p, alice, bob, &r);
    stage_forward(p, 29 * CLOCK_DAY_MS);
    looks_up(p, alice, "bob"); /* his prekey is another now */
    forge(&f, p, alice, bob, "a month old");
    f.core.sent_ms = f.received_ms -= 30 * CLOCK_DAY_MS;
    f.core.ttl_s = 31 * 24 * 3600; /* it is not over yet */
    f.counts = true;
    forge_deliver(&f);
    sees_left(bob, alice, "a month old");
    forge(&f, p, alice, bob, "older");
    f.received_ms -= 30 * CLOCK_DAY_MS + 1;
    forge_deliver(&f);
    is_refused(bob);
    ends(p, &r);
}

const struct CMUnitTest hostile_revoked[] = {
    cmocka_unit_test(mail_from_before_a_device_was_revoked_is_shown_and_marked),
    cmocka_unit_test(the_first_mail_of_a_device_that_was_revoked_is_shown_as_well),
    cmocka_unit_test(what_the_server_got_after_a_device_was_revoked_is_refused),
    cmocka_unit_test(mail_from_before_a_device_was_revoked_is_shown_for_30_days),
};
const size_t hostile_revoked_n = sizeof hostile_revoked / sizeof hostile_revoked[0];
