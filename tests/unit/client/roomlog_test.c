/* SPDX-License-Identifier: Apache-2.0 */
#include "client/roomlog.h"

#include "client/wishes.h"
#include "unit/client/safe.h"

static const struct room_id HARBOUR = {{1}}, QUAY = {{2}};

static struct room add(struct safe *s, const struct room_id *id)
{
    struct room r = {.id = *id, .standing = ROOMLOG_MAKING};

    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, roomlog_add(s->vault, &r)));
    return r;
}

static void rooms_are_found_by_number_and_by_id_in_the_order_in_which_they_came(void **state)
{
    struct safe *s = *state;
    struct room one = add(s, &HARBOUR), other = add(s, &QUAY), r;

    assert_true(other.number > one.number);
    one.standing = ROOMLOG_OUT;
    one.deleted = true;
    one.version = 7;
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, roomlog_put(s->vault, &one)));
    safe_again(s);
    assert_ok(roomlog_find(s->vault, &HARBOUR, &r));
    assert_int_equal(r.number, one.number);
    assert_int_equal(r.standing, ROOMLOG_OUT);
    assert_int_equal(r.version, 7);
    assert_true(r.deleted);
    assert_ok(roomlog_next(s->vault, one.number, &r));
    assert_true(ID_SAME(r.id, QUAY));
    assert_err(roomlog_next(s->vault, other.number, &r), E_ABSENT);
    assert_err(roomlog_find(s->vault, &(struct room_id){{3}}, &r), E_ABSENT);
}

static void whose_device_wrote_is_remembered(void **state)
{
    static const struct device_id did = {{5}};
    static const struct account_id aid = {{6}};
    struct safe *s = *state;
    struct account_id found;

    assert_err(roomlog_voice(s->vault, &did, &found), E_ABSENT);
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, roomlog_put_voice(s->vault, &did, &aid)));
    assert_ok(roomlog_voice(s->vault, &did, &found));
    assert_true(ID_SAME(found, aid));
}

static void wishes_wait_in_their_order_until_they_are_dropped(void **state)
{
    static const uint64_t subjects[] = {3, 4};
    struct safe *s = *state;
    struct wish first = {.kind = WISHES_ADD,
                         .room = 9,
                         .seen = 2,
                         .subjects = 2,
                         .subject = subjects},
                second = {.kind = WISHES_NAME, .room = 9, .text = bytes_text("Quay")}, w;
    struct arena a = ARENA(1 << 20);

    assert_ok(vault_begin(s->vault));
    assert_ok(wishes_add(s->vault, &first));
    assert_ok(vault_end(s->vault, wishes_add(s->vault, &second)));
    safe_again(s);
    assert_ok(wishes_next(s->vault, 0, &a, &w));
    assert_int_equal(w.kind, WISHES_ADD);
    assert_int_equal(w.seen, 2);
    assert_int_equal(w.subjects, 2);
    assert_int_equal(w.subject[1], 4);
    assert_ok(wishes_next(s->vault, w.number + 1, &a, &w));
    assert_bytes(w.text, bytes_text("Quay"));
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, wishes_drop(s->vault, first.number)));
    assert_ok(wishes_next(s->vault, 0, &a, &w));
    assert_int_equal(w.kind, WISHES_NAME);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(rooms_are_found_by_number_and_by_id_in_the_order_in_which_they_came),
        safe_test(whose_device_wrote_is_remembered),
        safe_test(wishes_wait_in_their_order_until_they_are_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
