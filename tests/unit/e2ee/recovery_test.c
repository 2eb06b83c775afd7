/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/recovery.h"

#include "assert_err.h"
#include "base/encoding.h"
#include "unit/e2ee/joining.h"

enum { AT_AID = 1, AT_DOMAIN = 33, AT_HANDLE = 45, AT_ARK = 49, AT_DSK = 115 }; /* in a plain */

static struct joining j;
static struct random random_source;
static struct recovery_key key;
static struct buf blob = {.max = RECOVERY_BLOB_MOST};

static struct recovery_account account(void)
{
    return (struct recovery_account){.aid = j.old.who.aid,
                                     .domain = JOINING_DOMAIN,
                                     .handle = JOINING_HANDLE,
                                     .ark_secret = j.old.ark_secret,
                                     .dsk_secret = j.old.dsk_secret};
}

static int enter(void **state)
{
    struct recovery_account in;

    joining_begin(&j);
    random_source = random_system();
    assert_ok(recovery_make(&random_source, &key));
    in = account();
    assert_ok(recovery_seal(&key, &j.link.nid, &in, &random_source, &blob));
    return 0;
}

static int leave(void **state)
{
    joining_end(&j);
    buf_free(&blob);
    return 0;
}

static struct err ask(struct bytes in)
{
    return joining_take_blob(&j.link.nid, &key, in);
}

/* ---- letters */

static void letters_have_a_known_answer_and_read_back(void **state)
{
    struct recovery_key k = {{0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf,
                              0x84, 0x65, 0x3a, 0x56, 0xd7, 0xc6, 0x75, 0xbe, 0x77, 0xdf}},
                        got;
    char letters[RECOVERY_LETTERS_SIZE];

    recovery_letters(&k, letters);
    assert_string_equal(letters, "abcd efgh ijkl mnop qrst uvwx yz23 4567");
    assert_ok(recovery_read_letters(bytes_text(letters), &got));
    assert_memory_equal(&got, &k, sizeof k);
}

static void letters_are_read_however_they_were_written_down(void **state)
{
    static const char *const ways[] = {
        "abcdefghijklmnopqrstuvwxyz234567",
        "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567",
        "  abcd-efgh-ijkl-mnop\r\n\tqrst-uvwx-yz23-4567\n",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z 2 3 4 5 6 7",
    };
    struct recovery_key k;
    char letters[RECOVERY_LETTERS_SIZE];

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        assert_ok(recovery_read_letters(bytes_text(ways[i]), &k));
        recovery_letters(&k, letters);
        assert_string_equal(letters, "abcd efgh ijkl mnop qrst uvwx yz23 4567");
    }
}

static void what_is_not_32_letters_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "abcd efgh ijkl mnop qrst uvwx yz23 456",
        "abcd efgh ijkl mnop qrst uvwx yz23 45677",
        "0bcd efgh ijkl mnop qrst uvwx yz23 4567",
        "1bcd efgh ijkl mnop qrst uvwx yz23 4567",
        "8bcd efgh ijkl mnop qrst uvwx yz23 4567",
        "abcd.efgh ijkl mnop qrst uvwx yz23 4567",
        "abcd efgh ijkl mnop qrst uvwx yz23 456\xc3\xa4",
        "----",
    };
    struct recovery_key k = {{7}};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_err(recovery_read_letters(bytes_text(bad[i]), &k), E_MALFORMED);
    assert_err(recovery_read_letters(bytes("abcd efgh ijkl mnop qrst uvwx yz23 4567", 40), &k),
               E_MALFORMED); /* its NUL */
    assert_int_equal(k.r[0], 7);
}

