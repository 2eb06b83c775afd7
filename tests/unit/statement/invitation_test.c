/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/invitation.h"

#include <stdio.h>

#include "assert_err.h"
#include "base/encoding.h"
#include "base/reader.h"
#include "crypto/hash.h"
#include "refusals.h"

/* By another implementation of section 8, for the sample. */
static const char LINK[] =
    "tacet://join/"
    "AeQVnM-7iFsx5EOcyHnDdGB8F7QhH-zfXoyc2WgMZSjEAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8AAQIDBA"
    "UGBwgJCgsMDQ4PEGV4YW1wbGUub3JnOjc0NDPKPy0c";

static struct invitation sample(void)
{
    struct invitation in = {.address_n = 16, .address = "example.org:7443"};

    assert_ok(encoding_hex_read(
        bytes_text("e4159ccfbb885b31e4439cc879c374607c17b4211fecdf5e8c9cd9680c6528c4"), in.nid.b,
        sizeof in.nid.b));
    for (uint8_t i = 0; i < sizeof in.pin; i++)
        in.pin[i] = i;
    for (uint8_t i = 0; i < sizeof in.token; i++)
        in.token[i] = i;
    return in;
}

static struct err ask(struct bytes link)
{
    struct invitation in;

    return invitation_read(link, &in);
}

static struct err ask_with_address(const char *address)
{
    struct invitation in = sample();
    struct buf out = BUF(INVITATION_LINK_MAX);
    struct err err;

    in.address_n = strlen(address);
    memcpy(in.address, address, in.address_n + 1);
    err = invitation_write(&in, &out);
    if (err.code == E_OK)
        err = ask(buf_view(&out));
    buf_free(&out);
    return err;
}

/* A link around any x, with check bytes that fit. */
static struct err ask_with_body(struct bytes x)
{
    uint8_t digest[HASH_SHA256_SIZE];
    struct buf whole = BUF(2048), link = BUF(4096);
    struct err err;

    assert_ok(hash_sha256(&x, 1, digest));
    buf_bytes(&whole, x);
    buf_bytes(&whole, bytes(digest, 4));
    buf_text(&link, INVITATION_PREFIX);
    encoding_base64(&link, buf_view(&whole));
    err = ask(buf_view(&link));
    buf_free(&whole);
    buf_free(&link);
    return err;
}

static struct bytes sample_body(struct buf *room)
{
    struct reader r = reader(bytes_text(LINK));

    reader_take(&r, strlen(INVITATION_PREFIX));
    assert_ok(encoding_base64_read(reader_rest(&r), room));
    return bytes(room->at, room->n - 4);
}

static void a_link_has_a_known_answer_and_reads_back(void **state)
{
    struct invitation in = sample(), got;
    struct buf out = BUF(INVITATION_LINK_MAX);

    (void)state;
    assert_ok(invitation_write(&in, &out));
    assert_bytes(buf_view(&out), bytes_text(LINK));
    assert_ok(invitation_read(buf_view(&out), &got));
    assert_true(ID_SAME(got.nid, in.nid));
    assert_memory_equal(got.pin, in.pin, sizeof in.pin);
    assert_memory_equal(got.token, in.token, sizeof in.token);
    assert_int_equal(got.address_n, 16);
    assert_string_equal(got.address, "example.org:7443");
    buf_free(&out);
}

static void white_space_around_a_link_is_ignored(void **state)
{
    char text[sizeof LINK + 16];

    (void)state;
    snprintf(text, sizeof text, " \t\r\n%s\n \v\f", LINK);
    assert_ok(ask(bytes_text(text)));
    memcpy(text + 40, " ", 1);
    assert_err(ask(bytes_text(text)), E_FORGED);
    assert_err(ask(BYTES_LITERAL(" \n ")), E_MALFORMED);
}

/* Every other letter of the alphabet in every place behind the prefix. */
static void an_altered_character_is_noticed(void **state)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.";
    char text[sizeof LINK];

    (void)state;
    for (size_t i = strlen(INVITATION_PREFIX); i < strlen(LINK); i++)
        for (size_t j = 0; j < strlen(letters); j++) {
            memcpy(text, LINK, sizeof text);
            text[i] = letters[j];
            assert_err(ask(bytes_text(text)), text[i] == LINK[i] ? E_OK : E_FORGED);
        }
}

static void a_link_that_was_cut_is_noticed(void **state)
{
    (void)state;
    for (size_t n = 0; n < strlen(LINK); n++)
        assert_err(ask(bytes(LINK, n)), n < strlen(INVITATION_PREFIX) ? E_MALFORMED : E_FORGED);
    assert_err(ask(bytes(LINK, sizeof LINK)), E_FORGED); /* its NUL */
}

static void another_kind_of_link_is_not_an_invitation(void **state)
{
    (void)state;
    assert_err(ask(BYTES_LITERAL("")), E_MALFORMED);
    assert_err(ask(BYTES_LITERAL("https://join/AeQV")), E_MALFORMED);
    assert_err(ask(BYTES_LITERAL("Tacet://join/AeQV")), E_MALFORMED);
    assert_err(ask(BYTES_LITERAL("tacet://verify/AeQV")), E_MALFORMED);
}

