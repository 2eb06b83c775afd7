/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static void a_list_gets_its_next_version(void **state)
{
    struct world *w = *state;
    Tacet__Wire__PersonAnswer *answer;
    struct person ann;
    struct bytes first, second;
    struct answer a;

    person_enter(w, &ann, "ann");
    first = ann.list_statement;
    w->now_ms += CLOCK_MINUTE_MS;
    person_next_list(w, &ann);
    second = ann.list_statement;
    assert_int_equal(person_publish_list(w, &ann, second), E_OK);
    assert_int_equal(person_publish_list(w, &ann, second), E_OK); /* its answer was lost */
    world_again(w);
    a = person_ask(w, &ann, "ann", 0);
    world_read(w, a, person_answer, &answer);
    assert_int_equal(answer->person->n_lists, 2);
    assert_bytes(frame_bytes(answer->person->lists[0]), first);
    assert_bytes(frame_bytes(answer->person->lists[1]), second);
    a = person_ask(w, &ann, "ann", 2);
    world_read(w, a, person_answer, &answer);
    assert_int_equal(answer->person->n_lists, 1);
    assert_bytes(frame_bytes(answer->person->lists[0]), second);
    a = person_ask(w, &ann, "ann", 3);
    world_read(w, a, person_answer, &answer);
    assert_int_equal(answer->person->n_lists, 0);
    person_free(&ann);
}

static void lists_that_do_not_follow_are_refused(void **state)
{
    struct world *w = *state;
    struct person ann;
    struct bytes skipping;

    person_enter(w, &ann, "ann");
    struct device_list one = ann.list;
    struct bytes first = ann.list_statement;

    person_next_list(w, &ann);
    person_next_list(w, &ann);
    skipping = ann.list_statement;
    assert_int_equal(person_publish_list(w, &ann, skipping), E_CONFLICT);
    ann.list = one;
    person_next_list(w, &ann);
    ann.list.previous[0] ^= 1;
    person_sign_list(w, &ann);
    assert_int_equal(person_publish_list(w, &ann, ann.list_statement), E_FORGED);
    ann.list = one;
    w->now_ms += 2 * CLOCK_HOUR_MS;
    person_next_list(w, &ann);
    w->now_ms -= 2 * CLOCK_HOUR_MS;
    assert_int_equal(person_publish_list(w, &ann, ann.list_statement), E_CLOCK);
    assert_int_equal(person_publish_list(w, &ann, BYTES_LITERAL("x")), E_MALFORMED);
    assert_int_equal(person_publish_list(w, &ann, first), E_OK); /* the newest, once more */
    assert_int_equal(scratch_number(w->db, "SELECT count(*) FROM device_list"), 1);
    person_free(&ann);
}

static void an_account_begins_with_one_device(void **state)
{
    struct world *w = *state;
    struct person ann, second;
    struct invitation i;
    bool before;

    world_invite(w, "ann", 0, &i);
    person_make(w, &ann);
    person_make(w, &second);
    assert_ok(names_device(&ann.aid, &second.dsk_point, &second.did));
    before = bytes_compare(ID_BYTES(second.did), ID_BYTES(ann.did)) < 0;
    ann.list.devices = 2;
    ann.list.device[!before] =
        (struct device_entry){.did = second.did, .dsk = second.dsk_point, .role = DEVICE_PLAIN};
    ann.list.device[before] =
        (struct device_entry){.did = ann.did, .dsk = ann.dsk_point, .role = DEVICE_PLAIN};
    person_sign_list(w, &ann);
    person_connect(w, &ann);
    assert_int_equal(person_join(w, &ann, &i).code, E_LIMIT);
    person_free(&ann);
    person_free(&second);
}

/* ---- Upload numbers.  [PROTOCOL 10 M1] */

struct window {
    struct world *w;
    struct device d;
};

static struct window begin(struct world *w, struct person *ann)
{
    struct window x = {.w = w};

    person_enter(w, ann, "ann");
    assert_ok(devices_get(w->db, &ann->did, &x.d));
    return x;
}

/* Marks are the number itself, in eight bytes, and a twist. */
static void mark_of(uint64_t number, uint8_t twist, uint8_t out[DEVICES_MARK_SIZE])
{
    memcpy(out, &number, sizeof number);
    out[7] = twist;
}

static struct err known(struct window *x, uint64_t number, uint8_t twist, bool *out)
{
    uint8_t mark[DEVICES_MARK_SIZE];
    struct devices_window w;

    mark_of(number, twist, mark);
    return devices_upload_known(x->w->db, &x->d, number, mark, &w, out);
}

static void accept(struct window *x, uint64_t number)
{
    uint8_t mark[DEVICES_MARK_SIZE];
    struct devices_window w;
    bool yes;

    mark_of(number, 0, mark);
    assert_ok(devices_upload_known(x->w->db, &x->d, number, mark, &w, &yes));
    assert_false(yes);
    assert_ok(devices_upload_accept(x->w->db, &x->d, number, mark, &w));
}

static void the_last_64_numbers_are_known_by_their_bytes(void **state)
{
    struct person ann;
    struct window x = begin(*state, &ann);
    bool yes;

    for (uint64_t i = 1; i <= 200; i++) {
        assert_ok(known(&x, i, 0, &yes));
        assert_false(yes);
        accept(&x, i);
    }
    world_again(x.w);
    for (uint64_t i = 137; i <= 200; i++) {
        assert_ok(known(&x, i, 0, &yes));
        assert_true(yes);
        assert_err(known(&x, i, 1, &yes), E_CONFLICT);
    }
    assert_err(known(&x, 136, 0, &yes), E_CONFLICT);
    assert_err(known(&x, 1, 0, &yes), E_CONFLICT);
    assert_err(known(&x, 0, 0, &yes), E_MALFORMED);
    person_free(&ann);
}

static void numbers_that_were_passed_over_can_still_come(void **state)
{
    struct person ann;
    struct window x = begin(*state, &ann);
    bool yes;

    accept(&x, 1);
    accept(&x, 5);
    for (uint64_t i = 2; i <= 4; i++) {
        assert_ok(known(&x, i, 0, &yes));
        assert_false(yes);
    }
    accept(&x, 3);
    assert_ok(known(&x, 3, 0, &yes));
    assert_true(yes);
    assert_ok(known(&x, 5, 0, &yes));
    assert_true(yes);
    assert_ok(known(&x, 69, 0, &yes)); /* 5 + 64 */
    assert_false(yes);
    assert_err(known(&x, 70, 0, &yes), E_CONFLICT);
    assert_err(known(&x, UINT64_MAX, 0, &yes), E_CONFLICT);
    accept(&x, 69);
    for (uint64_t i = 6; i <= 68; i++) { /* places of older numbers are free again */
        assert_ok(known(&x, i, 0, &yes));
        assert_false(yes);
    }
    assert_err(known(&x, 5, 0, &yes), E_CONFLICT);
    person_free(&ann);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_list_gets_its_next_version),
        world_test(lists_that_do_not_follow_are_refused),
        world_test(an_account_begins_with_one_device),
        world_test(the_last_64_numbers_are_known_by_their_bytes),
        world_test(numbers_that_were_passed_over_can_still_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