/* Each other letter in each place: another key, with another slot. */
static void a_mistyped_letter_names_another_slot(void **state)
{
    char letters[RECOVERY_LETTERS_SIZE];
    uint8_t right[RECOVERY_SLOT_SIZE], slot[RECOVERY_SLOT_SIZE];
    struct recovery_key k;

    assert_ok(recovery_slot(&key, &j.link.nid, right));
    for (size_t i = 0; i < RECOVERY_LETTERS_SIZE - 1; i++) {
        recovery_letters(&key, letters);
        if (letters[i] == ' ')
            continue;
        letters[i] = letters[i] == 'a' ? 'b' : 'a';
        assert_ok(recovery_read_letters(bytes_text(letters), &k));
        assert_ok(recovery_slot(&k, &j.link.nid, slot));
        assert_memory_not_equal(slot, right, sizeof slot);
    }
}

static void the_slot_has_a_known_answer(void **state)
{
    struct recovery_key k;
    struct network_id nid;
    uint8_t slot[RECOVERY_SLOT_SIZE], want[RECOVERY_SLOT_SIZE];

    memset(k.r, 9, sizeof k.r);
    memset(nid.b, 1, sizeof nid.b);
    assert_ok(encoding_hex_read(bytes_text("10ddf9430d4319f7fc5748361b808171"), want, sizeof want));
    assert_ok(recovery_slot(&k, &nid, slot));
    assert_memory_equal(slot, want, sizeof want);
}

/* ---- blobs */

static void what_was_sealed_is_opened(void **state)
{
    struct buf plain = BUF(RECOVERY_PLAIN_MOST);
    struct recovery_account got;
    struct point ark, dsk;

    assert_ok(recovery_open(&key, &j.link.nid, buf_view(&blob), &plain, &got));
    assert_true(ID_SAME(got.aid, j.old.who.aid));
    assert_bytes(got.domain, JOINING_DOMAIN);
    assert_bytes(got.handle, JOINING_HANDLE);
    assert_ok(sign_private_public(got.ark_secret, ark.b));
    assert_ok(sign_private_public(got.dsk_secret, dsk.b));
    assert_true(ID_SAME(ark, j.old.ark) && ID_SAME(dsk, j.old.dsk));
    sign_private_free(got.ark_secret);
    sign_private_free(got.dsk_secret);
    buf_free(&plain);
}

static void each_altered_byte_and_each_cut_is_refused(void **state)
{
    for (size_t i = 0; i < blob.n; i++) {
        blob.at[i] ^= (uint8_t)(1u << i % 8);
        assert_err(ask(buf_view(&blob)), E_FORGED);
        blob.at[i] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t n = 0; n < blob.n; n++)
        assert_err(ask(bytes(blob.at, n)),
                   n < AEAD_NONCE_SIZE + AEAD_TAG_SIZE ? E_TRUNCATED : E_FORGED);
}

static void a_blob_is_for_one_key_and_one_network(void **state)
{
    struct recovery_key other = key;
    struct network_id nid = j.link.nid;

    other.r[19] ^= 1;
    assert_err(joining_take_blob(&j.link.nid, &other, buf_view(&blob)), E_FORGED);
    nid.b[0] ^= 1;
    assert_err(joining_take_blob(&nid, &key, buf_view(&blob)), E_FORGED);
}

static void a_blob_longer_than_any_is_not_looked_at(void **state)
{
    uint8_t long_one[RECOVERY_BLOB_MOST + 1] = {0};

    assert_err(ask(BYTES(long_one)), E_LIMIT);
    assert_err(ask(bytes(long_one, RECOVERY_BLOB_MOST)), E_FORGED);
}

static void a_small_buffer_is_told(void **state)
{
    struct buf plain = BUF(10);
    struct recovery_account got;

    assert_err(recovery_open(&key, &j.link.nid, buf_view(&blob), &plain, &got), E_LIMIT);
}

/* Any plain text at all under the right key. */
static struct err sealed(struct bytes plain)
{
    struct buf out = BUF(RECOVERY_BLOB_MOST + 100);
    struct err err;

    joining_seal_blob(&j.link.nid, &key, BYTES_LABEL("tacet1 recovery key"), plain, &out);
    err = ask(buf_view(&out));
    buf_free(&out);
    return err;
}

static struct buf plain_text(void)
{
    struct buf p = BUF(RECOVERY_PLAIN_MOST + 1);

