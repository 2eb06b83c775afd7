/* SPDX-License-Identifier: Apache-2.0 */
/* endings: messages whose time is over.  [PROTOCOL 6.11] */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/engine_internal.h"
#include "scenario/devices.h"
#include "scenario/policies.h"
#include "scenario/stage_internal.h"
#include "server/queue/queue.h"

#define TTL_MS (30 * CLOCK_DAY_MS) /* where nobody said anything else */

/* Alice wrote to bob at the beginning, and he saw it. */
struct told {
    struct play *p;
    struct person *alice, *bob;
};

static struct told told_begin(void)
{
    struct told c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    says(c.alice, c.bob, "for a while");
    sees(c.bob, c.alice, "for a while");
    return c;
}

static unsigned kept(struct person *who, struct person *with)
{
    return stage_copies(who, with, "for a while");
}

/* ---- when */

static void a_message_ends_when_its_time_is_over_on_both_sides(void **state)
{
    struct told c = told_begin();

    (void)state;
    stage_forward(c.p, TTL_MS - CLOCK_MINUTE_MS);
    assert_int_equal(kept(c.alice, c.bob), 1);
    assert_int_equal(kept(c.bob, c.alice), 1);
    stage_forward(c.p, CLOCK_MINUTE_MS + CLOCK_SECOND_MS);
    assert_int_equal(kept(c.alice, c.bob), 0);
    assert_int_equal(kept(c.bob, c.alice), 0);
    assert_int_equal(c.alice->ended, 1);
    assert_int_equal(c.bob->ended, 1);
    says(c.alice, c.bob, "after");
    sees_behind(c.bob, c.alice, "after", 0);
    play_end(c.p);
}

static void what_was_over_while_nobody_was_there_goes_before_anything_is_shown(void **state)
{
    struct told c = told_begin();

    (void)state;
    leaves(c.bob);
    stage_forward(c.p, TTL_MS + CLOCK_SECOND_MS);
    stage_cut_off(c.bob, true);
    stage_open(c.bob);
    assert_int_equal(kept(c.bob, c.alice), 1);
    vault_close(c.bob->vault);
    db_close(c.bob->db);
    returns(c.bob);
    assert_int_equal(kept(c.bob, c.alice), 0);
    play_end(c.p);
}

static bool keep_for_a_year(void *ctx, struct person *who, struct buf *frame)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    struct buf body = BUF(LIMIT_FRAME), again = BUF(LIMIT_FRAME);
    struct frame f;
    Tacet__Wire__Send *m;

    (void)ctx, (void)who;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_SEND) {
        assert_ok(frame_unpack(f.body, &tacet__wire__send__descriptor, &a, &m));
        m->ttl_s = 365 * 24 * 3600;
        frame_pack(m, &body);
        f.body = buf_view(&body);
        frame_write(&f, &again);
        buf_cut(frame, 0);
        buf_bytes(frame, buf_view(&again));
    }
    arena_free(&a);
    buf_free(&body);
    buf_free(&again);
    return true;
}

/* A server that keeps it for longer than it was told to. */
static void what_comes_when_its_time_is_over_is_not_shown_and_comes_no_second_time(void **state)
{
    struct told c = told_begin();
    uint64_t missing = 0;

    (void)state;
    leaves(c.bob);
    stage_tamper_up(c.p, keep_for_a_year, NULL);
    says(c.alice, c.bob, "too late");
    stage_tamper_up(c.p, NULL, NULL);
    stage_forward(c.p, TTL_MS);
    returns(c.bob);
    sees_nothing(c.bob);
    assert_int_equal(stage_copies(c.bob, c.alice, "too late"), 0);
    assert_int_equal(stage_told(c.bob, PROBLEM_OVER, &missing), 1);
    assert_int_equal(missing, 1);
    says(c.alice, c.bob, "in time");
    sees_behind(c.bob, c.alice, "in time", 0);
    play_end(c.p);
}

static void what_nobody_has_read_ends_too(void **state)
{
    struct told c = told_begin();
    struct arena a = ARENA(1 << 20);
    struct message m;

    (void)state;
    assert_ok(messages_next_unread(engine_vault(stage_engine(c.bob)), 0, &a, &m));
    stage_forward(c.p, TTL_MS + CLOCK_SECOND_MS);
    assert_err(messages_next_unread(engine_vault(stage_engine(c.bob)), 0, &a, &m), E_ABSENT);
    assert_err(
        messages_next_unread_of(engine_vault(stage_engine(c.bob)), &m.room, &m.sender, 0, &a, &m),
        E_ABSENT);
    arena_free(&a);
    play_end(c.p);
}

