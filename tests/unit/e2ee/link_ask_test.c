/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/link_ask.h"

#include "assert_err.h"
#include "unit/e2ee/joining.h"

enum { AT_DID = 1, AT_POINT = 84, AT_KEM = 151, AT_NAME = 1719 }; /* in an ask */

static struct joining j;
static struct random random_source;
static struct buf box = {.max = LINK_ASK_BOX_MOST};

static int enter(void **state)
{
    joining_begin(&j);
    random_source = random_system();
    assert_ok(link_ask_seal(&j.link, &j.ask, j.dsk, &random_source, &box));
    return 0;
}

static int leave(void **state)
{
    joining_end(&j);
    buf_free(&box);
    return 0;
}

static struct err ask(struct bytes in)
{
    struct link_ask a;

    return link_ask_open(&j.link, in, &a);
}

static void what_was_asked_is_opened(void **state)
{
    struct link_ask a;

    assert_ok(link_ask_open(&j.link, buf_view(&box), &a));
    assert_memory_equal(&a, &j.ask, sizeof a);
    assert_int_equal(box.n, 12 + 1720 + j.ask.name_n + SIGN_SIZE + 16);
}

static void a_device_may_have_no_name_or_a_long_one(void **state)
{
    for (size_t n = 0; n <= LINK_ASK_NAME_MAX; n += LINK_ASK_NAME_MAX) {
        struct link_ask in = j.ask, a;
        struct buf b = BUF(LINK_ASK_BOX_MOST);

        memset(in.name, 0, sizeof in.name);
        memset(in.name, 'n', n);
        in.name_n = n;
        assert_ok(link_ask_seal(&j.link, &in, j.dsk, &random_source, &b));
        assert_ok(link_ask_open(&j.link, buf_view(&b), &a));
        assert_memory_equal(&a, &in, sizeof a);
        assert_int_equal(b.n, LINK_ASK_BOX_MOST - LINK_ASK_NAME_MAX + n);
        buf_free(&b);
    }
}

static void two_boxes_of_one_ask_differ(void **state)
{
    struct buf b = BUF(LINK_ASK_BOX_MOST);

    assert_ok(link_ask_seal(&j.link, &j.ask, j.dsk, &random_source, &b));
    assert_memory_not_equal(b.at, box.at, AEAD_NONCE_SIZE);
    buf_free(&b);
}

static void each_altered_byte_and_each_cut_is_refused(void **state)
{
    for (size_t i = 0; i < box.n; i++) {
        box.at[i] ^= (uint8_t)(1u << i % 8);
        assert_err(ask(buf_view(&box)), E_FORGED);
        box.at[i] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t n = 0; n < box.n; n++)
        assert_err(ask(bytes(box.at, n)),
                   n < AEAD_NONCE_SIZE + AEAD_TAG_SIZE ? E_TRUNCATED : E_FORGED);
}

static void a_box_longer_than_any_is_not_looked_at(void **state)
{
    uint8_t long_one[LINK_ASK_BOX_MOST + 1] = {0};

    assert_err(ask(BYTES(long_one)), E_LIMIT);
    assert_err(ask(bytes(long_one, LINK_ASK_BOX_MOST)), E_FORGED);
}

static void another_links_box_is_refused(void **state)
{
    for (int i = 0; i < 3; i++) {
        struct device_link other = j.link;
        struct link_ask a;
        uint8_t *changed[] = {&other.secret[0], &other.nid.b[0], &other.aid.b[0]};

        *changed[i] ^= 1;
        assert_err(link_ask_open(&other, buf_view(&box), &a), E_FORGED);
    }
}

/* Any plain text at all, sealed as an ask. */
static struct err sealed(struct bytes plain)
{
    uint8_t ka[AEAD_KEY_SIZE], slot[DEVICE_LINK_SLOT_SIZE], b[LINK_ASK_BOX_MOST] = {1};

    assert_ok(device_link_key(&j.link, ka));
    assert_ok(device_link_slot(&j.link, slot));
    assert_true(plain.n <= sizeof b - AEAD_NONCE_SIZE - AEAD_TAG_SIZE);
    assert_ok(aead_seal(ka, b, BYTES(slot), plain, b + AEAD_NONCE_SIZE));
    return ask(bytes(b, AEAD_NONCE_SIZE + plain.n + AEAD_TAG_SIZE));
}

/* The plain text of the box. */
static size_t opened(uint8_t plain[LINK_ASK_BOX_MOST])
{
    uint8_t ka[AEAD_KEY_SIZE], slot[DEVICE_LINK_SLOT_SIZE];

    assert_ok(device_link_key(&j.link, ka));
    assert_ok(device_link_slot(&j.link, slot));
    assert_ok(aead_open(ka, box.at, BYTES(slot),
                        bytes(box.at + AEAD_NONCE_SIZE, box.n - AEAD_NONCE_SIZE), plain));
    return box.n - AEAD_NONCE_SIZE - AEAD_TAG_SIZE;
}

