/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/seal.h"

#include <stdlib.h>

#include "assert_err.h"
#include "unit/e2ee/cast.h"

#define UPLOAD_ROOM LIMIT_FRAME
#define FIXED_SIZE  695 /* of an upload without entries, capsules and padded content */

static struct actor alice, bob, carol;
static struct line to_bob, to_carol;

static int enter(void **state)
{
    cast_enter(&alice, 1);
    cast_enter(&bob, 3);
    cast_enter(&carol, 65536 + 5);
    cast_connect(&to_bob, &alice, &bob);
    cast_connect(&to_carol, &alice, &carol);
    return 0;
}

static int leave(void **state)
{
    cast_leave(&alice);
    cast_leave(&bob);
    cast_leave(&carol);
    return 0;
}

/* Sealed to both, with both capsules. */
static void seal_to_both(struct bytes content, struct buf *upload)
{
    struct letter m;

    cast_write(&m, &alice, 1, content);
    cast_address(&m, &to_bob);
    cast_enclose(&m, &to_bob);
    cast_address(&m, &to_carol);
    cast_enclose(&m, &to_carol);
    cast_seal(&m, upload);
}

static void an_upload_is_what_it_was_asked_to_be(void **state)
{
    struct buf b = BUF(UPLOAD_ROOM);
    struct arena arena = ARENA(4096);
    struct upload u;
    struct letter m;

    cast_write(&m, &alice, 77, BYTES_LITERAL("hello"));
    cast_address(&m, &to_bob);
    cast_address(&m, &to_carol);
    cast_enclose(&m, &to_carol);
    cast_seal(&m, &b);
    assert_ok(upload_parse(buf_view(&b), &arena, &u));
    assert_int_equal(u.number, 77);
    assert_int_equal(u.recipients, 2);
    assert_int_equal(upload_entry_prekey(&u, 0), 3);
    assert_int_equal(upload_entry_prekey(&u, 1), 5); /* modulo 65536 */
    assert_int_equal(u.capsules, 1);
    assert_int_equal(u.capsule[0].recipient, 1);
    assert_bytes(u.capsule[0].capsule, cast_capsule(&to_carol));
    assert_true(ID_SAME(u.shared.roster, m.wrap.roster));
    arena_free(&arena);
    buf_free(&b);
}

static struct err seal_request_of(const struct seal_request *rq, struct buf *out)
{
    struct random random = random_system();

    return seal(rq, &random, out);
}

static void there_is_no_third_profile(void **state)
{
    struct buf b = BUF(UPLOAD_ROOM);
    struct letter m;
    struct seal_request rq;

    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &to_bob);
    rq = cast_request(&m);
    rq.profile = 3;
    assert_err(seal_request_of(&rq, &b), E_MALFORMED);
    rq.profile = 0;
    assert_err(seal_request_of(&rq, &b), E_MALFORMED);
    assert_int_equal(b.n, 0);
    rq.profile = UPLOAD_PROFILE_STANDARD;
    assert_ok(seal_request_of(&rq, &b));
    assert_int_equal(upload_profile(buf_view(&b)), UPLOAD_PROFILE_STANDARD);
    buf_free(&b);
}

static void an_upload_is_as_large_as_its_header_says(void **state)
{
    static const uint8_t text[LIMIT_TEXT] = {'x'};
    static const struct {
        size_t content, padded;
    } steps[] = {{0, 256}, {252, 256}, {253, 384}, {1024, 1536}, {65536, 98304}};

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct buf b = BUF(UPLOAD_ROOM);

        seal_to_both(bytes(text, steps[i].content), &b);
        assert_int_equal(b.n, FIXED_SIZE + 60 * 2 + 1877 * 2 + steps[i].padded);
        buf_free(&b);
    }
}

static void an_upload_is_appended_behind_what_is_there(void **state)
{
    struct buf b = BUF(UPLOAD_ROOM);

    buf_text(&b, "before");
    seal_to_both(BYTES_LITERAL("hello"), &b);
    assert_memory_equal(b.at, "before", 6);
    assert_int_equal(b.n, 6 + FIXED_SIZE + 60 * 2 + 1877 * 2 + 256);
    buf_free(&b);
}

