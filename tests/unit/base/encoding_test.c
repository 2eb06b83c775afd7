/* SPDX-License-Identifier: Apache-2.0 */
#include "base/encoding.h"

#include "assert_err.h"

static void hexadecimal_is_lower_case(void **state)
{
    struct buf b = BUF(100);

    encoding_hex(&b, BYTES_LITERAL("\x00\x0f\xa5\xff"));
    assert_bytes(buf_view(&b), BYTES_LITERAL("000fa5ff"));
    encoding_hex(&b, bytes(NULL, 0));
    assert_int_equal(b.n, 8);
    buf_free(&b);
}

static void hexadecimal_is_read_in_either_case(void **state)
{
    uint8_t out[4];

    assert_ok(encoding_hex_read(BYTES_LITERAL("000FaBff"), out, 4));
    assert_memory_equal(out, "\x00\x0f\xab\xff", 4);
    assert_ok(encoding_hex_read(bytes(NULL, 0), out, 0));
}

static void hexadecimal_of_another_length_is_refused(void **state)
{
    uint8_t out[2] = {7, 7};

    assert_err(encoding_hex_read(BYTES_LITERAL("00"), out, 2), E_MALFORMED);
    assert_err(encoding_hex_read(BYTES_LITERAL("000"), out, 2), E_MALFORMED);
    assert_err(encoding_hex_read(BYTES_LITERAL("00000"), out, 2), E_MALFORMED);
    assert_memory_equal(out, "\7\7", 2);
}

static void a_foreign_digit_leaves_the_output_alone(void **state)
{
    static const char foreign[] = "/:@G`g x-\xb0";
    uint8_t out[2] = {7, 7};

    for (size_t i = 0; i < sizeof foreign; i++) { /* with its NUL */
        uint8_t text[4] = {'0', '0', '0', (uint8_t)foreign[i]};

        assert_err(encoding_hex_read(BYTES(text), out, 2), E_MALFORMED);
        assert_memory_equal(out, "\7\7", 2);
    }
}

/* [RFC4648 10], without the padding. */
static const struct {
    const char *plain, *text;
} samples[] = {
    {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
    {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"},
};

static void base64_agrees_with_the_samples_of_its_standard(void **state)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct buf b = BUF(100);

        encoding_base64(&b, bytes_text(samples[i].plain));
        assert_bytes(buf_view(&b), bytes_text(samples[i].text));
        buf_cut(&b, 0);
        assert_ok(encoding_base64_read(bytes_text(samples[i].text), &b));
        assert_bytes(buf_view(&b), bytes_text(samples[i].plain));
        buf_free(&b);
    }
}

static void every_length_comes_back_from_base64(void **state)
{
    uint8_t in[200];
    struct buf text = BUF(1000), back = BUF(1000);

    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(i * 151 + 13);
    for (size_t n = 0; n <= sizeof in; n++) {
        buf_cut(&text, 0);
        buf_cut(&back, 0);
        encoding_base64(&text, bytes(in, n));
        assert_ok(encoding_base64_read(buf_view(&text), &back));
        assert_bytes(buf_view(&back), bytes(in, n));
    }
    buf_free(&text);
    buf_free(&back);
}

/* Over all texts of two letters: those that are accepted are what the encoder writes. */
static void one_run_of_bytes_has_one_text(void **state)
{
    unsigned accepted = 0;
    struct buf b = BUF(10), again = BUF(10);

    for (unsigned pair = 0; pair < 0x10000; pair++) {
        uint8_t text[2] = {(uint8_t)(pair >> 8), (uint8_t)pair};

        buf_cut(&b, 0);
        if (encoding_base64_read(BYTES(text), &b).code != E_OK)
            continue;
        accepted++;
        buf_cut(&again, 0);
        encoding_base64(&again, buf_view(&b));
        assert_bytes(buf_view(&again), BYTES(text));
    }
    assert_int_equal(accepted, 256);
    buf_free(&b);
    buf_free(&again);
}

static void base64_that_no_encoder_writes_is_refused(void **state)
{
    static const char *const bad[] = {"Z",    "Zm9vY", "Zg==", "Zm8=", "Zh",          "Zm9",
                                      "Zm+v", "Zm/v",  "Zm v", "Zg\n", "Zm9v\xc3\xa4"};
    struct buf b = BUF(100);

    buf_text(&b, "before");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_err(encoding_base64_read(bytes_text(bad[i]), &b), E_MALFORMED);
        assert_bytes(buf_view(&b), BYTES_LITERAL("before"));
    }
    assert_err(encoding_base64_read(BYTES_LITERAL("Zm\0v"), &b), E_MALFORMED);
    buf_free(&b);
}

