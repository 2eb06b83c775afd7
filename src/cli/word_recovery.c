/* SPDX-License-Identifier: Apache-2.0 */
/* recovery: a key on paper, for whoever loses every device; and coming back with it. */
#include <stdio.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/drive.h"
#include "cli/losing.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"
#include "terminal/prompt.h"
#include "terminal/qr.h"

#define MAKE_SECONDS 180 /* the server may want to be asked again after a minute */

static const struct sentence MAKING[] = {
    {TACET_DENIED, "This device was removed from its account."},
    {TACET_STALE, "Another device of yours made a recovery key at the same time: its letters are"
                  " the ones that are good."},
    {TACET_CONFLICT, "The server did not take it.  Try again later."},
    {TACET_OK, NULL},
};

static const struct sentence CONFIRMING[] = {
    {TACET_MALFORMED, "A recovery key has 32 letters, a to z and 2 to 7."},
    {TACET_FORGED, "These are not the letters of your recovery key.  If they are what you wrote"
                   " down, make another one: tacet recovery make"},
    {TACET_ABSENT, "Your account has no recovery key.  To make one: tacet recovery make"},
    {TACET_CONFLICT, "Another device of yours made the recovery key: confirm it there, or make"
                     " another one here: tacet recovery make"},
    {TACET_OK, NULL},
};

static const char NEVER_SHOWN[] =
    "There are no letters yet.  If this device asked the server already, the letters from before\n"
    "are not good any more, and nobody will see the new ones.  Make another key when the server\n"
    "can be reached: tacet recovery make";

static const char KEEP_IT[] =
    "Write these letters down, with the link, on paper, and keep it where you would keep a key to\n"
    "your house: whoever has both can be you.  They are not shown again.  When you have them on\n"
    "paper, make sure that they can be read: tacet recovery confirm\n";

/* ---- make */

/* On paper both stand together. */
static bool print(const char *letters, const char *link, bool json)
{
    if (json)
        return jsonl_print(json_pack("{ss ss}", "letters", letters, "link", link)) &&
               fflush(stdout) == 0;
    printf("%s\n", letters);
    fflush(stdout);
    qr_show(letters);
    printf("%s\n", link);
    fflush(stdout);
    qr_show(link);
    return fflush(stdout) == 0 && !ferror(stdout);
}

static enum words_end show_letters(struct tacet_client *client, bool json)
{
    struct buf room = BUF(TACET_LETTERS_SIZE); /* wiped when it is freed */
    char *letters = (char *)buf_extend(&room, TACET_LETTERS_SIZE), link[TACET_RECOVERY_LINK_SIZE];
    enum tacet_code code = letters == NULL ? TACET_NOMEM : tacet_letters(client, letters);
    bool printed = false;

    if (code == TACET_OK)
        code = tacet_recovery_link(client, link);
    if (code == TACET_OK)
        printed = print(letters, link, json);
    buf_free(&room);
    if (code == TACET_OK && !printed)
        return words_say(WORDS_FAILED, "The letters could not be written.  Make another key: tacet"
                                       " recovery make");
    if (code == TACET_OK) /* and not before: what nobody saw is told as that */
        code = tacet_letters_shown(client);
    if (code != TACET_OK)
        return sentences_say(NULL, code);
    if (!json)
        fputs(KEEP_IT, stderr);
    return WORDS_FINE;
}

static enum words_end make(struct tacet_client *client, bool json)
{
    enum tacet_code code = tacet_make_recovery(client);
    struct tacet_event e = {.kind = TACET_EVENT_LINK};
    struct drive d;
    bool refused;

    if (code != TACET_OK)
        return sentences_say(MAKING, code);
    drive_begin(&d, client, MAKE_SECONDS);
    while (e.kind != TACET_EVENT_RECOVERY && !d.unreachable && drive_next(&d, &e))
        continue;
    refused = e.kind != TACET_EVENT_RECOVERY && drive_refused(&d);
    drive_end(&d);
    if (e.kind == TACET_EVENT_RECOVERY)
        return e.code == TACET_OK ? show_letters(client, json) : sentences_say(MAKING, e.code);
    return refused ? WORDS_FAILED : words_say(WORDS_LATER, NEVER_SHOWN);
}

/* ---- confirm, and how things stand */

