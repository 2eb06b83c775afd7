/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/trailer.h"

#include "assert_err.h"
#include "statement/upload.h"
#include "unit/e2ee/parsed.h"

#define PLAIN_SIZE (UPLOAD_TRAILER_SIZE - 16)
#define SIG_AT     (TRAILER_CORE_SIZE + 68)
#define ZEROS_AT   (SIG_AT + SIGN_SIZE)

/* Where fields of a core stand. */
enum { FLAGS_AT = 112, TTL_AT = 177, BOR_AT = 181, REFS_AT = 187 };

static const struct network_id NETWORK = {"a network that exists in tests"};
static const uint8_t CTX[64] = "a context";
static struct identity me;
static struct core core;
static struct wrap wrap = {{"a roster"}, 3, "a list"};

static int make(void **state)
{
    if (identity_make(&NETWORK, &me).code != E_OK)
        return -1;
    core = (struct core){.sender = me.who,
                         .room = {"a room"},
                         .id = {"a message"},
                         .seq = UINT64_C(0x0102030405060708),
                         .prev = "before",
                         .sent_ms = UINT64_C(1793000000000),
                         .ttl_s = 3600,
                         .burn_s = 60,
                         .type = 1,
                         .digest = "of the content"};
    return 0;
}

static int unmake(void **state)
{
    identity_free(&me);
    return 0;
}

static void sign(struct buf *b)
{
    assert_ok(trailer_sign(&core, &wrap, BYTES(CTX), &me, b));
}

static void a_core_is_read_back_as_it_was_written(void **state)
{
    struct buf b = BUF(TRAILER_CORE_SIZE), again = BUF(TRAILER_CORE_SIZE);
    struct core back;

    trailer_write_core(&core, &b);
    assert_int_equal(b.n, TRAILER_CORE_SIZE);
    assert_ok(trailer_parse_core(buf_view(&b), &back));
    trailer_write_core(&back, &again);
    assert_bytes(buf_view(&again), buf_view(&b));
    assert_int_equal(back.seq, core.seq);
    assert_int_equal(back.ttl_s, core.ttl_s);
    assert_int_equal(back.burn_s, core.burn_s);
    assert_true(ID_SAME(back.id, core.id));
    assert_true(ID_SAME(back.room, core.room));
    buf_free(&b);
    buf_free(&again);
}

static void every_truncation_of_a_core_is_refused(void **state)
{
    struct buf b = BUF(TRAILER_CORE_SIZE + 1);
    struct core back;

    trailer_write_core(&core, &b);
    for (size_t n = 0; n < b.n; n++)
        assert_err(trailer_parse_core(bytes(b.at, n), &back), E_TRUNCATED);
    buf_u8(&b, 0);
    assert_err(trailer_parse_core(buf_view(&b), &back), E_MALFORMED);
    buf_free(&b);
}

static void reserved_fields_must_be_zero(void **state)
{
    static const size_t reserved[] = {REFS_AT};
    struct buf b = BUF(TRAILER_CORE_SIZE);
    struct core back = {.seq = 5};

    trailer_write_core(&core, &b);
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        b.at[reserved[i]] = 1;
        assert_err(trailer_parse_core(buf_view(&b), &back), E_MALFORMED);
        b.at[reserved[i]] = 0;
    }
    assert_int_equal(back.seq, 5);
    assert_ok(trailer_parse_core(buf_view(&b), &back));
    buf_free(&b);
}

static enum err_code parse(const struct core *c)
{
    struct buf b = BUF(TRAILER_CORE_SIZE);
    struct core back;
    struct err err;

    trailer_write_core(c, &b);
    err = trailer_parse_core(buf_view(&b), &back);
    buf_free(&b);
    return err.code;
}

static enum err_code parse_with_ttl(uint32_t ttl_s)
{
    struct core c = core;

    c.ttl_s = ttl_s;
    return parse(&c);
}

static void a_life_is_a_second_to_a_year(void **state)
{
    assert_int_equal(parse_with_ttl(0), E_MALFORMED);
    assert_int_equal(parse_with_ttl(1), E_OK);
    assert_int_equal(parse_with_ttl(31536000), E_OK);
    assert_int_equal(parse_with_ttl(31536001), E_MALFORMED);
    assert_int_equal(parse_with_ttl(UINT32_MAX), E_MALFORMED);
}

static enum err_code parse_with_burn(uint32_t burn_s)
{
    struct core c = core;

