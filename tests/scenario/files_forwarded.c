/* SPDX-License-Identifier: Apache-2.0 */
/* Files that go on to others as they lie at the server, and where files stand.  [PROTOCOL 6.10,
 * 6.15, 13.6] */
#include "client/shelf.h"
#include "scenario/courier.h"
#include "scenario/deeds.h"

struct relay {
    struct told x;
    struct person *carol;
    unsigned moved; /* frames of Bob's that carry or ask for parts */
};

static void begin(struct relay *r)
{
    courier_begin(&r->x);
    r->moved = 0;
    r->carol = joins(r->x.p, "carol");
    r->carol->filing = &r->x.filing;
    meet(r->x.bob, r->carol);
    leaves(r->carol);
    returns(r->carol);
}

static bool count_parts(void *ctx, struct person *who, struct buf *frame)
{
    struct relay *r = ctx;
    struct arena a = ARENA(4 << 20);
    struct frame f;

    assert_ok(frame_parse(buf_view(frame), &a, &f));
    r->moved += who == r->x.bob && (f.op == OP_FILE_WRITE || f.op == OP_FILE_READ);
    arena_free(&a);
    return true;
}

/* What stands at that place of somebody's and Bob's goes to Carol. */
static enum err_code passes(struct relay *r, struct person *from, uint64_t place)
{
    struct command c = {.kind = COMMAND_FILE_PASS,
                        .from = pair_with(r->x.bob, from),
                        .number = place,
                        .handle = bytes_text("carol")};

    return commands(r->x.p, r->x.bob, &c);
}

/* Is the newest file of Carol's what Alice sent, and was it forwarded? */
static void check_came(struct relay *r, const char *name)
{
    struct arena arena = ARENA(1 << 22);
    struct message m = the(r->carol, pair_with(r->carol, r->x.bob), name, &arena);
    struct attachment a;
    struct command c = {
        .kind = COMMAND_FILE_FETCH, .handle = bytes_text("bob"), .text = bytes_text(r->x.inbox)};

    assert_int_equal(m.type, PAYLOAD_FILE);
    assert_ok(attachment_parse(m.text, &a));
    assert_true(a.forwarded);
    assert_bytes(a.name, bytes_text(name));
    c.number = m.place;
    assert_int_equal(commands(r->x.p, r->carol, &c), E_OK);
    assert_true(courier_has_ended(r->carol, E_OK));
    courier_check_kept(&r->x, name);
    arena_free(&arena);
}

/* Where a file stands among what its conversation keeps, as Bob sees it. */
static void stands(struct relay *r, uint64_t place, bool kept, const char *folder)
{
    struct vault *v = engine_vault(stage_engine(r->x.bob));
    struct arena a = ARENA(1 << 22);
    struct message m;
    struct filed filed;

    assert_ok(messages_get(v, pair_with(r->x.bob, r->x.alice), place, &a, &m));
    assert_ok(shelf_of(v, engine_own(stage_engine(r->x.bob)), &m, &a, &filed));
    assert_int_equal(filed.kept, kept);
    assert_bytes(filed.folder, bytes_text(folder));
    arena_free(&a);
}

static void a_file_stands_on_the_shelf_since_it_was_sent(void **state)
{
    struct relay r;
    struct filed filed = {true, bytes_text("Charts"), bytes_text("")};
    struct command c = {.kind = COMMAND_SHELVE, .handle = bytes_text("alice"), .filed = &filed};

    (void)state;
    begin(&r);
    courier_write(&r.x, 1000, 1);
    assert_int_equal(courier_send(&r.x, "chart", false), E_OK);
    c.number = courier_next(&r.x)->place;
    stands(&r, c.number, true, "");
    assert_int_equal(commands(r.x.p, r.x.bob, &c), E_OK);
    stands(&r, c.number, true, "Charts");
    filed = (struct filed){.kept = false};
    assert_int_equal(commands(r.x.p, r.x.bob, &c), E_OK);
    stands(&r, c.number, false, "");
    courier_end(&r.x);
}

static void it_comes_from_who_forwards_it_and_is_not_moved(void **state)
{
    struct relay r;
    const struct message *m;

    (void)state;
    begin(&r);
    courier_write(&r.x, LARGE, 1);
    assert_int_equal(courier_send(&r.x, "chart", false), E_OK);
    m = courier_next(&r.x);
    stage_tamper_up(r.x.p, count_parts, &r);
    assert_int_equal(passes(&r, r.x.alice, m->place), E_OK);
    assert_int_equal(r.moved, 0);
    stage_tamper_up(r.x.p, NULL, NULL);
    assert_true(courier_has_ended(r.x.bob, E_OK));
    assert_false(courier_has_transfers(r.x.bob));
    check_came(&r, "chart");
    courier_end(&r.x);
}

