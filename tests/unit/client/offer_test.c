/* SPDX-License-Identifier: Apache-2.0 */
#include "client/offer.h"

#include "client/newcomer.h"
#include "unit/client/safe.h"

#define NOW_MS UINT64_C(1790000000000)

static struct own account(void)
{
    struct own o = {.joined = true, .nid = {{1}}, .pin = {7}, .address = "x.example:8443"};

    o.me.who.aid = (struct account_id){{3}};
    return o;
}

static struct offer made(struct safe *s)
{
    struct own own = account();
    struct offer o;

    assert_ok(offer_make(&o, &own, &s->random, NOW_MS));
    return o;
}

static void put(struct safe *s, const struct offer *o)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, offer_put(s->vault, o)));
}

static void a_link_says_where_and_who_and_has_a_secret_of_its_own(void **state)
{
    struct safe *s = *state;
    struct offer o = made(s), other = made(s);
    struct buf link = BUF(DEVICE_LINK_MAX);
    struct device_link read;

    assert_ok(device_link_write(&o.link, &link));
    assert_ok(device_link_read(buf_view(&link), &read));
    assert_string_equal(read.address, "x.example:8443");
    assert_int_equal(read.aid.b[0], 3);
    assert_int_equal(read.pin[0], 7);
    assert_memory_equal(read.secret, o.link.secret, sizeof read.secret);
    assert_memory_not_equal(o.link.secret, other.link.secret, sizeof read.secret);
    assert_memory_not_equal(o.slot, other.slot, sizeof o.slot);
    buf_free(&link);
}

static void it_is_over_after_ten_minutes_and_when_the_clock_goes_back(void **state)
{
    struct offer o = made(*state);

    assert_false(offer_is_over(&o, NOW_MS));
    assert_false(offer_is_over(&o, NOW_MS + OFFER_LIFE_MS - 1));
    assert_true(offer_is_over(&o, NOW_MS + OFFER_LIFE_MS));
    assert_true(offer_is_over(&o, UINT64_MAX));
    assert_false(offer_is_over(&o, NOW_MS - CLOCK_MINUTE_MS));
    assert_true(offer_is_over(&o, NOW_MS - CLOCK_MINUTE_MS - 1));
    assert_true(offer_is_over(&o, 0));
}

static void what_is_kept_is_read_back_whole(void **state)
{
    struct safe *s = *state;
    struct offer o = made(s), back;
    struct newcomer n;
    struct arena a = ARENA(4096);
    struct bytes answer;

    assert_ok(offer_load(s->vault, &back));
    assert_int_equal(back.phase, OFFER_NONE);
    put(s, &o);
    safe_again(s);
    assert_ok(offer_load(s->vault, &back));
    assert_memory_equal(&back, &o, sizeof o);

    assert_ok(newcomer_make(s->vault, &o.link, BYTES_LITERAL("laptop"), &s->random));
    assert_ok(newcomer_load(s->vault, &n));
    assert_ok(offer_take_ask(&o, bytes(n.box, n.box_n), BYTES_LITERAL("192.0.2.7")));
    newcomer_free(&n);
    assert_int_equal(o.phase, OFFER_ASKED);
    assert_string_equal(o.from, "192.0.2.7");
    assert_int_equal(strlen(o.code), 14);
    put(s, &o);
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, offer_put_answer(s->vault, BYTES_LITERAL("an answer"))));
    safe_again(s);
    assert_ok(offer_load(s->vault, &back));
    assert_memory_equal(&back, &o, sizeof o);
    assert_ok(offer_answer(s->vault, &a, &answer));
    assert_true(bytes_same(answer, BYTES_LITERAL("an answer")));

    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, offer_erase(s->vault)));
    assert_ok(offer_load(s->vault, &back));
    assert_int_equal(back.phase, OFFER_NONE);
    assert_int_equal(offer_answer(s->vault, &a, &answer).code, E_ABSENT);
    arena_free(&a);
}

static void a_box_of_another_link_changes_nothing(void **state)
{
    struct safe *s = *state;
    struct offer o = made(s), other = made(s), before;
    struct newcomer n;

    assert_ok(newcomer_make(s->vault, &other.link, BYTES_LITERAL("laptop"), &s->random));
    assert_ok(newcomer_load(s->vault, &n));
    before = o;
    assert_int_equal(offer_take_ask(&o, bytes(n.box, n.box_n), BYTES_LITERAL("x")).code, E_FORGED);
    assert_memory_equal(&o, &before, sizeof o);
    newcomer_free(&n);
}

static void an_address_that_is_no_text_is_not_shown(void **state)
{
    struct safe *s = *state;
    struct offer o = made(s);
    struct newcomer n;

    assert_ok(newcomer_make(s->vault, &o.link, BYTES_LITERAL("laptop"), &s->random));
    assert_ok(newcomer_load(s->vault, &n));
    assert_ok(offer_take_ask(&o, bytes(n.box, n.box_n), BYTES_LITERAL("\xff\xfe")));
    assert_string_equal(o.from, "");
    newcomer_free(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(a_link_says_where_and_who_and_has_a_secret_of_its_own),
        safe_test(it_is_over_after_ten_minutes_and_when_the_clock_goes_back),
        safe_test(what_is_kept_is_read_back_whole),
        safe_test(a_box_of_another_link_changes_nothing),
        safe_test(an_address_that_is_no_text_is_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
