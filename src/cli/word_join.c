/* SPDX-License-Identifier: Apache-2.0 */
/* join: from a link to an account: an invitation's, or one that is there and has another device. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/drive.h"
#include "cli/sentences.h"
#include "terminal/prompt.h"
#include "terminal/show.h"

#define JOIN_SECONDS 30
#define LINK_SECONDS (11 * 60) /* a device's link lives for ten minutes */
#define LINK_ROOM    1024      /* more than any link needs */
#define COST_LEAST   10
#define COST_MOST    20

static const struct sentence BEGINNING[] = {
    {TACET_MALFORMED, "This is no link: an invitation begins with tacet://join/, what another"
                      " device shows with tacet://device/"},
    {TACET_FORGED, "The link is damaged: copy the whole of it once more."},
    {TACET_VERSION, "A newer tacet is needed for this.  Update this one."},
    {TACET_DENIED, "Wrong passphrase: joining began here already, with another one."},
    {TACET_AGAIN, "Too many passphrases were wrong, and this one was not tried.  Wait, and try"
                  " again: how long, tacet status says."},
    {TACET_CONFLICT, "Somebody has joined with this profile already, or another tacet is using it."
                     "  For another account, say --profile NAME."},
    {TACET_LIMIT, "The profile's path is too long, or --name is over 64 bytes."},
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

/* Of a device's link. */
static const struct sentence NOT_ADDED[] = {
    {TACET_ABSENT, "This link is over, or was replaced or refused.  Show a new one: tacet devices"
                   " add"},
    {TACET_CONFLICT, "Somebody else has asked by this link first.  If that was not you, refuse them"
                     " on your other device, and show a new link there: tacet devices add"},
    {TACET_FORGED,
     "Whoever answered is not the server that the link names, or what came is not from"
     " the device that showed it.  Nothing was taken over.  Try again, and tell your"
     " administrator if it stays so."},
    {TACET_CLOCK, "The clocks of this machine and of your other device, or the server, differ by"
                  " more than an hour.  Set them."},
    {TACET_VERSION, "This tacet and the server are too far apart in age.  Update the older one."},
    {TACET_REMOVED, "The server says that this device was removed.  Ask on your other device: tacet"
                    " devices"},
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

/* Both devices show it. */
static void show_code(const struct tacet_event *e)
{
    printf("Code: %s\n", e->digits);
    fflush(stdout);
    fputs("Your other device shows a code, too.  If it is the same, type yes there.\n", stderr);
}

/* Is it over, with this code? */
static bool take(const struct tacet_event *e, enum tacet_code *why)
{
    if (e->kind != TACET_EVENT_ADDING)
        return false;
    if (e->adding == TACET_ADDING_ASKED)
        show_code(e);
    *why = e->code;
    return e->adding == TACET_ADDING_OVER;
}

static enum words_end await(struct tacet_client *client, bool device)
{
    struct tacet_event e;
    enum tacet_code why = TACET_OK;
    enum words_end end = WORDS_FINE;
    struct drive d;
    bool over = false;

    drive_begin(&d, client, device ? LINK_SECONDS : JOIN_SECONDS);
    while (!over && !d.connected && drive_next(&d, &e))
        over = take(&e, &why);
    if (d.connected)
        say_who(client);
    else if (over || drive_is_final(d.why))
        end = sentences_say(device ? NOT_ADDED : REFUSED, over ? why : d.why);
    else
        end = words_say(WORDS_LATER, "Joining is not finished.  The same link goes on from here:"
                                     " try again later.");
    drive_end(&d);
    return end;
}

/* What to join by, and as what. */
struct joining {
    const char *link, *name;
    unsigned cost;
    char host[TACET_DEVICE_MAX + 1];
};

/* This machine's name, without its domain; what is no text calls itself nothing. */
static void name_host(struct joining *j)
{
    if (j->name != NULL)
        return;
    if (gethostname(j->host, sizeof j->host - 1) != 0)
        j->host[0] = '\0';
    j->host[strcspn(j->host, ".")] = '\0';
    j->name = text_is_utf8(bytes_text(j->host)) ? j->host : "";
}

static enum words_end join_at(const struct choice *c, const char *directory,
                              const struct joining *j)
{
    bool known = tacet_profile_exists(directory); /* joining was interrupted */
    struct buf passphrase = PROMPT_BUF;
    struct tacet_client *client = NULL;
    struct tacet_profile profile = {.directory = directory, .cost = j->cost, .name = j->name};
    enum words_end end;
    enum tacet_code code = tacet_check_link(j->link); /* before a passphrase is asked for */

    if (code != TACET_OK)
        return sentences_say(BEGINNING, code);
    if (!prompt_ask(c->passphrase_fd, known ? "Passphrase" : "A new passphrase for this profile",
                    known ? PROMPT_KNOWN : PROMPT_NEW, &passphrase))
        return WORDS_FAILED;
    profile.passphrase = passphrase.at;
    profile.passphrase_n = passphrase.n;
    code = tacet_join(&client, &profile, j->link);
    buf_free(&passphrase);
    end = code == TACET_OK ? await(client, tacet_is_device_link(j->link))
                           : sentences_say(BEGINNING, code);
    tacet_close(client);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct buf path = BUF(CHOICE_PATH_MAX), link = BUF(LINK_ROOM);
    enum words_end end = WORDS_FAILED;
    struct joining j = {.cost = TACET_COST_DEFAULT};

    options_number(o, "--kdf-cost", COST_LEAST, COST_MOST, &j.cost);
    j.name = options_text(o, "--name");
    j.link = options_next(o);
    if (!options_end(o))
        return WORDS_USAGE;
    name_host(&j);
    if (choice_directory(setting, &path) && (j.link != NULL || read_link(&link))) {
        if (j.link == NULL)
            j.link = (const char *)link.at;
        end = join_at(setting, (const char *)path.at, &j);
    }
    buf_free(&link);
    buf_free(&path);
    return end;
}

const struct word word_join = {
    .name = "join",
    .run = run,
    .usage = "[LINK] [--name NAME] [--kdf-cost N]",
    .what = "Take up an invitation, or add this device to your account.",
    .details =
        "LINK is the invitation from your administrator, tacet://join/..., or what another device\n"
        "of yours shows with `tacet devices add`, tacet://device/...; without it, it is read from\n"
        "standard input, so that it does not stand in the list of running programs.\n"
        "\n"
        "With a device's link, this device shows a code.  Compare it with the one on your other\n"
        "device, and type yes there: then this one is a device of the same account.\n"
        "\n"
        "You choose a passphrase, which seals everything that is kept on this machine.  Nobody "
        "can\n"
        "recover it for you.  If joining is interrupted, the same link goes on where it stopped.\n"
        "\n"
        "  --name NAME        What this device calls itself while it asks to be added; else the "
        "name\n"
        "                     of this machine.  At most 64 bytes.\n"
        "  --kdf-cost N       Work to try one passphrase, as a power of two: 10 to 20, usually "
        "17.\n"
        "                     Each step doubles time and memory, for you and for a thief.\n",
};
