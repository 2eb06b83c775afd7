/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/keys.h"

#include "assert_err.h"

/* The keys of what was typed, one letter each. */
static void types(const char *typed, const char *wanted)
{
    static const char LETTER[] = ".onetudUDhflx"; /* of enum key, in order */
    struct keys k = {.n = 0};
    char got[64] = "";
    size_t n = 0;
    enum key key;

    for (size_t i = 0; typed[i] != '\0'; i++) {
        key = keys_take(&k, (uint8_t)typed[i]);
        if (key == KEYS_NONE)
            continue;
        got[n++] = LETTER[key];
        keys_taken(&k);
    }
    key = keys_pause(&k);
    if (key != KEYS_NONE)
        got[n++] = LETTER[key];
    assert_string_equal(got, wanted);
}

static void keys_are_known_by_their_bytes(void **state)
{
    types("", "");
    types("a\r\n\t", "onnt");
    types("\033[A\033OA\033[B\033OB\033[5~\033[6~", "uuddUD");
    types("\033OP\033[11~\033[[A", "hhh");
    types("\x06\x0c\x04", "flx");
}

static void an_escape_by_itself_is_one(void **state)
{
    types("\033", "e");
    types("\033[", "e"); /* and what was cut off */
    types("a\033", "oe");
}

static void other_sequences_are_left_whole(void **state)
{
    struct keys k = {.n = 0};

    types("\033[C\033[1;5D\033Ox\033b", "oooo");
    assert_int_equal(keys_take(&k, 0x1b), KEYS_NONE);
    assert_int_equal(keys_take(&k, '['), KEYS_NONE);
    assert_int_equal(keys_take(&k, 'C'), KEYS_OTHER);
    assert_int_equal(k.n, 3);
    assert_memory_equal(k.byte, "\033[C", 3);
}

/* More than any key has: it ends all the same. */
static void what_has_no_end_is_cut(void **state)
{
    types("\033[11111111111", "oooooo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_known_by_their_bytes),
        cmocka_unit_test(an_escape_by_itself_is_one),
        cmocka_unit_test(other_sequences_are_left_whole),
        cmocka_unit_test(what_has_no_end_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
