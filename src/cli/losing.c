/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/losing.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/drive.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"
#include "terminal/prompt.h"
#include "terminal/show.h"

#define SECONDS   60
#define LINK_ROOM 1024 /* more than any link needs */

static const struct sentence BEGINNING[] = {
    {TACET_ABSENT, "Nothing began in this profile.  Say the link that stands beside the letters:"
                   " tacet recovery use LINK"},
    {TACET_MALFORMED, "Either this is no such link, which begins with tacet://recover/, or these"
                      " are not 32 letters, a to z and 2 to 7."},
    {TACET_FORGED, "The link is damaged: copy the whole of it once more."},
    {TACET_VERSION, "A newer tacet is needed for this.  Update this one."},
    {TACET_DENIED, "Wrong passphrase: coming back began here already, with another one."},
    {TACET_CONFLICT, "Somebody has this profile already, or another tacet is using it.  For another"
                     " one, say --profile NAME."},
    {TACET_OK, NULL},
};

static const struct sentence REFUSED[] = {
    {TACET_ABSENT, "The server keeps nothing under these letters.  Either one is mistyped, or"
                   " another key has been made since.  Try again: tacet recovery use"},
    {TACET_STALE, "This recovery key was replaced by another one, whose letters are good."},
    {TACET_DENIED, "The server did not accept this recovery key.  Try again: tacet recovery use"},
    {TACET_REMOVED, "Either an administrator removed the account, or somebody else came back with"
                    " the same letters and removed this device.  If that may be: try again at once"
                    " (tacet recovery use), make another key, and tell your administrator."},
    {TACET_FORGED, "What the server shows does not check, or whoever answered is not the server of"
                   " this link.  Nothing was changed.  If the letters are old, ask somebody in your"
                   " network for a newer link: tacet recovery"},
    {TACET_LIMIT, "The account has as many devices as there may be.  Leave out --keep-devices."},
    {TACET_CLOCK, "The clocks of this machine and of the server differ by more than an hour.  Set"
                  " this one; if it is right, tell your administrator."},
    {TACET_VERSION, "This tacet and the server are too far apart in age.  Update the older one."},
    {TACET_OK, NULL},
};

static const char NEXT[] =
    "You are back, with this device.  Messages from before are not.  Whoever writes with you is\n"
    "told, and has to compare the safety number with you again.  The letters are still good, but\n"
    "you have typed them in here: make other ones now, and destroy the paper: tacet recovery make";

/* ---- how things stand */

static const struct {
    const char *name, *sentence;
} STATES[] = {
    [TACET_RECOVERY_NONE] = {"none", "none: whoever loses every device loses the account.  Make a"
                                     " key: tacet recovery make"},
    [TACET_RECOVERY_ELSEWHERE] = {"elsewhere", "made on another device of yours"},
    [TACET_RECOVERY_MAKING] = {"making", "being made"},
    [TACET_RECOVERY_UNSEEN] = {"unseen", "its letters were never shown: make another one: tacet"
                                         " recovery make"},
    [TACET_RECOVERY_UNCONFIRMED] = {"unconfirmed", "not confirmed: type its letters in once: tacet"
                                                   " recovery confirm"},
    [TACET_RECOVERY_CONFIRMED] = {"confirmed", "confirmed"},
    [TACET_RECOVERY_USED] = {"used", "was used: make another one: tacet recovery make"},
};

#define ROWS (sizeof STATES / sizeof STATES[0])

const char *losing_name(enum tacet_recovery recovery)
{
    return (size_t)recovery < ROWS ? STATES[recovery].name : "unknown";
}

const char *losing_sentence(enum tacet_recovery recovery)
{
    return (size_t)recovery < ROWS ? STATES[recovery].sentence : "unknown";
}

bool losing_ask_letters(int fd, struct buf *out)
{
    return prompt_ask(fd, "The 32 letters of the recovery key", PROMPT_KNOWN, out);
}

/* ---- coming back */

static enum words_end say_back(struct tacet_client *client, bool json)
{
    struct tacet_status s;
    enum tacet_code code = tacet_get_status(client, &s);

    if (code != TACET_OK)
        return sentences_say(NULL, code);
    if (json)
        return jsonl_print(json_pack("{ss ss}", "handle", s.handle, "device", s.device_id))
                   ? WORDS_FINE
                   : WORDS_FAILED;
    printf("You are ");
    show_text(stdout, bytes_text(s.handle));
    printf("@");
    show_text(stdout, bytes_text(s.domain));
    printf(".\n");
    fflush(stdout);
    return words_say(WORDS_FINE, NEXT);
}

static enum words_end await(struct tacet_client *client, bool json)
{
    struct tacet_event e;
    enum words_end end;
    struct drive d;

    drive_begin(&d, client, SECONDS);
    while (!d.connected && drive_next(&d, &e))
        continue;
    if (d.connected)
        end = say_back(client, json);
    else if (drive_is_final(d.why))
        end = sentences_say(REFUSED, d.why);
    else
        end = words_say(WORDS_LATER, "This is not finished.  To go on from here: tacet recovery"
                                     " use");
    drive_end(&d);
    return end;
}

static enum words_end come_back(const struct choice *c, const char *directory, const char *link,
                                bool keep, bool json)
{
    bool known = tacet_profile_exists(directory);
    struct buf passphrase = PROMPT_BUF, letters = PROMPT_BUF;
    struct tacet_client *client = NULL;
    struct tacet_profile profile = {.directory = directory};
    struct tacet_return how = {.link = link, .keep = keep};
    enum words_end end = WORDS_FAILED;
    enum tacet_code code = link == NULL ? TACET_OK : tacet_check_recovery_link(link);

    if (code != TACET_OK)
        return sentences_say(BEGINNING, code);
    if (prompt_ask(c->passphrase_fd, known ? "Passphrase" : "A new passphrase for this profile",
                   known ? PROMPT_KNOWN : PROMPT_NEW, &passphrase) &&
        losing_ask_letters(c->passphrase_fd, &letters)) {
        profile.passphrase = passphrase.at;
        profile.passphrase_n = passphrase.n;
        how.letters = letters.at;
        how.letters_n = letters.n;
        code = tacet_come_back(&client, &profile, &how);
        buf_free(&letters);
        end = code == TACET_OK ? await(client, json) : sentences_say(BEGINNING, code);
    }
    buf_free(&letters);
    buf_free(&passphrase);
    tacet_close(client);
    return end;
}

/* One line of standard input.  Byte by byte: the next may be the passphrase. */
static bool read_link(struct buf *link)
{
    uint8_t c = 0;

    if (isatty(STDIN_FILENO) == 1)
        fputs("The link that stands beside the letters: ", stderr);
    while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
        buf_u8(link, c);
    buf_u8(link, 0);
    if (link->failed != E_OK)
        sentences_say(BEGINNING, TACET_MALFORMED);
    return link->failed == E_OK;
}

enum words_end losing_come_back(const struct choice *c, const char *link, bool keep, bool json)
{
    struct buf path = BUF(CHOICE_PATH_MAX), read = BUF(LINK_ROOM);
    enum words_end end = WORDS_FAILED;
    const char *directory;

    if (choice_directory(c, &path)) {
        directory = (const char *)path.at;
        if (link != NULL || tacet_profile_exists(directory))
            end = come_back(c, directory, link, keep, json);
        else if (read_link(&read))
            end = come_back(c, directory, (const char *)read.at, keep, json);
    }
    buf_free(&read);
    buf_free(&path);
    return end;
}
