/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/upload.h"

#include "base/encoding.h"
#include "refusals.h"
#include "wire/limits.h"

enum {
    CAPSULES = 2,
    RECIPIENTS = 4,
    /* Where things stand in the sample. */
    AT_POINT = 4,
    FRONT_SIZE = UPLOAD_HEAD_SIZE + 32 + 48,
    AT_CAPSULES = FRONT_SIZE + 8,
    AT_CAPSULE = AT_CAPSULES + 2,
    CAPSULE_STEP = 2 + UPLOAD_CAPSULE_MOST,
    AT_ENTRIES = AT_CAPSULE + CAPSULES * CAPSULE_STEP,
    AT_BODY = AT_ENTRIES + 2 + RECIPIENTS * UPLOAD_ENTRY_SIZE,
    SIZE = AT_BODY + 4 + UPLOAD_BODY_LEAST + UPLOAD_TRAILER_SIZE
};

static uint8_t capsules[CAPSULES][UPLOAD_CAPSULE_MOST];
static uint8_t entries[RECIPIENTS * UPLOAD_ENTRY_SIZE];
static uint8_t body[UPLOAD_BODY_LEAST], trailer[UPLOAD_TRAILER_SIZE];
static struct upload_capsule capsule[CAPSULES] = {{1, {capsules[0], UPLOAD_CAPSULE_MOST}},
                                                  {3, {capsules[1], UPLOAD_CAPSULE_MOST}}};
static struct upload sample;
static struct buf upload = {.max = LIMIT_FRAME}, delivery = {.max = LIMIT_FRAME};
static struct buf delivered_capsule = {.max = UPLOAD_DELIVERED_MOST};

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

static struct err ask_capsule(struct bytes in)
{
    struct upload_capsule_form form;

    return upload_parse_capsule(in, &form);
}

static struct err ask_capsule_body(struct bytes in)
{
    struct upload_capsule_form form;

    return upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, in, &form);
}

static int begin(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof entries; i++)
        entries[i] = (uint8_t)i;
    for (uint8_t i = 0; i < CAPSULES; i++) {
        capsules[i][0] = 2;
        capsules[i][AGREE_PUBLIC_SIZE + 3] = (uint8_t)(i + 1); /* prekey number */
        capsules[i][UPLOAD_CAPSULE_MOST - 1] = 0xee;
    }
    body[0] = trailer[0] = 1;
    sample = (struct upload){.shared = {.head = {1, 1, 2, 0, 3},
                                        .com = {5},
                                        .roster = {{6}},
                                        .body = BYTES(body),
                                        .trailer = BYTES(trailer)},
                             .number = UINT64_C(0x0102030405060708),
                             .capsule = capsule,
                             .capsules = CAPSULES,
                             .entries = BYTES(entries),
                             .recipients = RECIPIENTS};
    upload_write(&sample, &upload);
    upload_write_delivery(&sample.shared, upload_entry(&sample, 2), &delivery);
    upload_write_capsule(UPLOAD_PROFILE_HYBRID, BYTES(capsules[1]), &delivered_capsule);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&upload);
    buf_free(&delivery);
    buf_free(&delivered_capsule);
    return 0;
}

static void an_upload_that_is_written_reads_back_and_writes_the_same(void **state)
{
    struct arena a = ARENA(1 << 16);
    struct upload u;
    struct buf again = BUF(LIMIT_FRAME);

    (void)state;
    assert_int_equal(upload.n, SIZE);
    assert_ok(upload_parse(buf_view(&upload), &a, &u));
    assert_memory_equal(u.shared.head, sample.shared.head, UPLOAD_HEAD_SIZE);
    assert_memory_equal(u.shared.com, sample.shared.com, UPLOAD_COMMITMENT_SIZE);
    assert_true(ID_SAME(u.shared.roster, sample.shared.roster));
    assert_bytes(u.shared.body, BYTES(body));
    assert_bytes(u.shared.trailer, BYTES(trailer));
    assert_int_equal(u.number, sample.number);
    assert_int_equal(u.capsules, CAPSULES);
    assert_int_equal(u.capsule[1].recipient, 3);
    assert_bytes(u.capsule[1].capsule, BYTES(capsules[1]));
    assert_int_equal(u.recipients, RECIPIENTS);
    upload_write(&u, &again);
    assert_bytes(buf_view(&again), buf_view(&upload));
    buf_free(&again);
    arena_free(&a);
}

static void an_upload_without_capsules_is_an_upload(void **state)
{
    struct upload u = sample;
    struct buf out = BUF(LIMIT_FRAME);

    (void)state;
    u.capsule = NULL;
    u.capsules = 0;
    upload_write(&u, &out);
    assert_ok(ask_upload(buf_view(&out)));
    refuses_every_truncation(ask_upload, buf_view(&out));
    buf_free(&out);
}

