/* SPDX-License-Identifier: Apache-2.0 */
/* devices_removed: a device that another one removed gets nothing more, and is told by its
 * account's own list alone.  [PROTOCOL 4.3, 15.7] */
#include "scenario/devices.h"

static void a_removed_device_gets_nothing(void **state)
{
    struct pair c = pair_met();

    (void)state;
    stage_remove_device(c.alice, c.second);
    says(c.bob, c.alice, "not for the second");
    is(c.bob, "accepted");
    sees(c.alice, c.bob, "not for the second");
    says(c.alice, c.bob, "nor this");
    sees(c.bob, c.alice, "nor this");
    stage_forward(c.p, CLOCK_DAY_MS);
    sees_nothing(c.second);
    assert_true(stage_was_removed(c.second));
    assert_true(stage_link_ended(c.second, E_REMOVED));
    play_end(c.p);
}

static void a_device_that_was_removed_while_away_is_told_when_it_returns(void **state)
{
    struct pair c = pair_met();

    (void)state;
    leaves(c.second);
    says(c.bob, c.alice, "waits for it");
    stage_remove_device(c.alice, c.second);
    returns(c.second);
    sees_nothing(c.second);
    assert_true(stage_was_removed(c.second));
    leaves(c.second);
    returns(c.second); /* and it knows without asking */
    assert_true(stage_was_removed(c.second));
    assert_false(engine_is_ready(stage_engine(c.second)));
    play_end(c.p);
}

static void a_removed_device_sends_nothing(void **state)
{
    struct pair c = pair_met();

    (void)state;
    stage_cut_off(c.second, true);
    stage_hang_up(c.second);
    says(c.second, c.bob, "written before it knew");
    stage_remove_device(c.alice, c.second);
    stage_cut_off(c.second, false);
    stage_forward(c.p, CLOCK_HOUR_MS);
    sees_nothing(c.bob);
    assert_true(stage_was_removed(c.second));
    play_end(c.p);
}

static void the_one_that_is_left_goes_on(void **state)
{
    struct pair c = pair_met();

    (void)state;
    stage_remove_device(c.second, c.alice); /* the first, by the one that it added */
    says(c.second, c.bob, "I am all that is left");
    is(c.second, "accepted");
    sees(c.bob, c.alice, "I am all that is left");
    says(c.bob, c.alice, "good");
    sees(c.second, c.bob, "good");
    says_to(c.second, "alice", "nobody would get it");
    failed_with(c.second, E_DENIED);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    assert_true(stage_was_removed(c.alice));
    play_end(c.p);
}

static void the_servers_word_alone_removes_nothing(void **state)
{
    struct pair c = pair_met();
    struct lie lie = {.op = OP_SIGN_IN, .to = c.second, .tell = lie_refuse, .at = E_REMOVED};

    (void)state;
    leaves(c.second);
    lie_begin(c.p, &lie);
    returns(c.second);
    lie_end(c.p);
    assert_int_equal(lie.told, 1);
    assert_true(stage_link_ended(c.second, E_REMOVED));
    assert_false(stage_was_removed(c.second));
    leaves(c.second);
    returns(c.second);
    says(c.bob, c.alice, "there you are");
    sees(c.second, c.bob, "there you are");
    play_end(c.p);
}

/* tell: refused, with the list at ctx. */
static bool refuse_with(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Stale *m = ARENA_NEW(a, Tacet__Wire__Stale);
    Tacet__Wire__Person *p = ARENA_NEW(a, Tacet__Wire__Person),
                        **all = ARENA_ARRAY(a, 1, Tacet__Wire__Person *);
    ProtobufCBinaryData *list = ARENA_NEW(a, ProtobufCBinaryData);
    struct buf packed = BUF(LIMIT_FRAME);

    (void)body;
    assert_true(m != NULL && p != NULL && all != NULL && list != NULL);
    tacet__wire__stale__init(m);
    tacet__wire__person__init(p);
    *list = frame_data(buf_view(l->ctx));
    *all = p;
    p->lists = list;
    p->n_lists = 1;
    m->persons = all;
    m->n_persons = 1;
    frame_pack(m, &packed);
    f->code = E_REMOVED;
    assert_ok(arena_copy(a, buf_view(&packed), &f->body));
    buf_free(&packed);
    return true;
}

