/* SPDX-License-Identifier: Apache-2.0 */
#include "client/nicknames.h"

#include "unit/client/safe.h"

static struct err put(struct safe *s, uint64_t contact, struct bytes name)
{
    assert_ok(vault_begin(s->vault));
    return vault_end(s->vault, nicknames_put(s->vault, contact, name));
}

static void a_name_is_kept_until_it_is_taken_away(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(4096);
    const char *name = NULL;

    assert_err(nicknames_get(s->vault, 1, &a, &name), E_ABSENT);
    assert_ok(put(s, 1, BYTES_LITERAL("Robert \xc3\x84.")));
    assert_ok(put(s, 2, BYTES_LITERAL("Carol")));
    safe_again(s);
    assert_ok(nicknames_get(s->vault, 1, &a, &name));
    assert_string_equal(name, "Robert \xc3\x84.");
    assert_ok(put(s, 1, (struct bytes){0}));
    assert_err(nicknames_get(s->vault, 1, &a, &name), E_ABSENT);
    assert_ok(nicknames_get(s->vault, 2, &a, &name));
    assert_string_equal(name, "Carol");
    arena_free(&a);
}

static void what_does_not_show_as_it_is_is_no_name(void **state)
{
    static const char *const wrong[] = {
        " Robert", "Robert ",  "Rob\tert", "Rob\nert",    "Rob\033[2J", "Rob\xe2\x80\xae",
        "Rob\\",   "\xff\xfe", "\x7f",     "Rob\xc2\xad", " ",          "a\xe2\x80\x8b",
    };
    struct safe *s = *state;
    struct arena a = ARENA(4096);
    uint8_t most[NICKNAMES_MAX + 1];
    const char *name = NULL;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_err(put(s, 1, bytes_text(wrong[i])), E_MALFORMED);
    assert_err(nicknames_check((struct bytes){0}), E_MALFORMED);
    memset(most, 'x', sizeof most);
    assert_err(put(s, 1, BYTES(most)), E_LIMIT);
    assert_err(nicknames_get(s->vault, 1, &a, &name), E_ABSENT);
    assert_ok(put(s, 1, bytes(most, NICKNAMES_MAX)));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(a_name_is_kept_until_it_is_taken_away),
        safe_test(what_does_not_show_as_it_is_is_no_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