/* Signed again after a byte was changed, so that it is the rule that refuses. */
static struct err with_byte(size_t at, uint8_t value)
{
    uint8_t plain[LINK_ASK_BOX_MOST], slot[DEVICE_LINK_SLOT_SIZE];
    size_t n = opened(plain);

    assert_int_not_equal(plain[at], value);
    plain[at] = value;
    assert_ok(device_link_slot(&j.link, slot));
    assert_ok(sign_make(j.dsk,
                        HASH_PARTS(BYTES_LABEL("tacet1 link sign"), ID_BYTES(j.link.nid),
                                   BYTES(slot), bytes(plain, n - SIGN_SIZE)),
                        plain + n - SIGN_SIZE));
    return sealed(bytes(plain, n));
}

static void each_rule_is_kept_although_seal_and_signature_fit(void **state)
{
    uint8_t n = (uint8_t)j.ask.name_n;

    assert_err(with_byte(0, 0), E_MALFORMED);
    assert_err(with_byte(0, 2), E_MALFORMED);
    assert_err(with_byte(AT_DID, (uint8_t)(j.ask.did.b[0] ^ 1)), E_FORGED);
    assert_err(with_byte(AT_POINT, 4), E_MALFORMED);
    assert_err(with_byte(AT_NAME, 65), E_MALFORMED);
    assert_err(with_byte(AT_NAME, (uint8_t)(n - 1)), E_MALFORMED); /* a byte behind */
    assert_err(with_byte(AT_NAME, (uint8_t)(n + 1)), E_TRUNCATED);
    assert_err(with_byte(AT_NAME + 1, 0xff), E_MALFORMED); /* not UTF-8 */
    assert_ok(with_byte(AT_NAME + 1, 'a'));
}

static void a_key_that_is_none_is_refused(void **state)
{
    uint8_t plain[LINK_ASK_BOX_MOST];
    size_t n = opened(plain);

    memset(plain + AT_KEM, 0xff, 3); /* coefficients above q */
    assert_err(sealed(bytes(plain, n)), E_MALFORMED);
}

static void a_dsk_that_is_no_point_is_refused_although_its_id_follows(void **state)
{
    struct link_ask in = j.ask;
    struct buf b = BUF(LINK_ASK_BOX_MOST);

    memset(in.dsk.b + 1, 0xff, sizeof in.dsk.b - 1);
    assert_ok(names_device(&j.link.aid, &in.dsk, &in.did));
    assert_ok(link_ask_seal(&j.link, &in, j.dsk, &random_source, &b));
    assert_err(ask(buf_view(&b)), E_MALFORMED);
    buf_free(&b);
}

static void each_prefix_that_was_sealed_is_refused(void **state)
{
    uint8_t plain[LINK_ASK_BOX_MOST];
    size_t n = opened(plain);

    for (size_t i = 0; i < n; i++)
        assert_err(sealed(bytes(plain, i)), E_TRUNCATED);
    plain[n] = 0;
    assert_err(sealed(bytes(plain, n + 1)), E_MALFORMED);
}

static void nobody_elses_signature_will_do(void **state)
{
    struct buf b = BUF(LINK_ASK_BOX_MOST);

    assert_ok(link_ask_seal(&j.link, &j.ask, j.old.dsk_secret, &random_source, &b));
    assert_err(ask(buf_view(&b)), E_FORGED);
    buf_free(&b);
}

static void what_would_be_refused_is_not_sealed(void **state)
{
    struct link_ask bad[5];
    static const enum err_code want[5] = {E_FORGED, E_MALFORMED, E_MALFORMED, E_MALFORMED,
                                          E_MALFORMED};
    struct buf b = BUF(LINK_ASK_BOX_MOST);
    char code[LINK_ASK_CODE_SIZE];
    uint8_t digest[HASH_SHA512_SIZE];

    for (size_t i = 0; i < 5; i++)
        bad[i] = j.ask;
    bad[0].did.b[0] ^= 1;
    bad[1].point[0] = 4;
    memset(bad[2].kem, 0xff, 3);
    bad[3].name_n = LINK_ASK_NAME_MAX + 1;
    bad[4].name[0] = (char)0xff;
    for (size_t i = 0; i < 5; i++)
        assert_err(link_ask_seal(&j.link, &bad[i], j.dsk, &random_source, &b), want[i]);
    assert_err(link_ask_code(&j.link, &bad[3], code), E_MALFORMED);
    assert_err(link_ask_digest(&bad[3], digest), E_MALFORMED);
    assert_int_equal(b.n, 0);
}