static void a_delivery_holds_the_shared_parts_and_one_entry(void **state)
{
    struct upload_delivery d;
    struct buf again = BUF(LIMIT_FRAME);

    (void)state;
    assert_int_equal(delivery.n, FRONT_SIZE + UPLOAD_ENTRY_SIZE + sizeof body + sizeof trailer);
    assert_ok(upload_parse_delivery(buf_view(&delivery), &d));
    assert_bytes(d.entry, bytes(entries + 2 * UPLOAD_ENTRY_SIZE, UPLOAD_ENTRY_SIZE));
    assert_bytes(d.shared.body, BYTES(body));
    assert_bytes(d.shared.trailer, BYTES(trailer));
    upload_write_delivery(&d.shared, d.entry, &again);
    assert_bytes(buf_view(&again), buf_view(&delivery));
    buf_free(&again);
}

static void a_capsule_is_delivered_with_version_suite_and_profile(void **state)
{
    struct upload_capsule_form form, inner;

    (void)state;
    assert_int_equal(delivered_capsule.n, 3 + UPLOAD_CAPSULE_MOST);
    assert_ok(upload_parse_capsule(buf_view(&delivered_capsule), &form));
    assert_bytes(form.point, bytes(capsules[1], AGREE_PUBLIC_SIZE));
    assert_int_equal(form.prekey, 2);
    assert_int_equal(form.box.n, UPLOAD_BOX_SIZE);
    assert_int_equal(form.box.at[UPLOAD_BOX_SIZE - 1], 0xee);
    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, BYTES(capsules[1]), &inner));
    assert_bytes(inner.point, form.point);
    assert_int_equal(inner.prekey, form.prekey);
    assert_bytes(inner.ct, form.ct);
    assert_bytes(inner.box, form.box);
    assert_int_equal(form.profile, UPLOAD_PROFILE_HYBRID);
    assert_int_equal(form.ct.n, 1568);
}

/* The same with 1,568 bytes less of it. */
static void a_capsule_of_profile_standard_has_no_ciphertext(void **state)
{
    struct bytes shorter = bytes(capsules[1], 307);
    struct buf out = BUF(UPLOAD_DELIVERED_MOST);
    struct upload_capsule_form form;

    (void)state;
    assert_int_equal(upload_capsule_size(UPLOAD_PROFILE_STANDARD), 307);
    assert_int_equal(upload_capsule_size(UPLOAD_PROFILE_HYBRID), 1875);
    upload_write_capsule(UPLOAD_PROFILE_STANDARD, shorter, &out);
    assert_ok(upload_parse_capsule(buf_view(&out), &form));
    assert_int_equal(form.profile, UPLOAD_PROFILE_STANDARD);
    assert_int_equal(form.ct.n, 0);
    assert_int_equal(form.box.n, UPLOAD_BOX_SIZE);
    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_STANDARD, shorter, &form));
    assert_err(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, shorter, &form), E_TRUNCATED);
    assert_err(upload_parse_capsule_body(UPLOAD_PROFILE_STANDARD, BYTES(capsules[1]), &form),
               E_MALFORMED);
    out.at[2] = UPLOAD_PROFILE_HYBRID; /* said of the shorter one */
    assert_err(upload_parse_capsule(buf_view(&out), &form), E_TRUNCATED);
    buf_free(&out);
}

static void there_are_two_profiles(void **state)
{
    struct upload_capsule_form form;

    (void)state;
    for (unsigned profile = 0; profile < 256; profile++) {
        bool is = profile == UPLOAD_PROFILE_STANDARD || profile == UPLOAD_PROFILE_HYBRID;

        assert_int_equal(upload_capsule_size((uint8_t)profile) != 0, is);
        if (!is)
            assert_err(upload_parse_capsule_body((uint8_t)profile, bytes(capsules[1], 307), &form),
                       E_MALFORMED);
    }
    assert_int_equal(upload_profile(buf_view(&upload)), UPLOAD_PROFILE_HYBRID);
    assert_int_equal(upload_profile(bytes(upload.at, 2)), 0);
}

static void an_uploads_capsules_are_of_its_own_profile(void **state)
{
    struct upload_capsule shorter[CAPSULES] = {{1, {capsules[0], 307}}, {3, {capsules[1], 307}}};
    struct upload u = sample;
    struct buf out = BUF(LIMIT_FRAME);

    (void)state;
    u.capsule = shorter;
    u.shared.head[2] = UPLOAD_PROFILE_STANDARD;
    upload_write(&u, &out);
    assert_int_equal(out.n, upload.n - (size_t)CAPSULES * 1568);
    assert_ok(ask_upload(buf_view(&out)));
    refuses_every_truncation(ask_upload, buf_view(&out));
    out.at[2] = UPLOAD_PROFILE_HYBRID;
    assert_true(ask_upload(buf_view(&out)).code != E_OK);
    buf_free(&out);
}