static void nobody_and_too_many_are_refused(void **state)
{
    struct buf b = BUF(UPLOAD_ROOM);
    struct letter m;
    struct seal_request rq;

    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &to_bob);
    rq = cast_request(&m);
    rq.n = 0;
    assert_err(seal_request_of(&rq, &b), E_LIMIT);
    rq.n = LIMIT_RECIPIENTS + 1;
    assert_err(seal_request_of(&rq, &b), E_LIMIT);
    rq.n = 1;
    rq.capsules = LIMIT_CAPSULES + 1;
    assert_err(seal_request_of(&rq, &b), E_LIMIT);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void a_content_over_the_limit_is_refused(void **state)
{
    static const uint8_t text[LIMIT_TEXT + 1];
    struct buf b = BUF(UPLOAD_ROOM);
    struct letter m;
    struct seal_request rq;

    cast_write(&m, &alice, 1, BYTES(text));
    cast_address(&m, &to_bob);
    rq = cast_request(&m);
    assert_err(seal_request_of(&rq, &b), E_LIMIT);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void without_room_nothing_is_written(void **state)
{
    struct letter m;
    struct seal_request rq;

    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &to_bob);
    rq = cast_request(&m);
    for (size_t room = 3; room < 3 + FIXED_SIZE + 60 + 256; room += 101) {
        struct buf b = BUF(room);

        buf_zeros(&b, 3);
        assert_err(seal_request_of(&rq, &b), E_LIMIT);
        assert_int_equal(b.n, 3);
        buf_free(&b);
    }
}

static void a_partial_upload_names_its_recipients_places(void **state)
{
    static const uint16_t place[] = {3, 700};
    struct buf b = BUF(UPLOAD_ROOM);
    struct arena arena = ARENA(4096);
    struct letter m;
    struct seal_request rq;
    struct upload u;

    cast_write(&m, &alice, 1, BYTES_LITERAL("again"));
    cast_address(&m, &to_bob);
    cast_address(&m, &to_carol);
    rq = cast_request(&m);
    rq.place = place;
    assert_ok(seal_request_of(&rq, &b));
    assert_int_equal(b.n, FIXED_SIZE + 60 * 2 + 256 + 2 + 2 * 2);
    assert_ok(upload_parse(buf_view(&b), &arena, &u));
    assert_int_equal(u.recipients, 2);
    assert_int_equal(upload_places(&u.shared), 2);
    assert_int_equal(upload_place(&u.shared, 0), 3);
    assert_int_equal(upload_place(&u.shared, 1), 700);
    arena_free(&arena);
    buf_free(&b);
}

static struct err broken(void *ctx, uint8_t *out, size_t n)
{
    memset(out, 0, n);
    return FAIL(E_CRYPTO);
}

static void without_randomness_nothing_is_sealed(void **state)
{
    struct random random = {broken, NULL};
    struct buf b = BUF(UPLOAD_ROOM);
    struct letter m;
    struct seal_request rq;

    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &to_bob);
    rq = cast_request(&m);
    assert_err(seal(&rq, &random, &b), E_CRYPTO);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

/* What a resend gives away is that it is one: nothing in it repeats but the sender's choice. */
static void the_same_core_sealed_twice_shares_nothing_that_is_seen(void **state)
{
    struct buf one = BUF(UPLOAD_ROOM), two = BUF(UPLOAD_ROOM);
    struct arena arena = ARENA(4096);
    struct upload u, v;
    struct letter m;
    uint8_t ctx[2][SCHEDULE_CTX_SIZE];

    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &to_bob);
    cast_seal(&m, &one);
    cast_seal(&m, &two);
    assert_ok(upload_parse(buf_view(&one), &arena, &u));
    assert_ok(upload_parse(buf_view(&two), &arena, &v));
    assert_memory_not_equal(u.shared.head, v.shared.head, UPLOAD_HEAD_SIZE);
    assert_memory_not_equal(u.shared.com, v.shared.com, UPLOAD_COMMITMENT_SIZE);
    assert_memory_not_equal(u.shared.body.at, v.shared.body.at, u.shared.body.n);
    assert_memory_not_equal(u.shared.trailer.at, v.shared.trailer.at, u.shared.trailer.n);
    assert_memory_not_equal(u.entries.at + 2, v.entries.at + 2, SCHEDULE_HINT_SIZE);
    assert_memory_not_equal(u.entries.at + 12, v.entries.at + 12, 48);
    assert_ok(schedule_ctx(BYTES(u.shared.head), u.shared.scope, BYTES(u.shared.com), u.shared.body,
                           ctx[0]));
    assert_ok(schedule_ctx(BYTES(v.shared.head), v.shared.scope, BYTES(v.shared.com), v.shared.body,
                           ctx[1]));
    assert_memory_not_equal(ctx[0], ctx[1], sizeof ctx[0]);
    arena_free(&arena);
    buf_free(&one);
    buf_free(&two);
}