static struct err broken(void *ctx, uint8_t *out, size_t n)
{
    memset(out, 0, n);
    return FAIL(E_CRYPTO);
}

static void what_fails_leaves_the_output_as_it_was(void **state)
{
    struct buf b = BUF(100);
    struct random none = {broken, NULL};

    assert_err(link_ask_seal(&j.link, &j.ask, j.dsk, &random_source, &b), E_LIMIT);
    assert_int_equal(b.n, 0);
    buf_free(&b);
    b = BUF(LINK_ASK_BOX_MOST);
    assert_err(link_ask_seal(&j.link, &j.ask, j.dsk, &none, &b), E_CRYPTO);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

/* Both make it of what they have. */
static void both_show_the_same_digits(void **state)
{
    struct link_ask a;
    char here[LINK_ASK_CODE_SIZE], there[LINK_ASK_CODE_SIZE];

    assert_ok(link_ask_open(&j.link, buf_view(&box), &a));
    assert_ok(link_ask_code(&j.link, &j.ask, here));
    assert_ok(link_ask_code(&j.link, &a, there));
    assert_string_equal(here, there);
    assert_int_equal(strlen(here), 14);
    for (size_t i = 0; i < 14; i++)
        assert_true(i == 4 || i == 9 ? here[i] == ' ' : here[i] >= '0' && here[i] <= '9');
}

/* With all that they depend on fixed; by another implementation of 15.3. */
static void the_digits_have_a_known_answer(void **state)
{
    struct device_link link = {.address_n = 0};
    struct link_ask a = {.name_n = 3, .name = "new"};
    char code[LINK_ASK_CODE_SIZE];

    memset(link.nid.b, 1, sizeof link.nid.b);
    memset(link.aid.b, 3, sizeof link.aid.b);
    memset(link.secret, 4, sizeof link.secret);
    memset(a.did.b, 5, sizeof a.did.b);
    memset(a.dsk.b, 6, sizeof a.dsk.b);
    memset(a.point, 7, sizeof a.point);
    memset(a.kem, 8, sizeof a.kem);
    assert_ok(link_ask_code(&link, &a, code));
    assert_string_equal(code, "8527 4342 6588");
}

static void another_ask_or_secret_shows_other_digits(void **state)
{
    struct link_ask other = j.ask;
    struct device_link link = j.link;
    char mine[LINK_ASK_CODE_SIZE], theirs[LINK_ASK_CODE_SIZE];

    assert_ok(link_ask_code(&j.link, &j.ask, mine));
    other.name[0] ^= 1;
    assert_ok(link_ask_code(&j.link, &other, theirs));
    assert_string_not_equal(mine, theirs);
    link.secret[31] ^= 1;
    assert_ok(link_ask_code(&link, &j.ask, theirs));
    assert_string_not_equal(mine, theirs);
}

static void the_digest_is_of_the_ask_alone(void **state)
{
    uint8_t plain[LINK_ASK_BOX_MOST], got[HASH_SHA512_SIZE], want[HASH_SHA512_SIZE];
    size_t n = opened(plain);

    assert_ok(hash_sha512(HASH_PARTS(bytes(plain, n - SIGN_SIZE)), want));
    assert_ok(link_ask_digest(&j.ask, got));
    assert_memory_equal(got, want, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_asked_is_opened),
        cmocka_unit_test(a_device_may_have_no_name_or_a_long_one),
        cmocka_unit_test(two_boxes_of_one_ask_differ),
        cmocka_unit_test(each_altered_byte_and_each_cut_is_refused),
        cmocka_unit_test(a_box_longer_than_any_is_not_looked_at),
        cmocka_unit_test(another_links_box_is_refused),
        cmocka_unit_test(each_rule_is_kept_although_seal_and_signature_fit),
        cmocka_unit_test(a_key_that_is_none_is_refused),
        cmocka_unit_test(a_dsk_that_is_no_point_is_refused_although_its_id_follows),
        cmocka_unit_test(each_prefix_that_was_sealed_is_refused),
        cmocka_unit_test(nobody_elses_signature_will_do),
        cmocka_unit_test(what_would_be_refused_is_not_sealed),
        cmocka_unit_test(what_fails_leaves_the_output_as_it_was),
        cmocka_unit_test(both_show_the_same_digits),
        cmocka_unit_test(the_digits_have_a_known_answer),
        cmocka_unit_test(another_ask_or_secret_shows_other_digits),
        cmocka_unit_test(the_digest_is_of_the_ask_alone),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