static void what_waited_in_vain_fails_and_is_gone(void **state)
{
    struct told c = told_begin();

    (void)state;
    stage_cut_off(c.alice, true);
    stage_hang_up(c.alice);
    says(c.alice, c.bob, "never sent");
    leaves(c.alice);
    stage_forward(c.p, TTL_MS + CLOCK_SECOND_MS);
    returns(c.alice);
    failed_with(c.alice, E_EXPIRED);
    assert_int_equal(stage_copies(c.alice, c.bob, "never sent"), 0);
    stage_cut_off(c.alice, false);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    sees_nothing(c.bob);
    says(c.alice, c.bob, "sent");
    is(c.alice, "accepted");
    sees(c.bob, c.alice, "sent");
    play_end(c.p);
}

/* Sealed, and no answer came: whether the server has it nobody knows. */
static void what_was_sealed_and_not_answered_is_gone_too(void **state)
{
    struct told c = told_begin();
    struct lie lost = {.to = c.alice, .op = OP_SEND, .tell = lie_drop};

    (void)state;
    lie_begin(c.p, &lost);
    says(c.alice, c.bob, "unanswered");
    leaves(c.alice);
    lie_end(c.p);
    stage_forward(c.p, TTL_MS + CLOCK_SECOND_MS);
    returns(c.alice);
    assert_int_equal(stage_copies(c.alice, c.bob, "unanswered"), 0);
    says(c.alice, c.bob, "next");
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    is(c.alice, "accepted");
    play_end(c.p);
}

/* What waited here for days has only the rest of its time at the server. */
static void the_server_drops_what_is_over(void **state)
{
    struct told c = told_begin();
    uint64_t deleted;

    (void)state;
    stage_cut_off(c.alice, true);
    stage_hang_up(c.alice);
    says(c.alice, c.bob, "late");
    leaves(c.alice);
    leaves(c.bob);
    stage_forward(c.p, 20 * CLOCK_DAY_MS);
    stage_cut_off(c.alice, false);
    returns(c.alice);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    is(c.alice, "accepted");
    assert_ok(queue_expire(stage_server(c.p)->db, stage_now(c.p) + 9 * CLOCK_DAY_MS, &deleted));
    assert_int_equal(deleted, 0);
    assert_ok(queue_expire(stage_server(c.p)->db, stage_now(c.p) + 10 * CLOCK_DAY_MS, &deleted));
    assert_int_equal(deleted, 1);
    play_end(c.p);
}

/* ---- clocks */

static void a_clock_that_is_set_back_lets_nothing_live_longer(void **state)
{
    struct told c = told_begin();

    (void)state;
    stage_forward(c.p, CLOCK_DAY_MS);
    stage_skew(c.bob, -10 * (int64_t)CLOCK_DAY_MS);
    stage_forward(c.p, TTL_MS - CLOCK_DAY_MS - CLOCK_MINUTE_MS);
    assert_int_equal(kept(c.bob, c.alice), 1);
    stage_forward(c.p, CLOCK_MINUTE_MS + CLOCK_SECOND_MS);
    assert_int_equal(kept(c.bob, c.alice), 0);
    play_end(c.p);
}

static void nor_one_that_is_set_back_while_the_program_is_closed(void **state)
{
    struct told c = told_begin();

    (void)state;
    stage_forward(c.p, CLOCK_DAY_MS);
    leaves(c.bob);
    stage_skew(c.bob, -10 * (int64_t)CLOCK_DAY_MS);
    returns(c.bob);
    stage_forward(c.p, CLOCK_HOUR_MS);
    stage_skew(c.bob, 0);
    stage_forward(c.p, TTL_MS - CLOCK_DAY_MS - 2 * CLOCK_HOUR_MS);
    assert_int_equal(kept(c.bob, c.alice), 1);
    stage_forward(c.p, CLOCK_HOUR_MS + CLOCK_MINUTE_MS);
    assert_int_equal(kept(c.bob, c.alice), 0);
    play_end(c.p);
}