/* E and com of one upload, as a set to sort. */
struct seen {
    uint8_t point[AGREE_PUBLIC_SIZE];
    uint8_t com[UPLOAD_COMMITMENT_SIZE];
};

static int by_point(const void *a, const void *b)
{
    return memcmp(((const struct seen *)a)->point, ((const struct seen *)b)->point,
                  AGREE_PUBLIC_SIZE);
}

static int by_com(const void *a, const void *b)
{
    return memcmp(((const struct seen *)a)->com, ((const struct seen *)b)->com,
                  UPLOAD_COMMITMENT_SIZE);
}

static void no_message_key_or_key_pair_serves_twice(void **state)
{
    enum { TIMES = 1000 };
    static struct seen seen[TIMES];
    struct letter m;

    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &to_bob);
    for (size_t i = 0; i < TIMES; i++) {
        struct buf b = BUF(UPLOAD_ROOM);

        cast_seal(&m, &b);
        memcpy(seen[i].point, b.at + 4, AGREE_PUBLIC_SIZE);
        memcpy(seen[i].com, b.at + UPLOAD_HEAD_SIZE, UPLOAD_COMMITMENT_SIZE);
        buf_free(&b);
    }
    qsort(seen, TIMES, sizeof seen[0], by_point);
    for (size_t i = 1; i < TIMES; i++)
        assert_int_not_equal(by_point(&seen[i - 1], &seen[i]), 0);
    qsort(seen, TIMES, sizeof seen[0], by_com);
    for (size_t i = 1; i < TIMES; i++)
        assert_int_not_equal(by_com(&seen[i - 1], &seen[i]), 0);
}

/* A pool of the worst manners: backwards, one after the other. */
static void run_backwards(void *ctx, void (*job)(void *arg, size_t i), void *arg, size_t n)
{
    ++*(size_t *)ctx;
    while (n > 0)
        job(arg, --n);
}

static void the_order_of_a_pool_does_not_show(void **state)
{
    size_t runs = 0;
    struct pool pool = {run_backwards, &runs};
    struct buf one = BUF(UPLOAD_ROOM), two = BUF(UPLOAD_ROOM);
    struct arena arena = ARENA(4096);
    struct seal_keys keys = {.mk = "a message key"};
    struct letter m;
    struct seal_request rq;
    struct upload u, v;

    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &to_bob);
    cast_address(&m, &to_carol);
    assert_ok(agree_generate(&keys.e, keys.point));
    rq = cast_request(&m);
    assert_ok(seal_with(&rq, &keys, &one));
    rq.pool = &pool;
    assert_ok(seal_with(&rq, &keys, &two));
    assert_int_equal(runs, 1);
    assert_ok(upload_parse(buf_view(&one), &arena, &u));
    assert_ok(upload_parse(buf_view(&two), &arena, &v));
    assert_bytes(v.entries, u.entries);
    agree_private_free(keys.e);
    arena_free(&arena);
    buf_free(&one);
    buf_free(&two);
}

static void as_many_as_a_roster_holds_can_be_sealed_to(void **state)
{
    struct seal_recipient *to = calloc(LIMIT_RECIPIENTS, sizeof *to);
    struct buf b = BUF(UPLOAD_ROOM);
    struct letter m;
    struct seal_request rq;

    assert_non_null(to);
    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &to_bob);
    for (size_t i = 0; i < LIMIT_RECIPIENTS; i++)
        to[i] = m.to[0];
    rq = cast_request(&m);
    rq.to = to;
    rq.n = LIMIT_RECIPIENTS;
    assert_ok(seal_request_of(&rq, &b));
    assert_int_equal(b.n, FIXED_SIZE + 60 * LIMIT_RECIPIENTS + 256);
    buf_free(&b);
    free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upload_is_what_it_was_asked_to_be),
        cmocka_unit_test(there_is_no_third_profile),
        cmocka_unit_test(an_upload_is_as_large_as_its_header_says),
        cmocka_unit_test(an_upload_is_appended_behind_what_is_there),
        cmocka_unit_test(nobody_and_too_many_are_refused),
        cmocka_unit_test(a_content_over_the_limit_is_refused),
        cmocka_unit_test(without_room_nothing_is_written),
        cmocka_unit_test(a_partial_upload_names_its_recipients_places),
        cmocka_unit_test(without_randomness_nothing_is_sealed),
        cmocka_unit_test(the_same_core_sealed_twice_shares_nothing_that_is_seen),
        cmocka_unit_test(no_message_key_or_key_pair_serves_twice),
        cmocka_unit_test(the_order_of_a_pool_does_not_show),
        cmocka_unit_test(as_many_as_a_roster_holds_can_be_sealed_to),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
