/* SPDX-License-Identifier: Apache-2.0 */
/* What the other programs here look for is found where it was left.  Nothing of crypto/ is asked
 * for anything, so that OpenSSL frees memory as it does by itself. */
#include <openssl/crypto.h>
#include <stdlib.h>

#include "assert_err.h"
#include "crypto/secret.h"
#include "wiped/remains.h"
#include "wiped/rigged.h"

static uint8_t secret[66];

/* Without this the compiler drops what is written to memory that nobody reads any more. */
static void use(const void *at)
{
    __asm__ volatile("" : : "r"(at) : "memory");
}

static void leave_in_a_block(void)
{
    uint8_t *block = malloc(100);

    memcpy(block + 3, secret + 8, 16);
    use(block);
    free(block);
}

static void leave_in_a_block_of_openssl(void)
{
    uint8_t *block = OPENSSL_malloc(100);

    memcpy(block, secret, 16);
    use(block);
    OPENSSL_free(block);
}

static void leave_as_a_number(void)
{
    uint8_t *block = malloc(sizeof secret);

    for (size_t i = 0; i < sizeof secret; i++)
        block[i] = secret[sizeof secret - 1 - i];
    use(block);
    free(block);
}

static void leave_on_the_stack(void)
{
    uint8_t copy[sizeof secret];

    memcpy(copy, secret, sizeof copy);
    use(copy);
}

static void leave_nothing(void)
{
    uint8_t *block = malloc(100), copy[sizeof secret];

    memcpy(block, secret, sizeof secret);
    memcpy(copy, block, sizeof copy);
    use(copy);
    secret_wipe(block, 100);
    use(block);
    free(block);
    secret_wipe(copy, sizeof copy);
}

static int enter(void **state)
{
    rigged_bytes(secret, sizeof secret);
    remains_seek("planted", BYTES(secret));
    return 0;
}

static int leave(void **state)
{
    remains_forget();
    return 0;
}

static void what_a_freed_block_holds_is_found(void **state)
{
    assert_int_equal(remains_after(leave_in_a_block), 2);
    assert_int_equal(remains_after(leave_in_a_block_of_openssl), 2);
    assert_true(remains_after(leave_as_a_number) >= 8);
}

static void what_the_stack_holds_is_found(void **state)
{
    assert_int_equal(remains_after(leave_on_the_stack), 8);
}

static void what_was_wiped_is_not(void **state)
{
    assert_int_equal(remains_after(leave_nothing), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_freed_block_holds_is_found, enter, leave),
        cmocka_unit_test_setup_teardown(what_the_stack_holds_is_found, enter, leave),
        cmocka_unit_test_setup_teardown(what_was_wiped_is_not, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
