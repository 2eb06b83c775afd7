/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are fetched without being asked for. */
#include "client/automatic.h"
#include "scenario/courier.h"

#define MOST 100000

static void says_how_much(struct told *x, uint64_t most)
{
    struct command c = {
        .kind = COMMAND_FILE_AUTOMATIC, .text = bytes_text(x->inbox), .number = most};

    assert_ok(engine_command(x->bob->engine, &c, stage_clock(x->bob)));
}

static unsigned in_inbox(struct told *x)
{
    char name[256];

    return courier_count(x, name);
}

static void nothing_is_fetched_by_itself_until_it_is_said(void **state)
{
    struct command c = {.kind = COMMAND_FILE_AUTOMATIC, .number = MOST};
    struct told x;

    (void)state;
    courier_begin(&x);
    courier_write(&x, 1000, 1);
    assert_int_equal(courier_send(&x, "a", false), E_OK);
    assert_int_equal(in_inbox(&x), 0);
    says_how_much(&x, MOST);
    assert_int_equal(courier_send(&x, "b", false), E_OK);
    courier_check_kept(&x, "b");
    assert_int_equal(in_inbox(&x), 1); /* and not what came before */
    says_how_much(&x, 0);
    assert_int_equal(courier_send(&x, "c", false), E_OK);
    assert_int_equal(in_inbox(&x), 1);
    assert_err(engine_command(x.bob->engine, &c, stage_clock(x.bob)), E_LIMIT); /* nowhere */
    c = (struct command){
        .kind = COMMAND_FILE_AUTOMATIC, .text = bytes_text(x.inbox), .number = LIMIT_FILE + 1};
    assert_err(engine_command(x.bob->engine, &c, stage_clock(x.bob)), E_LIMIT);
    courier_end(&x);
}

static void what_is_too_large_or_not_to_be_kept_is_not(void **state)
{
    struct told x;

    (void)state;
    courier_begin(&x);
    says_how_much(&x, MOST);
    courier_write(&x, MOST + 1, 1);
    assert_int_equal(courier_send(&x, "a", false), E_OK);
    courier_write(&x, MOST, 1);
    assert_int_equal(courier_send(&x, "b", true), E_OK);
    assert_int_equal(in_inbox(&x), 0);
    assert_false(courier_has_transfers(x.bob));
    assert_int_equal(courier_send(&x, "c", false), E_OK);
    courier_check_kept(&x, "c");
    courier_end(&x);
}

static void nothing_comes_by_itself_of_somebody_who_is_blocked(void **state)
{
    struct command c = {.kind = COMMAND_BLOCK, .handle = bytes_text("alice"), .number = 1};
    struct told x;

    (void)state;
    courier_begin(&x);
    says_how_much(&x, MOST);
    assert_ok(engine_command(x.bob->engine, &c, stage_clock(x.bob)));
    courier_write(&x, 1000, 1);
    assert_int_equal(courier_send(&x, "a", false), E_OK);
    assert_int_equal(in_inbox(&x), 0);
    c.number = 0;
    assert_ok(engine_command(x.bob->engine, &c, stage_clock(x.bob)));
    assert_int_equal(courier_send(&x, "b", false), E_OK);
    assert_int_equal(in_inbox(&x), 1);
    courier_end(&x);
}

/* As if so many had come today already. */
static void there_were(struct told *x, uint64_t n)
{
    struct vault *v = engine_vault(x->bob->engine);

    assert_ok(vault_begin(v));
    assert_ok(
        vault_counter_set(v, VAULT_AUTOMATIC_DAY, stage_clock(x->bob) / CLOCK_DAY_MS << 16 | n));
    assert_ok(vault_commit(v));
}

static void so_many_a_day_and_no_more(void **state)
{
    struct told x;

    (void)state;
    courier_begin(&x);
    says_how_much(&x, MOST);
    courier_write(&x, 1, 1);
    assert_int_equal(courier_send(&x, "a", false), E_OK);
    there_were(&x, AUTOMATIC_DAY_MOST - 2);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(courier_send(&x, "a", false), E_OK);
    assert_int_equal(in_inbox(&x), 3);
    stage_forward(x.p, CLOCK_DAY_MS);
    assert_int_equal(courier_send(&x, "a", false), E_OK);
    assert_int_equal(in_inbox(&x), 4);
    courier_end(&x);
}

/* The receiver's program ends before each of its steps in turn, and comes back. */
static void one_that_is_killed_fetches_it_all_the_same_and_once(void **state)
{
    struct told x;
    unsigned killed = 0;

    (void)state;
    courier_begin(&x);
    says_how_much(&x, MOST);
    courier_write(&x, MOST, 1);
    for (unsigned step = 1; step < 16; step++) {
        unsigned before = in_inbox(&x);

        stage_crash_at(x.bob, step);
        assert_int_equal(courier_send(&x, "a", false), E_OK);
        if (!stage_is_running(x.bob)) {
            killed++;
            returns(x.bob);
            stage_forward(x.p, 5 * CLOCK_MINUTE_MS);
        }
        stage_crash_at(x.bob, 0);
        assert_int_equal(in_inbox(&x), before + 1);
        assert_false(courier_has_transfers(x.bob));
    }
    assert_in_range(killed, 3, 15);
    courier_end(&x);
}

const struct CMUnitTest files_automatic[] = {
    cmocka_unit_test(nothing_is_fetched_by_itself_until_it_is_said),
    cmocka_unit_test(what_is_too_large_or_not_to_be_kept_is_not),
    cmocka_unit_test(nothing_comes_by_itself_of_somebody_who_is_blocked),
    cmocka_unit_test(so_many_a_day_and_no_more),
    cmocka_unit_test(one_that_is_killed_fetches_it_all_the_same_and_once),
};
const size_t files_automatic_n = sizeof files_automatic / sizeof files_automatic[0];