static void a_clock_that_is_set_forward_ends_nothing_while_the_program_runs(void **state)
{
    struct told c = told_begin();

    (void)state;
    stage_skew(c.bob, 100 * (int64_t)CLOCK_DAY_MS);
    stage_forward(c.p, CLOCK_HOUR_MS);
    assert_int_equal(kept(c.bob, c.alice), 1);
    leaves(c.bob);
    returns(c.bob);
    assert_int_equal(kept(c.bob, c.alice), 1);
    stage_skew(c.bob, 0);
    stage_forward(c.p, TTL_MS - 2 * CLOCK_HOUR_MS);
    assert_int_equal(kept(c.bob, c.alice), 1);
    stage_forward(c.p, CLOCK_HOUR_MS + CLOCK_MINUTE_MS);
    assert_int_equal(kept(c.bob, c.alice), 0);
    play_end(c.p);
}

/* Nobody can tell it from having been away. */
static void one_that_is_set_forward_while_it_is_closed_ends_what_would_be_over_then(void **state)
{
    struct told c = told_begin();

    (void)state;
    leaves(c.bob);
    stage_skew(c.bob, 29 * (int64_t)CLOCK_DAY_MS);
    returns(c.bob);
    assert_int_equal(kept(c.bob, c.alice), 1);
    leaves(c.bob);
    stage_skew(c.bob, 31 * (int64_t)CLOCK_DAY_MS);
    returns(c.bob);
    assert_int_equal(kept(c.bob, c.alice), 0);
    play_end(c.p);
}

/* ---- who */

static void it_ends_on_every_device_of_both(void **state)
{
    struct pair c = pair_met();

    (void)state;
    says(c.bob, c.alice, "for a while");
    sees(c.alice, c.bob, "for a while");
    sees(c.second, c.bob, "for a while");
    stage_forward(c.p, CLOCK_DAY_MS);
    says(c.alice, c.bob, "a day later");
    sees(c.bob, c.alice, "a day later");
    sees_own(c.second, c.bob, "a day later");
    stage_forward(c.p, TTL_MS - CLOCK_DAY_MS + CLOCK_SECOND_MS);
    assert_int_equal(kept(c.alice, c.bob) + kept(c.second, c.bob) + kept(c.bob, c.alice), 0);
    assert_int_equal(stage_copies(c.second, c.bob, "a day later"), 1);
    stage_forward(c.p, CLOCK_DAY_MS);
    assert_int_equal(stage_copies(c.second, c.bob, "a day later"), 0);
    assert_int_equal(stage_copies(c.alice, c.bob, "a day later"), 0);
    play_end(c.p);
}

static void who_keeps_copies_keeps_them(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);

    (void)state;
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    says(c.alice, c.bob, "for a while");
    copies(c.bot, c.alice, "for a while");
    stage_forward(c.p, TTL_MS + CLOCK_SECOND_MS);
    assert_int_equal(kept(c.alice, c.bob) + kept(c.bob, c.alice), 0);
    assert_int_equal(kept(c.bot, c.alice), 1);
    play_end(c.p);
}

/* Whatever for, a message that waits to be sent can be taken out of the world, too. */
static void one_can_be_destroyed_before_its_time(void **state)
{
    struct told c = told_begin();
    struct engine *e = stage_engine(c.alice);
    struct arena a = ARENA(1 << 20);
    struct contact bob;
    struct message m;

    (void)state;
    stage_cut_off(c.alice, true);
    stage_hang_up(c.alice);
    says(c.alice, c.bob, "not meant");
    assert_ok(people_by_handle(engine_vault(e), BYTES_LITERAL("bob"), &bob));
    assert_ok(messages_last(engine_vault(e), bob.number, UINT64_MAX, &a, &m));
    assert_bytes(m.text, BYTES_LITERAL("not meant"));
    assert_ok(ending_message(e, bob.number, m.place));
    stage_cut_off(c.alice, false);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    assert_int_equal(stage_copies(c.alice, c.bob, "not meant"), 0);
    assert_int_equal(kept(c.alice, c.bob), 1);
    sees_nothing(c.bob);
    arena_free(&a);
    play_end(c.p);
}

/* ---- what is left */

/* The keys of all slots that are in use. */
static size_t slots(struct person *who, struct arena *a, struct bytes *out, size_t most)
{
    struct db_query *q;
    bool more;
    size_t n = 0;

    assert_ok(db_begin_query(who->db, "SELECT key FROM slot WHERE key <> zeroblob(32)",
                             DB_NO_VALUES, &q));
    for (assert_ok(db_next(q, &more)); more; assert_ok(db_next(q, &more))) {
        assert_true(n < most);
        assert_ok(arena_copy(a, db_bytes(q, 0), &out[n++]));
    }
    db_end_query(q);
    return n;
}

