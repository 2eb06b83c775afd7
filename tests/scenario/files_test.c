/* SPDX-License-Identifier: Apache-2.0 */
/* Files that go and come, whatever dies on the way.  [PROTOCOL 13] */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario/courier.h"

static void files_of_all_sizes_go_and_come(void **state)
{
    static const size_t sizes[] = {0, 1, 1024, 65536, 65537, 3 * 65536, LARGE};
    struct told x;
    char name[64];

    (void)state;
    courier_begin(&x);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        courier_write(&x, sizes[i], (unsigned)i);
        snprintf(name, sizeof name, "tides %zu.txt", i);
        assert_int_equal(courier_send(&x, name, false), E_OK);
        assert_true(courier_has_ended(x.alice, E_OK));
        assert_int_equal(courier_fetch(&x), E_OK);
        assert_true(courier_has_ended(x.bob, E_OK));
        assert_int_equal(x.bob->moved.transfer.done, sizes[i]);
        courier_check_kept(&x, name);
        stage_skip_shown(x.bob);
    }
    assert_false(courier_has_transfers(x.alice) || courier_has_transfers(x.bob));
    courier_end(&x);
}

static void look_for(struct told *x, const char *what, unsigned times)
{
    char command[2 * PATH], out[32] = "";
    FILE *f;

    snprintf(command, sizeof command, "grep -raoF -e '%s' %s %s/server | wc -l", what,
             x->shelves.folder, x->p->dir);
    f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(out, sizeof out, f));
    pclose(f);
    assert_int_equal(strtoul(out, NULL, 10), times);
}

static void the_server_has_neither_name_nor_text(void **state)
{
    struct told x;

    (void)state;
    courier_begin(&x);
    courier_write(&x, LARGE, 1);
    assert_int_equal(courier_send(&x, "unmistakable-name.txt", false), E_OK);
    assert_true(courier_has_ended(x.alice, E_OK));
    look_for(&x, MARKER, 0);
    look_for(&x, "unmistakable-name", 0);
    courier_end(&x);
}

static void a_name_leads_nowhere_and_nothing_is_overwritten(void **state)
{
    struct told x;

    (void)state;
    courier_begin(&x);
    for (unsigned i = 0; i < 3; i++) {
        courier_write(&x, 1000, i);
        assert_int_equal(courier_send(&x, "../../.bashrc.\xe2\x80\xaetxt", false), E_OK);
        assert_int_equal(courier_fetch(&x), E_OK);
        courier_check_kept(&x, i == 0   ? "bashrc.txt"
                               : i == 1 ? "bashrc (2).txt"
                                        : "bashrc (3).txt");
        stage_skip_shown(x.bob);
    }
    courier_end(&x);
}

static void what_is_not_to_be_kept_is_not_written(void **state)
{
    struct told x;
    char name[256];

    (void)state;
    courier_begin(&x);
    courier_write(&x, 1000, 1);
    assert_int_equal(courier_send(&x, "a", true), E_OK);
    assert_int_equal(courier_fetch(&x), E_DENIED);
    assert_int_equal(courier_count(&x, name), 0);
    courier_end(&x);
}

/* The sender's program ends before each of its steps in turn, and comes back. */
static void a_sender_that_is_killed_goes_on(void **state)
{
    struct told x;
    unsigned killed = 0;

    (void)state;
    for (unsigned step = 1; step < 60; step += step < 12 ? 1 : 5) {
        char name[256];

        courier_begin(&x);
        courier_write(&x, LARGE, step);
        stage_crash_at(x.alice, step);
        assert_int_equal(courier_send(&x, "a", false), E_OK);
        if (!stage_is_running(x.alice)) {
            killed++;
            returns(x.alice);
            stage_forward(x.p, 5 * CLOCK_MINUTE_MS);
        }
        assert_int_equal(courier_fetch(&x), E_OK);
        assert_true(courier_has_ended(x.bob, E_OK));
        courier_check_kept(&x, "a");
        stage_skip_shown(x.bob);
        assert_null(stage_next_shown(x.bob)); /* and it came once */
        assert_int_equal(courier_count(&x, name), 1);
        courier_end(&x);
    }
    assert_in_range(killed, 10, 60);
}

static void a_receiver_that_is_killed_goes_on(void **state)
{
    struct told x;
    unsigned killed = 0;

    (void)state;
    courier_begin(&x);
    courier_write(&x, LARGE, 1);
    assert_int_equal(courier_send(&x, "a", false), E_OK);
    for (unsigned step = 1; step < 60; step += step < 12 ? 1 : 5) {
        char name[256], path[2 * PATH];

        stage_crash_at(x.bob, step);
        assert_int_equal(courier_fetch(&x), E_OK);
        if (!stage_is_running(x.bob)) {
            killed++;
            returns(x.bob);
            stage_forward(x.p, 5 * CLOCK_MINUTE_MS);
        }
        stage_crash_at(x.bob, 0);
        assert_true(courier_has_ended(x.bob, E_OK));
        assert_int_equal(courier_count(&x, name), 1);
        courier_check_kept(&x, name);
        snprintf(path, sizeof path, "%s/%s", x.inbox, name);
        assert_int_equal(unlink(path), 0);
    }
    assert_in_range(killed, 10, 60);
    courier_end(&x);
}

