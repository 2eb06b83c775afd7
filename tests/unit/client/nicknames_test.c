/* SPDX-License-Identifier: Apache-2.0 */
#include "client/nicknames.h"

#include "client/registers.h"
#include "unit/client/safe.h"

static const struct device_id ME = {{1}};

/* A contact whose account is not known, or is. */
static struct contact contact(uint64_t number, bool known)
{
    return (struct contact){.number = number, .known = known, .aid = {{(uint8_t)number}}};
}

static struct err put(struct safe *s, uint64_t number, struct bytes name)
{
    struct contact c = contact(number, false);

    assert_ok(vault_begin(s->vault));
    return vault_end(s->vault, nicknames_keep(s->vault, &c, name));
}

static struct err get(struct safe *s, const struct contact *c, struct arena *a, const char **name)
{
    return nicknames_get(s->vault, c, a, name);
}

static void a_name_is_kept_until_it_is_taken_away(void **state)
{
    struct safe *s = *state;
    struct contact one = contact(1, false), two = contact(2, false);
    struct arena a = ARENA(4096);
    const char *name = NULL;

    assert_err(get(s, &one, &a, &name), E_ABSENT);
    assert_ok(put(s, 1, BYTES_LITERAL("Robert \xc3\x84.")));
    assert_ok(put(s, 2, BYTES_LITERAL("Carol")));
    safe_again(s);
    assert_ok(get(s, &one, &a, &name));
    assert_string_equal(name, "Robert \xc3\x84.");
    assert_ok(put(s, 1, (struct bytes){0}));
    assert_err(get(s, &one, &a, &name), E_ABSENT);
    assert_ok(get(s, &two, &a, &name));
    assert_string_equal(name, "Carol");
    arena_free(&a);
}

static void share(struct safe *s, uint8_t kind, struct bytes key, struct bytes name)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(registers_set(s->vault, &ME, 1000, kind, key, name));
    assert_ok(vault_commit(s->vault));
}

static void that_of_a_known_account_is_what_its_register_says(void **state)
{
    struct safe *s = *state;
    struct contact one = contact(1, true);
    struct arena a = ARENA(1 << 16);
    const char *name = NULL;

    share(s, REGISTERS_NICKNAME, ID_BYTES(one.aid), BYTES_LITERAL("Robert"));
    assert_ok(get(s, &one, &a, &name));
    assert_string_equal(name, "Robert");
    share(s, REGISTERS_NICKNAME, ID_BYTES(one.aid), (struct bytes){0});
    assert_err(get(s, &one, &a, &name), E_ABSENT);
    arena_free(&a);
}

static void a_device_has_a_name(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 16);
    const char *name = NULL;

    assert_err(nicknames_of_device(s->vault, &ME, &a, &name), E_ABSENT);
    share(s, REGISTERS_DEVICE_NAME, ID_BYTES(ME), BYTES_LITERAL("the old phone"));
    assert_ok(nicknames_of_device(s->vault, &ME, &a, &name));
    assert_string_equal(name, "the old phone");
    arena_free(&a);
}

/* Another device of mine may run another program. */
static void a_value_that_is_no_name_is_not_shown(void **state)
{
    struct safe *s = *state;
    struct contact one = contact(1, true);
    struct arena a = ARENA(1 << 16);
    const char *name = NULL;

    share(s, REGISTERS_NICKNAME, ID_BYTES(one.aid), BYTES_LITERAL("Rob\033[2J"));
    assert_err(get(s, &one, &a, &name), E_ABSENT);
    share(s, REGISTERS_DEVICE_NAME, ID_BYTES(ME), BYTES_LITERAL("two\nlines"));
    assert_err(nicknames_of_device(s->vault, &ME, &a, &name), E_ABSENT);
    arena_free(&a);
}

static void what_does_not_show_as_it_is_is_no_name(void **state)
{
    static const char *const wrong[] = {
        " Robert", "Robert ",  "Rob\tert", "Rob\nert",    "Rob\033[2J", "Rob\xe2\x80\xae",
        "Rob\\",   "\xff\xfe", "\x7f",     "Rob\xc2\xad", " ",          "a\xe2\x80\x8b",
    };
    struct safe *s = *state;
    struct contact one = contact(1, false);
    struct arena a = ARENA(4096);
    uint8_t most[NICKNAMES_MAX + 1];
    const char *name = NULL;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_err(put(s, 1, bytes_text(wrong[i])), E_MALFORMED);
    assert_err(nicknames_check((struct bytes){0}), E_MALFORMED);
    memset(most, 'x', sizeof most);
    assert_err(put(s, 1, BYTES(most)), E_LIMIT);
    assert_err(get(s, &one, &a, &name), E_ABSENT);
    assert_ok(put(s, 1, bytes(most, NICKNAMES_MAX)));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(a_name_is_kept_until_it_is_taken_away),
        safe_test(that_of_a_known_account_is_what_its_register_says),
        safe_test(a_device_has_a_name),
        safe_test(a_value_that_is_no_name_is_not_shown),
        safe_test(what_does_not_show_as_it_is_is_no_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
