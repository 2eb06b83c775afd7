/* SPDX-License-Identifier: Apache-2.0 */
#include "client/vault_slot.h"

#include "unit/client/safe.h"

static const char COUNT[] = "SELECT count(*) FROM slot";
static const char IN_USE[] = "SELECT count(*) FROM slot WHERE key <> zeroblob(32)";
static const char FREE[] = "SELECT count(*) FROM slot_free";

static void put(struct safe *s, enum vault_kind kind, uint64_t number, struct bytes value)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_put(s->vault, kind, SAFE_NO_KEY, number, value));
    assert_ok(vault_commit(s->vault));
}

static void erase(struct safe *s, enum vault_kind kind, uint64_t number)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_erase(s->vault, kind, SAFE_NO_KEY, number));
    assert_ok(vault_commit(s->vault));
}

static void has(struct safe *s, enum vault_kind kind, uint64_t number, struct bytes value)
{
    struct arena a = ARENA(2 * VAULT_VALUE_MAX + 4096);
    struct bytes got;

    assert_ok(vault_get(s->vault, kind, SAFE_NO_KEY, number, &a, &got));
    assert_bytes(got, value);
    arena_free(&a);
}

static void a_record_with_words_in_it_has_a_slot_and_others_have_none(void **state)
{
    struct safe *s = *state;

    put(s, VAULT_CONTACT, 1, BYTES_LITERAL("somebody"));
    assert_int_equal(scratch_number(s->db, COUNT), 0);
    put(s, VAULT_MESSAGE, 1, BYTES_LITERAL("something"));
    put(s, VAULT_MESSAGE, 1, BYTES_LITERAL("something else"));
    assert_int_equal(scratch_number(s->db, COUNT), 1);
    safe_again(s);
    has(s, VAULT_MESSAGE, 1, BYTES_LITERAL("something else"));
    has(s, VAULT_CONTACT, 1, BYTES_LITERAL("somebody"));
}

static void what_was_erased_leaves_its_slot_empty_for_the_next(void **state)
{
    struct safe *s = *state;

    put(s, VAULT_MESSAGE, 1, BYTES_LITERAL("one"));
    put(s, VAULT_MESSAGE, 2, BYTES_LITERAL("two"));
    erase(s, VAULT_MESSAGE, 1);
    erase(s, VAULT_MESSAGE, 1); /* once more changes nothing */
    assert_int_equal(scratch_number(s->db, IN_USE), 1);
    assert_int_equal(scratch_number(s->db, FREE), 1);
    put(s, VAULT_MESSAGE, 3, BYTES_LITERAL("three"));
    assert_int_equal(scratch_number(s->db, COUNT), 2);
    assert_int_equal(scratch_number(s->db, IN_USE), 2);
    assert_int_equal(scratch_number(s->db, FREE), 0);
    has(s, VAULT_MESSAGE, 2, BYTES_LITERAL("two"));
    has(s, VAULT_MESSAGE, 3, BYTES_LITERAL("three"));
}

/* Wherever a copy of the row came from. */
static void without_what_was_in_its_slot_a_record_does_not_open(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(65536);
    struct bytes got;

    put(s, VAULT_MESSAGE, 1, BYTES_LITERAL("something"));
    assert_ok(db_script(s->db, "CREATE TABLE copy AS SELECT * FROM record WHERE slot > 0"));
    erase(s, VAULT_MESSAGE, 1);
    assert_err(vault_get(s->vault, VAULT_MESSAGE, SAFE_NO_KEY, 1, &a, &got), E_ABSENT);
    assert_ok(db_script(s->db, "INSERT INTO record SELECT * FROM copy"));
    assert_err(vault_get(s->vault, VAULT_MESSAGE, SAFE_NO_KEY, 1, &a, &got), E_FORGED);
    assert_ok(db_script(s->db, "UPDATE record SET slot = 77 WHERE slot > 0"));
    assert_err(vault_get(s->vault, VAULT_MESSAGE, SAFE_NO_KEY, 1, &a, &got), E_FORGED);
    arena_free(&a);
}