    joining_write_blob(&j, &p);
    return p;
}

static void the_form_is_that_of_the_specification(void **state)
{
    struct buf p = plain_text();

    assert_ok(sealed(buf_view(&p)));
    for (size_t n = 0; n < p.n; n++)
        assert_err(sealed(bytes(p.at, n)), E_TRUNCATED);
    buf_u8(&p, 0);
    assert_err(sealed(buf_view(&p)), E_MALFORMED);
    buf_free(&p);
}

static void each_rule_is_kept_although_the_seal_fits(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
        enum err_code want;
    } rules[] = {
        {0, 0, E_MALFORMED},
        {0, 2, E_MALFORMED},
        {AT_AID, 0xA5, E_FORGED},          /* another account */
        {AT_DOMAIN + 1, 'E', E_MALFORMED}, /* no domain */
        {AT_HANDLE + 1, 'A', E_MALFORMED}, /* no handle */
        {AT_ARK, 0xff, E_MALFORMED},       /* no scalar */
        {AT_ARK + 65, 0xA5, E_FORGED},     /* not the account's */
        {AT_DSK, 0xff, E_MALFORMED},
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct buf p = plain_text();

        p.at[rules[i].at] =
            p.at[rules[i].at] == rules[i].value ? (uint8_t)(rules[i].value ^ 1) : rules[i].value;
        assert_err(sealed(buf_view(&p)), rules[i].want);
        buf_free(&p);
    }
}

static struct err broken(void *ctx, uint8_t *out, size_t n)
{
    memset(out, 0, n);
    return FAIL(E_CRYPTO);
}

static void what_would_be_refused_is_not_sealed(void **state)
{
    struct recovery_account bad[4] = {account(), account(), account(), account()};
    static const enum err_code want[] = {E_FORGED, E_MALFORMED, E_MALFORMED, E_FORGED};
    struct buf out = BUF(RECOVERY_BLOB_MOST);

    bad[0].aid.b[0] ^= 1;
    bad[1].domain = BYTES_LITERAL("Example.org");
    bad[2].handle = BYTES_LITERAL("");
    bad[3].ark_secret = j.old.dsk_secret;
    for (size_t i = 0; i < 4; i++)
        assert_err(recovery_seal(&key, &j.link.nid, &bad[i], &random_source, &out), want[i]);
    assert_int_equal(out.n, 0);
}

static void what_fails_leaves_the_output_as_it_was(void **state)
{
    struct recovery_account in = account();
    struct random none = {broken, NULL};
    struct recovery_key k;
    struct buf out = BUF(20);

    assert_err(recovery_seal(&key, &j.link.nid, &in, &random_source, &out), E_LIMIT);
    assert_int_equal(out.n, 0);
    buf_free(&out);
    out = BUF(RECOVERY_BLOB_MOST);
    assert_err(recovery_seal(&key, &j.link.nid, &in, &none, &out), E_CRYPTO);
    assert_int_equal(out.n, 0);
    buf_free(&out);
    assert_err(recovery_make(&none, &k), E_CRYPTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_have_a_known_answer_and_read_back),
        cmocka_unit_test(letters_are_read_however_they_were_written_down),
        cmocka_unit_test(what_is_not_32_letters_is_refused),
        cmocka_unit_test(a_mistyped_letter_names_another_slot),
        cmocka_unit_test(the_slot_has_a_known_answer),
        cmocka_unit_test(what_was_sealed_is_opened),
        cmocka_unit_test(each_altered_byte_and_each_cut_is_refused),
        cmocka_unit_test(a_blob_is_for_one_key_and_one_network),
        cmocka_unit_test(a_blob_longer_than_any_is_not_looked_at),
        cmocka_unit_test(a_small_buffer_is_told),
        cmocka_unit_test(the_form_is_that_of_the_specification),
        cmocka_unit_test(each_rule_is_kept_although_the_seal_fits),
        cmocka_unit_test(what_would_be_refused_is_not_sealed),
        cmocka_unit_test(what_fails_leaves_the_output_as_it_was),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
