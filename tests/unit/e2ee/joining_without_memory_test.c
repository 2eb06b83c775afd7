/* SPDX-License-Identifier: Apache-2.0 */
/* Asks, answers and recovery when memory runs out, here or in OpenSSL. */
#include "assert_err.h"
#include "unit/e2ee/joining.h"
#include "unit/scarce.h"

static struct joining j;
static struct random random_source;
static const struct recovery_key key = {"some letters"};
static struct buf box = {.max = LINK_ASK_BOX_MOST}, answer = {.max = LINK_ANSWER_MOST},
                  blob = {.max = RECOVERY_BLOB_MOST};

static struct err write_link(struct buf *out)
{
    return device_link_write(&j.link, out);
}

static struct err write_box(struct buf *out)
{
    return link_ask_seal(&j.link, &j.ask, j.dsk, &random_source, out);
}

static struct err write_answer(struct buf *out)
{
    struct link_answer in = joining_answer(&j);

    return link_answer_seal(&j.link, &j.ask, &in, JOINING_NOW_MS, out);
}

static struct err write_blob(struct buf *out)
{
    const struct recovery_account in = {j.old.who.aid, JOINING_DOMAIN, JOINING_HANDLE,
                                        j.old.ark_secret, j.old.dsk_secret};

    return recovery_seal(&key, &j.link.nid, &in, &random_source, out);
}

static struct err check_link(struct bytes in)
{
    struct device_link link;

    return device_link_read(in, &link);
}

static struct err check_box(struct bytes in)
{
    struct link_ask ask;

    return link_ask_open(&j.link, in, &ask);
}

static struct err check_answer(struct bytes in)
{
    return joining_take_answer(&j, in);
}

static struct err check_blob(struct bytes in)
{
    return joining_take_blob(&j.link.nid, &key, in);
}

static const struct scarce_writer writers[] = {
    {"device_link_write", write_link, check_link},
    {"link_ask_seal", write_box, check_box},
    {"link_answer_seal", write_answer, check_answer},
    {"recovery_seal", write_blob, check_blob},
};

static void what_is_sealed_is_whole_or_there_is_none(void **state)
{
    scarce_write_all(writers, sizeof writers / sizeof writers[0]);
}

static struct err read_box(void *out)
{
    return link_ask_open(&j.link, buf_view(&box), out);
}

static struct err read_slot(void *out)
{
    return device_link_slot(&j.link, out);
}

static struct err read_key(void *out)
{
    return device_link_key(&j.link, out);
}

static struct err read_digest(void *out)
{
    return link_ask_digest(&j.ask, out);
}

static struct err read_recovery_slot(void *out)
{
    return recovery_slot(&key, &j.link.nid, out);
}

static const struct scarce_reader readers[] = {
    {"link_ask_open", read_box, sizeof(struct link_ask), false},
    {"device_link_slot", read_slot, DEVICE_LINK_SLOT_SIZE, true},
    {"device_link_key", read_key, DEVICE_LINK_KEY_SIZE, true},
    {"link_ask_digest", read_digest, HASH_SHA512_SIZE, false},
    {"recovery_slot", read_recovery_slot, RECOVERY_SLOT_SIZE, true},
};

static void what_is_opened_is_whole_or_left_alone(void **state)
{
    scarce_read_all(readers, sizeof readers / sizeof readers[0]);
}

/* These check themselves that nothing was handed out. */
static struct err take_answer(void *arg)
{
    return SCARCE(joining_take_answer(&j, buf_view(&answer)));
}

static struct err take_blob(void *arg)
{
    return SCARCE(joining_take_blob(&j.link.nid, &key, buf_view(&blob)));
}

static void a_good_answer_or_blob_is_never_called_forged(void **state)
{
    scarce_try("link_answer_open", take_answer, NULL);
    scarce_try("recovery_open", take_blob, NULL);
}

static int enter(void **state)
{
    joining_begin(&j);
    random_source = random_system();
    assert_ok(write_box(&box));
    assert_ok(write_answer(&answer));
    assert_ok(write_blob(&blob));
    return 0;
}

static int leave(void **state)
{
    joining_end(&j);
    buf_free(&box);
    buf_free(&answer);
    buf_free(&blob);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_is_whole_or_there_is_none),
        cmocka_unit_test(what_is_opened_is_whole_or_left_alone),
        cmocka_unit_test(a_good_answer_or_blob_is_never_called_forged),
    };

    scarce_begin();
    return cmocka_run_group_tests(tests, enter, leave);
}
