/* SPDX-License-Identifier: Apache-2.0 */
#include "client/reactions.h"

#include <stdio.h>

#include "unit/client/safe.h"

static const struct target TO = {.room = {{1}}, .sender = {{2}}, .id = {{3}}};

static struct account_id person(uint8_t n)
{
    return (struct account_id){{n, n}};
}

static struct reaction reaction(const char *kind, uint64_t stamp, bool on)
{
    struct reaction r = {
        .said = {.did = {{4}}, .stamp = stamp}, .on = on, .kind_n = (uint8_t)strlen(kind)};

    memcpy(r.kind, kind, strlen(kind));
    return r;
}

static void take(struct safe *s, uint8_t by, const struct reaction *r)
{
    struct account_id aid = person(by);

    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, reactions_take(s->vault, &TO, &aid, r)));
}

static void says(struct safe *s, uint8_t by, const char *kind, uint64_t stamp, bool on)
{
    struct reaction r = reaction(kind, stamp, on);

    take(s, by, &r);
}

static void sum_is(struct safe *s, const char *expected)
{
    struct arena a = ARENA(1 << 20);
    struct reactions_sum sum;
    char all[256] = "";
    size_t n = 0;

    assert_ok(reactions_sum(s->vault, &TO, &a, &sum));
    for (size_t i = 0; i < sum.n; i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%.*s%zu ", (int)sum.kind[i].kind.n,
                              (const char *)sum.kind[i].kind.at, sum.kind[i].n);
    assert_string_equal(all, expected);
    arena_free(&a);
}

static void the_last_word_of_each_stands_and_most_people_come_first(void **state)
{
    struct safe *s = *state;

    says(s, 1, "+", 10, true);
    says(s, 2, "-", 10, true);
    says(s, 3, "-", 10, true);
    says(s, 3, "!", 10, true);
    sum_is(s, "-2 !1 +1 ");
    says(s, 1, "+", 12, false);
    says(s, 1, "+", 11, true); /* which came late */
    sum_is(s, "-2 !1 ");
    says(s, 1, "+", 13, true);
    sum_is(s, "-2 !1 +1 ");
    safe_again(s);
    sum_is(s, "-2 !1 +1 ");
}

static void of_equal_stamps_the_greater_name_stands(void **state)
{
    struct safe *s = *state;
    struct reaction first = reaction("+", 10, true), second = reaction("+", 10, false);

    second.said.id.b[0] = 1;
    take(s, 1, &second);
    take(s, 1, &first);
    sum_is(s, "");
    second.said.did.b[0] = 3; /* a lesser device, whatever the id */
    second.said.id.b[0] = 9;
    take(s, 2, &second);
    take(s, 2, &first);
    sum_is(s, "+1 ");
}

/* What is kept of one person is the same, whatever came first. */
static void order_does_not_matter(void **state)
{
    struct safe *s = *state;
    struct random random = random_system();
    struct reaction all[3 * REACTIONS_OF_ONE_MAX];
    const size_t n = sizeof all / sizeof all[0];
    struct account_id aid[2] = {person(1), person(2)};
    struct reactions kept[2];

    for (size_t i = 0; i < n; i++) {
        char kind[2] = {(char)('a' + i % 23), '\0'};

        all[i] = reaction(kind, 1 + i / 5, i % 3 != 0);
        all[i].said.id.b[0] = (uint8_t)i;
    }
    for (uint8_t by = 1; by <= 2; by++) {
        for (size_t i = n - 1; i > 0; i--) {
            uint8_t r[2];
            size_t j;
            struct reaction swap = all[i];

            assert_ok(random_fill(&random, r, sizeof r));
            j = (size_t)(r[0] << 8 | r[1]) % (i + 1);
            all[i] = all[j];
            all[j] = swap;
        }
        for (size_t i = 0; i < n; i++)
            take(s, by, &all[i]);
        assert_ok(reactions_of(s->vault, &TO, &aid[by - 1], &kept[by - 1]));
    }
    assert_int_equal(kept[0].n, REACTIONS_OF_ONE_MAX);
    assert_int_equal(kept[1].n, REACTIONS_OF_ONE_MAX);
    for (size_t i = 0; i < kept[0].n; i++) {
        const struct reaction *a = &kept[0].of[i],
                              *b = reactions_find(&kept[1], bytes(a->kind, a->kind_n));

        assert_non_null(b);
        assert_int_equal(a->said.stamp, b->said.stamp);
        assert_memory_equal(&a->said.id, &b->said.id, sizeof a->said.id);
        assert_int_equal(a->on, b->on);
    }
}

static void kinds_that_are_too_many_are_counted(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct reactions_sum sum;

    for (uint8_t by = 1; by <= 5; by++)
        for (unsigned i = 0; i < REACTIONS_OF_ONE_MAX; i++) {
            char kind[8];

            snprintf(kind, sizeof kind, "%u.%u", (unsigned)by, i);
            says(s, by, kind, 10, true);
        }
    says(s, 6, "5.15", 10, true);
    assert_ok(reactions_sum(s->vault, &TO, &a, &sum));
    assert_int_equal(sum.n, REACTIONS_KINDS_MAX);
    assert_int_equal(sum.more, 5 * REACTIONS_OF_ONE_MAX - REACTIONS_KINDS_MAX);
    assert_bytes(sum.kind[0].kind, bytes_text("5.15"));
    assert_int_equal(sum.kind[0].n, 2);
    arena_free(&a);
}

static void what_never_left_is_undone_unless_more_was_said(void **state)
{
    struct safe *s = *state;
    struct account_id aid = person(1);
    struct reaction on = reaction("+", 10, true), off = reaction("+", 11, false);

    off.said.id.b[0] = 1;
    take(s, 1, &on);
    take(s, 1, &off);
    assert_ok(vault_begin(s->vault));
    assert_ok(reactions_undo(s->vault, &TO, &aid, &on)); /* which does not stand */
    assert_ok(vault_commit(s->vault));
    sum_is(s, "");
    assert_ok(vault_begin(s->vault));
    assert_ok(reactions_undo(s->vault, &TO, &aid, &off));
    assert_ok(vault_commit(s->vault));
    sum_is(s, "+1 ");
}

static void a_stamp_is_later_than_all_that_was_said(void **state)
{
    struct safe *s = *state;
    struct account_id aid = person(1);
    struct reactions r;

    assert_ok(reactions_of(s->vault, &TO, &aid, &r));
    assert_int_equal(reactions_stamp(&r, 100), 100);
    says(s, 1, "+", 100, true);
    says(s, 1, "-", 300, true);
    assert_ok(reactions_of(s->vault, &TO, &aid, &r));
    assert_int_equal(reactions_stamp(&r, 100), 301);
    assert_int_equal(reactions_stamp(&r, 400), 400);
    says(s, 1, "!", UINT64_MAX, true);
    assert_ok(reactions_of(s->vault, &TO, &aid, &r));
    assert_true(reactions_stamp(&r, 100) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(the_last_word_of_each_stands_and_most_people_come_first),
        safe_test(of_equal_stamps_the_greater_name_stands),
        safe_test(order_does_not_matter),
        safe_test(kinds_that_are_too_many_are_counted),
        safe_test(what_never_left_is_undone_unless_more_was_said),
        safe_test(a_stamp_is_later_than_all_that_was_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
