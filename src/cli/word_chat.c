/* SPDX-License-Identifier: Apache-2.0 */
/* chat: talk with somebody, line by line. */
#include <stdio.h>
#include <unistd.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/sentences.h"
#include "cli/talk.h"

#define WAIT_SECONDS        10
#define WAIT_MOST           86400
#define LOCK_MOST_MINUTES   1440
#define AS_THE_PROFILE_SAYS (-2)

static bool is_oneself(const struct talk *t)
{
    struct tacet_status s;

    return tacet_get_status(t->client, &s) == TACET_OK && strcmp(s.handle, t->with) == 0;
}

static int idle_seconds(unsigned minutes)
{
    return minutes == 0 ? -1 : (int)minutes * 60;
}

static void ask_the_profile(struct talk *t)
{
    struct tacet_locking l;

    if (t->idle_s == AS_THE_PROFILE_SAYS && tacet_get_locking(t->client, &l) == TACET_OK)
        t->idle_s = idle_seconds(l.after_minutes);
}

/* The profile is closed.  A person whose new passphrase came to nothing goes on with the old one.
 */
static enum words_end come_back(struct talk *t, const struct choice *c)
{
    enum words_end end;

    if (!t->changing) {
        fputs("Locked.  Messages wait at the server until you unlock.\n", stderr);
        return choice_unlock(c, t->person, &t->client);
    }
    end = choice_change(c, t->person, TACET_COST_DEFAULT, &t->client);
    return t->person && t->client != NULL ? WORDS_FINE : end;
}

/* Talk, and after each lock ask again. */
static enum words_end chat(struct talk *t, const struct choice *c)
{
    enum words_end end = choice_open(c, &t->client);

    if (end == WORDS_FINE && is_oneself(t))
        end = sentences_say(sentences_sending, TACET_DENIED);
    if (end == WORDS_FINE)
        ask_the_profile(t);
    while (end == WORDS_FINE) {
        bool locked = talk_run(t);

        tacet_close(t->client);
        t->client = NULL;
        if (!locked)
            return t->end;
        end = come_back(t, c);
    }
    tacet_close(t->client);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    const struct choice *c = setting;
    struct talk t = {.idle_s = AS_THE_PROFILE_SAYS};
    unsigned minutes = 0, wait = WAIT_SECONDS;

    if (options_number(o, "--lock-after", 0, LOCK_MOST_MINUTES, &minutes))
        t.idle_s = idle_seconds(minutes);
    options_number(o, "--wait", 0, WAIT_MOST, &wait);
    t.wait_s = (int)wait;
    t.with = options_handle(o);
    if (!options_end(o))
        return WORDS_USAGE;
    if (c->passphrase_fd == STDIN_FILENO)
        return words_say(WORDS_USAGE,
                         "Standard input cannot hold both the lines and the passphrase.");
    return chat(&t, c);
}

const struct word word_chat = {
    .name = "chat",
    .run = run,
    .usage = "HANDLE [--lock-after N] [--wait SECONDS]",
    .what = "Talk with somebody, line by line.",
    .details =
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
