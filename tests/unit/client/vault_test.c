/* SPDX-License-Identifier: Apache-2.0 */
#include "client/vault.h"

#include "unit/client/safe.h"

#define KEY   BYTES_LITERAL("a key in clear words")
#define VALUE BYTES_LITERAL("a value in clear words")

static void put(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number,
                struct bytes value)
{
    assert_ok(vault_begin(v));
    assert_ok(vault_put(v, kind, key, number, value));
    assert_ok(vault_commit(v));
}

static struct err get(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number)
{
    struct arena a = ARENA(1 << 20);
    struct bytes value;
    struct err err = vault_get(v, kind, key, number, &a, &value);

    arena_free(&a);
    return err;
}

static void holds(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number,
                  struct bytes want)
{
    struct arena a = ARENA(1 << 20);
    struct bytes value;

    assert_ok(vault_get(v, kind, key, number, &a, &value));
    assert_bytes(value, want);
    arena_free(&a);
}

/* ---- the passphrase */

static void only_the_right_passphrase_opens_it(void **state)
{
    struct safe *s = *state;
    struct vault *v = NULL;
    static uint8_t longest[VAULT_PASSPHRASE_MAX + 1];

    put(s->vault, VAULT_CONTACT, KEY, 1, VALUE);
    assert_err(vault_open(&v, s->db, BYTES_LITERAL("correct house"), &s->random), E_DENIED);
    assert_err(vault_open(&v, s->db, SAFE_NO_KEY, &s->random), E_DENIED);
    assert_err(vault_open(&v, s->db, BYTES(longest), &s->random), E_LIMIT);
    assert_null(v);
    safe_again(s);
    holds(s->vault, VAULT_CONTACT, KEY, 1, VALUE);
}

static void a_second_vault_in_one_database_is_a_conflict(void **state)
{
    struct safe *s = *state;
    struct vault *v = NULL;

    assert_err(vault_create(&v, s->db, SAFE_PASSPHRASE, PASSWORD_COST_LEAST, &s->random),
               E_CONFLICT);
    assert_null(v);
}

static void a_database_without_a_vault_is_absent(void **state)
{
    struct safe *s = *state;
    struct vault *v = NULL;

    assert_ok(db_run(s->db, "DELETE FROM vault", DB_NO_VALUES, NULL));
    assert_err(vault_open(&v, s->db, SAFE_PASSPHRASE, &s->random), E_ABSENT);
}

static const char HEADER[] = "SELECT header FROM vault";
static const char SET_HEADER[] = "UPDATE vault SET header = $1";

static void a_newer_format_is_a_matter_of_version_and_an_altered_header_of_the_passphrase(
    void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(4096);
    struct db_value header;
    struct vault *v = NULL;

    assert_ok(db_one(s->db, &a, HEADER, DB_NO_VALUES, &header, 1));
    for (size_t i = 0; i < header.bytes.n; i++) {
        uint8_t altered[256];
        struct err err;

        memcpy(altered, header.bytes.at, header.bytes.n);
        altered[i] ^= i == 1 ? 1 : 0x80; /* of the cost only so much that it can be paid */
        assert_ok(db_run(s->db, SET_HEADER, DB_VALUES(DB_BYTES_OF(bytes(altered, header.bytes.n))),
                         NULL));
        err = vault_open(&v, s->db, SAFE_PASSPHRASE, &s->random);
        assert_err(err, i == 0 ? E_VERSION : E_DENIED);
    }
    assert_ok(db_run(s->db, SET_HEADER,
                     DB_VALUES(DB_BYTES_OF(bytes(header.bytes.at, header.bytes.n - 1))), NULL));
    assert_err(vault_open(&v, s->db, SAFE_PASSPHRASE, &s->random), E_TRUNCATED);
    assert_null(v);
    arena_free(&a);
}

/* ---- records */

static const char RECORD[] = "SELECT value FROM record WHERE kind = 5";
static const char SET_RECORD[] = "UPDATE record SET value = $1 WHERE kind = 5";

