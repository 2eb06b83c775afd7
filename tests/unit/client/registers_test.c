/* SPDX-License-Identifier: Apache-2.0 */
#include "client/registers.h"

#include <stdio.h>

#include "base/clock.h"
#include "unit/client/safe.h"
#include "wire/limits.h"

#define NOW_MS  UINT64_C(1790000000000)
#define DEVICES 10
#define ROOM    ((size_t)2 << 20) /* bytes of an arena */

static const struct device_id ME = {{1}}, OTHER = {{2}};

#define WORDS(text) BYTES_LITERAL(text)

static void set_by(struct vault *v, const struct device_id *by, uint64_t now_ms, uint8_t kind,
                   struct bytes key, struct bytes value)
{
    assert_ok(vault_begin(v));
    assert_ok(registers_set(v, by, now_ms, kind, key, value));
    assert_ok(vault_commit(v));
}

static bool merge(struct vault *v, const struct shared_change *c)
{
    bool stands;

    assert_ok(vault_begin(v));
    assert_ok(registers_merge(v, c, &stands));
    assert_ok(vault_commit(v));
    return stands;
}

static void holds(struct vault *v, uint8_t kind, struct bytes key, struct bytes value)
{
    struct arena a = ARENA(ROOM);
    struct bytes stands;

    assert_ok(registers_get(v, kind, key, &a, &stands));
    assert_bytes(stands, value);
    arena_free(&a);
}

static uint64_t number_of(struct vault *v, const struct device_id *of)
{
    struct shared_have h;

    assert_ok(registers_have(v, &h));
    for (size_t i = 0; i < h.n; i++)
        if (ID_SAME(h.mark[i].writer, *of))
            return h.mark[i].number;
    return 0;
}

/* ---- one vault */

static void what_was_set_stands_and_is_numbered(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(ROOM);
    struct bytes value;

    assert_err(registers_get(s->vault, REGISTERS_NICKNAME, WORDS("bob"), &a, &value), E_ABSENT);
    set_by(s->vault, &ME, NOW_MS, REGISTERS_NICKNAME, WORDS("bob"), WORDS("Bobby"));
    holds(s->vault, REGISTERS_NICKNAME, WORDS("bob"), WORDS("Bobby"));
    set_by(s->vault, &ME, NOW_MS, REGISTERS_DRAFT, WORDS("bob"), (struct bytes){0});
    holds(s->vault, REGISTERS_DRAFT, WORDS("bob"), (struct bytes){0});
    assert_int_equal(number_of(s->vault, &ME), 2);
    safe_again(s);
    holds(s->vault, REGISTERS_NICKNAME, WORDS("bob"), WORDS("Bobby"));
    assert_int_equal(number_of(s->vault, &ME), 2);
    arena_free(&a);
}

static void what_stands_already_is_no_change(void **state)
{
    struct safe *s = *state;

    set_by(s->vault, &ME, NOW_MS, REGISTERS_DRAFT, WORDS("room"), WORDS("hello"));
    set_by(s->vault, &ME, NOW_MS + 1, REGISTERS_DRAFT, WORDS("room"), WORDS("hello"));
    assert_int_equal(number_of(s->vault, &ME), 1);
}

static void a_name_or_a_value_that_is_too_long_is_refused(void **state)
{
    struct safe *s = *state;
    static uint8_t long_one[SHARED_VALUE_MAX + 1];

    assert_ok(vault_begin(s->vault));
    assert_err(
        registers_set(s->vault, &ME, NOW_MS, REGISTERS_DRAFT, WORDS("room"), BYTES(long_one)),
        E_LIMIT);
    assert_err(registers_set(s->vault, &ME, NOW_MS, REGISTERS_DRAFT,
                             bytes(long_one, SHARED_KEY_MAX + 1), WORDS("x")),
               E_LIMIT);
    assert_ok(vault_commit(s->vault));
    set_by(s->vault, &ME, NOW_MS, REGISTERS_DRAFT, bytes(long_one, SHARED_KEY_MAX),
           bytes(long_one, SHARED_VALUE_MAX));
    holds(s->vault, REGISTERS_DRAFT, bytes(long_one, SHARED_KEY_MAX),
          bytes(long_one, SHARED_VALUE_MAX));
}

static struct shared_change change(const char *value, uint64_t number, uint64_t stamp_ms)
{
    return (struct shared_change){.kind = REGISTERS_DRAFT,
                                  .key = WORDS("room"),
                                  .value = bytes_text(value),
                                  .writer = OTHER,
                                  .number = number,
                                  .stamp_ms = stamp_ms};
}

static void of_two_changes_the_later_stands_whichever_is_heard_first(void **state)
{
    struct safe *s = *state;
    struct shared_change early = change("early", 1, NOW_MS), late = change("late", 2, NOW_MS + 1);

    assert_true(merge(s->vault, &late));
    assert_false(merge(s->vault, &early));
    assert_false(merge(s->vault, &late));
    holds(s->vault, REGISTERS_DRAFT, WORDS("room"), WORDS("late"));
}