    c.burn_s = burn_s;
    return parse(&c);
}

static void it_burns_after_a_year_at_most_or_not_at_all(void **state)
{
    struct core control = core;

    assert_int_equal(parse_with_burn(0), E_OK);
    assert_int_equal(parse_with_burn(1), E_OK);
    assert_int_equal(parse_with_burn(31536000), E_OK);
    assert_int_equal(parse_with_burn(31536001), E_MALFORMED);
    assert_int_equal(parse_with_burn(UINT32_MAX), E_MALFORMED);
    control.seq = 0;
    control.type = 16;
    memset(control.prev, 0, sizeof control.prev);
    assert_int_equal(parse(&control), E_MALFORMED);
    control.burn_s = 0;
    assert_int_equal(parse(&control), E_OK);
}

/* Of this type at this place, after another message or not. */
static enum err_code parse_at(uint16_t type, uint64_t seq, bool prev, bool restart)
{
    struct core c = core;

    c.type = type;
    c.seq = seq;
    c.burn_s = 0;
    c.restart = restart;
    memset(c.prev, 0, sizeof c.prev);
    c.prev[NAMES_H32_SIZE - 1] = prev;
    return parse(&c);
}

static void control_messages_have_no_place_and_all_others_have_one(void **state)
{
    static const uint16_t placed[] = {0, 1, 2, 15, 32, UINT16_MAX};

    for (size_t i = 0; i < sizeof placed / sizeof placed[0]; i++) {
        assert_int_equal(parse_at(placed[i], 0, false, false), E_MALFORMED);
        assert_int_equal(parse_at(placed[i], 1, false, false), E_OK);
    }
    for (uint16_t type = 16; type <= 31; type++) {
        assert_int_equal(parse_at(type, 0, false, false), E_OK);
        assert_int_equal(parse_at(type, 1, false, false), E_MALFORMED);
        assert_int_equal(parse_at(type, 2, true, false), E_MALFORMED);
    }
}

static void who_is_first_names_nobody_before_and_who_follows_does(void **state)
{
    assert_int_equal(parse_at(1, 1, true, false), E_MALFORMED);
    assert_int_equal(parse_at(1, 2, false, false), E_MALFORMED);
    assert_int_equal(parse_at(1, 2, true, false), E_OK);
    assert_int_equal(parse_at(1, UINT64_MAX, true, false), E_OK);
    assert_int_equal(parse_at(16, 0, true, false), E_MALFORMED);
}

static void a_restart_names_nobody_before_and_is_never_a_control_message(void **state)
{
    assert_int_equal(parse_at(1, 1 << 20, false, true), E_OK);
    assert_int_equal(parse_at(1, 1 << 20, true, true), E_MALFORMED);
    assert_int_equal(parse_at(1, 1, false, true), E_OK);
    assert_int_equal(parse_at(16, 0, false, true), E_MALFORMED);
}

static void a_core_has_one_flag(void **state)
{
    struct buf b = BUF(TRAILER_CORE_SIZE);
    struct core c = core, back;

    c.seq = 1;
    memset(c.prev, 0, sizeof c.prev);
    trailer_write_core(&c, &b);
    for (unsigned flags = 0; flags < 256; flags++) {
        b.at[FLAGS_AT] = (uint8_t)flags;
        if (flags > 1) {
            assert_err(trailer_parse_core(buf_view(&b), &back), E_MALFORMED);
            continue;
        }
        assert_ok(trailer_parse_core(buf_view(&b), &back));
        assert_int_equal(back.restart, flags);
    }
    buf_free(&b);
}

static void a_signed_trailer_is_parsed_and_verified(void **state)
{
    struct buf b = BUF(PLAIN_SIZE);
    struct core c;
    struct wrap w;
    struct bytes sig;

    sign(&b);
    assert_int_equal(b.n, PLAIN_SIZE);
    assert_ok(trailer_parse(buf_view(&b), &c, &w, &sig));
    assert_true(ID_SAME(w.roster, wrap.roster));
    assert_int_equal(w.list_version, 3);
    assert_bytes(sig, bytes(b.at + SIG_AT, SIGN_SIZE));
    assert_ok(trailer_verify(buf_view(&b), BYTES(CTX), &NETWORK, parsed(&me.dsk)));
    buf_free(&b);
}

