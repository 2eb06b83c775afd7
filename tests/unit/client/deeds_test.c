/* SPDX-License-Identifier: Apache-2.0 */
#include "client/deeds.h"

#include "unit/client/safe.h"

#define ALICE 3 /* conversations */
#define BOB   4

static const struct own ME = {.me = {.who = {.aid = {{1}}, .did = {{9}}}}};

static struct message text(uint64_t contact, uint8_t id, const char *text)
{
    return (struct message){.contact = contact,
                            .state = DELIVERY_DELIVERED,
                            .id = {{id}},
                            .sender = {{7}},
                            .room = {{(uint8_t)contact}},
                            .seq = id,
                            .sent_ms = 1000,
                            .kept_ms = 2000,
                            .ttl_s = 60,
                            .type = PAYLOAD_TEXT,
                            .text = bytes_text(text)};
}

static struct message answer(uint64_t contact, uint8_t id, uint8_t to, struct buf *b)
{
    struct reference ref = {.sender = {{7}}, .id = {{to}}, .text = bytes_text("Yes.")};
    struct message m = text(contact, id, "");

    assert_ok(reference_write(PAYLOAD_REPLY, &ref, b));
    m.type = PAYLOAD_REPLY;
    m.text = buf_view(b);
    return m;
}

static void add(struct safe *s, struct message *m)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, messages_add(s->vault, m)));
}

static void an_answer_is_shown_with_what_it_answers_when_that_is_here(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct buf b = BUF(1024);
    struct message said = text(ALICE, 1, "Nine?"), m = answer(ALICE, 2, 1, &b);
    struct deeds_view view;

    add(s, &m);
    assert_ok(deeds_view(s->vault, &ME, &m, &a, &view));
    assert_true(view.refers);
    assert_false(view.here);
    assert_bytes(view.text, bytes_text("Yes."));
    add(s, &said);
    assert_ok(deeds_view(s->vault, &ME, &m, &a, &view));
    assert_true(view.here);
    assert_int_equal(view.to.place, said.place);
    assert_bytes(view.to_text, bytes_text("Nine?"));
    assert_ok(deeds_view(s->vault, &ME, &said, &a, &view));
    assert_false(view.refers);
    assert_bytes(view.text, bytes_text("Nine?"));
    buf_free(&b);
    arena_free(&a);
}

static void nobody_quotes_what_was_said_in_another_conversation(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct buf b = BUF(1024);
    struct message said = text(BOB, 1, "A secret."), m = answer(ALICE, 2, 1, &b);
    struct deeds_view view;

    add(s, &said);
    add(s, &m);
    assert_ok(deeds_view(s->vault, &ME, &m, &a, &view));
    assert_true(view.refers);
    assert_false(view.here);
    assert_int_equal(view.to_text.n, 0);
    buf_free(&b);
    arena_free(&a);
}

static void an_answer_to_an_answer_shows_what_that_one_says(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20);
    struct buf b = BUF(1024), c = BUF(1024);
    struct message first = answer(ALICE, 1, 9, &b), second = answer(ALICE, 2, 1, &c);
    struct deeds_view view;

    add(s, &first);
    add(s, &second);
    assert_ok(deeds_view(s->vault, &ME, &second, &a, &view));
    assert_true(view.here);
    assert_bytes(view.to_text, bytes_text("Yes."));
    buf_free(&b);
    buf_free(&c);
    arena_free(&a);
}

static void what_cannot_be_read_is_not_said(void **state)
{
    struct message m = text(ALICE, 1, "Nine?");
    struct buf b = BUF(1024);

    (void)state;
    assert_true(deeds_is_said(&m));
    for (uint32_t note = MESSAGE_LATE; note <= MESSAGE_RECALLED; note <<= 1) {
        m.notes = note;
        assert_int_equal(deeds_is_said(&m), (note & (MESSAGE_UNREADABLE | MESSAGE_DEVICES |
                                                     MESSAGE_ROOM | MESSAGE_RECALLED)) == 0);
    }
    m = answer(ALICE, 1, 2, &b);
    assert_true(deeds_are_readable(PAYLOAD_TEXT, bytes_text("Nine?")));
    assert_false(deeds_are_readable(PAYLOAD_TEXT, bytes("\xff", 1)));
    assert_true(deeds_are_readable(PAYLOAD_FORWARD, bytes_text("Nine?")));
    assert_false(deeds_are_readable(PAYLOAD_FORWARD, bytes("\xff", 1)));
    assert_true(deeds_are_readable(PAYLOAD_REPLY, m.text));
    assert_false(deeds_are_readable(PAYLOAD_REPLY, bytes_text("Nine?")));
    assert_false(deeds_are_readable(9, m.text));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(an_answer_is_shown_with_what_it_answers_when_that_is_here),
        safe_test(nobody_quotes_what_was_said_in_another_conversation),
        safe_test(an_answer_to_an_answer_shows_what_that_one_says),
        cmocka_unit_test(what_cannot_be_read_is_not_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