static void a_server_that_dies_and_loses_what_it_did_not_sync_is_gone_on_with(void **state)
{
    for (unsigned at = 1; at < 40; at += 3) {
        struct told x;
        struct death d = {&x, at, false};

        (void)state;
        courier_begin(&x);
        courier_write(&x, LARGE, at);
        stage_tamper_up(x.p, courier_count_down, &d);
        assert_int_equal(courier_send(&x, "a", false), E_OK);
        stage_tamper_up(x.p, NULL, NULL);
        server_dies(x.p);
        shelves_again(&x.shelves);
        server_comes_back(x.p);
        stage_forward(x.p, 5 * CLOCK_MINUTE_MS);
        assert_true(courier_has_ended(x.alice, E_OK));
        assert_int_equal(courier_fetch(&x), E_OK);
        assert_true(courier_has_ended(x.bob, E_OK));
        courier_check_kept(&x, "a");
        courier_end(&x);
    }
}

static void a_file_that_was_changed_meanwhile_is_not_sent(void **state)
{
    struct told x;

    (void)state;
    courier_begin(&x);
    courier_write(&x, LARGE, 1);
    stage_crash_at(x.alice, 12);
    assert_int_equal(courier_send(&x, "a", false), E_OK);
    assert_false(stage_is_running(x.alice));
    courier_write(&x, LARGE, 2);
    returns(x.alice);
    stage_forward(x.p, 5 * CLOCK_MINUTE_MS);
    assert_true(courier_has_ended(x.alice, E_CONFLICT));
    assert_null(stage_next_shown(x.bob));
    assert_false(courier_has_transfers(x.alice));
    courier_end(&x);
}

static void what_a_server_changes_is_not_kept(void **state)
{
    static const enum err_code codes[] = {
        [FLIP] = E_FORGED, [CUT] = E_TRUNCATED, [OTHER_SIZE] = E_FORGED};

    (void)state;
    for (int how = FLIP; how <= OTHER_SIZE; how++) {
        struct told x;
        struct twist t = {how};
        char name[256];

        courier_begin(&x);
        courier_write(&x, LARGE, 1);
        assert_int_equal(courier_send(&x, "a", false), E_OK);
        stage_tamper_down(x.p, courier_twist, &t);
        assert_int_equal(courier_fetch(&x), E_OK);
        assert_true(courier_has_ended(x.bob, codes[how]));
        assert_int_equal(courier_count(&x, name), 0);
        stage_tamper_down(x.p, NULL, NULL);
        assert_int_equal(courier_fetch(&x), E_OK); /* from a server that does not */
        courier_check_kept(&x, "a");
        courier_end(&x);
    }
}

static void a_file_that_is_gone_is_told(void **state)
{
    struct told x;
    struct blob_name list[4];
    size_t n;

    (void)state;
    courier_begin(&x);
    courier_write(&x, 1000, 1);
    assert_int_equal(courier_send(&x, "a", false), E_OK);
    assert_ok(x.shelves.store.list(x.shelves.store.ctx, NULL, list, 4, &n));
    assert_int_equal(n, 1);
    assert_ok(x.shelves.store.erase(x.shelves.store.ctx, &list[0]));
    assert_int_equal(courier_fetch(&x), E_OK);
    assert_true(courier_has_ended(x.bob, E_ABSENT));
    assert_false(courier_has_transfers(x.bob));
    courier_end(&x);
}

static void one_that_is_called_off_leaves_nothing(void **state)
{
    struct told x;
    struct command c = {.kind = COMMAND_FILE_CANCEL};
    struct death d = {&x, 6, false};

    (void)state;
    courier_begin(&x);
    courier_write(&x, LARGE, 1);
    stage_tamper_up(x.p, courier_count_down, &d);
    assert_int_equal(courier_send(&x, "a", false), E_OK);
    assert_true(courier_has_transfers(x.alice));
    stage_tamper_up(x.p, NULL, NULL);
    c.number = engine_transfer(x.alice->engine);
    assert_ok(engine_command(x.alice->engine, &c, stage_clock(x.alice)));
    stage_settle(x.p);
    assert_false(courier_has_transfers(x.alice));
    assert_int_equal(engine_command(x.alice->engine, &c, stage_clock(x.alice)).code, E_ABSENT);
    assert_int_equal(scratch_number(x.p->db, "SELECT count(*) FROM file"), 0);
    courier_end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_all_sizes_go_and_come),
        cmocka_unit_test(the_server_has_neither_name_nor_text),
        cmocka_unit_test(a_name_leads_nowhere_and_nothing_is_overwritten),
        cmocka_unit_test(what_is_not_to_be_kept_is_not_written),
        cmocka_unit_test(a_sender_that_is_killed_goes_on),
        cmocka_unit_test(a_receiver_that_is_killed_goes_on),
        cmocka_unit_test(a_server_that_dies_and_loses_what_it_did_not_sync_is_gone_on_with),
        cmocka_unit_test(a_file_that_was_changed_meanwhile_is_not_sent),
        cmocka_unit_test(what_a_server_changes_is_not_kept),
        cmocka_unit_test(a_file_that_is_gone_is_told),
        cmocka_unit_test(one_that_is_called_off_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) +
           _cmocka_run_group_tests("files_shown", files_shown, files_shown_n, NULL, NULL) +
           _cmocka_run_group_tests("files_automatic", files_automatic, files_automatic_n, NULL,
                                   NULL) +
           _cmocka_run_group_tests("files_forwarded", files_forwarded, files_forwarded_n, NULL,
                                   NULL);
}
