/* SPDX-License-Identifier: Apache-2.0 */
/* safe: a vault in a database of its own, for one test. */
#ifndef TACET_TESTS_CLIENT_SAFE_H
#define TACET_TESTS_CLIENT_SAFE_H

#include "client/vault.h"
#include "crypto/password.h"
#include "unit/storage/scratch.h"

static const struct bytes SAFE_PASSPHRASE = {(const uint8_t *)"correct horse", 13};
static const struct bytes SAFE_NO_KEY = {NULL, 0};

struct safe {
    void *scratch; /* struct scratch */
    struct db *db;
    struct random random;
    struct vault *vault;
};

static inline int safe_begin(void **state)
{
    struct safe *s = calloc(1, sizeof *s);

    assert_non_null(s);
    assert_int_equal(scratch_begin(&s->scratch), 0);
    s->db = ((struct scratch *)s->scratch)->db;
    s->random = random_system();
    assert_ok(vault_create(&s->vault, s->db, SAFE_PASSPHRASE, PASSWORD_COST_LEAST, &s->random));
    *state = s;
    return 0;
}

static inline int safe_end(void **state)
{
    struct safe *s = *state;

    vault_close(s->vault);
    scratch_end(&s->scratch);
    free(s);
    return 0;
}

/* Closed, and opened as the next start of the program would. */
static inline void safe_again(struct safe *s)
{
    vault_close(s->vault);
    s->vault = NULL;
    s->db = scratch_again(s->scratch);
    assert_ok(vault_open(&s->vault, s->db, SAFE_PASSPHRASE, &s->random));
}

#define safe_test(f) cmocka_unit_test_setup_teardown(f, safe_begin, safe_end)

#endif
