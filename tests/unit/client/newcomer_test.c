/* SPDX-License-Identifier: Apache-2.0 */
#include "client/newcomer.h"

#include "unit/client/safe.h"

static struct device_link link_of(uint8_t secret)
{
    struct device_link l = {.nid = {{1}}, .pin = {2}, .aid = {{3}}, .secret = {secret}};

    l.address_n = strlen("x.example:1");
    memcpy(l.address, "x.example:1", l.address_n + 1);
    return l;
}

static void what_asks_is_kept_whole_and_asks_with_the_same_box(void **state)
{
    struct safe *s = *state;
    struct device_link l = link_of(9);
    struct newcomer first, again;
    struct link_ask ask;

    assert_int_equal(newcomer_load(s->vault, &first).code, E_ABSENT);
    assert_ok(newcomer_make(s->vault, &l, BYTES_LITERAL("laptop"), &s->random));
    assert_ok(newcomer_load(s->vault, &first));
    assert_ok(link_ask_open(&l, bytes(first.box, first.box_n), &ask));
    assert_memory_equal(ask.did.b, first.ask.did.b, sizeof ask.did.b);
    assert_memory_equal(ask.kem, first.ask.kem, sizeof ask.kem);
    assert_string_equal(ask.name, "laptop");
    safe_again(s);
    assert_ok(newcomer_load(s->vault, &again));
    assert_int_equal(again.box_n, first.box_n);
    assert_memory_equal(again.box, first.box, first.box_n);
    assert_memory_equal(&again.ask, &first.ask, sizeof first.ask);
    assert_memory_equal(&again.link, &l, sizeof l);
    newcomer_free(&first);
    newcomer_free(&again);
    newcomer_free(&again); /* is harmless */
}

static void it_knows_by_which_link_it_asks(void **state)
{
    struct safe *s = *state;
    struct device_link l = link_of(9), other = link_of(8), elsewhere = link_of(9);
    bool same;

    elsewhere.nid.b[0]++;
    assert_int_equal(newcomer_asks_by(s->vault, &l, &same).code, E_ABSENT);
    assert_ok(newcomer_make(s->vault, &l, BYTES_LITERAL(""), &s->random));
    assert_ok(newcomer_asks_by(s->vault, &l, &same));
    assert_true(same);
    assert_ok(newcomer_asks_by(s->vault, &other, &same));
    assert_false(same);
    assert_ok(newcomer_asks_by(s->vault, &elsewhere, &same));
    assert_false(same);
}

static void a_name_that_is_none_is_refused(void **state)
{
    struct safe *s = *state;
    struct device_link l = link_of(9);
    uint8_t name[LINK_ASK_NAME_MAX + 1];

    memset(name, 'x', sizeof name);
    assert_int_equal(newcomer_make(s->vault, &l, BYTES(name), &s->random).code, E_LIMIT);
    name[0] = 0xff;
    assert_int_equal(newcomer_make(s->vault, &l, bytes(name, 2), &s->random).code, E_MALFORMED);
    assert_int_equal(newcomer_load(s->vault, &(struct newcomer){.box_n = 0}).code, E_ABSENT);
}

static void an_answer_that_is_none_leaves_it_as_it_was(void **state)
{
    struct safe *s = *state;
    struct device_link l = link_of(9);
    uint8_t answer[3000] = {2};
    struct newcomer n;
    struct own own;

    assert_ok(newcomer_make(s->vault, &l, BYTES_LITERAL("laptop"), &s->random));
    assert_ok(newcomer_load(s->vault, &n));
    assert_int_not_equal(newcomer_adopt(&n, s->vault, BYTES(answer), 1, &own).code, E_OK);
    assert_int_not_equal(newcomer_adopt(&n, s->vault, bytes(answer, 9), 1, &own).code, E_OK);
    assert_non_null(n.dsk);
    assert_non_null(n.point);
    assert_non_null(n.kem);
    newcomer_free(&n);
    assert_ok(newcomer_load(s->vault, &n));
    newcomer_free(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(what_asks_is_kept_whole_and_asks_with_the_same_box),
        safe_test(it_knows_by_which_link_it_asks),
        safe_test(a_name_that_is_none_is_refused),
        safe_test(an_answer_that_is_none_leaves_it_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
