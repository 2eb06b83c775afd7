/* SPDX-License-Identifier: Apache-2.0 */
#include "client/messages.h"

#include "client/due.h"
#include "e2ee/proof.h"
#include "unit/client/safe.h"
#include "wire/limits.h"

static struct message message(uint64_t contact, uint8_t id, const char *text)
{
    return (struct message){.contact = contact,
                            .state = DELIVERY_DELIVERED,
                            .id = {{id}},
                            .sender = {{7}},
                            .seq = id,
                            .sent_ms = 1000,
                            .kept_ms = 2000,
                            .ttl_s = 60,
                            .type = 1,
                            .text = bytes_text(text)};
}

static struct err add(struct vault *v, struct message *m)
{
    TRY(vault_begin(v));
    return vault_end(v, messages_add(v, m));
}

static void what_is_added_is_read_back(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message m = message(3, 1, "hello"), got;

    m.notes = MESSAGE_GAP | MESSAGE_LATE;
    m.missing = 5;
    m.code = E_STALE;
    assert_ok(add(s->vault, &m));
    safe_again(s);
    assert_ok(messages_get(s->vault, 3, m.place, &a, &got));
    assert_bytes(got.text, m.text);
    assert_int_equal(got.place, m.place);
    assert_int_equal(got.notes, m.notes);
    assert_int_equal(got.missing, 5);
    assert_int_equal(got.code, E_STALE);
    assert_int_equal(got.state, DELIVERY_DELIVERED);
    assert_true(ID_SAME(got.id, m.id) && ID_SAME(got.sender, m.sender));
    assert_int_equal(got.ttl_s, 60);
    assert_false(got.mine || got.read);
    arena_free(&a);
}

static void a_message_stands_once_under_its_sender_and_id(void **state)
{
    struct safe *s = *state;
    struct message first = message(3, 1, "one"), again = message(4, 1, "two");
    struct message other = message(3, 1, "of another device");
    bool known;

    other.sender.b[0]++;
    assert_ok(add(s->vault, &first));
    assert_err(add(s->vault, &again), E_CONFLICT);
    assert_ok(add(s->vault, &other));
    assert_ok(messages_known(s->vault, &first.sender, &first.id, &known));
    assert_true(known);
    first.id.b[5] = 9;
    assert_ok(messages_known(s->vault, &first.sender, &first.id, &known));
    assert_false(known);
}

static void keep_name(struct safe *s, const uint8_t key[32])
{
    static const uint8_t value[8] = {[7] = 3}; /* of before: without the place */

    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault,
                        vault_put(s->vault, VAULT_MESSAGE_ID, bytes(key, 32), 0, BYTES(value))));
}

static void a_message_is_found_by_its_name_also_in_a_vault_of_before(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message first = message(3, 1, "first"), second = message(3, 2, "second"), got;
    uint8_t key[32] = {[0] = 7, [16] = 1};

    assert_ok(add(s->vault, &first));
    assert_ok(add(s->vault, &second));
    assert_ok(messages_find(s->vault, &first.sender, &first.id, &a, &got));
    assert_bytes(got.text, first.text);
    keep_name(s, key);
    assert_ok(messages_find(s->vault, &first.sender, &first.id, &a, &got));
    assert_bytes(got.text, first.text);
    assert_int_equal(got.place, first.place);
    first.id.b[0] = key[16] = 9;
    assert_err(messages_find(s->vault, &first.sender, &first.id, &a, &got), E_ABSENT);
    keep_name(s, key);
    assert_err(messages_find(s->vault, &first.sender, &first.id, &a, &got), E_ABSENT);
    arena_free(&a);
}

static void a_conversation_is_in_the_order_in_which_it_was_kept(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message m = {.place = 0}, got;

    for (uint8_t i = 1; i <= 6; i++) { /* two conversations, mixed */
        m = message(i % 2, i, "text");
        assert_ok(add(s->vault, &m));
    }
    got.place = 0;
    for (uint8_t i = 1; i <= 5; i += 2) {
        assert_ok(messages_next(s->vault, 1, got.place, &a, &got));
        assert_int_equal(got.id.b[0], i);
    }
    assert_err(messages_next(s->vault, 1, got.place, &a, &got), E_ABSENT);
    assert_err(messages_next(s->vault, 2, 0, &a, &got), E_ABSENT);
    arena_free(&a);
}

static void what_others_wrote_is_unread_until_it_is_marked(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message theirs = message(1, 1, "read me"), mine = message(2, 2, "I know"), got;

    mine.mine = mine.read = true;
    assert_ok(add(s->vault, &theirs));
    assert_ok(add(s->vault, &mine));
    assert_ok(messages_next_unread(s->vault, 0, &a, &got));
    assert_int_equal(got.id.b[0], 1);
    assert_err(messages_next_unread(s->vault, got.place, &a, &theirs), E_ABSENT);
    assert_ok(vault_begin(s->vault));
    assert_ok(messages_mark_read(s->vault, &got));
    assert_ok(messages_mark_read(s->vault, &got)); /* once more changes nothing */
    assert_ok(vault_commit(s->vault));
    assert_err(messages_next_unread(s->vault, 0, &a, &theirs), E_ABSENT);
    assert_ok(messages_get(s->vault, 1, got.place, &a, &theirs));
    assert_true(theirs.read);
    arena_free(&a);
}