/* Each bit of core, wrap and signature is signed; the zeros behind them are checked. */
static void a_trailer_with_one_altered_bit_is_refused(void **state)
{
    struct buf b = BUF(PLAIN_SIZE);

    sign(&b);
    for (size_t i = 0; i < PLAIN_SIZE; i++) {
        struct err err;

        b.at[i] ^= 1;
        err = trailer_verify(buf_view(&b), BYTES(CTX), &NETWORK, parsed(&me.dsk));
        assert_true(err.code == E_FORGED || err.code == E_MALFORMED);
        if (i >= SIG_AT && i < ZEROS_AT)
            assert_int_equal(err.code, E_FORGED);
        if (i >= ZEROS_AT)
            assert_int_equal(err.code, E_MALFORMED);
        b.at[i] ^= 1;
    }
    buf_free(&b);
}

static void a_signature_is_of_one_context_network_and_key(void **state)
{
    struct buf b = BUF(PLAIN_SIZE);
    uint8_t ctx[sizeof CTX] = "another context";
    struct network_id nid = {"another network"};

    sign(&b);
    assert_err(trailer_verify(buf_view(&b), BYTES(ctx), &NETWORK, parsed(&me.dsk)), E_FORGED);
    assert_err(trailer_verify(buf_view(&b), BYTES(CTX), &nid, parsed(&me.dsk)), E_FORGED);
    assert_err(trailer_verify(buf_view(&b), BYTES(CTX), &NETWORK, parsed(&me.ark)), E_FORGED);
    buf_free(&b);
}

static void every_truncation_of_a_trailer_is_refused(void **state)
{
    struct buf b = BUF(PLAIN_SIZE);
    struct core c;
    struct wrap w;
    struct bytes sig = {NULL, 7};

    sign(&b);
    for (size_t n = 0; n < b.n; n++)
        assert_err(trailer_parse(bytes(b.at, n), &c, &w, &sig), E_TRUNCATED);
    assert_int_equal(sig.n, 7);
    buf_free(&b);
}

static void without_room_nothing_is_written(void **state)
{
    struct buf b = BUF(PLAIN_SIZE);

    buf_u8(&b, 9);
    assert_err(trailer_sign(&core, &wrap, BYTES(CTX), &me, &b), E_LIMIT);
    assert_int_equal(b.n, 1);
    buf_free(&b);
}

static void a_digest_is_of_one_message_and_its_content(void **state)
{
    struct message_id one = {"one"}, two = {"two"};
    uint8_t want[NAMES_H32_SIZE], got[NAMES_H32_SIZE];

    assert_ok(trailer_digest(&one, BYTES_LITERAL("hello"), want));
    assert_ok(trailer_digest(&two, BYTES_LITERAL("hello"), got));
    assert_memory_not_equal(got, want, sizeof want);
    assert_ok(trailer_digest(&one, BYTES_LITERAL("hellp"), got));
    assert_memory_not_equal(got, want, sizeof want);
}

static void a_link_names_the_whole_core(void **state)
{
    struct core other = core;
    uint8_t want[NAMES_H32_SIZE], got[NAMES_H32_SIZE];

    assert_ok(trailer_link(&core, want));
    assert_ok(trailer_link(&other, got));
    assert_memory_equal(got, want, sizeof want);
    other.digest[31] ^= 1;
    assert_ok(trailer_link(&other, got));
    assert_memory_not_equal(got, want, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_core_is_read_back_as_it_was_written),
        cmocka_unit_test(every_truncation_of_a_core_is_refused),
        cmocka_unit_test(reserved_fields_must_be_zero),
        cmocka_unit_test(a_life_is_a_second_to_a_year),
        cmocka_unit_test(it_burns_after_a_year_at_most_or_not_at_all),
        cmocka_unit_test(control_messages_have_no_place_and_all_others_have_one),
        cmocka_unit_test(who_is_first_names_nobody_before_and_who_follows_does),
        cmocka_unit_test(a_restart_names_nobody_before_and_is_never_a_control_message),
        cmocka_unit_test(a_core_has_one_flag),
        cmocka_unit_test(a_signed_trailer_is_parsed_and_verified),
        cmocka_unit_test(a_trailer_with_one_altered_bit_is_refused),
        cmocka_unit_test(a_signature_is_of_one_context_network_and_key),
        cmocka_unit_test(every_truncation_of_a_trailer_is_refused),
        cmocka_unit_test(without_room_nothing_is_written),
        cmocka_unit_test(a_digest_is_of_one_message_and_its_content),
        cmocka_unit_test(a_link_names_the_whole_core),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