static bool file_has(const char *path, const char *suffix, struct bytes what)
{
    char name[512];
    struct buf all = BUF(64 << 20);
    uint8_t piece[65536];
    size_t n;
    bool has = false;
    FILE *f;

    snprintf(name, sizeof name, "%s%s", path, suffix);
    f = fopen(name, "rb");
    if (f == NULL)
        return false;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_bytes(&all, bytes(piece, n));
    fclose(f);
    assert_int_equal(all.failed, E_OK);
    for (size_t i = 0; !has && i + what.n <= all.n; i++)
        has = memcmp(all.at + i, what.at, what.n) == 0;
    buf_free(&all);
    return has;
}

static bool files_have(struct person *who, struct bytes what)
{
    return file_has(who->path, "", what) || file_has(who->path, "-wal", what);
}

#define SLOTS_MAX 512

/* Whatever copies of the sealed records are left in the file: the keys are in it no more. */
static void of_what_is_over_no_key_is_left_in_the_files(void **state)
{
    struct told c = told_begin();
    struct arena a = ARENA(1 << 20);
    struct bytes before[SLOTS_MAX], after[SLOTS_MAX];
    size_t n, left, same = 0;

    (void)state;
    for (int i = 0; i < 60; i++) {
        char text[64];

        snprintf(text, sizeof text, "one more, the %dth", i);
        says(c.alice, c.bob, text);
        sees(c.bob, c.alice, text);
    }
    n = slots(c.bob, &a, before, SLOTS_MAX);
    assert_in_range(n, 61, SLOTS_MAX);
    for (size_t i = 0; i < n; i++)
        assert_true(files_have(c.bob, before[i]));
    stage_forward(c.p, TTL_MS + CLOCK_SECOND_MS);
    left = slots(c.bob, &a, after, SLOTS_MAX);
    for (size_t i = 0; i < n; i++) {
        bool stays = false;

        for (size_t j = 0; j < left; j++)
            stays |= bytes_same(before[i], after[j]);
        same += stays;
        assert_int_equal(files_have(c.bob, before[i]), stays);
    }
    assert_true(same < n - 60);
    arena_free(&a);
    play_end(c.p);
}

/* Kept by a program that knew nothing of this: without slots, and without a time. */
static void what_a_program_of_before_kept_ends_as_well(void **state)
{
    struct told c = told_begin();

    (void)state;
    leaves(c.bob);
    stage_open(c.bob);
    assert_ok(vault_begin(c.bob->vault));
    assert_ok(vault_erase_below(c.bob->vault, VAULT_DUE, INT64_MAX));
    assert_ok(vault_erase_below(c.bob->vault, VAULT_DUE_OF, INT64_MAX));
    assert_ok(vault_counter_set(c.bob->vault, VAULT_DUE_SINCE, 0));
    assert_ok(vault_counter_set(c.bob->vault, VAULT_TIME, 0));
    assert_ok(vault_commit(c.bob->vault));
    vault_close(c.bob->vault);
    db_close(c.bob->db);
    stage_forward(c.p, CLOCK_DAY_MS);
    returns(c.bob);
    assert_int_equal(kept(c.bob, c.alice), 1);
    stage_forward(c.p, TTL_MS - CLOCK_DAY_MS + CLOCK_SECOND_MS);
    assert_int_equal(kept(c.bob, c.alice), 0);
    play_end(c.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_ends_when_its_time_is_over_on_both_sides),
        cmocka_unit_test(what_was_over_while_nobody_was_there_goes_before_anything_is_shown),
        cmocka_unit_test(what_comes_when_its_time_is_over_is_not_shown_and_comes_no_second_time),
        cmocka_unit_test(what_nobody_has_read_ends_too),
        cmocka_unit_test(what_waited_in_vain_fails_and_is_gone),
        cmocka_unit_test(what_was_sealed_and_not_answered_is_gone_too),
        cmocka_unit_test(the_server_drops_what_is_over),
        cmocka_unit_test(a_clock_that_is_set_back_lets_nothing_live_longer),
        cmocka_unit_test(nor_one_that_is_set_back_while_the_program_is_closed),
        cmocka_unit_test(a_clock_that_is_set_forward_ends_nothing_while_the_program_runs),
        cmocka_unit_test(one_that_is_set_forward_while_it_is_closed_ends_what_would_be_over_then),
        cmocka_unit_test(it_ends_on_every_device_of_both),
        cmocka_unit_test(who_keeps_copies_keeps_them),
        cmocka_unit_test(one_can_be_destroyed_before_its_time),
        cmocka_unit_test(of_what_is_over_no_key_is_left_in_the_files),
        cmocka_unit_test(what_a_program_of_before_kept_ends_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