/* It lives on its own: what becomes of the first file changes nothing. */
static void it_outlives_what_it_came_from(void **state)
{
    struct relay r;
    struct blob_name first[4];
    size_t n;

    (void)state;
    begin(&r);
    courier_write(&r.x, 1000, 1);
    assert_int_equal(courier_send(&r.x, "note", false), E_OK);
    assert_ok(r.x.shelves.store.list(r.x.shelves.store.ctx, NULL, first, 4, &n));
    assert_int_equal(n, 1);
    assert_int_equal(passes(&r, r.x.alice, courier_next(&r.x)->place), E_OK);
    assert_ok(r.x.shelves.store.erase(r.x.shelves.store.ctx, &first[0]));
    check_came(&r, "note");
    courier_end(&r.x);
}

static void what_stays_where_it_is_does_not_go(void **state)
{
    struct relay r;
    struct arena a = ARENA(1 << 22);
    uint64_t pair;

    (void)state;
    begin(&r);
    courier_write(&r.x, 1000, 1);
    assert_int_equal(courier_send(&r.x, "to look at", true), E_OK);
    assert_int_equal(passes(&r, r.x.alice, courier_next(&r.x)->place), E_DENIED);
    says(r.x.alice, r.x.bob, "no file");
    pair = pair_with(r.x.bob, r.x.alice);
    assert_int_equal(passes(&r, r.x.alice, the(r.x.bob, pair, "no file", &a).place), E_ABSENT);
    assert_int_equal(passes(&r, r.x.alice, 1000), E_ABSENT);
    assert_false(courier_has_transfers(r.x.bob));
    arena_free(&a);
    courier_end(&r.x);
}

static void one_that_is_gone_is_told(void **state)
{
    struct relay r;
    struct blob_name list[4];
    size_t n;

    (void)state;
    begin(&r);
    courier_write(&r.x, 1000, 1);
    assert_int_equal(courier_send(&r.x, "a", false), E_OK);
    assert_ok(r.x.shelves.store.list(r.x.shelves.store.ctx, NULL, list, 4, &n));
    assert_ok(r.x.shelves.store.erase(r.x.shelves.store.ctx, &list[0]));
    assert_int_equal(passes(&r, r.x.alice, courier_next(&r.x)->place), E_OK);
    assert_true(courier_has_ended(r.x.bob, E_ABSENT));
    assert_false(courier_has_transfers(r.x.bob));
    assert_null(stage_next_shown(r.carol));
    courier_end(&r.x);
}

static void who_is_killed_meanwhile_goes_on(void **state)
{
    unsigned killed = 0;

    (void)state;
    for (unsigned step = 1; step < 20; step++) {
        struct relay r;
        uint64_t place;

        begin(&r);
        courier_write(&r.x, 1000, step);
        assert_int_equal(courier_send(&r.x, "a", false), E_OK);
        place = courier_next(&r.x)->place;
        stage_crash_at(r.x.bob, step);
        if (passes(&r, r.x.alice, place) != E_OK || !stage_is_running(r.x.bob)) {
            killed++;
            returns(r.x.bob);
            stage_forward(r.x.p, 5 * CLOCK_MINUTE_MS);
        }
        stage_crash_at(r.x.bob, 0);
        assert_false(courier_has_transfers(r.x.bob));
        if (step > 3) /* before that the wish may not have been kept */
            check_came(&r, "a");
        courier_end(&r.x);
    }
    assert_in_range(killed, 3, 19);
}

static void a_server_that_dies_meanwhile_is_gone_on_with(void **state)
{
    (void)state;
    for (unsigned at = 1; at < 6; at++) {
        struct relay r;
        struct death d = {&r.x, at, false};
        uint64_t place;

        begin(&r);
        courier_write(&r.x, 1000, at);
        assert_int_equal(courier_send(&r.x, "a", false), E_OK);
        place = courier_next(&r.x)->place;
        stage_tamper_up(r.x.p, courier_count_down, &d);
        assert_int_equal(passes(&r, r.x.alice, place), E_OK);
        stage_tamper_up(r.x.p, NULL, NULL);
        server_dies(r.x.p);
        shelves_again(&r.x.shelves);
        server_comes_back(r.x.p);
        stage_forward(r.x.p, 5 * CLOCK_MINUTE_MS);
        assert_false(courier_has_transfers(r.x.bob));
        check_came(&r, "a");
        courier_end(&r.x);
    }
}

const struct CMUnitTest files_forwarded[] = {
    cmocka_unit_test(a_file_stands_on_the_shelf_since_it_was_sent),
    cmocka_unit_test(it_comes_from_who_forwards_it_and_is_not_moved),
    cmocka_unit_test(it_outlives_what_it_came_from),
    cmocka_unit_test(what_stays_where_it_is_does_not_go),
    cmocka_unit_test(one_that_is_gone_is_told),
    cmocka_unit_test(who_is_killed_meanwhile_goes_on),
    cmocka_unit_test(a_server_that_dies_meanwhile_is_gone_on_with),
};
const size_t files_forwarded_n = sizeof files_forwarded / sizeof files_forwarded[0];
