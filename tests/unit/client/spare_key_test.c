/* SPDX-License-Identifier: Apache-2.0 */
/* A vault that a key kept elsewhere opens. */
#include "client/vault.h"

#include "unit/client/safe.h"

#define OTHER BYTES_LITERAL("battery staple")

static const char SEALED[] = "SELECT sealed FROM spare_key";

static struct err open_spare(struct safe *s, const struct spare_key *k)
{
    vault_close(s->vault);
    s->vault = NULL;
    s->db = scratch_again(s->scratch);
    return vault_open_spare(&s->vault, s->db, k->key, &s->random);
}

static void put(struct safe *s)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_put(s->vault, VAULT_CONTACT, OTHER, 1, OTHER));
    assert_ok(vault_commit(s->vault));
}

static void holds(struct safe *s)
{
    bool has = false;

    assert_ok(vault_has(s->vault, VAULT_CONTACT, OTHER, 1, &has));
    assert_true(has);
}

static void it_opens_what_the_passphrase_opens(void **state)
{
    struct safe *s = *state;
    struct spare_key k, wrong;
    uint8_t name[SPARE_KEY_NAME_SIZE];

    put(s);
    assert_err(spare_key_name(s->db, name), E_ABSENT);
    assert_err(vault_add_spare(s->vault, OTHER, &k), E_DENIED);
    assert_err(spare_key_name(s->db, name), E_ABSENT);
    assert_ok(vault_add_spare(s->vault, SAFE_PASSPHRASE, &k));
    assert_ok(open_spare(s, &k));
    holds(s);
    assert_ok(spare_key_name(s->db, name));
    assert_memory_equal(name, k.name, sizeof name);
    for (size_t i = 0; i < sizeof k.key; i += 31) {
        wrong = k;
        wrong.key[i] ^= 1;
        assert_err(open_spare(s, &wrong), E_DENIED);
        assert_null(s->vault);
    }
    safe_again(s);
    holds(s);
}

static void another_passphrase_leaves_it(void **state)
{
    struct safe *s = *state;
    struct spare_key k;

    put(s);
    assert_ok(vault_add_spare(s->vault, SAFE_PASSPHRASE, &k));
    assert_ok(vault_change_passphrase(s->vault, SAFE_PASSPHRASE, OTHER, PASSWORD_COST_LEAST));
    assert_ok(open_spare(s, &k));
    holds(s);
}

static void each_is_drawn_anew_and_the_one_before_opens_nothing(void **state)
{
    struct safe *s = *state;
    struct spare_key first, second;

    assert_ok(vault_add_spare(s->vault, SAFE_PASSPHRASE, &first));
    assert_ok(vault_add_spare(s->vault, SAFE_PASSPHRASE, &second));
    assert_memory_not_equal(first.key, second.key, sizeof first.key);
    assert_memory_not_equal(first.name, second.name, sizeof first.name);
    assert_err(open_spare(s, &first), E_DENIED);
    assert_ok(open_spare(s, &second));
}

static void dropped_or_destroyed_it_opens_nothing(void **state)
{
    struct safe *s = *state;
    struct spare_key k;
    struct arena a = ARENA(1024);
    struct db_value v;

    assert_ok(vault_add_spare(s->vault, SAFE_PASSPHRASE, &k));
    assert_ok(vault_drop_spare(s->vault));
    assert_err(open_spare(s, &k), E_DENIED);
    safe_again(s);
    assert_ok(vault_add_spare(s->vault, SAFE_PASSPHRASE, &k));
    assert_ok(vault_destroy(s->vault));
    assert_err(db_one(s->db, &a, SEALED, DB_NO_VALUES, &v, 1), E_ABSENT);
    assert_err(open_spare(s, &k), E_DENIED);
    arena_free(&a);
}

static void a_row_that_no_program_wrote_is_damage(void **state)
{
    struct safe *s = *state;
    struct spare_key k;

    assert_ok(vault_add_spare(s->vault, SAFE_PASSPHRASE, &k));
    assert_ok(db_script(s->db, "UPDATE spare_key SET sealed = X'00'"));
    assert_err(open_spare(s, &k), E_MALFORMED);
    safe_again(s); /* the passphrase opens it all the same */
    assert_ok(db_script(s->db, "UPDATE spare_key SET sealed = 7"));
    assert_err(open_spare(s, &k), E_MALFORMED);
    safe_again(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(it_opens_what_the_passphrase_opens),
        safe_test(another_passphrase_leaves_it),
        safe_test(each_is_drawn_anew_and_the_one_before_opens_nothing),
        safe_test(dropped_or_destroyed_it_opens_nothing),
        safe_test(a_row_that_no_program_wrote_is_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