static void nothing_is_accepted_cut_or_with_a_byte_behind_it(void **state)
{
    (void)state;
    refuses_every_truncation(ask_upload, buf_view(&upload));
    refuses_a_trailing_byte(ask_upload, buf_view(&upload));
    refuses_every_truncation(ask_delivery, buf_view(&delivery));
    refuses_a_trailing_byte(ask_delivery, buf_view(&delivery));
    refuses_every_truncation(ask_capsule, buf_view(&delivered_capsule));
    refuses_a_trailing_byte(ask_capsule, buf_view(&delivered_capsule));
    refuses_every_truncation(ask_capsule_body, BYTES(capsules[0]));
    refuses_a_trailing_byte(ask_capsule_body, BYTES(capsules[0]));
}

static void an_upload_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},
        {"suite", 1, 2, E_MALFORMED},
        {"profile", 2, 3, E_MALFORMED},
        {"no profile", 2, 0, E_MALFORMED},
        {"flags", 3, 2, E_MALFORMED},
        {"a point that cannot be one", AT_POINT, 4, E_MALFORMED},
        {"51 capsules", AT_CAPSULES + 1, 51, E_LIMIT},
        {"capsules not sorted", AT_CAPSULE + 1, 4, E_MALFORMED},
        {"two capsules for one recipient", AT_CAPSULE + 1, 3, E_MALFORMED},
        {"a capsule for nobody", AT_CAPSULE + CAPSULE_STEP + 1, 4, E_MALFORMED},
        {"a capsule without a point", AT_CAPSULE + 2, 0, E_MALFORMED},
        {"capsules of two points", AT_CAPSULE + 2, 3, E_MALFORMED},
        {"a capsule to prekey zero", AT_CAPSULE + 2 + 70, 0, E_MALFORMED},
        {"over 1,024 entries", AT_ENTRIES, 5, E_LIMIT},
        {"no entries", AT_ENTRIES + 1, 0, E_MALFORMED},
        {"a body over its limit", AT_BODY + 1, 2, E_LIMIT},
        {"a shorter body, and bytes left over", AT_BODY + 3, 0, E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule(ask_upload, buf_view(&upload), RULES(rules));
}

static void a_delivery_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},
        {"suite", 1, 0, E_MALFORMED},
        {"profile", 2, 3, E_MALFORMED},
        {"flags", 3, 0x80, E_MALFORMED},
        {"a point that cannot be one", AT_POINT, 0, E_MALFORMED},
    };
    struct buf large = BUF(LIMIT_FRAME);

    (void)state;
    refuses_each_broken_rule(ask_delivery, buf_view(&delivery), RULES(rules));
    buf_bytes(&large, bytes(delivery.at, FRONT_SIZE + UPLOAD_ENTRY_SIZE));
    buf_zeros(&large, UPLOAD_BODY_MOST + UPLOAD_TRAILER_SIZE);
    assert_ok(ask_delivery(buf_view(&large)));
    buf_zeros(&large, 1);
    assert_err(ask_delivery(buf_view(&large)), E_LIMIT);
    buf_free(&large);
}

static void a_capsule_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},          {"suite", 1, 2, E_MALFORMED},
        {"profile", 2, 3, E_MALFORMED},          {"a point that cannot be one", 3, 4, E_MALFORMED},
        {"prekey zero", 3 + 70, 0, E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule(ask_capsule, buf_view(&delivered_capsule), RULES(rules));
}

static void a_body_that_is_no_padding_step_is_refused(void **state)
{
    struct buf out = BUF(LIMIT_FRAME);

    (void)state;
    buf_bytes(&out, bytes(upload.at, AT_BODY));
    buf_u32(&out, UPLOAD_BODY_LEAST + 1);
    buf_zeros(&out, UPLOAD_BODY_LEAST + 1 + UPLOAD_TRAILER_SIZE);
    assert_err(ask_upload(buf_view(&out)), E_MALFORMED);
    buf_free(&out);
}

static void a_body_that_is_no_longer_than_its_tag_is_refused(void **state)
{
    struct buf out = BUF(LIMIT_FRAME);

    (void)state;
    buf_bytes(&out, bytes(upload.at, AT_BODY));
    buf_u32(&out, 16);
    buf_zeros(&out, 16 + UPLOAD_TRAILER_SIZE);
    assert_err(ask_upload(buf_view(&out)), E_MALFORMED);
    buf_free(&out);
}

