/* SPDX-License-Identifier: Apache-2.0 */
#include "client/searching.h"

#include "client/nicknames.h"
#include "client/roomlog.h"
#include "unit/client/safe.h"

static const struct own NOBODY;

static uint64_t say(struct safe *s, uint64_t conversation, uint32_t notes, const char *text)
{
    static uint8_t said;
    const uint8_t id = ++said;
    struct message m = {.contact = conversation,
                        .state = DELIVERY_DELIVERED,
                        .notes = notes,
                        .id = {{id}},
                        .seq = id,
                        .type = 1,
                        .text = bytes_text(text)};

    assert_ok(vault_begin(s->vault));
    assert_ok(messages_add(s->vault, &m));
    assert_ok(vault_commit(s->vault));
    return m.place;
}

static struct searching find(struct safe *s, const char *words, uint64_t conversation)
{
    struct searching found = SEARCHING;
    struct query q;

    assert_ok(query_parse(bytes_text(words), &q));
    assert_ok(searching_messages(s->vault, &NOBODY, &q, conversation, &found));
    query_free(&q);
    return found;
}

static struct searching find_called(struct safe *s, const char *words)
{
    struct searching found = SEARCHING;
    struct query q;

    assert_ok(query_parse(bytes_text(words), &q));
    assert_ok(searching_conversations(s->vault, &NOBODY, &q, &found));
    query_free(&q);
    return found;
}

static void messages_are_found_newest_first(void **state)
{
    struct safe *s = *state;
    uint64_t place[3] = {say(s, 1, 0, "At nine"), say(s, 2, 0, "nine it is"), 0};
    struct searching found;

    say(s, 1, 0, "or ten");
    place[2] = say(s, 1, 0, "NINE!");
    found = find(s, "nine", 0);
    assert_int_equal(searching_count(&found), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(searching_get(&found, i).place, place[2 - i]);
    assert_int_equal(searching_get(&found, 1).conversation, 2);
    searching_free(&found);
    found = find(s, "nine", 2);
    assert_int_equal(searching_count(&found), 1);
    assert_int_equal(searching_get(&found, 0).place, place[1]);
    searching_free(&found);
    found = find(s, "eleven", 0);
    assert_int_equal(searching_count(&found), 0);
    searching_free(&found);
}

static void what_is_no_text_is_not_looked_at(void **state)
{
    struct safe *s = *state;
    struct searching found;

    say(s, 1, MESSAGE_DEVICES, "nine");
    say(s, 1, MESSAGE_ROOM, "nine");
    say(s, 1, MESSAGE_UNREADABLE, "nine");
    found = find(s, "nine", 0);
    assert_int_equal(searching_count(&found), 0);
    searching_free(&found);
    say(s, 1, MESSAGE_GAP | MESSAGE_LATE, "nine");
    found = find(s, "nine", 0);
    assert_int_equal(searching_count(&found), 1);
    searching_free(&found);
}

static void people_are_found_by_handle_and_by_the_name_they_were_given(void **state)
{
    struct safe *s = *state;
    struct contact bob, carol;
    struct searching found;

    assert_ok(vault_begin(s->vault));
    assert_ok(people_add(s->vault, BYTES_LITERAL("bob"), &bob));
    assert_ok(people_add(s->vault, BYTES_LITERAL("carol"), &carol));
    assert_ok(nicknames_keep(s->vault, &carol, BYTES_LITERAL("Bobb\xc3\xbf's sister")));
    assert_ok(vault_commit(s->vault));
    found = find_called(s, "BOB");
    assert_int_equal(searching_count(&found), 2);
    assert_int_equal(searching_get(&found, 0).conversation, bob.number);
    assert_int_equal(searching_get(&found, 1).conversation, carol.number);
    searching_free(&found);
    found = find_called(s, "sister bobby");
    assert_int_equal(searching_count(&found), 1);
    searching_free(&found);
}

/* Damage under one record: nothing is said of the others, as nothing here is to be relied on. */
static void damage_is_told(void **state)
{
    struct safe *s = *state;
    struct searching found = SEARCHING;
    struct query q;

    say(s, 1, 0, "nine");
    assert_ok(db_run(s->db, "UPDATE record SET value = zeroblob(length(value)) WHERE kind = 23",
                     DB_NO_VALUES, NULL));
    _Static_assert(VAULT_MESSAGE == 23, "the kind above");
    assert_ok(query_parse(BYTES_LITERAL("nine"), &q));
    assert_err(searching_messages(s->vault, &NOBODY, &q, 0, &found), E_FORGED);
    assert_true(vault_is_damaged(s->vault));
    query_free(&q);
    searching_free(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(messages_are_found_newest_first),
        safe_test(what_is_no_text_is_not_looked_at),
        safe_test(people_are_found_by_handle_and_by_the_name_they_were_given),
        safe_test(damage_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
