/* SPDX-License-Identifier: Apache-2.0 */
/* join: from an invitation to an account. */
#include <stdio.h>
#include <unistd.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/drive.h"
#include "cli/sentences.h"
#include "terminal/prompt.h"
#include "terminal/show.h"

#define JOIN_SECONDS 30
#define LINK_ROOM    1024 /* more than any link needs */
#define COST_LEAST   10
#define COST_MOST    20

static const struct sentence BEGINNING[] = {
    {TACET_MALFORMED, "This is not an invitation: one begins with tacet://join/"},
    {TACET_FORGED, "The link is damaged: copy the whole of it once more."},
    {TACET_VERSION, "A newer tacet is needed for this.  Update this one."},
    {TACET_DENIED, "Wrong passphrase: joining began here already, with another one."},
    {TACET_AGAIN, "Too many passphrases were wrong, and this one was not tried.  Wait, and try"
                  " again: how long, tacet status says."},
    {TACET_CONFLICT, "Somebody has joined with this profile already, or another tacet is using it."
                     "  For another account, say --profile NAME."},
    {TACET_LIMIT, "The profile's path is too long."},
    {TACET_NOMEM, "There is not enough memory for this --kdf-cost."},
    {TACET_OK, NULL},
};

static const struct sentence REFUSED[] = {
    {TACET_ABSENT, "This invitation does not exist any more: it was withdrawn or replaced.  Ask"
                   " your administrator for a new one."},
    {TACET_DENIED, "This invitation was not accepted.  Ask your administrator for a new one."},
    {TACET_EXPIRED, "This invitation is too old.  Ask your administrator for a new one."},
    {TACET_CONFLICT, "This invitation was used already, on another device.  If that was not you,"
                     " tell your administrator at once."},
    {TACET_FORGED, "Whoever answered is not the server of this invitation.  Nothing was sent.  Tell"
                   " your administrator."},
    {TACET_CLOCK, "The clocks of this machine and of the server differ by more than an hour.  Set"
                  " this one; if it is right, tell your administrator."},
    {TACET_VERSION, "This tacet and the server are too far apart in age.  Update the older one."},
    {TACET_REMOVED, "This account was removed.  Ask your administrator for a new invitation."},
    {TACET_OK, NULL},
};

/* One line of standard input.  Byte by byte: the next may be the passphrase. */
static bool read_link(struct buf *link)
{
    uint8_t c = 0;

    if (isatty(STDIN_FILENO) == 1)
        fputs("The invitation: ", stderr);
    while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        buf_u8(link, c);
    buf_u8(link, 0);
    if (link->failed == E_OK)
        return true;
    sentences_say(BEGINNING, TACET_MALFORMED);
    return false;
}

static void say_who(struct tacet_client *client)
{
    struct tacet_status s;

    if (tacet_get_status(client, &s) != TACET_OK)
        return;
    printf("You are ");
    show_text(stdout, bytes_text(s.handle));
    printf("@");
    show_text(stdout, bytes_text(s.domain));
    printf(" in ");
    show_text(stdout, bytes_text(s.network));
    printf(".\n");
}

static enum words_end await(struct tacet_client *client)
{
    struct tacet_event e;
    enum words_end end = WORDS_FINE;
    struct drive d;

    drive_begin(&d, client, JOIN_SECONDS);
    while (!d.connected && drive_next(&d, &e))
        continue;
    if (d.connected)
        say_who(client);
    else if (drive_is_final(d.why))
        end = sentences_say(REFUSED, d.why);
    else
        end = words_say(WORDS_LATER, "Joining is not finished.  The same link goes on from here:"
                                     " try again later.");
    drive_end(&d);
    return end;
}

static enum words_end join_at(const struct choice *c, const char *directory, const char *link,
                              unsigned cost)
{
    bool known = tacet_profile_exists(directory); /* joining was interrupted */
    struct buf passphrase = PROMPT_BUF;
    struct tacet_client *client = NULL;
    struct tacet_profile profile = {.directory = directory, .cost = cost};
    enum words_end end;
    enum tacet_code code = tacet_check_link(link); /* before a passphrase is asked for */

    if (code != TACET_OK)
        return sentences_say(BEGINNING, code);
    if (!prompt_ask(c->passphrase_fd, known ? "Passphrase" : "A new passphrase for this profile",
                    known ? PROMPT_KNOWN : PROMPT_NEW, &passphrase))
        return WORDS_FAILED;
    profile.passphrase = passphrase.at;
    profile.passphrase_n = passphrase.n;
    code = tacet_join(&client, &profile, link);
    buf_free(&passphrase);
    end = code == TACET_OK ? await(client) : sentences_say(BEGINNING, code);
    tacet_close(client);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct buf path = BUF(CHOICE_PATH_MAX), link = BUF(LINK_ROOM);
    enum words_end end = WORDS_FAILED;
    unsigned cost = TACET_COST_DEFAULT;
    const char *given;

    options_number(o, "--kdf-cost", COST_LEAST, COST_MOST, &cost);
    given = options_next(o);
    if (!options_end(o))
        return WORDS_USAGE;
    if (choice_directory(setting, &path) && (given != NULL || read_link(&link)))
        end =
            join_at(setting, (const char *)path.at, given != NULL ? given : (char *)link.at, cost);
    buf_free(&link);
    buf_free(&path);
    return end;
}

const struct word word_join = {
    .name = "join",
    .run = run,
    .usage = "[LINK] [--kdf-cost N]",
    .what = "Take up an invitation: make a profile and an account.",
    .details =
        "LINK is the invitation from your administrator, tacet://join/...; without it, it is read\n"
        "from standard input, so that it does not stand in the list of running programs.\n"
        "\n"
        "You choose a passphrase, which seals everything that is kept on this machine.  Nobody "
        "can\n"
        "recover it for you.  If joining is interrupted, the same link goes on where it stopped.\n"
        "\n"
        "  --kdf-cost N       Work to try one passphrase, as a power of two: 10 to 20, usually "
        "17.\n"
        "                     Each step doubles time and memory, for you and for a thief.\n",
};
