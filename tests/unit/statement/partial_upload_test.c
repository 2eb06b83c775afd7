/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads that are for some of a roster's recipients.  [PROTOCOL 6.2, 6.3, 6.4] */
#include "refusals.h"
#include "statement/upload.h"
#include "wire/limits.h"

enum {
    RECIPIENTS = 3,
    /* Where things stand in the samples. */
    AT_FLAGS = 3,
    AT_SCOPE = UPLOAD_HEAD_SIZE,
    AT_PLACES = AT_SCOPE + 2,
    SCOPE_SIZE = 2 + RECIPIENTS * 2,
    AT_CAPSULES = AT_SCOPE + SCOPE_SIZE + 32 + 48 + 8,
    AT_ENTRIES = AT_CAPSULES + 2
};

static const uint16_t PLACES[RECIPIENTS] = {0, 258, 1023};
static uint8_t entries[RECIPIENTS * UPLOAD_ENTRY_SIZE];
static uint8_t body[UPLOAD_BODY_LEAST], trailer[UPLOAD_TRAILER_SIZE];
static struct upload sample;
static struct buf scope = {.max = SCOPE_SIZE};
static struct buf upload = {.max = LIMIT_FRAME}, delivery = {.max = LIMIT_FRAME};

static struct err ask_upload(struct bytes in)
{
    struct arena a = ARENA(1 << 16);
    struct upload u;
    struct err err = upload_parse(in, &a, &u);

    arena_free(&a);
    return err;
}

static struct err ask_delivery(struct bytes in)
{
    struct upload_delivery d;

    return upload_parse_delivery(in, &d);
}

static int begin(void **state)
{
    (void)state;
    upload_write_scope(PLACES, RECIPIENTS, &scope);
    sample = (struct upload){.shared = {.head = {1, 1, 1, UPLOAD_FLAG_PARTIAL, 3},
                                        .scope = buf_view(&scope),
                                        .com = {5},
                                        .body = BYTES(body),
                                        .trailer = BYTES(trailer)},
                             .number = 9,
                             .entries = BYTES(entries),
                             .recipients = RECIPIENTS};
    upload_write(&sample, &upload);
    upload_write_delivery(&sample.shared, upload_entry(&sample, 1), &delivery);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&scope);
    buf_free(&upload);
    buf_free(&delivery);
    return 0;
}

static void assert_scope(const struct upload_shared *s)
{
    assert_bytes(s->scope, buf_view(&scope));
    assert_int_equal(upload_places(s), RECIPIENTS);
    for (size_t i = 0; i < RECIPIENTS; i++)
        assert_int_equal(upload_place(s, i), PLACES[i]);
    assert_int_equal(s->com[0], 5);
}

static void a_partial_upload_reads_back_and_writes_the_same(void **state)
{
    struct arena a = ARENA(1 << 16);
    struct buf again = BUF(LIMIT_FRAME);
    struct upload u;

    (void)state;
    assert_ok(upload_parse(buf_view(&upload), &a, &u));
    assert_scope(&u.shared);
    assert_int_equal(u.recipients, RECIPIENTS);
    upload_write(&u, &again);
    assert_bytes(buf_view(&again), buf_view(&upload));
    buf_free(&again);
    arena_free(&a);
}

static void what_one_device_gets_of_it_names_all_places(void **state)
{
    struct buf again = BUF(LIMIT_FRAME);
    struct upload_delivery d;

    (void)state;
    assert_ok(upload_parse_delivery(buf_view(&delivery), &d));
    assert_scope(&d.shared);
    upload_write_delivery(&d.shared, d.entry, &again);
    assert_bytes(buf_view(&again), buf_view(&delivery));
    buf_free(&again);
}

static void an_upload_for_all_has_no_places(void **state)
{
    static const struct upload_shared whole;

    (void)state;
    assert_int_equal(upload_places(&whole), 0);
}

static void nothing_partial_is_accepted_cut_or_with_a_byte_behind_it(void **state)
{
    (void)state;
    refuses_every_truncation(ask_upload, buf_view(&upload));
    refuses_a_trailing_byte(ask_upload, buf_view(&upload));
    refuses_every_truncation(ask_delivery, buf_view(&delivery));
    refuses_a_trailing_byte(ask_delivery, buf_view(&delivery));
}

