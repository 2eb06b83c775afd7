/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/control.h"

#include <stdlib.h>

#include "assert_err.h"

#define ROOM 2048

static const struct control RESET = {
    .type = PAYLOAD_RESET, .n = 2, .mark = {{.ctx = {1, 1}}, {.ctx = {1, 2}}}};
static const struct control SETTLED = {
    .type = PAYLOAD_SETTLED, .n = 2, .mark = {{.ctx = {1}, .id = {{7}}}, {.ctx = {2}}}};
static const struct control MISSING = {
    .type = PAYLOAD_MISSING, .n = 3, .range = {{1, 1}, {3, 9}, {11, UINT64_MAX}}};
static const struct control VOIDED = {
    .type = PAYLOAD_VOID, .n = 1, .range = {{UINT64_MAX, UINT64_MAX}}};
static const struct control HELLO = {.type = PAYLOAD_HELLO};
static const struct control *const all[] = {&RESET, &SETTLED, &MISSING, &VOIDED, &HELLO};
#define ALL (sizeof all / sizeof all[0])

static void each_content_reads_back_and_writes_the_same(void **state)
{
    static const size_t sizes[ALL] = {1 + 2 * 16, 1 + 2 * 32, 1 + 3 * 16, 1 + 16, 0};

    for (size_t i = 0; i < ALL; i++) {
        struct buf b = BUF(ROOM), again = BUF(ROOM);
        struct control c;

        control_write(all[i], &b);
        assert_int_equal(b.n, sizes[i]);
        assert_ok(control_parse((uint16_t)all[i]->type, buf_view(&b), &c));
        assert_int_equal(c.type, all[i]->type);
        assert_int_equal(c.n, all[i]->n);
        control_write(&c, &again);
        assert_bytes(buf_view(&again), buf_view(&b));
        buf_free(&b);
        buf_free(&again);
    }
}

static void what_was_written_is_what_is_read(void **state)
{
    struct buf b = BUF(ROOM);
    struct control c;

    control_write(&SETTLED, &b);
    assert_ok(control_parse(PAYLOAD_SETTLED, buf_view(&b), &c));
    assert_int_equal(c.mark[0].ctx[0], 1);
    assert_int_equal(c.mark[0].id.b[0], 7);
    assert_int_equal(c.mark[1].ctx[0], 2);
    assert_true(bytes_all_zero(ID_BYTES(c.mark[1].id)));
    buf_cut(&b, 0);
    control_write(&MISSING, &b);
    assert_ok(control_parse(PAYLOAD_MISSING, buf_view(&b), &c));
    assert_int_equal(c.range[1].first, 3);
    assert_int_equal(c.range[1].last, 9);
    assert_true(c.range[2].last == UINT64_MAX);
    buf_free(&b);
}

/* In a block of its own size, so that the sanitizer sees every byte read past it. */
static enum err_code parse_copy(enum payload_type type, struct bytes content)
{
    uint8_t *copy = malloc(content.n + 1);
    struct control c = {.n = 99};
    struct err err;

    assert_non_null(copy);
    if (content.n > 0)
        memcpy(copy + 1, content.at, content.n);
    err = control_parse((uint16_t)type, bytes(copy + 1, content.n), &c);
    free(copy);
    assert_true(err.code == E_OK || c.n == 99);
    return err.code;
}

static void no_content_is_accepted_cut_or_with_a_byte_behind_it(void **state)
{
    for (size_t i = 0; i < ALL; i++) {
        struct buf b = BUF(ROOM);

        control_write(all[i], &b);
        for (size_t n = 0; n < b.n; n++)
            assert_int_equal(parse_copy(all[i]->type, bytes(b.at, n)), E_TRUNCATED);
        buf_u8(&b, 0);
        assert_int_equal(parse_copy(all[i]->type, buf_view(&b)), E_MALFORMED);
        buf_free(&b);
    }
}

static void a_type_without_a_meaning_is_absent(void **state)
{
    static const uint16_t types[] = {0, PAYLOAD_TEXT, 15, 21, 31, 32, UINT16_MAX};
    struct control c;

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        assert_err(control_parse(types[i], BYTES_LITERAL(""), &c), E_ABSENT);
}

/* As written, with one byte of it set. */
static enum err_code parse_with(const struct control *sample, size_t at, uint8_t value)
{
    struct buf b = BUF(ROOM);
    enum err_code code;

    control_write(sample, &b);
    assert_true(at < b.n && b.at[at] != value);
    b.at[at] = value;
    code = parse_copy(sample->type, buf_view(&b));
    buf_free(&b);
    return code;
}

static void there_are_one_to_thirty_two_entries(void **state)
{
    struct control most = {.type = PAYLOAD_RESET, .n = CONTROL_ENTRIES_MAX};
    struct buf b = BUF(ROOM);

    for (uint8_t i = 0; i < CONTROL_ENTRIES_MAX; i++)
        most.mark[i].ctx[0] = i;
    control_write(&most, &b);
    assert_int_equal(parse_copy(PAYLOAD_RESET, buf_view(&b)), E_OK);
    b.at[0] = CONTROL_ENTRIES_MAX + 1;
    buf_zeros(&b, CONTROL_MARK_SIZE);
    assert_int_equal(parse_copy(PAYLOAD_RESET, buf_view(&b)), E_LIMIT);
    assert_int_equal(parse_copy(PAYLOAD_RESET, BYTES(((uint8_t[]){0}))), E_MALFORMED);
    assert_int_equal(parse_copy(PAYLOAD_VOID, BYTES(((uint8_t[]){0}))), E_MALFORMED);
    assert_int_equal(parse_copy(PAYLOAD_VOID, BYTES(((uint8_t[]){255}))), E_LIMIT);
    buf_free(&b);
}

static void marks_rise_by_their_context_alone(void **state)
{
    assert_int_equal(parse_with(&RESET, 1 + 16 + 1, 1), E_MALFORMED); /* the same */
    assert_int_equal(parse_with(&RESET, 1 + 16, 0), E_MALFORMED);     /* the lower behind */
    assert_int_equal(parse_with(&SETTLED, 1 + 32, 1), E_MALFORMED);   /* another id, the same ctx */
    assert_int_equal(parse_with(&SETTLED, 1 + 16, 0), E_OK);
}

static void ranges_are_places_and_lie_apart(void **state)
{
    const size_t first = 1 + 7, last = 1 + 15, next = 1 + 16 + 7;

    assert_int_equal(parse_with(&MISSING, first, 0), E_MALFORMED); /* from 0 */
    assert_int_equal(parse_with(&MISSING, first, 2), E_MALFORMED); /* ends before it begins */
    assert_int_equal(parse_with(&MISSING, last, 2), E_MALFORMED);  /* the next one touches it */
    assert_int_equal(parse_with(&MISSING, next, 2), E_MALFORMED);
    assert_int_equal(parse_with(&MISSING, next, 1), E_MALFORMED); /* begins with it */
    assert_int_equal(parse_with(&MISSING, next, 4), E_OK);
    assert_int_equal(parse_with(&MISSING, 1 + 8, 255), E_MALFORMED); /* lies behind the next */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_content_reads_back_and_writes_the_same),
        cmocka_unit_test(what_was_written_is_what_is_read),
        cmocka_unit_test(no_content_is_accepted_cut_or_with_a_byte_behind_it),
        cmocka_unit_test(a_type_without_a_meaning_is_absent),
        cmocka_unit_test(there_are_one_to_thirty_two_entries),
        cmocka_unit_test(marks_rise_by_their_context_alone),
        cmocka_unit_test(ranges_are_places_and_lie_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
