/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/link_answer.h"

#include "assert_err.h"
#include "unit/e2ee/joining.h"

enum { AT_ROOT = 1, AT_DOMAIN = 68, AT_HANDLE = 80, AT_ARK = 84, AT_LIST = 150 }; /* in a plain */

static struct joining j;
static struct buf answer = {.max = LINK_ANSWER_MOST};

static int enter(void **state)
{
    struct link_answer in;

    joining_begin(&j);
    in = joining_answer(&j);
    assert_ok(link_answer_seal(&j.link, &j.ask, &in, JOINING_NOW_MS, &answer));
    return 0;
}

static int leave(void **state)
{
    joining_end(&j);
    buf_free(&answer);
    return 0;
}

static struct err ask(struct bytes in)
{
    return joining_take_answer(&j, in);
}

static void what_was_answered_is_opened(void **state)
{
    struct link_answer_keys keys = joining_keys(&j);
    struct buf plain = BUF(LINK_ANSWER_PLAIN_MOST);
    struct link_answer got;
    struct device_list devices;
    struct point ark;

    assert_ok(link_answer_open(&j.link, &j.ask, &keys, buf_view(&answer), JOINING_NOW_MS, &plain,
                               &got, &devices));
    assert_true(ID_SAME(got.root, j.root));
    assert_bytes(got.domain, JOINING_DOMAIN);
    assert_bytes(got.handle, JOINING_HANDLE);
    assert_bytes(got.list, buf_view(&j.statement));
    assert_ok(sign_private_public(got.ark_secret, ark.b));
    assert_true(ID_SAME(ark, j.old.ark));
    assert_memory_equal(devices.hash, j.next.hash, sizeof devices.hash);
    assert_int_equal(device_list_count(&devices), 2);
    sign_private_free(got.ark_secret);
    buf_free(&plain);
}

static void each_altered_byte_is_refused(void **state)
{
    for (size_t i = 0; i < answer.n; i++) {
        struct err err;

        answer.at[i] ^= (uint8_t)(1u << i % 8);
        err = ask(buf_view(&answer));
        if (i < AGREE_PUBLIC_SIZE) /* it may be another point, or none */
            assert_true(err.code == E_FORGED || err.code == E_MALFORMED);
        else
            assert_err(err, E_FORGED);
        answer.at[i] ^= (uint8_t)(1u << i % 8);
    }
}

static void each_cut_is_refused(void **state)
{
    size_t head = AGREE_PUBLIC_SIZE + MLKEM_SEALED_SIZE;

    for (size_t n = 0; n < answer.n; n++)
        assert_err(ask(bytes(answer.at, n)), n < head + AEAD_TAG_SIZE ? E_TRUNCATED : E_FORGED);
}

static void an_answer_longer_than_any_is_not_looked_at(void **state)
{
    uint8_t long_one[LINK_ANSWER_MOST + 1] = {0};

    assert_err(ask(BYTES(long_one)), E_LIMIT);
}

/* Who reads it has a buffer too small for what is inside. */
static void a_small_buffer_is_told(void **state)
{
    struct link_answer_keys keys = joining_keys(&j);
    struct buf plain = BUF(100);
    struct link_answer got;
    struct device_list devices;

    assert_err(link_answer_open(&j.link, &j.ask, &keys, buf_view(&answer), JOINING_NOW_MS, &plain,
                                &got, &devices),
               E_LIMIT);
}

static void an_answer_is_for_one_link_and_one_ask(void **state)
{
    for (int i = 0; i < 4; i++) {
        struct joining other = j;
        uint8_t *changed[] = {&other.link.secret[0], &other.link.nid.b[0], &other.link.aid.b[0],
                              (uint8_t *)&other.ask.name[0]};

        *changed[i] ^= 1;
        assert_err(joining_take_answer(&other, buf_view(&answer)), E_FORGED);
    }
}

/* The secret of the link is not enough, nor is either key. */
static void an_answer_is_for_the_keys_that_asked(void **state)
{
    struct agree_private *point;
    struct mlkem_private *kem;
    uint8_t pub[MLKEM_PUBLIC_SIZE];
    struct joining right = j;

    assert_ok(agree_generate(&point, pub));
    assert_ok(mlkem_generate(&kem, pub));
    j.point = point;
    assert_err(ask(buf_view(&answer)), E_FORGED);
    j = right;
    j.kem = kem;
    assert_err(ask(buf_view(&answer)), E_FORGED);
    j = right;
    agree_private_free(point);
    mlkem_private_free(kem);
}

/* Any plain text at all under the right key. */
static struct err sealed(struct bytes plain)
{
    struct buf out = BUF(LINK_ANSWER_MOST + 100);
    struct err err;

    joining_seal_answer(&j, buf_view(&answer), BYTES_LABEL("tacet1 link answer"), plain, &out);
    err = ask(buf_view(&out));
    buf_free(&out);
    return err;
}

static struct buf plain_text(void)
{
    struct buf p = BUF(LINK_ANSWER_MOST);