static void a_record_with_any_byte_altered_is_forged(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(4096);
    struct db_value record;

    assert_int_equal(VAULT_CONTACT, 5);
    put(s->vault, VAULT_CONTACT, KEY, 1, VALUE);
    assert_ok(db_one(s->db, &a, RECORD, DB_NO_VALUES, &record, 1));
    for (size_t i = 0; i < record.bytes.n; i++) {
        uint8_t altered[256];

        memcpy(altered, record.bytes.at, record.bytes.n);
        altered[i] ^= 1;
        assert_ok(db_run(s->db, SET_RECORD, DB_VALUES(DB_BYTES_OF(bytes(altered, record.bytes.n))),
                         NULL));
        assert_err(get(s->vault, VAULT_CONTACT, KEY, 1), E_FORGED);
        assert_ok(db_run(s->db, SET_RECORD, DB_VALUES(DB_BYTES_OF(bytes(altered, i))), NULL));
        assert_err(get(s->vault, VAULT_CONTACT, KEY, 1), E_FORGED);
    }
    arena_free(&a);
}

/* Kind, key and number are the record's name, and its value is bound to it. */
static void a_record_under_another_name_is_forged(void **state)
{
    struct safe *s = *state;
    static const char *const moves[] = {
        "UPDATE record SET value = (SELECT value FROM record WHERE number = 2) WHERE number = 1",
        "UPDATE record SET number = 3 WHERE number = 2",
        "UPDATE record SET value = (SELECT value FROM record WHERE kind = 6) WHERE number = 3",
        "UPDATE record SET value = (SELECT value FROM record WHERE number = 9) WHERE kind = 6",
    };
    static const uint64_t number[] = {1, 3, 3, 5};

    put(s->vault, VAULT_CONTACT, KEY, 1, BYTES_LITERAL("one"));
    put(s->vault, VAULT_CONTACT, KEY, 2, BYTES_LITERAL("two"));
    put(s->vault, VAULT_CONTACT, BYTES_LITERAL("another key"), 9, BYTES_LITERAL("nine"));
    put(s->vault, VAULT_HANDLE, KEY, 5, BYTES_LITERAL("five"));
    for (size_t i = 0; i < 4; i++) {
        assert_ok(db_script(s->db, moves[i]));
        assert_err(get(s->vault, i == 3 ? VAULT_HANDLE : VAULT_CONTACT, KEY, number[i]), E_FORGED);
    }
}

/* Whatever was done to a row's name, it is not merely not found. */
static void a_vault_with_a_row_under_another_name_does_not_open(void **state)
{
    static const char *const moves[] = {
        "UPDATE record SET key = x'00112233445566778899aabbccddeeff'",
        "UPDATE record SET key = zeroblob(length(key))",
        "UPDATE record SET number = number + 1",
        "UPDATE record SET kind = kind + 1",
        "UPDATE record SET kind = kind + 256",
        "UPDATE record SET value = x'00'",
    };
    struct safe *s = *state;

    put(s->vault, VAULT_CONTACT, KEY, 1, VALUE);
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        struct vault *again = NULL;

        assert_ok(db_begin(s->db));
        assert_ok(db_script(s->db, moves[i]));
        assert_err(vault_open(&again, s->db, SAFE_PASSPHRASE, &s->random), E_FORGED);
        db_rollback(s->db);
        assert_null(again);
    }
    safe_again(s);
}

static void a_vault_that_is_damaged_commits_nothing_more(void **state)
{
    struct safe *s = *state;

    put(s->vault, VAULT_CONTACT, KEY, 1, VALUE);
    assert_ok(db_script(s->db, "UPDATE record SET value = x'00'"));
    assert_false(vault_is_damaged(s->vault));
    assert_err(get(s->vault, VAULT_CONTACT, KEY, 1), E_FORGED);
    assert_true(vault_is_damaged(s->vault));
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_put(s->vault, VAULT_CONTACT, KEY, 2, VALUE));
    assert_err(vault_commit(s->vault), E_IO);
    assert_ok(db_script(s->db, "DELETE FROM record WHERE value = x'00'"));
    safe_again(s); /* what is left of it */
    assert_err(get(s->vault, VAULT_CONTACT, KEY, 2), E_ABSENT);
}

static void nothing_but_kinds_and_numbers_can_be_read_in_the_file(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(8 << 20);
    FILE *f;
    uint8_t *content;
    size_t n;

    put(s->vault, VAULT_CONTACT, KEY, 1, VALUE);
    db_close(s->db);
    s->db = ((struct scratch *)s->scratch)->db = NULL;
    f = fopen(((struct scratch *)s->scratch)->file, "rb");
    content = arena_alloc(&a, 4 << 20);
    assert_non_null(f);
    n = fread(content, 1, 4 << 20, f);
    fclose(f);
    assert_in_range(n, 1000, (4 << 20) - 1);
    assert_null(memmem(content, n, VALUE.at, 8));
    assert_null(memmem(content, n, KEY.at, 8));
    assert_null(memmem(content, n, SAFE_PASSPHRASE.at, SAFE_PASSPHRASE.n));
    arena_free(&a);
}

