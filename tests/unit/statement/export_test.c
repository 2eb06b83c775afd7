/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/export.h"

#include "base/clock.h"
#include "people.h"
#include "refusals.h"

#define LABEL BYTES_LABEL("tacet1 export")

static struct network_id nid, other_nid;
static struct person ada;
static struct buf statement = {.max = 1024};

static struct export_word sample(void)
{
    struct export_word w = {
        .aid = ada.aid, .did = ada.did[0], .room = {{5}}, .made_ms = PEOPLE_NOW_MS};

    memset(w.digest, 0xd1, sizeof w.digest);
    return w;
}

static struct err ask(struct bytes in)
{
    struct export_word w;

    return export_check(in, &nid, &ada.dsk[0].pub, PEOPLE_NOW_MS, &w);
}

static struct err ask_form(struct bytes in)
{
    struct export_word w;

    return export_parse(in, &w);
}

static int begin(void **state)
{
    struct export_word w;

    (void)state;
    nid = people_network("example.org");
    other_nid = people_network("example.net");
    ada = person_new(&nid, 10, 2);
    w = sample();
    assert_ok(export_sign(&w, &nid, ada.dsk[0].secret, &statement));
    assert_int_equal(statement.n, EXPORT_SIZE);
    return 0;
}

static int end(void **state)
{
    (void)state;
    person_free(&ada);
    buf_free(&statement);
    return 0;
}

static void an_export_says_what_the_device_signed(void **state)
{
    struct export_word want = sample(), w;

    (void)state;
    assert_ok(export_check(buf_view(&statement), &nid, &ada.dsk[0].pub, PEOPLE_NOW_MS, &w));
    assert_true(ID_SAME(w.aid, want.aid) && ID_SAME(w.did, want.did) && ID_SAME(w.room, want.room));
    assert_int_equal(w.made_ms, want.made_ms);
    assert_bytes(BYTES(w.digest), BYTES(want.digest));
    assert_ok(export_parse(buf_view(&statement), &w));
    assert_true(ID_SAME(w.did, want.did));
}

static void an_export_is_not_accepted_cut_longer_or_flipped(void **state)
{
    (void)state;
    refuses_every_truncation(ask, buf_view(&statement));
    refuses_a_trailing_byte(ask, buf_view(&statement));
    refuses_every_truncation(ask_form, buf_view(&statement));
    refuses_a_trailing_byte(ask_form, buf_view(&statement));
    refuses_every_flipped_bit(ask, buf_view(&statement));
}

static void an_export_is_of_its_network_device_and_version(void **state)
{
    static const struct rule rules[] = {{"version", 0, 2, E_MALFORMED}};
    struct bytes in = buf_view(&statement);
    struct export_word w = {.made_ms = 1};

    (void)state;
    assert_err(export_check(in, &other_nid, &ada.dsk[0].pub, PEOPLE_NOW_MS, &w), E_FORGED);
    assert_err(export_check(in, &nid, &ada.dsk[1].pub, PEOPLE_NOW_MS, &w), E_FORGED);
    assert_int_equal(w.made_ms, 1);
    refuses_each_broken_rule_signed(ask, in, LABEL, &nid, ada.dsk[0].secret, RULES(rules));
}

/* Signed well, but by a key that is not that of the device it names. */
static void nobody_signs_for_another_device(void **state)
{
    struct export_word w = sample();
    struct buf b = BUF(EXPORT_SIZE);

    (void)state;
    w.did = ada.did[1];
    assert_ok(export_sign(&w, &nid, ada.dsk[0].secret, &b));
    assert_err(ask(buf_view(&b)), E_FORGED);
    buf_free(&b);
}

static void an_export_of_tomorrow_is_a_matter_of_the_clock(void **state)
{
    struct bytes in = buf_view(&statement);
    struct export_word w;

    (void)state;
    assert_ok(export_check(in, &nid, &ada.dsk[0].pub, PEOPLE_NOW_MS - CLOCK_HOUR_MS, &w));
    assert_err(export_check(in, &nid, &ada.dsk[0].pub, PEOPLE_NOW_MS - CLOCK_HOUR_MS - 1, &w),
               E_CLOCK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_export_says_what_the_device_signed),
        cmocka_unit_test(an_export_is_not_accepted_cut_longer_or_flipped),
        cmocka_unit_test(an_export_is_of_its_network_device_and_version),
        cmocka_unit_test(nobody_signs_for_another_device),
        cmocka_unit_test(an_export_of_tomorrow_is_a_matter_of_the_clock),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