static enum words_end confirm(struct tacet_client *client, int fd, bool json)
{
    struct buf letters = PROMPT_BUF;
    enum tacet_code code;

    if (!losing_ask_letters(fd, &letters))
        return WORDS_FAILED;
    code = tacet_confirm_letters(client, letters.at, letters.n);
    buf_free(&letters);
    if (json && (code == TACET_OK || code == TACET_FORGED))
        return jsonl_print(json_pack("{sb}", "confirmed", code == TACET_OK)) && code == TACET_OK
                   ? WORDS_FINE
                   : WORDS_FAILED;
    if (code != TACET_OK)
        return sentences_say(CONFIRMING, code);
    return words_say(WORDS_FINE, "These are the letters of your recovery key.");
}

static enum words_end say_state(struct tacet_client *client, bool json)
{
    struct tacet_status s;
    char link[TACET_RECOVERY_LINK_SIZE];
    enum tacet_code code = tacet_get_status(client, &s);

    if (code == TACET_OK)
        code = tacet_recovery_link(client, link);
    if (code != TACET_OK)
        return sentences_say(NULL, code);
    if (json)
        return jsonl_print(json_pack("{ss ss}", "recovery", losing_name(s.recovery), "link", link))
                   ? WORDS_FINE
                   : WORDS_FAILED;
    printf("%s\n", losing_sentence(s.recovery));
    printf("The link beside its letters, which is no secret: %s\n", link);
    return WORDS_FINE;
}

/* ---- the word */

struct asked {
    const char *what;
    bool json, keep;
};

static enum words_end with_profile(const struct asked *a, const struct choice *c)
{
    struct tacet_client *client = NULL;
    enum words_end end = choice_open(c, &client);

    if (end == WORDS_FINE && a->what == NULL)
        end = say_state(client, a->json);
    else if (end == WORDS_FINE && strcmp(a->what, "make") == 0)
        end = make(client, a->json);
    else if (end == WORDS_FINE)
        end = confirm(client, c->passphrase_fd, a->json);
    tacet_close(client);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct asked a = {.json = options_flag(o, "--json"), .keep = options_flag(o, "--keep-devices")};
    bool use;
    const char *link = NULL;

    a.what = options_next(o);
    use = a.what != NULL && strcmp(a.what, "use") == 0;
    if (use)
        link = options_next(o);
    if (!options_end(o))
        return WORDS_USAGE;
    if (a.what != NULL && !use && strcmp(a.what, "make") != 0 && strcmp(a.what, "confirm") != 0)
        return words_say(WORDS_USAGE, "What about the recovery key: make, confirm or use?");
    if (a.keep && !use)
        return words_say(WORDS_USAGE, "--keep-devices goes with use alone.");
    return use ? losing_come_back(setting, link, a.keep, a.json) : with_profile(&a, setting);
}

const struct word word_recovery = {
    .name = "recovery",
    .run = run,
    .usage = "[make | confirm | use [LINK] [--keep-devices]] [--json]",
    .what = "Come back when all devices are lost: make a recovery key, confirm it, use it.",
    .details =
        "  make               Make a recovery key in the place of the one from before: 32 letters\n"
        "                     and a link, to be kept on paper.  They are shown once.\n"
        "  confirm            Asks for the letters, without showing them, and says whether they "
        "are\n"
        "                     those of the key.\n"
        "  use [LINK]         On a new machine: come back into your account with the letters.  "
        "LINK\n"
        "                     is what stands beside them, tacet://recover/...; without it, it is\n"
        "                     read from standard input.  Asks for a new passphrase for this "
        "machine\n"
        "                     and for the letters; with --passphrase-fd they are its first and\n"
        "                     second line.  If it was cut off, the same again, without LINK, goes\n"
        "                     on.  Messages from before do not come back; whoever writes with you\n"
        "                     is told, and compares the safety number with you anew.\n"
        "\n"
        "Without any of these it says whether your account has a recovery key.  Letters that were\n"
        "used stay good; make another key after that, since they were typed in somewhere.\n"
        "\n"
        "  --keep-devices     Leave your other devices in the account; else they are removed.\n"
        "  --json             One JSON object, of these: letters, link, confirmed, handle, "
        "device,\n"
        "                     recovery.\n",
};
