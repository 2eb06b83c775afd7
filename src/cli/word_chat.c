/* SPDX-License-Identifier: Apache-2.0 */
/* chat: talk with everybody on the whole screen, or with somebody line by line. */
#include <stdio.h>
#include <unistd.h>

#include "cli/board.h"
#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "cli/talk.h"
#include "terminal/screen.h"

#define WAIT_SECONDS        10
#define WAIT_MOST           86400
#define LOCK_MOST_MINUTES   1440
#define AS_THE_PROFILE_SAYS (-2)

struct chat {
    const struct choice *choice;
    const char *with; /* NULL: everybody, on the whole screen */
    char room[TACET_HANDLE_SIZE];
    int idle_s;
    struct talk talk;
    struct board_run board;
};

static bool is_oneself(struct tacet_client *client, const char *with)
{
    struct tacet_status s;

    return tacet_get_status(client, &s) == TACET_OK && strcmp(s.handle, with) == 0;
}

static int idle_seconds(unsigned minutes)
{
    return minutes == 0 ? -1 : (int)minutes * 60;
}

static void ask_the_profile(struct chat *c, struct tacet_client *client)
{
    struct tacet_locking l;

    if (c->idle_s == AS_THE_PROFILE_SAYS && tacet_get_locking(client, &l) == TACET_OK)
        c->idle_s = idle_seconds(l.after_minutes);
}

/* The profile is closed.  A person whose new passphrase came to nothing goes on with the old one.
 */
static enum words_end come_back(const struct chat *c, struct tacet_client **client)
{
    bool person = c->with == NULL || c->talk.person;
    bool changing = c->with == NULL ? c->board.changing : c->talk.changing;
    enum words_end end;

    if (!changing) {
        fputs("Locked.  Messages wait at the server until you unlock.\n", stderr);
        return choice_unlock(c->choice, person, client);
    }
    end = choice_change(c->choice, person, TACET_COST_DEFAULT, client);
    return person && *client != NULL ? WORDS_FINE : end;
}

/* true: it is to be locked, and to go on. */
static bool run_once(struct chat *c, struct tacet_client *client, enum words_end *end)
{
    bool locked;

    if (c->with == NULL) {
        c->board.client = client;
        c->board.idle_s = c->idle_s;
        locked = board_run(&c->board);
        *end = c->board.end;
    } else {
        c->talk.client = client;
        c->talk.with = c->room[0] == '\0' ? c->with : c->room;
        c->talk.idle_s = c->idle_s;
        locked = talk_run(&c->talk);
        *end = c->talk.end;
    }
    return locked;
}

static enum words_end check(struct chat *c, struct tacet_client *client)
{
    if (c->with == NULL)
        return WORDS_FINE;
    if (rooms_is_meant(c->with))
        return rooms_resolve(client, c->with, c->room) ? WORDS_FINE : WORDS_FAILED;
    return is_oneself(client, c->with) ? sentences_say(sentences_sending, TACET_DENIED)
                                       : WORDS_FINE;
}

/* Talk, and after each lock ask again. */
static enum words_end chat(struct chat *c)
{
    struct tacet_client *client = NULL;
    enum words_end end = choice_open(c->choice, &client), talked = WORDS_FINE;
    bool locked = true;

    if (end == WORDS_FINE)
        end = check(c, client);
    if (end == WORDS_FINE)
        ask_the_profile(c, client);
    while (end == WORDS_FINE && locked) {
        locked = run_once(c, client, &talked);
        tacet_close(client);
        client = NULL;
        if (locked)
            end = come_back(c, &client);
    }
    tacet_close(client);
    return end == WORDS_FINE ? talked : end;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct chat c = {.choice = setting, .idle_s = AS_THE_PROFILE_SAYS};
    unsigned minutes = 0, wait = WAIT_SECONDS;

    if (options_number(o, "--lock-after", 0, LOCK_MOST_MINUTES, &minutes))
        c.idle_s = idle_seconds(minutes);
    options_number(o, "--wait", 0, WAIT_MOST, &wait);
    c.talk.wait_s = (int)wait;
    c.with = o->n > 0 || !screen_is_possible(STDIN_FILENO, STDOUT_FILENO) ? options_conversation(o)
                                                                          : NULL;
    if (!options_end(o))
        return WORDS_USAGE;
    if (c.choice->passphrase_fd == STDIN_FILENO)
        return words_say(WORDS_USAGE,
                         "Standard input cannot hold both the lines and the passphrase.");
    return chat(&c);
}

const struct word word_chat = {
    .name = "chat",
    .run = run,
    .usage = "[HANDLE | +ROOM] [--lock-after N] [--wait SECONDS]",
    .what = "Talk: with everybody on the whole screen, or with somebody line by line.",
    .details =
        "Without a name, at a terminal: all conversations on the whole screen.  F1 says which "
        "keys\n"
        "there are, Ctrl-D leaves, /lock in a line locks.\n"
        "\n"
        "With a name, or where the terminal can do no more, as a screen reader likes it:\n"
        "Shows the last messages, those that are unread, and what arrives, at once.  Each line\n"
        "that you type is sent; \"(accepted)\" says that the server has it.  That somebody else\n"
        "wrote is said without what.  Lines for Tacet itself begin with a slash: /help lists "
        "them,\n"
        "/lock closes the profile and clears the screen until the passphrase is given again,\n"
        "/passphrase does so and then asks for a new one, and //text sends a line that begins "
        "with\n"
        "one slash.  Ctrl-D or /quit ends it; a line that was not sent is there the next time, "
        "and\n"
        "on your other devices.\n"
        "\n"
        "Where standard input or output is no terminal, nothing but what they wrote goes to\n"
        "standard output: every line is sent, and at the end of the input tacet waits until the\n"
        "server has accepted all and handed over what was there.  After /lock the next line of\n"
        "--passphrase-fd unlocks; after /passphrase the next two are the old one and the new one.\n"
        "\n"
        "  --lock-after N     Lock when no key was pressed for N minutes; 0: never.  Else as\n"
        "                     tacet lock --after says.\n"
        "  --wait SECONDS     How long to wait for the server at the end of the input, 10 if not\n"
        "                     said.\n",
};
