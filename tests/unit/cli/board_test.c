/* SPDX-License-Identifier: Apache-2.0 */
/* What is on the screen, and what keys do, without a terminal: real/board_test has one. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/board_internal.h"
#include "play.h"

static struct board b;
static char screen[64 * 1024];

static int begin(void **state)
{
    struct tacet_contact *c;

    setenv("TZ", "UTC0", 1);
    play_begin(state);
    play.accepting = true;
    snprintf(play.status.handle, sizeof play.status.handle, "alice");
    snprintf(play.status.domain, sizeof play.status.domain, "x.example");
    c = play_contact("bob");
    c->number = 1;
    c = play_contact("carol");
    c->number = 2;
    return 0;
}

static void starts(void)
{
    assert_ok(board_begin(&b, NULL));
}

static int end(void **state)
{
    board_end(&b);
    return 0;
}

/* All rows as text, into `screen`. */
static void draws(size_t rows, size_t columns)
{
    struct page p;
    struct buf out = BUF(sizeof screen - 1);

    assert_ok(page_new(&p, rows, columns));
    board_draw(&b, &p);
    for (size_t row = 0; row < p.rows; row++) {
        page_write_row(&p, row, &out);
        buf_text(&out, "\n");
    }
    page_free(&p);
    assert_int_equal(out.failed, E_OK);
    snprintf(screen, sizeof screen, "%.*s", (int)out.n, (const char *)out.at);
    buf_free(&out);
}

static void types(const char *keys)
{
    board_keys_type(&b, bytes_text(keys));
    draws(24, 80);
}

#define assert_shown(text)     assert_non_null(strstr(screen, (text)))
#define assert_not_shown(text) assert_null(strstr(screen, (text)))

static void the_list_counts_what_is_unread_and_has_the_newest_first(void **state)
{
    play_message("bob", "old")->read = true;
    play_message("carol", "one");
    play_message("carol", "two")->sent_ms += 1000;
    starts();
    draws(24, 80);
    assert_shown(" tacet  alice@x.example  (not connected)\n");
    assert_shown("\n>carol (2)");
    assert_shown("\n bob");
    assert_true(strstr(screen, "carol") < strstr(screen, "bob"));
    assert_not_shown("two");
    assert_int_equal(play.marked, 0);
    board_take(&b, &(struct tacet_event){.kind = TACET_EVENT_LINK, .code = TACET_OK});
    draws(24, 80);
    assert_not_shown("not connected");
}

/* Twenty seconds more: what is drawn later shows less. */
static void what_ends_counts_down(void **state)
{
    struct tacet_message *m = play_message("carol", "one");

    m->expire_s = 6 * 3600;
    m->ends_ms = ((uint64_t)time(NULL) + 5 * 3600 + 30 * 60 + 20) * 1000;
    m = play_message("carol", "two");
    m->expire_s = 60;
    m->burn_s = 10;
    m->ends_ms = 1; /* and is there yet */
    m->read = true;
    starts();
    types("\r");
    assert_shown("(ends in 5 hours 30 minutes)");
    assert_shown("(ends in 1 second)");
}

static void what_is_seen_of_a_conversation_is_read(void **state)
{
    play_message("carol", "one");
    play_message("carol", "two\033[2J");
    starts();
    types("\r");
    assert_shown("carol, unverified");
    assert_shown(&"2026-11-21 21:38 carol: one"[5]); /* this year, whichever that is */
    assert_shown("carol: two\\u{1b}[2J");
    assert_int_equal(play.marked, 2);
    assert_not_shown("(2)");
}

static void a_line_is_sent_and_stands_at_the_bottom(void **state)
{
    starts();
    types("\r");
    types("Meet at nine?");
    assert_shown("> Meet at nine?\n");
    types("\r");
    assert_string_equal(play.sent_to, "bob");
    assert_string_equal(play.sent, "Meet at nine?");
    assert_not_shown("> Meet");
    play.send = TACET_CONFLICT;
    types("again\r");
    assert_shown("Not sent: Their account key changed");
    assert_shown("> again"); /* nothing is lost */
}

/* Of `who` in the conversation with `with`. */
static void does(const char *with, const char *who, enum tacet_activity what)
{
    struct tacet_event e = {.kind = TACET_EVENT_ACTIVITY, .activity = what};

    snprintf(e.who, sizeof e.who, "%s", who);
    snprintf(e.message.with, sizeof e.message.with, "%s", with);
    board_take(&b, &e);
    draws(24, 80);
}

