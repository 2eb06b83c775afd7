/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/history.h"

#include <stdlib.h>

#include "assert_err.h"

#define ROOM (HISTORY_ENTRY_MAX + 64)

static const struct history OFFER = {.kind = HISTORY_OFFER, .transfer = {1}, .of = 7};
static const struct history TAKEN = {.kind = HISTORY_TAKEN, .transfer = {1}, .number = 7};
static const struct history PIECE = {.kind = HISTORY_PIECE,
                                     .transfer = {1},
                                     .number = 1,
                                     .done = 3,
                                     .of = 7,
                                     .cut = {(const uint8_t *)"cut", 3}};
static const struct history OVER = {.kind = HISTORY_OVER, .transfer = {1}, .code = 12};
static const struct history *const ALL[] = {&OFFER, &TAKEN, &PIECE, &OVER};

static const struct history_entry PERSON = {
    .kind = HISTORY_PERSON, .ark = {{2}}, .handle = {(const uint8_t *)"bob", 3}};
static const struct history_entry LIST = {.kind = HISTORY_LIST,
                                          .list = {(const uint8_t *)"a list", 6}};
static const struct history_entry UNPROVED = {.kind = HISTORY_UNPROVED,
                                              .mine = true,
                                              .state = 3,
                                              .notes = HISTORY_NOTES,
                                              .seq = 1,
                                              .ttl_s = 1,
                                              .type = PAYLOAD_TEXT,
                                              .content = {(const uint8_t *)"text", 4}};
static const struct history_entry *const ENTRIES[] = {&PERSON, &LIST, &UNPROVED};

/* In a block of its own size, so that the sanitizer sees every byte read past it. */
static enum err_code parse(struct bytes content, bool entry)
{
    uint8_t *copy = malloc(content.n + 1);
    struct history_entry e;
    struct history h;
    struct err err;

    assert_non_null(copy);
    if (content.n > 0)
        memcpy(copy + 1, content.at, content.n);
    content.at = copy + 1;
    err = entry ? history_entry_parse(content, &e) : history_parse(content, &h);
    free(copy);
    return err.code;
}

static struct buf written(const struct history *h)
{
    struct buf b = BUF(ROOM);

    history_write(h, &b);
    assert_int_equal(b.failed, E_OK);
    return b;
}

static struct buf written_entry(const struct history_entry *e)
{
    struct buf b = BUF(ROOM);

    history_entry_write(e, &b);
    assert_int_equal(b.failed, E_OK);
    return b;
}

static void what_is_written_reads_back(void **state)
{
    for (size_t i = 0; i < sizeof ALL / sizeof ALL[0]; i++) {
        struct buf b = written(ALL[i]);
        struct history h;

        assert_ok(history_parse(buf_view(&b), &h));
        assert_int_equal(h.kind, ALL[i]->kind);
        assert_int_equal(h.number, ALL[i]->number);
        assert_bytes(h.cut, ALL[i]->cut);
        buf_free(&b);
    }
    for (size_t i = 0; i < sizeof ENTRIES / sizeof ENTRIES[0]; i++) {
        struct buf b = written_entry(ENTRIES[i]);
        struct history_entry e;

        assert_ok(history_entry_parse(buf_view(&b), &e));
        assert_int_equal(e.kind, ENTRIES[i]->kind);
        assert_bytes(e.content, ENTRIES[i]->content);
        buf_free(&b);
    }
}

static void every_truncation_of_a_fixed_part_is_refused(void **state)
{
    for (size_t i = 0; i < sizeof ALL / sizeof ALL[0]; i++) {
        struct buf b = written(ALL[i]);
        size_t fixed = b.n - ALL[i]->cut.n;

        for (size_t n = 0; n < fixed; n++)
            assert_int_not_equal(parse(bytes(b.at, n), false), E_OK);
        buf_free(&b);
    }
    for (size_t i = 0; i < sizeof ENTRIES / sizeof ENTRIES[0]; i++) {
        struct buf b = written_entry(ENTRIES[i]);
        size_t fixed = i == 1 ? 1 : b.n - (ENTRIES[i]->handle.n + ENTRIES[i]->content.n);

        for (size_t n = 0; n < fixed; n++)
            assert_int_not_equal(parse(bytes(b.at, n), true), E_OK);
        buf_free(&b);
    }
}

static void odd_control(size_t at, uint8_t with, enum err_code code)
{
    struct buf b = written(&PIECE);

    b.at[at] = with;
    assert_int_equal(parse(buf_view(&b), false), code);
    buf_free(&b);
}