/* Its own clock is a year behind that of the other device. */
static void a_change_is_later_than_all_that_its_device_had_seen(void **state)
{
    struct safe *s = *state;
    struct shared_change ahead = change("of next year", 1, NOW_MS + 365 * CLOCK_DAY_MS);

    assert_true(merge(s->vault, &ahead));
    set_by(s->vault, &ME, NOW_MS, REGISTERS_DRAFT, WORDS("room"), WORDS("now"));
    holds(s->vault, REGISTERS_DRAFT, WORDS("room"), WORDS("now"));
    assert_false(merge(s->vault, &ahead));
}

static void a_read_mark_only_goes_up(void **state)
{
    static const uint8_t five[8] = {[7] = 5}, nine[8] = {[7] = 9};
    struct safe *s = *state;
    struct shared_change c = {.kind = REGISTERS_READ,
                              .key = WORDS("room, did"),
                              .value = BYTES(five),
                              .writer = OTHER,
                              .number = 1,
                              .stamp_ms = NOW_MS + CLOCK_DAY_MS};

    set_by(s->vault, &ME, NOW_MS, REGISTERS_READ, WORDS("room, did"), BYTES(nine));
    assert_false(merge(s->vault, &c)); /* later, and less */
    set_by(s->vault, &ME, NOW_MS, REGISTERS_READ, WORDS("room, did"), BYTES(five));
    holds(s->vault, REGISTERS_READ, WORDS("room, did"), BYTES(nine));
    assert_int_equal(number_of(s->vault, &ME), 1);
}

static void a_range_whose_beginning_is_missing_is_a_gap(void **state)
{
    struct safe *s = *state;
    struct shared_range first = {OTHER, 0, 5}, third = {OTHER, 8, 9}, again = {OTHER, 2, 4};
    bool gap;

    assert_ok(vault_begin(s->vault));
    assert_ok(registers_note(s->vault, &first, &gap));
    assert_false(gap);
    assert_ok(registers_note(s->vault, &third, &gap));
    assert_true(gap);
    assert_ok(registers_note(s->vault, &again, &gap));
    assert_false(gap);
    assert_ok(vault_commit(s->vault));
    assert_int_equal(number_of(s->vault, &OTHER), 5);
}

static void more_devices_than_an_account_can_have_had_are_refused(void **state)
{
    struct safe *s = *state;
    bool gap;

    assert_ok(vault_begin(s->vault));
    for (size_t i = 0; i <= SHARED_WRITERS_MAX; i++) {
        struct shared_range range = {{{(uint8_t)(i >> 8), (uint8_t)i, 1}}, 0, 1};
        struct err err = registers_note(s->vault, &range, &gap);

        assert_int_equal(err.code, i < SHARED_WRITERS_MAX ? E_OK : E_LIMIT);
    }
    assert_ok(vault_commit(s->vault));
}

static void a_vault_that_was_put_back_uses_no_number_twice(void **state)
{
    struct safe *s = *state;

    set_by(s->vault, &ME, NOW_MS, REGISTERS_DRAFT, WORDS("room"), WORDS("hello"));
    assert_ok(vault_begin(s->vault));
    assert_ok(registers_restored(s->vault, &ME, NOW_MS));
    assert_ok(vault_commit(s->vault));
    assert_true(number_of(s->vault, &ME) >= 1024 * NOW_MS);
}

/* ---- several vaults */

static void tell(struct vault *from, struct vault *to, bool *more)
{
    struct arena a = ARENA(ROOM);
    struct shared_have have;
    struct shared_state said, heard;
    struct buf b = BUF(LIMIT_TEXT);
    bool stands, gap;

    *more = false;
    assert_ok(registers_have(to, &have));
    if (registers_lacking(from, &have, &a, &said, more).code == E_ABSENT)
        goto out;
    shared_state_write(&said, &b);
    assert_int_equal(b.failed, E_OK);
    assert_ok(shared_state_parse(buf_view(&b), &a, &heard));
    assert_ok(vault_begin(to));
    for (size_t i = 0; i < heard.changes; i++)
        assert_ok(registers_merge(to, &heard.change[i], &stands));
    for (size_t i = 0; i < heard.ranges; i++) {
        assert_ok(registers_note(to, &heard.range[i], &gap));
        assert_false(gap);
    }
    assert_ok(vault_commit(to));
out:
    buf_free(&b);
    arena_free(&a);
}

static void tell_all(struct vault *from, struct vault *to)
{
    bool more = true;

    for (size_t i = 0; more && i < 100; i++)
        tell(from, to, &more);
    assert_false(more);
}