static void that_somebody_writes_is_seen_for_a_while(void **state)
{
    struct tacet_event came = {.kind = TACET_EVENT_MESSAGE};

    starts();
    types("\r");
    b.now_s = 1000;
    does("bob", "bob", TACET_HERE);
    assert_shown("bob, unverified, here\n");
    does("bob", "bob", TACET_TYPING);
    assert_shown("bob, unverified, writing\n");
    assert_shown("\n bob ...");
    does("carol", "carol", TACET_TYPING); /* who has another conversation */
    assert_shown("bob, unverified, writing\n");
    assert_shown("\n carol ...");
    b.now_s += TACET_TYPING_S;
    draws(24, 80);
    assert_shown("bob, unverified, here\n");
    assert_not_shown("...");
    b.now_s += TACET_HERE_S;
    draws(24, 80);
    assert_shown("bob, unverified\n");
    does("bob", "bob", TACET_TYPING);
    snprintf(came.message.with, sizeof came.message.with, "bob");
    board_take(&b, &came);
    draws(24, 80);
    assert_shown("bob, unverified, here\n"); /* what was being written is there */
}

static void in_a_room_it_is_seen_who_writes(void **state)
{
    const char *room = "+0123456789abcdef";

    play.room[play.rooms++] = (struct tacet_room){
        .address = "+0123456789abcdef", .name = "Harbour", .in = true, .number = 3, .members = 4};
    play_message(room, "ahoy")->sent_ms += 1000;
    starts();
    types("\r");
    b.now_s = 1000;
    does(room, "bob", TACET_HERE);
    does(room, "carol", TACET_TYPING);
    assert_shown("+Harbour, 4 people, 2 here, writing: carol\n");
    does(room, "bob", TACET_TYPING);
    assert_shown("+Harbour, 4 people, 2 here, writing: bob, carol\n");
    for (int i = 0; i < 2 * BOARD_DOING_MAX; i++) { /* there is room for so many */
        char name[16];

        snprintf(name, sizeof name, "p%d", i);
        b.now_s++;
        does(room, name, TACET_HERE);
    }
    assert_shown("+Harbour, 4 people, 32 here\n");
}

static void keys_tell_that_the_person_writes_or_is_here(void **state)
{
    starts();
    types("\033[B\033[A"); /* in the list nobody is anywhere */
    assert_int_equal(play.typing + play.here, 0);
    types("\r");
    assert_int_equal(play.here, 1);
    types("a");
    types("\177");
    assert_int_equal(play.typing, 1); /* of an empty line nothing is said */
    types("ahoy");
    assert_int_equal(play.typing, 2);
    types("\r");
    assert_int_equal(play.typing, 2);
    types("/expire 1h");
    types("\r");
    assert_int_equal(play.typing, 2);
    types("ho");
    types("\t");
    assert_int_equal(play.typing, 3);
    play.here = 0;
    types("\r"); /* what was begun is in the line again, and nobody wrote it now */
    assert_int_equal(play.typing, 3);
    assert_int_equal(play.here, 1);
}

static void what_was_not_sent_is_there_the_next_time(void **state)
{
    starts();
    types("\rhalf a sen");
    types("\t");
    types("\033[B\r");
    assert_string_equal(play.draft, "half a sen");
    assert_shown("> half a sen"); /* as this client keeps one draft for all */
}

static void a_message_is_picked_and_answered(void **state)
{
    struct tacet_message *m = play_message("bob", "Meet at nine?");

    starts();
    types("\r\033[B"); /* there is nothing below the line */
    assert_int_equal(b.focus, BOARD_WRITE);
    types("\033[A");
    assert_shown("r answer");
    types("r");
    assert_shown("answer>");
    types("Yes\r");
    assert_int_equal(play.place, m->place);
    assert_string_equal(play.sent, "Yes");
    types("\033[A\033[A+");
    types("+1\r");
    assert_string_equal(play.sent, "+1");
    assert_false(play.back);
}