static void each_rule_is_kept_although_the_check_bytes_fit(void **state)
{
    static const struct rule rules[] = {
        {"made by a newer server", 0, 2, E_VERSION},
        {"version zero", 0, 0, E_MALFORMED},
        {"an address longer than what follows", 81, 17, E_MALFORMED},
        {"bytes behind the address", 81, 15, E_MALFORMED},
        {"an address with a control character", 82, 0x1b, E_MALFORMED},
    };
    struct buf room = BUF(1024), longer = BUF(1024);
    struct bytes x = sample_body(&room);

    (void)state;
    assert_ok(ask_with_body(x));
    refuses_each_broken_rule(ask_with_body, x, RULES(rules));
    buf_bytes(&longer, x);
    longer.at[0] = 9;
    buf_zeros(&longer, 60);
    assert_err(ask_with_body(buf_view(&longer)), E_VERSION); /* whatever its form will be */
    for (size_t n = 0; n < x.n; n++)
        assert_err(ask_with_body(bytes(x.at, n)), n == 0 ? E_FORGED : E_MALFORMED);
    buf_free(&room);
    buf_free(&longer);
}

static void an_address_is_a_host_and_a_port(void **state)
{
    static const char *const good[] = {"localhost:1", "10.0.0.1:65535", "[::1]:7443",
                                       "[2001:db8::7]:443", "a-b.example.org:80"};
    static const char *const bad[] = {
        "",        ":1",         "localhost",   "localhost:", "host:0",
        "host:01", "host:65536", "host:123456", "host:+1",    "host:1 ",
        "Host:1",  "ho st:1",    "::1:7443",    "[]:1",       "[::g]:1",
        "[::1:1",  "host\n:1",   "user@host:1", "host:1:",    "[[::1]]:1"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_ok(ask_with_address(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (ask_with_address(bad[i]).code != E_MALFORMED)
            fail_msg("address '%s' was accepted", bad[i]);
}

static void the_longest_address_fits(void **state)
{
    char address[INVITATION_ADDRESS_MAX + 1];

    (void)state;
    memset(address, 'a', sizeof address);
    for (size_t i = 50; i < 249; i += 50)
        address[i] = '.';
    memcpy(address + 249, ":65535", 7);
    assert_int_equal(strlen(address), INVITATION_ADDRESS_MAX);
    assert_ok(ask_with_address(address));
}

static void an_address_that_is_too_long_is_none(void **state)
{
    struct invitation in = sample();
    char address[INVITATION_ADDRESS_MAX + 1];
    struct buf out = BUF(INVITATION_LINK_MAX);

    (void)state;
    memset(address, 'a', sizeof address);
    for (size_t i = 50; i < 250; i += 50)
        address[i] = '.';
    memcpy(address + 250, ":65535", 6);
    assert_false(link_form_is_address(bytes(address, sizeof address)));
    in.address_n = sizeof address; /* with its NUL, more than there is room for */
    assert_err(invitation_write(&in, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void what_is_in_brackets_is_as_long_as_an_ipv6_address_at_most(void **state)
{
    static const char most[] = "[aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:255.255.255.255]:1",
                      more[] = "[aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:0255.255.255.255]:1";

    (void)state;
    assert_true(link_form_is_address(bytes_text(most)));
    assert_false(link_form_is_address(bytes_text(more)));
    assert_false(link_form_is_address(BYTES_LITERAL("[:\0:]:1")));
}

static void a_link_longer_than_any_is_not_looked_at(void **state)
{
    char text[INVITATION_LINK_MAX + 1];

    (void)state;
    memset(text, 'A', sizeof text);
    memcpy(text, LINK, strlen(LINK));
    assert_err(ask(bytes(text, INVITATION_LINK_MAX)), E_FORGED);
    assert_err(ask(bytes(text, sizeof text)), E_MALFORMED);
}

static void a_full_buffer_gets_nothing_of_a_link(void **state)
{
    struct invitation in = sample();
    struct buf out = BUF(sizeof LINK - 2);

    (void)state;
    assert_err(invitation_write(&in, &out), E_LIMIT);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

static void the_server_keeps_the_hash_of_the_token(void **state)
{
    struct invitation in = sample();
    uint8_t got[32], want[32];

    (void)state;
    assert_ok(encoding_hex_read(
        bytes_text("be45cb2605bf36bebde684841a28f0fd43c69850a3dce5fedba69928ee3a8991"), want, 32));
    assert_ok(invitation_token_hash(in.token, got));
    assert_memory_equal(got, want, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_has_a_known_answer_and_reads_back),
        cmocka_unit_test(white_space_around_a_link_is_ignored),
        cmocka_unit_test(an_altered_character_is_noticed),
        cmocka_unit_test(a_link_that_was_cut_is_noticed),
        cmocka_unit_test(another_kind_of_link_is_not_an_invitation),
        cmocka_unit_test(each_rule_is_kept_although_the_check_bytes_fit),
        cmocka_unit_test(an_address_is_a_host_and_a_port),
        cmocka_unit_test(the_longest_address_fits),
        cmocka_unit_test(an_address_that_is_too_long_is_none),
        cmocka_unit_test(what_is_in_brackets_is_as_long_as_an_ipv6_address_at_most),
        cmocka_unit_test(a_link_longer_than_any_is_not_looked_at),
        cmocka_unit_test(a_full_buffer_gets_nothing_of_a_link),
        cmocka_unit_test(the_server_keeps_the_hash_of_the_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
