/* SPDX-License-Identifier: Apache-2.0 */
/* lock: close the profile in whatever program shows it, now or by itself. */
#include <stdio.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"

#define PATIENCE_MS 10000
#define AFTER_MOST  1440
#define WIPE_LEAST  3 /* below that a person's own slips destroy it */
#define WIPE_MOST   1000000
#define AS_IT_WAS   UINT32_MAX

static const struct sentence LOCKING[] = {
    {TACET_AGAIN, "A program has this profile open and did not close it.  It may be busy: try"
                  " again, or end it."},
    {TACET_IO, "The program that has this profile open cannot be asked: end it."},
    {TACET_OK, NULL},
};

/* ---- now */

static enum words_end lock_now(const struct choice *c, bool json)
{
    struct buf path = BUF(CHOICE_PATH_MAX);
    enum tacet_code code = TACET_ABSENT;
    bool found = choice_directory(c, &path), exists = false;

    if (found) {
        exists = tacet_profile_exists((const char *)path.at);
        code = tacet_lock((const char *)path.at, PATIENCE_MS);
    }
    buf_free(&path);
    if (!found)
        return WORDS_FAILED;
    if (!exists)
        return words_say(WORDS_FAILED, "There is no profile of this name.");
    if (json && !jsonl_print(json_pack("{sb sb}", "was_open", code != TACET_ABSENT, "locked",
                                       code == TACET_OK || code == TACET_ABSENT)))
        return WORDS_FAILED;
    if (code == TACET_OK || code == TACET_ABSENT)
        return json ? WORDS_FINE
                    : words_say(WORDS_FINE, code == TACET_OK
                                                ? "Locked."
                                                : "No tacet has this profile open: it is locked.");
    sentences_say(LOCKING, code);
    return code == TACET_AGAIN ? WORDS_LATER : WORDS_FAILED;
}

/* ---- by itself */

static void say_settings(const struct tacet_locking *l)
{
    if (l->after_minutes == 0)
        printf("tacet chat does not lock by itself.\n");
    else
        printf("tacet chat locks when no key was pressed for %u minute%s.\n", l->after_minutes,
               l->after_minutes == 1 ? "" : "s");
    if (l->wipe_at == 0)
        printf("Wrong passphrases do not destroy the profile.\n");
    else
        printf("%u wrong passphrases in a row destroy the profile.\n", l->wipe_at);
}

static enum words_end change_settings(const struct choice *c, const struct tacet_locking *wanted,
                                      bool json)
{
    struct tacet_client *client = NULL;
    struct tacet_locking l;
    enum words_end end = choice_open(c, &client);
    enum tacet_code code = TACET_OK;

    if (end == WORDS_FINE)
        code = tacet_get_locking(client, &l);
    if (end == WORDS_FINE && code == TACET_OK) {
        if (wanted->after_minutes != AS_IT_WAS)
            l.after_minutes = wanted->after_minutes;
        if (wanted->wipe_at != AS_IT_WAS)
            l.wipe_at = wanted->wipe_at;
        code = tacet_set_locking(client, &l);
    }
    tacet_close(client);
    if (end != WORDS_FINE)
        return end;
    if (code != TACET_OK)
        return sentences_say(NULL, code);
    if (!json)
        say_settings(&l);
    else if (!jsonl_print(json_pack("{sI sI}", "after", (json_int_t)l.after_minutes, "wipe_after",
                                    (json_int_t)l.wipe_at)))
        return WORDS_FAILED;
    return WORDS_FINE;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct tacet_locking wanted = {.after_minutes = AS_IT_WAS, .wipe_at = AS_IT_WAS};
    bool json = options_flag(o, "--json");
    bool any = options_number(o, "--after", 0, AFTER_MOST, &wanted.after_minutes);

    any |= options_number(o, "--wipe-after", 0, WIPE_MOST, &wanted.wipe_at);
    if (!options_end(o))
        return WORDS_USAGE;
    if (wanted.wipe_at > 0 && wanted.wipe_at < WIPE_LEAST)
        return words_say(WORDS_USAGE, "--wipe-after needs 0 or at least 3: anybody slips.");
    return any ? change_settings(setting, &wanted, json) : lock_now(setting, json);
}

const struct word word_lock = {
    .name = "lock",
    .run = run,
    .usage = "[--after MINUTES] [--wipe-after TRIES] [--json]",
    .what = "Lock this profile now, or say when it locks by itself.",
    .details =
        "Without options, asks the tacet that has this profile open to close it, and waits for\n"
        "that for 10 seconds at most.  No passphrase is needed.  tacet chat clears its screen,\n"
        "wipes what it had in memory and asks for the passphrase; messages wait at the server.\n"
        "tacet read --follow ends.  If no tacet has it open, that is said, and all is well.\n"
        "\n"
        "With an option, asks for the passphrase and keeps the setting in the profile.\n"
        "\n"
        "  --after MINUTES    tacet chat locks when no key was pressed for so long, 1 to 1440;\n"
        "                     0: never, as in a new profile.  Its --lock-after goes before this.\n"
        "  --wipe-after TRIES After so many wrong passphrases in a row, 3 or more, the profile is\n"
        "                     destroyed: whoever guesses gets nothing, and neither do you. 0: "
        "never,\n"
        "                     as in a new profile.\n"
        "  --json             One JSON object: was_open, locked, after, wipe_after; the first two\n"
        "                     without another option, the last two with one.\n",
};
