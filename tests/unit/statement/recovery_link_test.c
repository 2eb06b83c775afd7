/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/recovery_link.h"

#include "assert_err.h"
#include "base/encoding.h"
#include "base/reader.h"
#include "crypto/hash.h"
#include "refusals.h"
#include "statement/invitation.h"

/* By another implementation of section 15.6, for the sample. */
static const char LINK[] =
    "tacet://recover/"
    "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
    "AgIQZXhhbXBsZS5vcmc6NzQ0M0KtCmc";

static struct recovery_link sample(void)
{
    struct recovery_link in = {.address_n = 16, .address = "example.org:7443"};

    memset(in.nid.b, 1, sizeof in.nid.b);
    memset(in.pin, 2, sizeof in.pin);
    return in;
}

static struct err ask(struct bytes text)
{
    struct recovery_link in;

    return recovery_link_read(text, &in);
}

/* A link around any x, with check bytes that fit. */
static struct err ask_with_body(struct bytes x)
{
    uint8_t digest[HASH_SHA256_SIZE];
    struct buf whole = BUF(1024), link = BUF(2048);
    struct err err;

    assert_ok(hash_sha256(&x, 1, digest));
    buf_bytes(&whole, x);
    buf_bytes(&whole, bytes(digest, 4));
    buf_text(&link, RECOVERY_LINK_PREFIX);
    encoding_base64(&link, buf_view(&whole));
    err = ask(buf_view(&link));
    buf_free(&whole);
    buf_free(&link);
    return err;
}

static void a_link_has_a_known_answer_and_reads_back(void **state)
{
    struct recovery_link in = sample(), got;
    struct buf out = BUF(RECOVERY_LINK_MAX);

    assert_ok(recovery_link_write(&in, &out));
    assert_bytes(buf_view(&out), bytes_text(LINK));
    memset(&got, 0xff, sizeof got);
    assert_ok(recovery_link_read(buf_view(&out), &got));
    assert_memory_equal(&got, &in, sizeof in);
    buf_free(&out);
}

static void each_altered_bit_is_noticed(void **state)
{
    refuses_every_flipped_bit(ask, bytes_text(LINK));
}

static void a_link_that_was_cut_is_noticed(void **state)
{
    for (size_t n = 0; n < strlen(LINK); n++)
        assert_err(ask(bytes(LINK, n)), n < strlen(RECOVERY_LINK_PREFIX) ? E_MALFORMED : E_FORGED);
    assert_err(ask(bytes(LINK, sizeof LINK)), E_FORGED); /* its NUL */
}

static void each_rule_is_kept_although_the_check_bytes_fit(void **state)
{
    static const struct rule rules[] = {
        {"made by a newer program", 0, 2, E_VERSION},
        {"version zero", 0, 0, E_MALFORMED},
        {"an address longer than what follows", 65, 17, E_MALFORMED},
        {"bytes behind the address", 65, 15, E_MALFORMED},
        {"an address with a control character", 66, 0x1b, E_MALFORMED},
    };
    struct buf room = BUF(1024);
    struct reader r = reader(bytes_text(LINK));
    struct bytes x;

    reader_take(&r, strlen(RECOVERY_LINK_PREFIX));
    assert_ok(encoding_base64_read(reader_rest(&r), &room));
    x = bytes(room.at, room.n - 4);
    assert_ok(ask_with_body(x));
    refuses_each_broken_rule(ask_with_body, x, RULES(rules));
    for (size_t n = 0; n < x.n; n++)
        assert_err(ask_with_body(bytes(x.at, n)), n == 0 ? E_FORGED : E_MALFORMED);
    buf_free(&room);
}

static void an_invitation_is_no_such_link_and_such_a_link_no_invitation(void **state)
{
    struct invitation i = {.address_n = 6, .address = "x.y:80"}, got;
    struct buf out = BUF(INVITATION_LINK_MAX), changed = BUF(INVITATION_LINK_MAX);

    assert_ok(invitation_write(&i, &out));
    assert_err(ask(buf_view(&out)), E_MALFORMED);
    assert_err(invitation_read(bytes_text(LINK), &got), E_MALFORMED);
    buf_text(&changed, RECOVERY_LINK_PREFIX); /* nor under the other's name */
    buf_bytes(&changed,
              bytes(out.at + strlen(INVITATION_PREFIX), out.n - strlen(INVITATION_PREFIX)));
    assert_err(ask(buf_view(&changed)), E_MALFORMED);
    buf_free(&out);
    buf_free(&changed);
}

static void the_longest_address_fits(void **state)
{
    struct recovery_link in = sample(), got;
    struct buf out = BUF(RECOVERY_LINK_MAX);

    memset(in.address, 'a', LINK_FORM_ADDRESS_MAX);
    for (size_t i = 50; i < 249; i += 50)
        in.address[i] = '.';
    memcpy(in.address + 249, ":65535", 7);
    in.address_n = LINK_FORM_ADDRESS_MAX;
    assert_ok(recovery_link_write(&in, &out));
    assert_ok(recovery_link_read(buf_view(&out), &got));
    assert_string_equal(got.address, in.address);
    buf_free(&out);
}

static void what_is_no_address_is_not_written(void **state)
{
    struct recovery_link in = sample();
    struct buf out = BUF(RECOVERY_LINK_MAX);

    in.address_n = LINK_FORM_ADDRESS_MAX + 1;
    assert_err(recovery_link_write(&in, &out), E_MALFORMED);
    in = sample();
    in.address[0] = ' ';
    assert_err(recovery_link_write(&in, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void a_full_buffer_gets_nothing_of_a_link(void **state)
{
    struct recovery_link in = sample();
    struct buf out = BUF(sizeof LINK - 2);

    assert_err(recovery_link_write(&in, &out), E_LIMIT);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_has_a_known_answer_and_reads_back),
        cmocka_unit_test(each_altered_bit_is_noticed),
        cmocka_unit_test(a_link_that_was_cut_is_noticed),
        cmocka_unit_test(each_rule_is_kept_although_the_check_bytes_fit),
        cmocka_unit_test(an_invitation_is_no_such_link_and_such_a_link_no_invitation),
        cmocka_unit_test(the_longest_address_fits),
        cmocka_unit_test(what_is_no_address_is_not_written),
        cmocka_unit_test(a_full_buffer_gets_nothing_of_a_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
