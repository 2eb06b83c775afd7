/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/secret.h"
#include "unit/e2ee/joining.h"
#include "wiped/remains.h"
#include "wiped/rigged.h"

static struct joining j;
static struct random random_source;
static const struct recovery_key key = {"letters on a paper"};
static uint8_t ark[SIGN_PRIVATE_SIZE];
static struct buf text, box, answer, blob;

static void show(void)
{
    assert_ok(device_link_write(&j.link, &text));
}

static void read_link(void)
{
    struct device_link got;

    assert_ok(device_link_read(buf_view(&text), &got));
    secret_wipe(&got, sizeof got);
}

static void ask(void)
{
    assert_ok(link_ask_seal(&j.link, &j.ask, j.dsk, &random_source, &box));
}

static void open_ask(void)
{
    struct link_ask got;

    assert_ok(link_ask_open(&j.link, buf_view(&box), &got));
}

static void give_answer(void)
{
    struct link_answer in = joining_answer(&j);

    assert_ok(link_answer_seal(&j.link, &j.ask, &in, JOINING_NOW_MS, &answer));
}

static void take_answer(void)
{
    assert_ok(joining_take_answer(&j, buf_view(&answer)));
}

static void seal_blob(void)
{
    const struct recovery_account in = {j.old.who.aid, JOINING_DOMAIN, JOINING_HANDLE,
                                        j.old.ark_secret, j.old.dsk_secret};

    assert_ok(recovery_seal(&key, &j.link.nid, &in, &random_source, &blob));
}

static void open_blob(void)
{
    assert_ok(joining_take_blob(&j.link.nid, &key, buf_view(&blob)));
}

static void letters(void)
{
    char out[RECOVERY_LETTERS_SIZE];
    struct recovery_key got;

    recovery_letters(&key, out);
    assert_ok(recovery_read_letters(bytes_text(out), &got));
    secret_wipe(out, sizeof out);
    secret_wipe(&got, sizeof got);
}

static int enter(void **state)
{
    joining_begin(&j);
    memcpy(j.link.secret, "a secret that only a link has.", 30);
    random_source = random_system();
    text = BUF(DEVICE_LINK_MAX);
    box = BUF(LINK_ASK_BOX_MOST);
    answer = BUF(LINK_ANSWER_MOST);
    blob = BUF(RECOVERY_BLOB_MOST);
    assert_ok(sign_private_write(j.old.ark_secret, ark));
    remains_seek("ARK", BYTES(ark));
    remains_seek("secret of the link", BYTES(j.link.secret));
    remains_seek("letters", BYTES(key.r));
    return 0;
}

static int leave(void **state)
{
    remains_forget();
    joining_end(&j);
    buf_free(&text);
    buf_free(&box);
    buf_free(&answer);
    buf_free(&blob);
    return 0;
}

static void a_link_leaves_nothing_but_itself(void **state)
{
    assert_int_equal(remains_after(show), 0);
    assert_int_equal(remains_after(read_link), 0);
}

static void asking_leaves_nothing(void **state)
{
    assert_int_equal(remains_after(ask), 0);
    assert_int_equal(remains_after(open_ask), 0);
}

static void answering_leaves_nothing(void **state)
{
    assert_int_equal(remains_after(give_answer), 0);
    assert_int_equal(remains_after(take_answer), 0);
}

static void recovery_leaves_nothing(void **state)
{
    assert_int_equal(remains_after(seal_blob), 0);
    assert_int_equal(remains_after(open_blob), 0);
    assert_int_equal(remains_after(letters), 0);
}

#define JOINING_TEST(claim) cmocka_unit_test_setup_teardown(claim, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOINING_TEST(a_link_leaves_nothing_but_itself),
        JOINING_TEST(asking_leaves_nothing),
        JOINING_TEST(answering_leaves_nothing),
        JOINING_TEST(recovery_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, rigged_begin, NULL);
}