static void the_largest_upload_fits_into_a_frame(void **state)
{
    struct arena a = ARENA(1 << 20);
    struct upload u = sample, got;
    uint8_t *zeros = arena_alloc(&a, UPLOAD_BODY_MOST);
    struct buf out = BUF(LIMIT_FRAME);

    (void)state;
    u.capsules = LIMIT_CAPSULES;
    u.capsule = ARENA_ARRAY(&a, u.capsules, struct upload_capsule);
    for (size_t i = 0; i < u.capsules; i++)
        u.capsule[i] = (struct upload_capsule){(uint16_t)(i + 974), BYTES(capsules[0])};
    u.recipients = LIMIT_RECIPIENTS;
    u.entries = bytes(zeros, LIMIT_RECIPIENTS * UPLOAD_ENTRY_SIZE);
    u.shared.body = bytes(zeros, UPLOAD_BODY_MOST);
    upload_write(&u, &out);
    assert_int_equal(out.failed, E_OK);
    assert_int_equal(out.n, 254289);
    assert_ok(upload_parse(buf_view(&out), &a, &got));
    assert_int_equal(got.capsule[49].recipient, 1023);
    buf_free(&out);
    arena_free(&a);
}

static void an_arena_that_is_too_small_is_told_and_the_output_is_left_alone(void **state)
{
    struct arena a = ARENA(16);
    struct upload u = {.number = 77};

    (void)state;
    assert_err(upload_parse(buf_view(&upload), &a, &u), E_NOMEM);
    assert_int_equal(u.number, 77);
    arena_free(&a);
}

static void an_entry_is_found_by_its_place_and_names_its_prekey(void **state)
{
    (void)state;
    assert_ptr_equal(upload_entry(&sample, 3).at, entries + 3 * UPLOAD_ENTRY_SIZE);
    assert_int_equal(upload_entry(&sample, 3).n, UPLOAD_ENTRY_SIZE);
    assert_int_equal(upload_entry_prekey(&sample, 0), 0x0001);
    assert_int_equal(upload_entry_prekey(&sample, 1), 60 * 256 + 61);
}

static void padding_steps_are_powers_of_two_and_halfway_between(void **state)
{
    static const size_t steps[] = {256,  384,  512,   768,   1024,  1536,  2048,  3072,  4096,
                                   6144, 8192, 12288, 16384, 24576, 32768, 49152, 65536, 98304};
    size_t next = 0;

    (void)state;
    for (size_t n = 0; n <= 98304; n++) {
        if (n > steps[next])
            next++;
        assert_int_equal(upload_padding_step(n), steps[next]);
        assert_int_equal(upload_is_padding_step(n), n == steps[next]);
    }
    assert_int_equal(next, sizeof steps / sizeof steps[0] - 1);
    assert_int_equal(upload_padding_step(98305), 0);
    assert_int_equal(upload_padding_step(SIZE_MAX), 0);
    assert_false(upload_is_padding_step(131072));
}

static void an_upload_is_known_again_by_the_beginning_of_its_digest(void **state)
{
    uint8_t got[8], want[8];

    (void)state;
    assert_ok(encoding_hex_read(BYTES_LITERAL("0027471822c21a34"), want, sizeof want));
    assert_ok(upload_mark(BYTES_LITERAL("upload"), got));
    assert_memory_equal(got, want, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upload_that_is_written_reads_back_and_writes_the_same),
        cmocka_unit_test(an_upload_without_capsules_is_an_upload),
        cmocka_unit_test(a_delivery_holds_the_shared_parts_and_one_entry),
        cmocka_unit_test(a_capsule_is_delivered_with_version_suite_and_profile),
        cmocka_unit_test(a_capsule_of_profile_standard_has_no_ciphertext),
        cmocka_unit_test(there_are_two_profiles),
        cmocka_unit_test(an_uploads_capsules_are_of_its_own_profile),
        cmocka_unit_test(nothing_is_accepted_cut_or_with_a_byte_behind_it),
        cmocka_unit_test(an_upload_keeps_each_rule),
        cmocka_unit_test(a_delivery_keeps_each_rule),
        cmocka_unit_test(a_capsule_keeps_each_rule),
        cmocka_unit_test(a_body_that_is_no_padding_step_is_refused),
        cmocka_unit_test(a_body_that_is_no_longer_than_its_tag_is_refused),
        cmocka_unit_test(the_largest_upload_fits_into_a_frame),
        cmocka_unit_test(an_arena_that_is_too_small_is_told_and_the_output_is_left_alone),
        cmocka_unit_test(an_entry_is_found_by_its_place_and_names_its_prekey),
        cmocka_unit_test(padding_steps_are_powers_of_two_and_halfway_between),
        cmocka_unit_test(an_upload_is_known_again_by_the_beginning_of_its_digest),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