static void what_a_control_must_not_say_is_refused(void **state)
{
    static uint8_t long_cut[HISTORY_CUT_MAX + 1];
    struct history h = PIECE;
    struct buf b;

    odd_control(0, 0, E_MALFORMED);  /* kind */
    odd_control(0, 5, E_MALFORMED);  /* kind */
    odd_control(20, 0, E_MALFORMED); /* number 0 */
    odd_control(21, 2, E_MALFORMED); /* last */
    odd_control(29, 8, E_MALFORMED); /* more done than there are */
    h.cut = bytes(long_cut, HISTORY_CUT_MAX);
    b = written(&h);
    assert_int_equal(parse(buf_view(&b), false), E_OK);
    buf_u8(&b, 0);
    assert_int_equal(parse(buf_view(&b), false), E_LIMIT);
    buf_free(&b);
    b = written(&OVER);
    b.at[17] = 0; /* no reason */
    assert_int_equal(parse(buf_view(&b), false), E_MALFORMED);
    buf_free(&b);
    h.cut.n = 0;
    h.last = true;
    b = written(&h);
    assert_int_equal(parse(buf_view(&b), false), E_OK);
    b.at[21] = 0; /* nothing, and more to come */
    assert_int_equal(parse(buf_view(&b), false), E_MALFORMED);
    buf_free(&b);
}

static void odd_entry(const struct history_entry *e, enum err_code code)
{
    struct buf b = written_entry(e);

    assert_int_equal(parse(buf_view(&b), true), code);
    buf_free(&b);
}

static void what_an_entry_must_not_say_is_refused(void **state)
{
    struct history_entry e = UNPROVED;

    e.notes = 16;
    odd_entry(&e, E_MALFORMED);
    e = UNPROVED;
    e.state = 2;
    odd_entry(&e, E_MALFORMED);
    e.mine = false;
    e.state = 3;
    odd_entry(&e, E_MALFORMED);
    e = UNPROVED;
    e.seq = 0;
    odd_entry(&e, E_MALFORMED);
    e = UNPROVED;
    e.type = PAYLOAD_HISTORY;
    odd_entry(&e, E_MALFORMED);
    e = UNPROVED;
    e.ttl_s = 0;
    odd_entry(&e, E_MALFORMED);
    e.ttl_s = TRAILER_TTL_MOST_S + 1;
    odd_entry(&e, E_MALFORMED);
    e = UNPROVED;
    e.state = 6;
    odd_entry(&e, E_MALFORMED);
    e = PERSON;
    e.handle = BYTES_LITERAL("Bob");
    odd_entry(&e, E_MALFORMED);
    e = (struct history_entry){.kind = (enum history_entry_kind)5};
    odd_entry(&e, E_MALFORMED);
}

/* Of a message, up to where it is told whether it is proved. */
#define ABOUT_SIZE (1 + 32 + 1 + 1 + 4 + 8 + 8)

static void a_message_is_proved_or_it_is_none(void **state)
{
    uint8_t in[ABOUT_SIZE + PROOF_SIZE] = {HISTORY_PROVED};

    assert_int_equal(parse(BYTES(in), true), E_MALFORMED); /* nothing in its place */
    assert_int_equal(parse(bytes(in, sizeof in - 1), true), E_TRUNCATED);
    in[33] = 4; /* flags */
    assert_int_equal(parse(BYTES(in), true), E_MALFORMED);
}

/* As far as its form goes, by a core that says when it burns. */
static enum err_code parse_burning(uint32_t burn_s)
{
    const struct core core = {.seq = 1, .ttl_s = 1, .burn_s = burn_s, .type = 1};
    struct buf b = BUF(ABOUT_SIZE + PROOF_SIZE);
    struct bytes in;
    enum err_code code;

    buf_u8(&b, HISTORY_PROVED);
    buf_zeros(&b, ABOUT_SIZE - 1 + 64);
    trailer_write_core(&core, &b);
    buf_zeros(&b, PROOF_SIZE - 64 - TRAILER_CORE_SIZE);
    assert_ok(buf_end(&b, &in));
    code = parse(in, true);
    buf_free(&b);
    return code;
}

static void what_burns_is_no_history(void **state)
{
    assert_int_equal(parse_burning(0), E_OK);
    assert_int_equal(parse_burning(1), E_MALFORMED);
}

static void entries_come_out_one_by_one(void **state)
{
    static const uint8_t in[] = {0, 0, 0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 2, 'b'};
    struct bytes all = BYTES(in), entry;

    assert_ok(history_next_entry(&all, &entry));
    assert_bytes(entry, bytes_text("a"));
    assert_ok(history_next_entry(&all, &entry));
    assert_int_equal(entry.n, 0);
    assert_err(history_next_entry(&all, &entry), E_TRUNCATED);
    assert_int_equal(all.n, 5);
}

static void an_entry_of_any_length_is_refused_before_it_is_there(void **state)
{
    static const uint8_t in[] = {0x7f, 0xff, 0xff, 0xff};
    struct bytes all = BYTES(in), entry;

    assert_err(history_next_entry(&all, &entry), E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(every_truncation_of_a_fixed_part_is_refused),
        cmocka_unit_test(what_a_control_must_not_say_is_refused),
        cmocka_unit_test(what_an_entry_must_not_say_is_refused),
        cmocka_unit_test(a_message_is_proved_or_it_is_none),
        cmocka_unit_test(what_burns_is_no_history),
        cmocka_unit_test(entries_come_out_one_by_one),
        cmocka_unit_test(an_entry_of_any_length_is_refused_before_it_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