static void only_what_is_mine_is_edited_and_taken_back(void **state)
{
    struct tacet_message *m = play_message("bob", "theirs");

    starts();
    types("\r\033[Ae");
    assert_shown("Only what you wrote yourself can be edited.");
    types("x");
    assert_shown("Only what you wrote yourself can be taken back.");
    m->mine = true;
    types("e");
    assert_shown("instead> theirs");
    types("!\r");
    assert_string_equal(play.sent, "theirs!");
    types("\033[A\033[Ax");
    types("no\r");
    assert_int_equal(play.sends, 1);
    types("\033");
    types("\033[A\033[Ax");
    types("yes\r");
    assert_int_equal(play.place, m->place);
}

static void a_message_is_marked_and_deleted_when_yes_is_typed(void **state)
{
    struct tacet_message *m = play_message("bob", "Meet at nine?");

    starts();
    types("\r\033[A");
    types("s");
    assert_int_equal(play.place, m->place);
    assert_false(play.back);
    m->starred = true;
    types("s");
    assert_true(play.back);
    play.place = 0;
    types("d");
    assert_shown("delete it here? yes>");
    types("no\r");
    assert_int_equal(play.place, 0);
    types("\033[A");
    types("dyes\r");
    assert_int_equal(play.place, m->place);
    assert_int_equal(b.writing, BOARD_TEXT);
    play.send = TACET_DENIED;
    types("\033[A");
    types("s");
    assert_shown("Not marked: ");
    types("dyes\r");
    assert_shown("Not deleted: the network demands");
    assert_int_equal(play.sends, 0);
}

static void a_conversation_is_pinned_and_muted_in_the_list(void **state)
{
    starts();
    types("p");
    assert_string_equal(play.wished, "pin bob 1");
    assert_shown("It comes first");
    types("m");
    assert_string_equal(play.wished, "mute bob 253402300799000");
    play.contact[0].pinned = true;
    play.contact[0].muted_ms = TACET_MUTED_EVER;
    b.stale = true;
    draws(24, 80);
    assert_shown(">bob ^~");
    types("p");
    assert_string_equal(play.wished, "pin bob 0");
    types("m");
    assert_string_equal(play.wished, "mute bob 0");
    play.wished[0] = '\0';
    types("z");
    assert_string_equal(play.wished, "");
    play.send = TACET_IO;
    types("m");
    assert_shown("That was not kept: ");
}

static void letters_do_nothing_where_there_is_no_conversation(void **state)
{
    play.contacts = 0;
    starts();
    types("pm");
    assert_string_equal(play.wished, "");
}

static void words_with_a_slash_are_obeyed(void **state)
{
    starts();
    types("\r/nothing\r");
    assert_shown("There is no such word");
    assert_int_equal(play.sends, 0);
    types("//nothing\r");
    assert_string_equal(play.sent, "/nothing");
    types("/help\r");
    assert_shown("Any key goes on.");
    types("x");
    assert_not_shown("Any key goes on.");
    assert_not_shown("> x");
    types("/lock\r");
    assert_true(b.leaving && b.locking && !b.changing);
    types("/passphrase\r");
    assert_true(b.changing);
}

static void what_is_found_can_be_opened(void **state)
{
    play_message("bob", "The harbour at nine");
    starts();
    types("\x06harbour\r");
    assert_string_equal(play.searched, "harbour");
    assert_shown("bob, "); /* behind bob and carol, whom this client finds by any word */
    types("\033[6~\r");
    assert_int_equal(b.focus, BOARD_PICK);
    assert_shown("The harbour at nine");
    types("\033");
    assert_int_equal(b.focus, BOARD_WRITE);
}

static void a_small_screen_has_one_of_the_two(void **state)
{
    play_message("bob", "Hello");
    starts();
    draws(10, 40);
    assert_shown(">bob (1)");
    types("\r");
    draws(10, 40);
    assert_shown("bob, unverified");
    assert_not_shown("carol");
    for (size_t rows = 0; rows < 12; rows++)
        for (size_t columns = 0; columns < 64; columns += 3)
            draws(rows, columns);
    draws(4, 80);
    assert_shown("too small");
}

