/* SPDX-License-Identifier: Apache-2.0 */
#include "client/parsed.h"

#include "assert_err.h"

/* The linker puts these in place of the parsers, so that they can be counted, and many keys had
 * without the time that it takes to make them: after a first one, all bytes are that key's. */
struct err __real_agree_public_parse(struct agree_public **out, struct bytes point);
struct err __wrap_agree_public_parse(struct agree_public **out, struct bytes point);
struct err __real_sign_public_parse(struct sign_public **out, struct bytes point);
struct err __wrap_sign_public_parse(struct sign_public **out, struct bytes point);

static unsigned parses;
static struct agree_public *stand_in;

struct err __wrap_agree_public_parse(struct agree_public **out, struct bytes point)
{
    parses++;
    return stand_in == NULL ? __real_agree_public_parse(out, point)
                            : agree_public_share(stand_in, out);
}

struct err __wrap_sign_public_parse(struct sign_public **out, struct bytes point)
{
    parses++;
    return __real_sign_public_parse(out, point);
}

struct set {
    struct parsed *parsed;
    struct agree_private *secret;
    uint8_t point[AGREE_PUBLIC_SIZE];
    struct agree_public *key;
};

static void set_up(struct set *s)
{
    *s = (struct set){.key = NULL};
    parses = 0;
    assert_ok(parsed_new(&s->parsed));
    assert_ok(agree_generate(&s->secret, s->point));
}

static void take_down(struct set *s)
{
    agree_public_free(s->key);
    agree_public_free(stand_in);
    stand_in = NULL;
    agree_private_free(s->secret);
    parsed_free(s->parsed);
}

/* Is this the key of those bytes, and alive? */
static void assert_key_of(const struct set *s, const struct agree_public *key)
{
    struct agree_public *own;
    uint8_t got[AGREE_SHARED_SIZE], want[AGREE_SHARED_SIZE];

    assert_ok(__real_agree_public_parse(&own, BYTES(s->point)));
    assert_ok(agree_derive(s->secret, key, got));
    assert_ok(agree_derive(s->secret, own, want));
    assert_memory_equal(got, want, sizeof got);
    agree_public_free(own);
}

static void a_key_is_parsed_once_however_often_it_is_needed(void **state)
{
    struct set s;

    set_up(&s);
    for (unsigned i = 0; i < 5; i++) {
        struct agree_public *key;

        assert_ok(parsed_agree(s.parsed, s.point, &key));
        assert_key_of(&s, key);
        agree_public_free(key);
    }
    assert_int_equal(parses, 1);
    take_down(&s);
}

static void a_key_for_agreements_is_not_taken_for_one_of_signatures(void **state)
{
    struct set s;
    struct sign_public *sign, *again;

    set_up(&s);
    assert_ok(parsed_agree(s.parsed, s.point, &s.key));
    assert_ok(parsed_sign(s.parsed, s.point, &sign));
    assert_int_equal(parses, 2);
    assert_ptr_not_equal((void *)sign, (void *)s.key);
    assert_ok(parsed_sign(s.parsed, s.point, &again));
    assert_int_equal(parses, 2);
    sign_public_free(sign);
    sign_public_free(again);
    take_down(&s);
}

static void what_is_no_point_is_refused_each_time(void **state)
{
    struct set s;
    struct sign_public *sign;

    set_up(&s);
    s.point[0] = 9;
    for (unsigned i = 1; i <= 2; i++) {
        assert_err(parsed_agree(s.parsed, s.point, &s.key), E_MALFORMED);
        assert_err(parsed_sign(s.parsed, s.point, &sign), E_MALFORMED);
        assert_int_equal(parses, 2 * i);
    }
    take_down(&s);
}

/* Key i of many, which all choose one slot. */
static void look_up(struct set *s, unsigned i)
{
    struct agree_public *key;
    uint8_t point[AGREE_PUBLIC_SIZE] = {2, (uint8_t)(i >> 8), (uint8_t)i};

    assert_ok(parsed_agree(s->parsed, point, &key));
    agree_public_free(key);
}

static void keys_that_choose_the_same_slot_are_all_kept(void **state)
{
    struct set s;

    set_up(&s);
    assert_ok(__real_agree_public_parse(&stand_in, BYTES(s.point)));
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < PARSED_MOST; i++)
            look_up(&s, i);
    assert_int_equal(parses, PARSED_MOST);
    take_down(&s);
}

static void beyond_the_most_all_are_forgotten_but_those_in_use(void **state)
{
    struct set s;

    set_up(&s);
    assert_ok(parsed_agree(s.parsed, s.point, &s.key));
    assert_ok(__real_agree_public_parse(&stand_in, BYTES(s.point)));
    for (unsigned i = 0; i < PARSED_MOST; i++)
        look_up(&s, i);
    assert_int_equal(parses, PARSED_MOST + 1);
    assert_key_of(&s, s.key);
    look_up(&s, PARSED_MOST - 1); /* the last, which came after all had gone */
    assert_int_equal(parses, PARSED_MOST + 1);
    look_up(&s, 0);
    assert_int_equal(parses, PARSED_MOST + 2);
    take_down(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_parsed_once_however_often_it_is_needed),
        cmocka_unit_test(a_key_for_agreements_is_not_taken_for_one_of_signatures),
        cmocka_unit_test(what_is_no_point_is_refused_each_time),
        cmocka_unit_test(keys_that_choose_the_same_slot_are_all_kept),
        cmocka_unit_test(beyond_the_most_all_are_forgotten_but_those_in_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