static void who_lacks_more_than_a_message_holds_is_told_in_several(void **state)
{
    struct safe *s = *state, *t;
    static uint8_t long_one[SHARED_VALUE_MAX];
    bool more;

    assert_int_equal(safe_begin((void **)&t), 0);
    for (uint8_t i = 0; i < 9; i++) {
        long_one[0] = i;
        set_by(s->vault, &ME, NOW_MS, REGISTERS_DRAFT, bytes(&i, 1), BYTES(long_one));
    }
    tell(s->vault, t->vault, &more);
    assert_true(more);
    tell_all(s->vault, t->vault);
    for (uint8_t i = 0; i < 9; i++) {
        long_one[0] = i;
        holds(t->vault, REGISTERS_DRAFT, bytes(&i, 1), BYTES(long_one));
    }
    assert_int_equal(number_of(t->vault, &ME), 9);
    safe_end((void **)&t);
}

static uint64_t dice;

static uint64_t roll(uint64_t below)
{
    dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (dice >> 33) % below;
}

static void change_something(struct vault *v, const struct device_id *me, uint64_t now_ms)
{
    static const uint8_t kinds[] = {REGISTERS_NICKNAME, REGISTERS_READ, REGISTERS_DRAFT,
                                    REGISTERS_VERIFIED, 200};
    uint8_t key = (uint8_t)roll(3), value[8] = {0};

    value[7] = (uint8_t)roll(250);
    /* Clocks differ by up to a day. */
    set_by(v, me, now_ms + roll(CLOCK_DAY_MS), kinds[roll(sizeof kinds)], bytes(&key, 1),
           BYTES(value));
}

static void hold_the_same(struct vault *a_vault, struct vault *b_vault)
{
    struct arena a = ARENA(2 * ROOM);
    struct shared_have ours, theirs;

    assert_ok(registers_have(a_vault, &ours));
    assert_ok(registers_have(b_vault, &theirs));
    assert_int_equal(ours.n, theirs.n);
    for (size_t i = 0; i < ours.n; i++) {
        struct shared_change c = {.number = 0}, d = {.number = 0};

        assert_true(ID_SAME(ours.mark[i].writer, theirs.mark[i].writer));
        assert_true(ours.mark[i].number == theirs.mark[i].number);
        while (registers_next(a_vault, &ours.mark[i].writer, c.number, &a, &c).code == E_OK) {
            assert_ok(registers_next(b_vault, &ours.mark[i].writer, d.number, &a, &d));
            assert_int_equal(c.kind, d.kind);
            assert_true(c.number == d.number && c.stamp_ms == d.stamp_ms);
            assert_bytes(c.key, d.key);
            assert_bytes(c.value, d.value);
        }
        assert_err(registers_next(b_vault, &ours.mark[i].writer, d.number, &a, &d), E_ABSENT);
    }
    arena_free(&a);
}

static void play(uint64_t seed, struct safe **s)
{
    dice = seed;
    for (size_t step = 0; step < 60; step++) {
        size_t i = roll(DEVICES), j = roll(DEVICES);
        struct device_id me = {{(uint8_t)(i + 1)}};
        bool more;

        if (roll(3) > 0)
            change_something(s[i]->vault, &me, NOW_MS + step * CLOCK_MINUTE_MS);
        else if (i != j)
            tell(s[i]->vault, s[j]->vault, &more); /* and what did not fit is lost */
    }
    /* In the end everybody hears of everything: once round, and back. */
    for (size_t i = 0; i + 1 < DEVICES; i++)
        tell_all(s[i]->vault, s[i + 1]->vault);
    for (size_t i = DEVICES; i-- > 1;)
        tell_all(s[i]->vault, s[i - 1]->vault);
    for (size_t i = 1; i < DEVICES; i++)
        hold_the_same(s[0]->vault, s[i]->vault);
}

static void ten_devices_agree_whatever_they_heard_in_which_order(void **state)
{
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct safe *s[DEVICES];

        for (size_t i = 0; i < DEVICES; i++)
            assert_int_equal(safe_begin((void **)&s[i]), 0);
        play(seed, s);
        for (size_t i = 0; i < DEVICES; i++)
            safe_end((void **)&s[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(what_was_set_stands_and_is_numbered),
        safe_test(what_stands_already_is_no_change),
        safe_test(a_name_or_a_value_that_is_too_long_is_refused),
        safe_test(of_two_changes_the_later_stands_whichever_is_heard_first),
        safe_test(a_change_is_later_than_all_that_its_device_had_seen),
        safe_test(a_read_mark_only_goes_up),
        safe_test(a_range_whose_beginning_is_missing_is_a_gap),
        safe_test(more_devices_than_an_account_can_have_had_are_refused),
        safe_test(a_vault_that_was_put_back_uses_no_number_twice),
        safe_test(who_lacks_more_than_a_message_holds_is_told_in_several),
        cmocka_unit_test(ten_devices_agree_whatever_they_heard_in_which_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
