/* SPDX-License-Identifier: Apache-2.0 */
/* activity: whether others are told what the person does at the moment. */
#include <stdio.h>
#include <string.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/sentences.h"
#include "tacet/activity.h"
#include "terminal/jsonl.h"

static const struct sentence ACTIVITY[] = {
    {TACET_DENIED, "The network does not allow that."},
    {TACET_OK, NULL},
};

static enum words_end act(struct tacet_client *client, const bool *say, bool json)
{
    bool told;
    enum tacet_code code = say == NULL ? TACET_OK : tacet_set_activity(client, *say);

    if (code == TACET_OK)
        code = tacet_get_activity(client, &told);
    if (code != TACET_OK)
        return sentences_say(ACTIVITY, code);
    if (json)
        return jsonl_print(json_pack("{sb}", "activity", told)) ? WORDS_FINE : WORDS_FAILED;
    puts(told ? "Your devices tell who is there when you are writing, or reading."
              : "Your devices tell nobody when you are writing, or reading.");
    return WORDS_FINE;
}

static enum words_end run(struct options *o, const void *setting)
{
    bool json = options_flag(o, "--json");
    const char *name = options_next(o);
    struct tacet_client *client = NULL;
    bool say = name != NULL && strcmp(name, "on") == 0;
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    if (name != NULL && !say && strcmp(name, "off") != 0)
        return words_say(WORDS_USAGE, "Activity is on or off.");
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = act(client, name == NULL ? NULL : &say, json);
    tacet_close(client);
    return end;
}

const struct word word_activity = {
    .name = "activity",
    .run = run,
    .usage = "[on|off] [--json]",
    .what = "Say whether it is told that you are writing, or reading.",
    .details =
        "Without a word it is shown.  It is off until you say otherwise, and holds for all your\n"
        "devices.  It is told in tacet chat on a whole screen, to those of whom something came\n"
        "in the last five minutes, in rooms of 16 people at most, and not where receipts are\n"
        "off.  Nobody keeps it.  The server sees that your device tells theirs something, and\n"
        "when: every few seconds while you write.\n"
        "\n"
        "  on                 Others see that you are writing, and that you are here.\n"
        "  off                They do not.  You see what they have told.\n"
        "  --json             One JSON object: activity.\n",
};
