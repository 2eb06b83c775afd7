/* SPDX-License-Identifier: Apache-2.0 */
#include "client/wishes.h"

#include "assert_err.h"

/* A room of 1, its moderator, 2 and 3, at version 5. */
static struct room_member MEMBERS[3];
static bool GONE[3];
static struct room_state now;
static struct arena arena;
static uint8_t GROUP_BOX[ABOUT_BOX_SIZE] = {1, ABOUT_GROUP}, ROOM_BOX[ABOUT_BOX_SIZE] = {1, 2};

static struct account_id who(uint8_t n)
{
    return (struct account_id){{n}};
}

static int begin(void **state)
{
    for (uint8_t i = 0; i < 3; i++)
        MEMBERS[i] = (struct room_member){.aid = who((uint8_t)(i + 1)),
                                          .role = i == 0 ? ROOM_MODERATOR : ROOM_MEMBER,
                                          .since = 1};
    memset(GONE, 0, sizeof GONE);
    now = (struct room_state){
        .version = 5, .networks = 1, .members = 3, .member = MEMBERS, .name_box = BYTES(ROOM_BOX)};
    arena = ARENA(1 << 20);
    return 0;
}

static int end(void **state)
{
    arena_free(&arena);
    return 0;
}

static struct err apply(struct wish *w, uint8_t me, uint8_t whom, struct room_state *next,
                        bool *there)
{
    static const struct about about = {.kind = ABOUT_ROOM, .name = {(const uint8_t *)"Harbour", 7}};
    static struct account_id subject;
    struct wishes_question q = {
        .wish = w, .now = &now, .gone = GONE, .about = &about, .me = who(me), .whom = &subject};

    subject = who(whom);
    w->subjects = whom == 0 ? 0 : 1;
    return wishes_apply(&q, &arena, next, there);
}

static void who_is_added_comes_in_with_the_next_state(void **state)
{
    struct wish w = {.kind = WISHES_ADD, .seen = 5};
    struct room_state next;
    bool there;

    assert_ok(apply(&w, 1, 9, &next, &there));
    assert_false(there);
    assert_int_equal(next.version, 6);
    assert_int_equal(next.members, 4);
    assert_int_equal(next.member[3].since, 6);
    assert_int_equal(next.member[3].role, ROOM_MEMBER);
    assert_ok(apply(&w, 1, 2, &next, &there));
    assert_true(there);
    assert_err(apply(&w, 2, 9, &next, &there), E_DENIED);
    assert_err(apply(&w, 9, 8, &next, &there), E_DENIED);
}

static void in_a_group_all_add_and_nobody_puts_out(void **state)
{
    struct wish add = {.kind = WISHES_ADD}, remove = {.kind = WISHES_REMOVE};
    struct room_state next;
    bool there;

    now.name_box = BYTES(GROUP_BOX);
    MEMBERS[1].role = ROOM_MODERATOR;
    assert_ok(apply(&add, 2, 9, &next, &there));
    assert_int_equal(next.member[3].role, ROOM_MODERATOR);
    assert_err(apply(&remove, 2, 3, &next, &there), E_DENIED);
}

static void who_came_back_since_is_not_put_out(void **state)
{
    struct wish w = {.kind = WISHES_REMOVE, .seen = 4};
    struct room_state next;
    bool there;

    MEMBERS[1].since = 5;
    assert_err(apply(&w, 1, 2, &next, &there), E_CONFLICT);
    assert_ok(apply(&w, 1, 3, &next, &there));
    assert_int_equal(next.members, 2);
    assert_ok(apply(&w, 1, 9, &next, &there));
    assert_true(there);
    assert_err(apply(&w, 1, 1, &next, &there), E_DENIED);
}

static void roles_are_given_and_one_moderator_stays(void **state)
{
    struct wish up = {.kind = WISHES_PROMOTE, .seen = 5}, down = {.kind = WISHES_DEMOTE, .seen = 5};
    struct room_state next;
    bool there;

    assert_ok(apply(&up, 1, 2, &next, &there));
    assert_int_equal(next.member[1].role, ROOM_MODERATOR);
    assert_err(apply(&up, 1, 9, &next, &there), E_ABSENT);
    assert_err(apply(&down, 1, 1, &next, &there), E_DENIED);
    assert_ok(apply(&down, 1, 2, &next, &there));
    assert_true(there);
}

static void a_name_that_somebody_else_changed_since_stands(void **state)
{
    struct wish w = {
        .kind = WISHES_NAME, .text = bytes_text("Quay"), .before = bytes_text("Harbour")};
    struct room_state next;
    bool there;

    assert_ok(apply(&w, 1, 0, &next, &there));
    assert_false(there);
    w.before = bytes_text("Port");
    assert_err(apply(&w, 1, 0, &next, &there), E_CONFLICT);
    w.text = bytes_text("Harbour");
    assert_ok(apply(&w, 1, 0, &next, &there));
    assert_true(there);
}

static void accounts_that_are_gone_go_with_the_next_state(void **state)
{
    struct wish add = {.kind = WISHES_ADD}, tidy = {.kind = WISHES_TIDY},
                leave = {.kind = WISHES_LEAVE};
    struct room_state next;
    bool there;

    assert_ok(apply(&tidy, 1, 0, &next, &there));
    assert_true(there);
    GONE[2] = true;
    assert_ok(apply(&tidy, 1, 0, &next, &there));
    assert_false(there);
    assert_int_equal(next.members, 2);
    assert_ok(apply(&add, 1, 9, &next, &there));
    assert_int_equal(next.members, 3);
    assert_ok(apply(&leave, 2, 0, &next, &there));
    assert_int_equal(next.members, 2);
}

static void who_deletes_stays_alone_and_who_is_alone_needs_no_state(void **state)
{
    struct wish delete = {.kind = WISHES_DELETE}, leave = {.kind = WISHES_LEAVE};
    struct room_state next;
    bool there;

    assert_ok(apply(&delete, 1, 0, &next, &there));
    assert_int_equal(next.members, 1);
    now.members = 1;
    assert_ok(apply(&delete, 1, 0, &next, &there));
    assert_true(there);
    assert_ok(apply(&leave, 1, 0, &next, &there));
    assert_true(there);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(who_is_added_comes_in_with_the_next_state),
        TEST(in_a_group_all_add_and_nobody_puts_out),
        TEST(who_came_back_since_is_not_put_out),
        TEST(roles_are_given_and_one_moderator_stays),
        TEST(a_name_that_somebody_else_changed_since_stands),
        TEST(accounts_that_are_gone_go_with_the_next_state),
        TEST(who_deletes_stays_alone_and_who_is_alone_needs_no_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