/* ---- transactions, order, erasing */

static void what_is_rolled_back_was_never_there(void **state)
{
    struct safe *s = *state;

    put(s->vault, VAULT_CONTACT, KEY, 1, BYTES_LITERAL("before"));
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_put(s->vault, VAULT_CONTACT, KEY, 1, VALUE));
    assert_ok(vault_put(s->vault, VAULT_CONTACT, KEY, 2, VALUE));
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_erase(s->vault, VAULT_CONTACT, KEY, 1));
    assert_ok(vault_commit(s->vault));
    vault_rollback(s->vault);
    holds(s->vault, VAULT_CONTACT, KEY, 1, BYTES_LITERAL("before"));
    assert_err(get(s->vault, VAULT_CONTACT, KEY, 2), E_ABSENT);

    assert_ok(vault_begin(s->vault));
    assert_ok(vault_put(s->vault, VAULT_CONTACT, KEY, 2, VALUE));
    assert_err(vault_end(s->vault, FAIL(E_AGAIN)), E_AGAIN);
    assert_err(get(s->vault, VAULT_CONTACT, KEY, 2), E_ABSENT);
}

static void an_inner_rollback_leaves_the_outer_work(void **state)
{
    struct safe *s = *state;

    assert_ok(vault_begin(s->vault));
    assert_ok(vault_put(s->vault, VAULT_CONTACT, KEY, 1, VALUE));
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_put(s->vault, VAULT_CONTACT, KEY, 2, VALUE));
    vault_rollback(s->vault);
    assert_ok(vault_commit(s->vault));
    safe_again(s);
    holds(s->vault, VAULT_CONTACT, KEY, 1, VALUE);
    assert_err(get(s->vault, VAULT_CONTACT, KEY, 2), E_ABSENT);
}

static void next_and_last_go_by_number_under_one_key(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 16);
    struct bytes value;
    uint64_t number;

    put(s->vault, VAULT_CONTACT, KEY, 300, VALUE);
    put(s->vault, VAULT_CONTACT, KEY, 2, VALUE);
    put(s->vault, VAULT_CONTACT, KEY, (uint64_t)INT64_MAX, VALUE);
    put(s->vault, VAULT_CONTACT, BYTES_LITERAL("another key"), 5, VALUE);
    assert_ok(vault_next(s->vault, VAULT_CONTACT, KEY, 0, &a, &number, &value));
    assert_int_equal(number, 2);
    assert_ok(vault_next(s->vault, VAULT_CONTACT, KEY, 3, &a, &number, &value));
    assert_int_equal(number, 300);
    assert_ok(vault_last(s->vault, VAULT_CONTACT, KEY, 299, &a, &number, &value));
    assert_int_equal(number, 2);
    assert_ok(vault_last(s->vault, VAULT_CONTACT, KEY, UINT64_MAX, &a, &number, &value));
    assert_int_equal(number, INT64_MAX);
    assert_err(vault_last(s->vault, VAULT_CONTACT, KEY, 1, &a, &number, &value), E_ABSENT);
    assert_err(vault_next(s->vault, VAULT_HANDLE, KEY, 0, &a, &number, &value), E_ABSENT);
    arena_free(&a);
}

static void erase_below_takes_every_key_of_one_kind(void **state)
{
    struct safe *s = *state;

    put(s->vault, VAULT_SEEN, KEY, 4, VALUE);
    put(s->vault, VAULT_SEEN, BYTES_LITERAL("another key"), 3, VALUE);
    put(s->vault, VAULT_SEEN, KEY, 5, VALUE);
    put(s->vault, VAULT_FAILED, KEY, 4, VALUE);
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_erase_below(s->vault, VAULT_SEEN, 5));
    assert_ok(vault_erase(s->vault, VAULT_CONTACT, KEY, 77)); /* what is not there */
    assert_ok(vault_commit(s->vault));
    assert_err(get(s->vault, VAULT_SEEN, KEY, 4), E_ABSENT);
    assert_err(get(s->vault, VAULT_SEEN, BYTES_LITERAL("another key"), 3), E_ABSENT);
    holds(s->vault, VAULT_SEEN, KEY, 5, VALUE);
    holds(s->vault, VAULT_FAILED, KEY, 4, VALUE);
}

struct seen {
    size_t n;
    uint64_t numbers;
    enum err_code refuse_at; /* the second visit gives this */
};