static void the_largest_value_fits_into_a_slots_seal(void **state)
{
    struct safe *s = *state;
    struct buf large = BUF(VAULT_VALUE_MAX);

    memset(buf_extend(&large, VAULT_VALUE_MAX), 7, VAULT_VALUE_MAX);
    put(s, VAULT_OUTBOX, 1, buf_view(&large));
    put(s, VAULT_OUTBOX, 2, BYTES_LITERAL(""));
    safe_again(s);
    has(s, VAULT_OUTBOX, 1, buf_view(&large));
    has(s, VAULT_OUTBOX, 2, BYTES_LITERAL(""));
    buf_free(&large);
}

struct seen {
    size_t n;
    uint64_t sum;
};

static struct err see(void *ctx, uint64_t number, struct bytes value)
{
    struct seen *seen = ctx;
    char want[32];

    snprintf(want, sizeof want, "number %u", (unsigned)number);
    assert_bytes(value, bytes_text(want));
    seen->n++;
    seen->sum += number;
    return OK;
}

static void put_numbered(struct safe *s, unsigned from, unsigned n)
{
    char text[32];

    for (unsigned i = from; i < from + n; i++) {
        snprintf(text, sizeof text, "number %u", i);
        put(s, VAULT_MESSAGE, i, bytes_text(text));
    }
}

static void all_of_a_kind_are_opened_whichever_slots_they_have(void **state)
{
    struct safe *s = *state;
    struct seen seen = {0};

    put_numbered(s, 1, 20);
    erase(s, VAULT_MESSAGE, 3);
    erase(s, VAULT_MESSAGE, 9);
    put_numbered(s, 21, 1);
    /* And one behind as many as are held. */
    assert_ok(db_script(s->db, "UPDATE slot SET number = number + 1048576 WHERE number > 18;"
                               "UPDATE record SET slot = slot + 1048576 WHERE slot > 18"));
    assert_true(VAULT_SLOTS_HELD == 1048576);
    assert_ok(vault_each(s->vault, VAULT_MESSAGE, see, &seen));
    assert_int_equal(seen.n, 19);
    assert_int_equal(seen.sum, 21 * 22 / 2 - 3 - 9);
    safe_again(s);
}

/* Neither one by one nor with all others. */
static void of_all_none_opens_whose_slot_is_lost(const char *how)
{
    struct seen seen = {0};
    struct safe *s;
    void *state;

    assert_int_equal(safe_begin(&state), 0);
    s = state;
    put_numbered(s, 1, 2);
    assert_ok(db_script(s->db, how));
    assert_err(vault_each(s->vault, VAULT_MESSAGE, see, &seen), E_FORGED);
    assert_int_equal(seen.n, 0);
    assert_true(vault_is_damaged(s->vault));
    assert_int_equal(safe_end(&state), 0);
}

static void a_slot_that_is_lost_is_missed_when_all_are_opened(void **state)
{
    (void)state;
    of_all_none_opens_whose_slot_is_lost("UPDATE slot SET key = zeroblob(32)");
    of_all_none_opens_whose_slot_is_lost("UPDATE slot SET key = zeroblob(31)");
    of_all_none_opens_whose_slot_is_lost("DELETE FROM slot");
    of_all_none_opens_whose_slot_is_lost("UPDATE slot SET number = -number");
    of_all_none_opens_whose_slot_is_lost("UPDATE record SET slot = -1 WHERE slot > 0");
    of_all_none_opens_whose_slot_is_lost("UPDATE record SET slot = 77 WHERE slot > 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(a_record_with_words_in_it_has_a_slot_and_others_have_none),
        safe_test(what_was_erased_leaves_its_slot_empty_for_the_next),
        safe_test(without_what_was_in_its_slot_a_record_does_not_open),
        safe_test(all_of_a_kind_are_opened_whichever_slots_they_have),
        cmocka_unit_test(a_slot_that_is_lost_is_missed_when_all_are_opened),
        safe_test(the_largest_value_fits_into_a_slots_seal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
