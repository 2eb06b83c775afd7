/* SPDX-License-Identifier: Apache-2.0 */
/* Each allocation of ours fails in turn: that is said, and outputs are left as they were. */
#include "assembly.h"
#include "conversation.h"
#include "statement/room_chain.h"

static struct assembly a;
static struct device_list list;
static const struct device_list *known[] = {&list};
static struct conversation c;

/* The one allocation that fails, counted down to; 0: none will. */
static unsigned failing;

/* The linker sends our calls here (--wrap); those inside of OpenSSL are its own. */
void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *at, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *at, size_t n);

static bool fails(void)
{
    return failing > 0 && --failing == 0;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
    return fails() ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *at, size_t n)
{
    return fails() ? NULL : __real_realloc(at, n);
}

static int begin(void **state)
{
    (void)state;
    assembly_begin(&a);
    a.genesis.s.member = a.genesis.member;
    conversation_pair(&c);
    return 0;
}

static int end(void **state)
{
    (void)state;
    assembly_end(&a);
    return 0;
}

/* Runs `attempt` with the first allocation failing, then the second, ... until it makes fewer. */
static void assert_says_so(struct err (*attempt)(struct buf *out, struct arena *arena))
{
    for (unsigned which = 1;; which++) {
        struct buf out = BUF(ROOM_STATE_MAX_SIZE);
        struct arena arena = ARENA(1 << 17);
        struct err err;
        bool failed;

        failing = which;
        err = attempt(&out, &arena);
        failed = failing == 0;
        failing = 0;
        assert_err(err, failed ? E_NOMEM : E_OK);
        buf_free(&out);
        arena_free(&arena);
        if (!failed) {
            assert_true(which > 1);
            return;
        }
    }
}

static struct err sign_and_check_list(struct buf *out, struct arena *arena)
{
    struct device_list got;

    (void)arena;
    list = person_list(&a.ada, 2);
    TRY(device_list_sign(&list, &a.nid, a.ada.ark.secret, &a.ada.did[0], a.ada.dsk[0].secret, out));
    return device_list_check(buf_view(out), &a.nid, &a.ada.ark.pub, NULL, PEOPLE_NOW_MS, &got);
}

static struct err sign_and_check_policy(struct buf *out, struct arena *arena)
{
    struct network_policy p = {.number = 1, .profile = POLICY_HYBRID}, got;

    (void)arena;
    TRY(policy_sign(&p, &a.nid, a.directory.secret, out));
    return policy_check(buf_view(out), &a.nid, &a.directory.pub, NULL, PEOPLE_NOW_MS, &got);
}

static struct err sign_and_check_commit(struct buf *out, struct arena *arena)
{
    struct room_commit commit = room_commit_of(&a.genesis.s, 1);

    (void)arena;
    TRY(room_commit_sign(&commit, &a.nid, a.directory.secret, out));
    return room_commit_check(buf_view(out), &a.nid, &a.directory.pub, PEOPLE_NOW_MS, &commit);
}

static struct err sign_and_check_state(struct buf *out, struct arena *arena)
{
    struct room_chain_witness w = {.signer = {known, 1}, .now_ms = PEOPLE_NOW_MS};
    struct room_state s = a.genesis.s, got;

    TRY(room_chain_check_genesis(buf_view(&a.statement), &w, arena, &got));
    TRY(room_chain_next(&a.genesis.s, &s));
    TRY(room_state_sign(&s, a.ada.dsk[0].secret, out));
    return room_chain_check_next(buf_view(out), &a.genesis.s, &w, arena, &got);
}

static struct err succeed_and_check(struct buf *out, struct arena *arena)
{
    const bool removed[ASSEMBLY_MEMBERS] = {true, true, true};
    struct room_chain_witness w = {.now_ms = PEOPLE_NOW_MS};
    struct room_state s, got;

    TRY(room_chain_successor(&a.genesis.s, removed, PEOPLE_NOW_MS, arena, &s));
    TRY(room_state_sign_successor(&s, a.directory.secret, out));
    return room_chain_check_successor(buf_view(out), &a.genesis.s, &a.directory.pub, removed, &w,
                                      arena, &got);
}

static struct err write_parse_and_judge(struct buf *out, struct arena *arena)
{
    struct roster_finding found;
    struct roster r;
    struct bytes all;

    roster_write(&c.roster, out);
    TRY(buf_end(out, &all));
    TRY(roster_parse(all, arena, &r));
    return roster_judge(&r, &c.q, arena, &found);
}

static void lists_say_that_there_is_no_memory(void **state)
{
    (void)state;
    assert_says_so(sign_and_check_list);
}

static void policies_and_commits_say_that_there_is_no_memory(void **state)
{
    (void)state;
    assert_says_so(sign_and_check_policy);
    assert_says_so(sign_and_check_commit);
}

static void states_say_that_there_is_no_memory(void **state)
{
    (void)state;
    list = person_list(&a.ada, 2);
    assert_says_so(sign_and_check_state);
    assert_says_so(succeed_and_check);
}

static void a_judge_says_that_there_is_no_memory(void **state)
{
    (void)state;
    assert_says_so(write_parse_and_judge);
}

/* Below the ceiling of each arena that is too small, and at each ceiling of a buffer. */
static void ceilings_are_told_as_such(void **state)
{
    struct buf out = BUF(ROSTER_MAX_SIZE), small = BUF(300);
    size_t max = 0;
    struct err err;

    (void)state;
    roster_write(&c.roster, &out);
    do {
        struct arena arena = ARENA(max++);
        struct roster r;

        err = roster_parse(buf_view(&out), &arena, &r);
        arena_free(&arena);
        assert_true(err.code == E_OK || err.code == E_NOMEM);
    } while (err.code != E_OK && max < 4096);
    assert_ok(err);
    assert_true(max > 2);
    list = person_list(&a.ada, 2);
    buf_u8(&small, 7);
    assert_err(device_list_sign(&list, &a.nid, a.ada.ark.secret, &a.ada.did[0], a.ada.dsk[0].secret,
                                &small),
               E_LIMIT);
    assert_int_equal(small.n, 1);
    buf_free(&small);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_say_that_there_is_no_memory),
        cmocka_unit_test(policies_and_commits_say_that_there_is_no_memory),
        cmocka_unit_test(states_say_that_there_is_no_memory),
        cmocka_unit_test(a_judge_says_that_there_is_no_memory),
        cmocka_unit_test(ceilings_are_told_as_such),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