static void is_refused_with(struct pair *c, struct buf *list, bool removed)
{
    struct lie lie = {.op = OP_SIGN_IN, .to = c->second, .tell = refuse_with, .ctx = list};

    leaves(c->second);
    lie_begin(c->p, &lie);
    returns(c->second);
    lie_end(c->p);
    assert_true(lie.told > 0);
    assert_int_equal(stage_was_removed(c->second), removed);
}

static void a_list_that_does_not_check_removes_nothing(void **state)
{
    struct pair c = pair_met();
    struct buf list = BUF(DEVICE_LIST_MAX_SIZE), true_one = BUF(DEVICE_LIST_MAX_SIZE);
    const struct own *own = engine_own(stage_engine(c.alice));
    struct arena a = ARENA(65536);
    struct bytes statement;

    (void)state;
    /* One that has it. */
    assert_ok(vault_get(engine_vault(stage_engine(c.alice)), VAULT_LIST, ID_BYTES(own->me.who.aid),
                        own->list.version, &a, &statement));
    buf_bytes(&list, statement);
    is_refused_with(&c, &list, false);

    /* One that revokes it, altered, and then as it is. */
    stage_revocation(c.alice, c.second, &true_one);
    for (size_t i = 1; i <= 3; i++) {
        buf_free(&list);
        list = BUF(DEVICE_LIST_MAX_SIZE);
        buf_bytes(&list, buf_view(&true_one));
        list.at[list.n * i / 4] ^= 1;
        is_refused_with(&c, &list, false);
    }
    is_refused_with(&c, &true_one, true);
    buf_free(&list);
    buf_free(&true_one);
    arena_free(&a);
    play_end(c.p);
}

/* It still knows the account's key, and whoever has its own may have the server, too. */
static void a_device_that_was_removed_removes_nobody(void **state)
{
    struct pair c = pair_met();
    struct person *stolen = stage_second_device(c.alice, "stolen");
    struct buf forged = BUF(DEVICE_LIST_MAX_SIZE), true_one = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    stage_late_revocation(stolen, c.second, 5, &forged);
    stage_remove_device(c.alice, stolen);
    leaves(c.second);
    returns(c.second);
    is_refused_with(&c, &forged, false);

    /* One that is known removes it, although the lists in between are missing. */
    stage_late_revocation(c.alice, c.second, 5, &true_one);
    is_refused_with(&c, &true_one, true);
    buf_free(&forged);
    buf_free(&true_one);
    play_end(c.p);
}

static void what_a_removed_device_sent_before_is_shown(void **state)
{
    struct pair c = pair_met();
    struct event told;

    (void)state;
    assert_int_equal(stage_told_of_devices(c.bob, &told), 1);
    leaves(c.bob);
    says(c.second, c.bob, "before I go");
    sees_own(c.alice, c.bob, "before I go");
    stage_forward(c.p, CLOCK_HOUR_MS);
    stage_remove_device(c.alice, c.second);
    says(c.alice, c.bob, "it is gone");
    returns(c.bob);
    sees(c.bob, c.alice, "before I go");
    sees(c.bob, c.alice, "it is gone");
    assert_int_equal(stage_told_of_devices(c.bob, &told), 1);
    assert_int_equal(told.removed, 1);
    play_end(c.p);
}

const struct CMUnitTest devices_removed[] = {
    cmocka_unit_test(a_removed_device_gets_nothing),
    cmocka_unit_test(a_device_that_was_removed_while_away_is_told_when_it_returns),
    cmocka_unit_test(a_removed_device_sends_nothing),
    cmocka_unit_test(the_one_that_is_left_goes_on),
    cmocka_unit_test(the_servers_word_alone_removes_nothing),
    cmocka_unit_test(a_list_that_does_not_check_removes_nothing),
    cmocka_unit_test(a_device_that_was_removed_removes_nobody),
    cmocka_unit_test(what_a_removed_device_sent_before_is_shown),
};
const size_t devices_removed_n = sizeof devices_removed / sizeof devices_removed[0];