static void malformed_base64_above_the_ceiling_does_not_spoil_the_buf(void **state)
{
    struct buf b = BUF(3);
    struct bytes whole;

    assert_err(encoding_base64_read(BYTES_LITERAL("Zm9vYmFy!"), &b), E_MALFORMED);
    assert_ok(buf_end(&b, &whole));
    assert_err(encoding_base64_read(BYTES_LITERAL("Zm9vYmFy"), &b), E_LIMIT);
    assert_err(buf_end(&b, &whole), E_LIMIT);
    buf_free(&b);
}

static void text_above_the_ceiling_fails_the_buf(void **state)
{
    struct buf hex = BUF(3), base64 = BUF(3);

    encoding_hex(&hex, BYTES_LITERAL("ab"));
    encoding_base64(&base64, BYTES_LITERAL("abc"));
    assert_int_equal(hex.failed, E_LIMIT);
    assert_int_equal(base64.failed, E_LIMIT);
    buf_free(&hex);
    buf_free(&base64);
}

/* [RFC4648 10], whole groups of it in lower case. */
static void base32_agrees_with_the_sample_of_its_standard(void **state)
{
    char letters[16];
    uint8_t out[10] = {7};

    encoding_base32(BYTES_LITERAL("fooba"), letters);
    assert_memory_equal(letters, "mzxw6ytb", 8);
    encoding_base32(BYTES_LITERAL("\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf"), letters);
    assert_memory_equal(letters, "abcdefghijklmnop", 16);
    encoding_base32(BYTES_LITERAL("\x84\x65\x3a\x56\xd7\xc6\x75\xbe\x77\xdf"), letters);
    assert_memory_equal(letters, "qrstuvwxyz234567", 16);
    assert_ok(encoding_base32_read(BYTES_LITERAL("qrstuvwxyz234567"), out, 10));
    assert_memory_equal(out, "\x84\x65\x3a\x56\xd7\xc6\x75\xbe\x77\xdf", 10);
    assert_ok(encoding_base32_read(BYTES_LITERAL("MzxW6yTB"), out, 5));
    assert_memory_equal(out, "fooba", 5);
    assert_ok(encoding_base32_read(bytes(NULL, 0), out, 0));
}

static void what_is_not_base32_leaves_the_output_alone(void **state)
{
    static const char foreign[] = "018@[`{9/=- \xe1";
    uint8_t out[6] = {9, 9, 9, 9, 9, 9};

    for (size_t i = 0; i < sizeof foreign; i++) { /* with its NUL */
        uint8_t text[8] = {'a', 'a', 'a', 'a', 'a', 'a', 'a', (uint8_t)foreign[i]};

        assert_err(encoding_base32_read(BYTES(text), out, 5), E_MALFORMED);
    }
    assert_err(encoding_base32_read(BYTES_LITERAL("aaaaaaa"), out, 5), E_MALFORMED);
    assert_err(encoding_base32_read(BYTES_LITERAL("aaaaaaaaa"), out, 5), E_MALFORMED);
    assert_err(encoding_base32_read(BYTES_LITERAL("aaaaaaaa"), out, 6), E_MALFORMED);
    assert_memory_equal(out, "\t\t\t\t\t\t", 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hexadecimal_is_lower_case),
        cmocka_unit_test(hexadecimal_is_read_in_either_case),
        cmocka_unit_test(hexadecimal_of_another_length_is_refused),
        cmocka_unit_test(a_foreign_digit_leaves_the_output_alone),
        cmocka_unit_test(base64_agrees_with_the_samples_of_its_standard),
        cmocka_unit_test(every_length_comes_back_from_base64),
        cmocka_unit_test(one_run_of_bytes_has_one_text),
        cmocka_unit_test(base64_that_no_encoder_writes_is_refused),
        cmocka_unit_test(malformed_base64_above_the_ceiling_does_not_spoil_the_buf),
        cmocka_unit_test(text_above_the_ceiling_fails_the_buf),
        cmocka_unit_test(base32_agrees_with_the_sample_of_its_standard),
        cmocka_unit_test(what_is_not_base32_leaves_the_output_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