static void to_whom_a_message_came_is_shown(void **state)
{
    play_message("bob", "theirs")->read = true;
    play_message("bob", "mine")->mine = true;
    starts();
    types("\r");
    types("\033[A");
    types("w");
    assert_shown("Read by carol.\nOn devices of dave.\nAny key goes on.\n");
    assert_not_shown(">bob");
    types(" ");
    assert_shown("bob, unverified");
    assert_int_equal(b.focus, BOARD_PICK);
    types("\033[A");
    types("w");
    assert_shown("Only of what you wrote yourself");
    assert_int_equal(b.focus, BOARD_PICK);
}

static void timers_are_said(void **state)
{
    starts();
    types("\r");
    types("/expire 12h\r");
    assert_int_equal(play.timers.expire_s, 12 * 3600);
    assert_shown("What you write there lives for 12 hours.");
    types("/burn 30s\r");
    assert_int_equal(play.timers.expire_s, 12 * 3600);
    assert_int_equal(play.timers.burn_s, 30);
    assert_shown("lives for 12 hours, and for 30 seconds once it was");
    types("/burn soon\r");
    assert_shown("That is no time: 45s, 30m, 12h, 7d, 2w, 1y, or off");
    assert_int_equal(play.timers.burn_s, 30);
    types("/burn off\r/expire default\r");
    assert_int_equal(play.timers.expire_s, 0);
    assert_int_equal(play.timers.burn_s, 0);
    assert_shown("lives for 30 days, as nothing is said.");
    play.timing = TACET_LIMIT;
    types("/expire 1y\r");
    assert_shown("That was not kept: That is longer than the network allows.");
    types("/expire\r");
    assert_shown("There is no such word");
}

static void the_end_of_a_message_that_was_picked_leaves_none(void **state)
{
    struct tacet_event e = {.kind = TACET_EVENT_ENDED};

    e.message.place = play_message("bob", "Hello")->place;
    snprintf(e.message.with, sizeof e.message.with, "bob");
    starts();
    types("\r\033[A");
    board_take(&b, &e);
    play.messages = 0;
    types("r");
    assert_not_shown("answer>");
}

static void how_a_file_goes_is_told(void **state)
{
    struct tacet_event e = {.kind = TACET_EVENT_FILE, .done = 1, .of = 4};

    starts();
    types("\r");
    board_take(&b, &e);
    draws(24, 80);
    assert_shown("file: 25 %");
    e.ended = true;
    e.message.text = (const uint8_t *)"/tmp/a\033b";
    e.message.text_n = 8;
    board_take(&b, &e);
    draws(24, 80);
    assert_shown("Saved: /tmp/a\\u{1b}b");
    e.code = TACET_ABSENT;
    board_take(&b, &e);
    draws(24, 80);
    assert_shown("The file did not come: ");
}

static void keys_leave(void **state)
{
    starts();
    types("q");
    assert_true(b.leaving);
    b.leaving = false;
    types("\ra\x04");
    assert_false(b.leaving); /* something stands in the line */
    types("\x7f\x04");
    assert_true(b.leaving);
}

#define BOARD_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOARD_TEST(the_list_counts_what_is_unread_and_has_the_newest_first),
        BOARD_TEST(what_ends_counts_down),
        BOARD_TEST(what_is_seen_of_a_conversation_is_read),
        BOARD_TEST(a_line_is_sent_and_stands_at_the_bottom),
        BOARD_TEST(that_somebody_writes_is_seen_for_a_while),
        BOARD_TEST(in_a_room_it_is_seen_who_writes),
        BOARD_TEST(keys_tell_that_the_person_writes_or_is_here),
        BOARD_TEST(what_was_not_sent_is_there_the_next_time),
        BOARD_TEST(a_message_is_picked_and_answered),
        BOARD_TEST(only_what_is_mine_is_edited_and_taken_back),
        BOARD_TEST(a_message_is_marked_and_deleted_when_yes_is_typed),
        BOARD_TEST(a_conversation_is_pinned_and_muted_in_the_list),
        BOARD_TEST(letters_do_nothing_where_there_is_no_conversation),
        BOARD_TEST(words_with_a_slash_are_obeyed),
        BOARD_TEST(what_is_found_can_be_opened),
        BOARD_TEST(a_small_screen_has_one_of_the_two),
        BOARD_TEST(to_whom_a_message_came_is_shown),
        BOARD_TEST(timers_are_said),
        BOARD_TEST(the_end_of_a_message_that_was_picked_leaves_none),
        BOARD_TEST(how_a_file_goes_is_told),
        BOARD_TEST(keys_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