static void an_update_changes_state_and_nothing_about_its_place(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message m = message(1, 1, "sent"), got;

    m.mine = true;
    m.state = DELIVERY_QUEUED;
    assert_ok(add(s->vault, &m));
    m.state = DELIVERY_FAILED;
    m.code = E_REMOVED;
    assert_ok(vault_begin(s->vault));
    assert_ok(messages_update(s->vault, &m));
    assert_ok(vault_commit(s->vault));
    assert_ok(messages_next(s->vault, 1, 0, &a, &got));
    assert_int_equal(got.state, DELIVERY_FAILED);
    assert_int_equal(got.code, E_REMOVED);
    assert_err(messages_next(s->vault, 1, got.place, &a, &got), E_ABSENT);
    arena_free(&a);
}

static void the_longest_text_fits_and_a_longer_one_does_not(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    static uint8_t text[LIMIT_TEXT + 1024];
    struct message m = message(1, 1, ""), got;

    m.text = bytes(text, LIMIT_TEXT);
    assert_ok(add(s->vault, &m));
    assert_ok(messages_get(s->vault, 1, m.place, &a, &got));
    assert_int_equal(got.text.n, LIMIT_TEXT);
    m = message(1, 2, "");
    m.text = BYTES(text);
    assert_err(add(s->vault, &m), E_LIMIT);
    assert_err(messages_next(s->vault, 1, got.place, &a, &got), E_ABSENT);
    arena_free(&a);
}

static void a_conversation_is_walked_from_its_end_too(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message first = message(1, 1, "first"), other = message(2, 2, "other"),
                   last = message(1, 3, "last"), got;

    assert_ok(add(s->vault, &first));
    assert_ok(add(s->vault, &other));
    assert_ok(add(s->vault, &last));
    assert_ok(messages_last(s->vault, 1, UINT64_MAX, &a, &got));
    assert_bytes(got.text, BYTES_LITERAL("last"));
    assert_ok(messages_last(s->vault, 1, got.place - 1, &a, &got));
    assert_bytes(got.text, BYTES_LITERAL("first"));
    assert_err(messages_last(s->vault, 1, got.place - 1, &a, &got), E_ABSENT);
    arena_free(&a);
}

static void what_another_device_kept_stands_before_what_came_here(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message here = message(1, 1, "here"), before = message(1, 2, "before"),
                   first = message(1, 3, "first"), got;

    assert_ok(vault_begin(s->vault));
    assert_ok(messages_begin(s->vault));
    assert_ok(messages_add(s->vault, &here));
    assert_ok(messages_add_before(s->vault, &before));
    assert_ok(messages_add_before(s->vault, &first));
    assert_ok(messages_begin(s->vault));
    assert_ok(vault_commit(s->vault));
    assert_ok(messages_next(s->vault, 1, 0, &a, &got));
    assert_bytes(got.text, BYTES_LITERAL("first"));
    assert_ok(messages_next(s->vault, 1, got.place, &a, &got));
    assert_bytes(got.text, BYTES_LITERAL("before"));
    assert_ok(messages_next(s->vault, 1, got.place, &a, &got));
    assert_bytes(got.text, BYTES_LITERAL("here"));
    assert_true(got.place > MESSAGES_FIRST_PLACE && before.place < MESSAGES_FIRST_PLACE);
    arena_free(&a);
}

static void a_signature_is_kept_with_its_message(void **state)
{
    static const uint8_t proof[PROOF_SIZE] = {7};
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message with = message(1, 1, "with"), without = message(1, 2, "without"), got;

    with.proof = BYTES(proof);
    with.burn_s = 60;
    assert_ok(add(s->vault, &with));
    assert_ok(add(s->vault, &without));
    assert_ok(messages_get(s->vault, 1, with.place, &a, &got));
    assert_bytes(got.proof, BYTES(proof));
    assert_int_equal(got.burn_s, 60);
    got.read = true;
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, messages_update(s->vault, &got)));
    assert_ok(messages_get(s->vault, 1, with.place, &a, &got));
    assert_bytes(got.proof, BYTES(proof));
    assert_ok(messages_get(s->vault, 1, without.place, &a, &got));
    assert_int_equal(got.proof.n, 0);
    assert_int_equal(got.burn_s, 0);
    arena_free(&a);
}