/* The same in uploads and deliveries. */
static void a_scope_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"another flag", AT_FLAGS, 2, E_MALFORMED},
        {"another flag beside this one", AT_FLAGS, 3, E_MALFORMED},
        {"no places", AT_SCOPE + 1, 0, E_MALFORMED},
        {"over 1,024 places", AT_SCOPE, 5, E_LIMIT},
        {"places that fall", AT_PLACES, 2, E_MALFORMED},
        {"a place that no roster has", AT_PLACES + 4, 4, E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule(ask_upload, buf_view(&upload), RULES(rules));
    refuses_each_broken_rule(ask_delivery, buf_view(&delivery), RULES(rules));
}

static void a_place_stands_in_a_scope_once(void **state)
{
    struct buf twice = BUF(LIMIT_FRAME);

    (void)state;
    buf_bytes(&twice, buf_view(&upload));
    memcpy(twice.at + AT_PLACES + 2, twice.at + AT_PLACES, 2);
    assert_err(ask_upload(buf_view(&twice)), E_MALFORMED);
    buf_free(&twice);
}

static void a_scope_has_an_entry_for_each_of_its_places(void **state)
{
    struct buf fewer = BUF(LIMIT_FRAME), more = BUF(LIMIT_FRAME);

    (void)state;
    buf_bytes(&fewer, bytes(upload.at, AT_ENTRIES));
    buf_u16(&fewer, RECIPIENTS - 1);
    buf_bytes(&fewer, bytes(upload.at + AT_ENTRIES + 2 + UPLOAD_ENTRY_SIZE,
                            upload.n - AT_ENTRIES - 2 - UPLOAD_ENTRY_SIZE));
    assert_err(ask_upload(buf_view(&fewer)), E_MALFORMED);

    buf_bytes(&more, bytes(upload.at, AT_ENTRIES));
    buf_u16(&more, RECIPIENTS + 1);
    buf_zeros(&more, UPLOAD_ENTRY_SIZE);
    buf_bytes(&more, bytes(upload.at + AT_ENTRIES + 2, upload.n - AT_ENTRIES - 2));
    assert_err(ask_upload(buf_view(&more)), E_MALFORMED);
    buf_free(&fewer);
    buf_free(&more);
}

/* The flag says whether there is a scope: without it these bytes are something else. */
static void the_flag_and_the_scope_go_together(void **state)
{
    static const struct rule flag_alone[] = {{"no flag", AT_FLAGS, 0, E_MALFORMED}};
    struct buf whole = BUF(LIMIT_FRAME);
    struct upload u = sample;

    (void)state;
    refuses_each_broken_rule(ask_upload, buf_view(&upload), RULES(flag_alone));
    u.shared.scope.n = 0;
    u.shared.head[AT_FLAGS] = 0;
    u.shared.com[0] = 9; /* as a count of places: too many */
    upload_write(&u, &whole);
    assert_ok(ask_upload(buf_view(&whole)));
    whole.at[AT_FLAGS] = UPLOAD_FLAG_PARTIAL;
    assert_err(ask_upload(buf_view(&whole)), E_LIMIT);
    buf_free(&whole);
}

static void all_places_of_the_largest_roster_can_be_named(void **state)
{
    static uint16_t place[LIMIT_RECIPIENTS];
    static uint8_t many[LIMIT_RECIPIENTS * UPLOAD_ENTRY_SIZE];
    struct arena a = ARENA(1 << 16);
    struct buf all = BUF(2 + LIMIT_RECIPIENTS * 2), out = BUF(LIMIT_FRAME);
    struct upload u = sample, got;

    (void)state;
    for (uint16_t i = 0; i < LIMIT_RECIPIENTS; i++)
        place[i] = i;
    upload_write_scope(place, LIMIT_RECIPIENTS, &all);
    u.shared.scope = buf_view(&all);
    u.entries = BYTES(many);
    u.recipients = LIMIT_RECIPIENTS;
    upload_write(&u, &out);
    assert_ok(upload_parse(buf_view(&out), &a, &got));
    assert_int_equal(upload_places(&got.shared), LIMIT_RECIPIENTS);
    assert_int_equal(upload_place(&got.shared, 1023), 1023);
    buf_free(&all);
    buf_free(&out);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_partial_upload_reads_back_and_writes_the_same),
        cmocka_unit_test(what_one_device_gets_of_it_names_all_places),
        cmocka_unit_test(an_upload_for_all_has_no_places),
        cmocka_unit_test(nothing_partial_is_accepted_cut_or_with_a_byte_behind_it),
        cmocka_unit_test(a_scope_keeps_each_rule),
        cmocka_unit_test(a_place_stands_in_a_scope_once),
        cmocka_unit_test(a_scope_has_an_entry_for_each_of_its_places),
        cmocka_unit_test(the_flag_and_the_scope_go_together),
        cmocka_unit_test(all_places_of_the_largest_roster_can_be_named),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
