/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/device_link.h"

#include "assert_err.h"
#include "base/encoding.h"
#include "base/reader.h"
#include "crypto/hash.h"
#include "refusals.h"
#include "statement/invitation.h"

/* By another implementation of section 15.1, for the sample. */
static const char LINK[] =
    "tacet://device/AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAgICAgICAgICAgICAgICAgICA"
    "gICAgICAgICAgICAgIDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwQEBAQEBAQEBAQEBAQEBAQEB"
    "AQEBAQEBAQEBAQEBAQEEGV4YW1wbGUub3JnOjc0NDPDYNsO";
static const char SLOT[] = "9cd9d3e8562b422e6e40e6ec26bbb0dd";
static const char KEY[] = "bbde9f5d7e3045db3c6cf575852533f6569a5a857760a327f92f42f2eea7eaa7";

static struct device_link sample(void)
{
    struct device_link in = {.address_n = 16, .address = "example.org:7443"};

    memset(in.nid.b, 1, sizeof in.nid.b);
    memset(in.pin, 2, sizeof in.pin);
    memset(in.aid.b, 3, sizeof in.aid.b);
    memset(in.secret, 4, sizeof in.secret);
    return in;
}

static struct err ask(struct bytes text)
{
    struct device_link in;

    return device_link_read(text, &in);
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
    buf_text(&link, DEVICE_LINK_PREFIX);
    encoding_base64(&link, buf_view(&whole));
    err = ask(buf_view(&link));
    buf_free(&whole);
    buf_free(&link);
    return err;
}

static void a_link_has_a_known_answer_and_reads_back(void **state)
{
    struct device_link in = sample(), got;
    struct buf out = BUF(DEVICE_LINK_MAX);

    assert_ok(device_link_write(&in, &out));
    assert_bytes(buf_view(&out), bytes_text(LINK));
    memset(&got, 0xff, sizeof got);
    assert_ok(device_link_read(buf_view(&out), &got));
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
        assert_err(ask(bytes(LINK, n)), n < strlen(DEVICE_LINK_PREFIX) ? E_MALFORMED : E_FORGED);
    assert_err(ask(bytes(LINK, sizeof LINK)), E_FORGED); /* its NUL */
}

static void each_rule_is_kept_although_the_check_bytes_fit(void **state)
{
    static const struct rule rules[] = {
        {"made by a newer program", 0, 2, E_VERSION},
        {"version zero", 0, 0, E_MALFORMED},
        {"an address longer than what follows", 129, 17, E_MALFORMED},
        {"bytes behind the address", 129, 15, E_MALFORMED},
        {"an address with a control character", 130, 0x1b, E_MALFORMED},
    };
    struct buf room = BUF(1024);
    struct reader r = reader(bytes_text(LINK));
    struct bytes x;

    reader_take(&r, strlen(DEVICE_LINK_PREFIX));
    assert_ok(encoding_base64_read(reader_rest(&r), &room));
    x = bytes(room.at, room.n - 4);
    assert_ok(ask_with_body(x));
    refuses_each_broken_rule(ask_with_body, x, RULES(rules));
    for (size_t n = 0; n < x.n; n++)
        assert_err(ask_with_body(bytes(x.at, n)), n == 0 ? E_FORGED : E_MALFORMED);
    buf_free(&room);
}

static void an_invitation_is_no_link_and_a_link_no_invitation(void **state)
{
    struct invitation i = {.address_n = 6, .address = "x.y:80"}, got;
    struct buf out = BUF(INVITATION_LINK_MAX), changed = BUF(INVITATION_LINK_MAX);

    assert_ok(invitation_write(&i, &out));
    assert_err(ask(buf_view(&out)), E_MALFORMED);
    assert_err(invitation_read(bytes_text(LINK), &got), E_MALFORMED);
    buf_text(&changed, DEVICE_LINK_PREFIX); /* nor under the other's name */
    buf_bytes(&changed,
              bytes(out.at + strlen(INVITATION_PREFIX), out.n - strlen(INVITATION_PREFIX)));
    assert_err(ask(buf_view(&changed)), E_MALFORMED);
    buf_free(&out);
    buf_free(&changed);
}

static void the_longest_address_fits(void **state)
{
    struct device_link in = sample(), got;
    struct buf out = BUF(DEVICE_LINK_MAX);

    memset(in.address, 'a', LINK_FORM_ADDRESS_MAX);
    for (size_t i = 50; i < 249; i += 50)
        in.address[i] = '.';
    memcpy(in.address + 249, ":65535", 7);
    in.address_n = LINK_FORM_ADDRESS_MAX;
    assert_ok(device_link_write(&in, &out));
    assert_ok(device_link_read(buf_view(&out), &got));
    assert_string_equal(got.address, in.address);
    buf_free(&out);
}

static void what_is_no_address_is_not_written(void **state)
{
    struct device_link in = sample();
    struct buf out = BUF(DEVICE_LINK_MAX);

    in.address_n = LINK_FORM_ADDRESS_MAX + 1;
    assert_err(device_link_write(&in, &out), E_MALFORMED);
    in = sample();
    in.address[0] = ' ';
    assert_err(device_link_write(&in, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void a_full_buffer_gets_nothing_of_a_link(void **state)
{
    struct device_link in = sample();
    struct buf out = BUF(sizeof LINK - 2);

    assert_err(device_link_write(&in, &out), E_LIMIT);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

static void slot_and_key_have_known_answers(void **state)
{
    struct device_link in = sample();
    uint8_t slot[DEVICE_LINK_SLOT_SIZE], key[DEVICE_LINK_KEY_SIZE], want[DEVICE_LINK_KEY_SIZE];

    assert_ok(device_link_slot(&in, slot));
    assert_ok(encoding_hex_read(bytes_text(SLOT), want, sizeof slot));
    assert_memory_equal(slot, want, sizeof slot);
    assert_ok(device_link_key(&in, key));
    assert_ok(encoding_hex_read(bytes_text(KEY), want, sizeof key));
    assert_memory_equal(key, want, sizeof key);
}

static void another_secret_network_or_account_has_another_slot_and_key(void **state)
{
    for (int i = 0; i < 3; i++) {
        struct device_link in = sample(), other = sample();
        uint8_t slot[2][DEVICE_LINK_SLOT_SIZE], key[2][DEVICE_LINK_KEY_SIZE];
        uint8_t *changed[] = {&other.secret[31], &other.nid.b[0], &other.aid.b[0]};

        *changed[i] ^= 1;
        assert_ok(device_link_slot(&in, slot[0]));
        assert_ok(device_link_slot(&other, slot[1]));
        assert_memory_not_equal(slot[0], slot[1], sizeof slot[0]);
        assert_ok(device_link_key(&in, key[0]));
        assert_ok(device_link_key(&other, key[1]));
        assert_memory_not_equal(key[0], key[1], sizeof key[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_has_a_known_answer_and_reads_back),
        cmocka_unit_test(each_altered_bit_is_noticed),
        cmocka_unit_test(a_link_that_was_cut_is_noticed),
        cmocka_unit_test(each_rule_is_kept_although_the_check_bytes_fit),
        cmocka_unit_test(an_invitation_is_no_link_and_a_link_no_invitation),
        cmocka_unit_test(the_longest_address_fits),
        cmocka_unit_test(what_is_no_address_is_not_written),
        cmocka_unit_test(a_full_buffer_gets_nothing_of_a_link),
        cmocka_unit_test(slot_and_key_have_known_answers),
        cmocka_unit_test(another_secret_network_or_account_has_another_slot_and_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