static void of_a_stream_the_lowest_that_is_unread_is_found(void **state)
{
    static const struct room_id room = {{1}}, other = {{2}};
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message m = {.place = 0}, got;

    for (uint8_t seq = 9; seq >= 7; seq--) { /* they came in another order */
        m = message(1, seq, "text");
        m.room = room;
        m.seq = seq;
        assert_ok(add(s->vault, &m));
    }
    assert_ok(messages_next_unread_of(s->vault, &room, &m.sender, 0, &a, &got));
    assert_int_equal(got.seq, 7);
    assert_ok(messages_next_unread_of(s->vault, &room, &m.sender, 8, &a, &got));
    assert_int_equal(got.seq, 8);
    assert_err(messages_next_unread_of(s->vault, &other, &m.sender, 0, &a, &got), E_ABSENT);
    assert_ok(vault_begin(s->vault));
    assert_ok(messages_mark_read(s->vault, &got));
    assert_ok(vault_commit(s->vault));
    assert_ok(messages_next_unread_of(s->vault, &room, &m.sender, 8, &a, &got));
    assert_int_equal(got.seq, 9);
    arena_free(&a);
}

/* A program of before kept it without its room. */
static void a_message_without_a_room_is_read_as_before(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message m = message(1, 1, "of before"), got;
    struct bytes record;

    assert_ok(add(s->vault, &m));
    assert_ok(vault_get(s->vault, VAULT_MESSAGE, BYTES_LITERAL("\0\0\0\0\0\0\0\1"), m.place, &a,
                        &record));
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_put(s->vault, VAULT_MESSAGE, BYTES_LITERAL("\0\0\0\0\0\0\0\1"), m.place,
                        bytes(record.at, record.n - sizeof m.room.b)));
    assert_ok(vault_commit(s->vault));
    assert_ok(messages_get(s->vault, 1, m.place, &a, &got));
    assert_bytes(got.text, BYTES_LITERAL("of before"));
    assert_true(bytes_all_zero(ID_BYTES(got.room)));
    assert_ok(vault_begin(s->vault));
    assert_ok(messages_mark_read(s->vault, &got));
    assert_ok(vault_commit(s->vault));
    arena_free(&a);
}

static uint64_t rows(struct safe *s)
{
    return (uint64_t)scratch_number(s->db, "SELECT count(*) FROM record");
}

static struct err destroy(struct vault *v, const struct message *m)
{
    TRY(vault_begin(v));
    return vault_end(v, messages_destroy(v, m->contact, m->place));
}

static void of_what_is_destroyed_nothing_is_left_but_its_name(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message m = message(1, 7, "over"), other = message(1, 8, "not over"), got;
    struct room_id room = {{5}};
    struct due d;
    uint64_t before, number = 0;
    bool known;

    m.room = other.room = room;
    m.due_ms = 5000;
    assert_ok(add(s->vault, &other));
    before = rows(s);
    assert_ok(add(s->vault, &m));
    assert_ok(due_next(s->vault, &number, &d));
    assert_int_equal(d.place, m.place);
    assert_ok(destroy(s->vault, &m));
    assert_err(messages_get(s->vault, 1, m.place, &a, &got), E_ABSENT);
    assert_err(due_next(s->vault, &number, &d), E_ABSENT);
    assert_ok(messages_next_unread(s->vault, 0, &a, &got));
    assert_int_equal(got.place, other.place);
    assert_err(messages_next_unread(s->vault, got.place, &a, &got), E_ABSENT);
    assert_ok(messages_known(s->vault, &m.sender, &m.id, &known));
    assert_true(known);
    assert_err(add(s->vault, &m), E_CONFLICT);
    assert_int_equal(rows(s), before + 1); /* the name */
    assert_ok(destroy(s->vault, &m));      /* once more changes nothing */
    assert_int_equal(rows(s), before + 1);
    arena_free(&a);
}

static void what_is_passed_is_known_and_not_kept(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct message m = message(1, 7, "over"), got;
    bool known;

    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, messages_pass(s->vault, &m)));
    assert_ok(messages_known(s->vault, &m.sender, &m.id, &known));
    assert_true(known);
    assert_err(messages_next(s->vault, 1, 0, &a, &got), E_ABSENT);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(what_is_added_is_read_back),
        safe_test(a_message_stands_once_under_its_sender_and_id),
        safe_test(a_message_is_found_by_its_name_also_in_a_vault_of_before),
        safe_test(a_conversation_is_in_the_order_in_which_it_was_kept),
        safe_test(what_others_wrote_is_unread_until_it_is_marked),
        safe_test(an_update_changes_state_and_nothing_about_its_place),
        safe_test(a_conversation_is_walked_from_its_end_too),
        safe_test(what_another_device_kept_stands_before_what_came_here),
        safe_test(a_signature_is_kept_with_its_message),
        safe_test(the_longest_text_fits_and_a_longer_one_does_not),
        safe_test(of_a_stream_the_lowest_that_is_unread_is_found),
        safe_test(a_message_without_a_room_is_read_as_before),
        safe_test(of_what_is_destroyed_nothing_is_left_but_its_name),
        safe_test(what_is_passed_is_known_and_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