    joining_write_answer(&j, &p);
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
        {AT_ROOT + 66, 0xA5, E_FORGED},          /* another network's root */
        {AT_DOMAIN + 1, 'E', E_MALFORMED},       /* no domain */
        {AT_DOMAIN + 1, 'f', E_FORGED},          /* another one */
        {AT_HANDLE + 1, 'A', E_MALFORMED},       /* no handle */
        {AT_ARK, 0xff, E_MALFORMED},             /* no scalar */
        {AT_ARK + 65, 0xA5, E_FORGED},           /* another account's */
        {AT_LIST, 1, E_LIMIT},                   /* longer than any list */
        {AT_LIST + 4, 2, E_MALFORMED},           /* no list */
        {AT_LIST + 4 + 1 + 32 + 3, 3, E_FORGED}, /* not signed as it is */
    };

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct buf p = plain_text();

        p.at[rules[i].at] =
            p.at[rules[i].at] == rules[i].value ? (uint8_t)(rules[i].value ^ 1) : rules[i].value;
        assert_err(sealed(buf_view(&p)), rules[i].want);
        buf_free(&p);
    }
}

/* The account's own list, in good order, and this device is none of its devices. */
static void a_list_that_has_not_the_new_device_is_refused(void **state)
{
    struct buf p;
    size_t place = ID_SAME(j.next.device[0].did, j.ask.did) ? 0 : 1;
    struct device_list right = j.next;
    struct link_answer in;
    struct buf out = BUF(LINK_ANSWER_MOST);

    j.next.device[0] = j.next.device[1 - place];
    j.next.devices = 1;
    joining_sign(&j);
    p = plain_text();
    assert_err(sealed(buf_view(&p)), E_FORGED);
    buf_free(&p);
    j.next = right;
    j.next.device[place].role = DEVICE_RECOVERY;
    joining_sign(&j);
    p = plain_text();
    assert_err(sealed(buf_view(&p)), E_FORGED);
    buf_free(&p);
    in = joining_answer(&j); /* nor does who is there hand it out */
    assert_err(link_answer_seal(&j.link, &j.ask, &in, JOINING_NOW_MS, &out), E_FORGED);
    assert_int_equal(out.n, 0);
    j.next = right;
    joining_sign(&j);
}

static void a_list_that_is_dated_ahead_is_refused(void **state)
{
    struct link_answer in = joining_answer(&j);
    struct link_answer_keys keys = joining_keys(&j);
    struct buf plain = BUF(LINK_ANSWER_PLAIN_MOST), out = BUF(LINK_ANSWER_MOST);
    struct link_answer got;
    struct device_list devices;

    assert_err(
        link_answer_open(&j.link, &j.ask, &keys, buf_view(&answer), 1, &plain, &got, &devices),
        E_CLOCK);
    assert_err(link_answer_seal(&j.link, &j.ask, &in, 1, &out), E_CLOCK);
    buf_free(&plain);
}

static void another_account_is_not_handed_out(void **state)
{
    struct link_answer in = joining_answer(&j);
    struct buf out = BUF(LINK_ANSWER_MOST);

    in.ark_secret = j.old.dsk_secret;
    assert_err(link_answer_seal(&j.link, &j.ask, &in, JOINING_NOW_MS, &out), E_FORGED);
    in = joining_answer(&j);
    in.root = j.old.ark;
    assert_err(link_answer_seal(&j.link, &j.ask, &in, JOINING_NOW_MS, &out), E_FORGED);
    assert_int_equal(out.n, 0);
}

static void what_fails_leaves_the_output_as_it_was(void **state)
{
    struct link_answer in = joining_answer(&j);
    struct link_ask bad = j.ask;
    struct buf out = BUF(100);

    assert_err(link_answer_seal(&j.link, &j.ask, &in, JOINING_NOW_MS, &out), E_LIMIT);
    assert_int_equal(out.n, 0);
    buf_free(&out);
    out = BUF(LINK_ANSWER_MOST);
    memset(bad.kem, 0xff, 3);
    assert_err(link_answer_seal(&j.link, &bad, &in, JOINING_NOW_MS, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void two_answers_have_nothing_in_common(void **state)
{
    struct link_answer in = joining_answer(&j);
    struct buf out = BUF(LINK_ANSWER_MOST);

    assert_ok(link_answer_seal(&j.link, &j.ask, &in, JOINING_NOW_MS, &out));
    assert_int_equal(out.n, answer.n);
    assert_memory_not_equal(out.at, answer.at, AGREE_PUBLIC_SIZE);
    assert_memory_not_equal(out.at + AGREE_PUBLIC_SIZE, answer.at + AGREE_PUBLIC_SIZE,
                            MLKEM_SEALED_SIZE);
    assert_ok(ask(buf_view(&out)));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_answered_is_opened),
        cmocka_unit_test(each_altered_byte_is_refused),
        cmocka_unit_test(each_cut_is_refused),
        cmocka_unit_test(an_answer_longer_than_any_is_not_looked_at),
        cmocka_unit_test(a_small_buffer_is_told),
        cmocka_unit_test(an_answer_is_for_one_link_and_one_ask),
        cmocka_unit_test(an_answer_is_for_the_keys_that_asked),
        cmocka_unit_test(the_form_is_that_of_the_specification),
        cmocka_unit_test(each_rule_is_kept_although_the_seal_fits),
        cmocka_unit_test(a_list_that_has_not_the_new_device_is_refused),
        cmocka_unit_test(a_list_that_is_dated_ahead_is_refused),
        cmocka_unit_test(another_account_is_not_handed_out),
        cmocka_unit_test(what_fails_leaves_the_output_as_it_was),
        cmocka_unit_test(two_answers_have_nothing_in_common),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