static struct err see(void *ctx, uint64_t number, struct bytes value)
{
    struct seen *s = ctx;

    assert_bytes(value, VALUE);
    s->n++;
    s->numbers += number;
    return s->n == 2 && s->refuse_at != E_OK ? FAIL(s->refuse_at) : OK;
}

static void each_record_of_a_kind_is_visited_under_whatever_key(void **state)
{
    struct safe *s = *state;
    struct seen all = {0}, refusing = {.refuse_at = E_LIMIT};

    assert_ok(vault_each(s->vault, VAULT_CONTACT, see, &all));
    assert_int_equal(all.n, 0);
    put(s->vault, VAULT_CONTACT, KEY, 1, VALUE);
    put(s->vault, VAULT_CONTACT, KEY, 2, VALUE);
    put(s->vault, VAULT_CONTACT, SAFE_NO_KEY, 4, VALUE);
    put(s->vault, VAULT_HANDLE, KEY, 8, VALUE);
    assert_ok(vault_each(s->vault, VAULT_CONTACT, see, &all));
    assert_int_equal(all.n, 3);
    assert_int_equal(all.numbers, 7);
    assert_err(vault_each(s->vault, VAULT_CONTACT, see, &refusing), E_LIMIT);
    assert_int_equal(refusing.n, 2);
    assert_false(vault_is_damaged(s->vault));
}

static void counters_begin_at_nought_and_count_on(void **state)
{
    struct safe *s = *state;
    uint64_t value;

    assert_ok(vault_counter_get(s->vault, VAULT_NEXT_CONTACT, &value));
    assert_int_equal(value, 0);
    assert_ok(vault_begin(s->vault));
    for (uint64_t i = 1; i <= 3; i++) {
        assert_ok(vault_count(s->vault, VAULT_NEXT_CONTACT, &value));
        assert_int_equal(value, i);
    }
    assert_ok(vault_counter_set(s->vault, VAULT_PARKED_BYTES, UINT64_MAX));
    assert_ok(vault_commit(s->vault));
    safe_again(s);
    assert_ok(vault_counter_get(s->vault, VAULT_NEXT_CONTACT, &value));
    assert_int_equal(value, 3);
    assert_ok(vault_counter_get(s->vault, VAULT_PARKED_BYTES, &value));
    assert_true(value == UINT64_MAX);
}

static void values_are_up_to_their_limit_and_may_be_empty(void **state)
{
    struct safe *s = *state;
    static uint8_t large[VAULT_VALUE_MAX + 1];

    put(s->vault, VAULT_CONTACT, KEY, 1, bytes(large, VAULT_VALUE_MAX));
    holds(s->vault, VAULT_CONTACT, KEY, 1, bytes(large, VAULT_VALUE_MAX));
    put(s->vault, VAULT_CONTACT, SAFE_NO_KEY, 1, (struct bytes){NULL, 0});
    holds(s->vault, VAULT_CONTACT, SAFE_NO_KEY, 1, (struct bytes){NULL, 0});
    assert_ok(vault_begin(s->vault));
    assert_err(vault_put(s->vault, VAULT_CONTACT, KEY, 1, BYTES(large)), E_LIMIT);
    assert_err(vault_put(s->vault, VAULT_CONTACT, KEY, UINT64_MAX, VALUE), E_LIMIT);
    assert_ok(vault_commit(s->vault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(only_the_right_passphrase_opens_it),
        safe_test(a_second_vault_in_one_database_is_a_conflict),
        safe_test(a_database_without_a_vault_is_absent),
        safe_test(a_newer_format_is_a_matter_of_version_and_an_altered_header_of_the_passphrase),
        safe_test(a_record_with_any_byte_altered_is_forged),
        safe_test(a_record_under_another_name_is_forged),
        safe_test(a_vault_with_a_row_under_another_name_does_not_open),
        safe_test(a_vault_that_is_damaged_commits_nothing_more),
        safe_test(nothing_but_kinds_and_numbers_can_be_read_in_the_file),
        safe_test(what_is_rolled_back_was_never_there),
        safe_test(an_inner_rollback_leaves_the_outer_work),
        safe_test(next_and_last_go_by_number_under_one_key),
        safe_test(erase_below_takes_every_key_of_one_kind),
        safe_test(each_record_of_a_kind_is_visited_under_whatever_key),
        safe_test(counters_begin_at_nought_and_count_on),
        safe_test(values_are_up_to_their_limit_and_may_be_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
