/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "e2ee/identity.h"
#include "e2ee/trailer.h"
#include "wiped/remains.h"
#include "wiped/rigged.h"

static const struct network_id NETWORK = {"a network that exists in tests"};

static struct identity me, again;
static struct buf kept, trailer;
static uint8_t scalar[2][SIGN_PRIVATE_SIZE];

static void make(void)
{
    assert_ok(identity_make(&NETWORK, &me));
}

static void keep(void)
{
    assert_ok(identity_write(&me, &kept));
}

static void parse(void)
{
    assert_ok(identity_parse(buf_view(&kept), &again));
}

static void sign(void)
{
    const struct core core = {.sender = me.who, .seq = 1, .ttl_s = 3600};
    const struct wrap wrap = {.list_version = 1};
    uint8_t ctx[64] = {1};

    assert_ok(trailer_sign(&core, &wrap, BYTES(ctx), &me, &trailer));
}

static void drop(void)
{
    identity_free(&me);
    identity_free(&again);
    buf_free(&kept);
}

static int enter(void **state)
{
    kept = BUF(1024);
    trailer = BUF(1024);
    make();
    assert_ok(sign_private_write(me.ark_secret, scalar[0]));
    assert_ok(sign_private_write(me.dsk_secret, scalar[1]));
    remains_seek("ARK", BYTES(scalar[0]));
    remains_seek("DSK", BYTES(scalar[1]));
    return 0;
}

static int leave(void **state)
{
    remains_forget();
    drop();
    buf_free(&trailer);
    return 0;
}

/* What OpenSSL's generator makes is not known before: made here from two known scalars. */
static void making_an_identity_leaves_nothing_but_itself(void **state)
{
    identity_free(&me);
    rigged_next_scalar(BYTES(scalar[0]));
    assert_int_equal(remains_after(make), 0);
}

static void keeping_an_identity_leaves_nothing_else(void **state)
{
    assert_int_equal(remains_after(keep), 0);
    assert_int_equal(remains_after(parse), 0);
}

static void signing_leaves_nothing(void **state)
{
    assert_int_equal(remains_after(sign), 0);
}

static void an_identity_that_goes_leaves_nothing(void **state)
{
    keep();
    parse();
    assert_int_equal(remains_after(drop), 0);
}

#define IDENTITY_TEST(claim) cmocka_unit_test_setup_teardown(claim, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IDENTITY_TEST(making_an_identity_leaves_nothing_but_itself),
        IDENTITY_TEST(keeping_an_identity_leaves_nothing_else),
        IDENTITY_TEST(signing_leaves_nothing),
        IDENTITY_TEST(an_identity_that_goes_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, rigged_begin, NULL);
}
