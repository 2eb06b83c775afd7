/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are looked at, in memory alone.  [PROTOCOL 13.8] */
#include <stdlib.h>
#include <unistd.h>

#include "scenario/courier.h"

/* Bob looks at the next file. */
static enum err_code look(struct told *x)
{
    struct command c = {
        .kind = COMMAND_FILE_SHOW, .handle = bytes_text("alice"), .number = courier_next(x)->place};
    enum err_code code = engine_command(x->bob->engine, &c, stage_clock(x->bob)).code;

    stage_settle(x->p);
    return code;
}

static enum err_code stop_looking(struct told *x)
{
    struct command c = {.kind = COMMAND_FILE_CANCEL, .number = engine_transfer(x->bob->engine)};

    return engine_command(x->bob->engine, &c, stage_clock(x->bob)).code;
}

static void check_shown(struct told *x)
{
    FILE *f = fopen(x->source, "rb");
    struct bytes shown;

    assert_ok(engine_shown(x->bob->engine, engine_transfer(x->bob->engine), &shown));
    assert_non_null(f);
    for (size_t i = 0; i < shown.n; i++)
        assert_int_equal(getc(f), shown.at[i]);
    assert_int_equal(getc(f), EOF);
    fclose(f);
}

static void what_is_not_to_be_kept_can_be_looked_at(void **state)
{
    static const size_t sizes[] = {0, 1, 1024, 65536, 3 * 65536 + 1, LARGE, 8 << 20};
    struct told x;
    char name[256];
    struct bytes shown;

    (void)state;
    courier_begin(&x);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        courier_write(&x, sizes[i], (unsigned)i);
        assert_int_equal(courier_send(&x, "a", true), E_OK);
        assert_int_equal(look(&x), E_OK);
        assert_true(courier_has_ended(x.bob, E_OK));
        check_shown(&x);
        assert_int_equal(stop_looking(&x), E_OK);
        assert_err(engine_shown(x.bob->engine, engine_transfer(x.bob->engine), &shown), E_ABSENT);
        assert_int_equal(stop_looking(&x), E_ABSENT);
        stage_skip_shown(x.bob);
    }
    assert_false(courier_has_transfers(x.bob));
    assert_int_equal(courier_count(&x, name), 0);
    courier_write(&x, (8 << 20) + 1, 1);
    assert_int_equal(courier_send(&x, "a", true), E_OK);
    assert_int_equal(look(&x), E_LIMIT);
    courier_end(&x);
}

/* Of what is looked at, and of what is in a message about it, nothing stands on Bob's disk. */
static void what_is_looked_at_is_written_nowhere(void **state)
{
    struct told x;
    char command[2 * PATH], out[32] = "";
    FILE *f;

    (void)state;
    courier_begin(&x);
    courier_write(&x, LARGE, 1);
    assert_int_equal(courier_send(&x, "a", true), E_OK);
    assert_int_equal(unlink(x.source), 0);
    assert_int_equal(look(&x), E_OK);
    assert_true(courier_has_ended(x.bob, E_OK));
    snprintf(command, sizeof command, "grep -raoF -e '%s' %s | wc -l", MARKER, x.p->dir);
    f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(out, sizeof out, f));
    pclose(f);
    assert_int_equal(strtoul(out, NULL, 10), 0);
    courier_end(&x);
}

static void looking_goes_before_what_is_fetched_and_outlives_a_connection(void **state)
{
    struct told x;
    struct death d = {&x, 4, false};

    (void)state;
    courier_begin(&x);
    courier_write(&x, LARGE, 1);
    assert_int_equal(courier_send(&x, "a", false), E_OK);
    stage_tamper_up(x.p, courier_count_down, &d);
    assert_int_equal(courier_fetch(&x), E_OK); /* which stands still */
    assert_true(courier_has_transfers(x.bob));
    stage_tamper_up(x.p, NULL, NULL);
    d = (struct death){&x, 5, false};
    stage_tamper_up(x.p, courier_count_down, &d);
    assert_int_equal(look(&x), E_OK); /* this, too */
    stage_tamper_up(x.p, NULL, NULL);
    server_dies(x.p);
    server_comes_back(x.p);
    stage_forward(x.p, 5 * CLOCK_MINUTE_MS);
    check_shown(&x);
    assert_false(courier_has_transfers(x.bob)); /* and what was fetched came behind it */
    courier_check_kept(&x, "a");
    courier_end(&x);
}

static void what_a_server_changes_is_not_shown(void **state)
{
    struct told x;
    struct twist t = {FLIP};
    struct bytes shown;

    (void)state;
    courier_begin(&x);
    courier_write(&x, LARGE, 1);
    assert_int_equal(courier_send(&x, "a", true), E_OK);
    stage_tamper_down(x.p, courier_twist, &t);
    assert_int_equal(look(&x), E_OK);
    assert_true(courier_has_ended(x.bob, E_FORGED));
    assert_err(engine_shown(x.bob->engine, engine_transfer(x.bob->engine), &shown), E_ABSENT);
    courier_end(&x);
}

static void a_preview_that_will_not_do_is_not_sent(void **state)
{
    struct attachment about = {.name = bytes_text("a"), .preview = bytes_text("GIF89a")};
    struct command c = {.kind = COMMAND_FILE_SEND, .handle = bytes_text("bob"), .about = &about};
    struct told x;

    (void)state;
    courier_begin(&x);
    c.text = bytes_text(x.source);
    courier_write(&x, 1000, 1);
    assert_err(engine_command(x.alice->engine, &c, stage_clock(x.alice)), E_MALFORMED);
    assert_false(courier_has_transfers(x.alice));
    courier_end(&x);
}

const struct CMUnitTest files_shown[] = {
    cmocka_unit_test(what_is_not_to_be_kept_can_be_looked_at),
    cmocka_unit_test(what_is_looked_at_is_written_nowhere),
    cmocka_unit_test(looking_goes_before_what_is_fetched_and_outlives_a_connection),
    cmocka_unit_test(what_a_server_changes_is_not_shown),
    cmocka_unit_test(a_preview_that_will_not_do_is_not_sent),
};
const size_t files_shown_n = sizeof files_shown / sizeof files_shown[0];
