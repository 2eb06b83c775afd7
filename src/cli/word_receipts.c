/* SPDX-License-Identifier: Apache-2.0 */
/* receipts: what is told of what came, and was read. */
#include <stdio.h>
#include <string.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/sentences.h"
#include "tacet/receipts.h"
#include "terminal/jsonl.h"

static const struct sentence RECEIPTS[] = {
    {TACET_DENIED, "The network says that for everybody."},
    {TACET_OK, NULL},
};

/* As it is typed, and as it is said. */
static const struct {
    const char *name, *said;
} LEVELS[] = {
    [TACET_RECEIPTS_NOTHING] = {"off", "Your devices tell nobody what came, or was read."},
    [TACET_RECEIPTS_CAME] = {"came", "Your devices tell who wrote to you what came, not what you"
                                     " read."},
    [TACET_RECEIPTS_READ] = {"read", "Your devices tell who wrote to you what came, and what you"
                                     " read."},
};

static bool find(const char *name, enum tacet_receipts *out)
{
    for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++)
        if (strcmp(LEVELS[i].name, name) == 0) {
            *out = (enum tacet_receipts)i;
            return true;
        }
    return false;
}

static enum words_end act(struct tacet_client *client, const enum tacet_receipts *say, bool json)
{
    enum tacet_receipts now;
    enum tacet_code code = say == NULL ? TACET_OK : tacet_set_receipts(client, *say);

    if (code == TACET_OK)
        code = tacet_get_receipts(client, &now);
    if (code != TACET_OK)
        return sentences_say(RECEIPTS, code);
    if (json)
        return jsonl_print(json_pack("{ss}", "receipts", LEVELS[now].name)) ? WORDS_FINE
                                                                            : WORDS_FAILED;
    printf("%s\n", LEVELS[now].said);
    return WORDS_FINE;
}

static enum words_end run(struct options *o, const void *setting)
{
    bool json = options_flag(o, "--json");
    const char *name = options_next(o);
    struct tacet_client *client = NULL;
    enum tacet_receipts say = TACET_RECEIPTS_NOTHING;
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    if (name != NULL && !find(name, &say))
        return words_say(WORDS_USAGE, "Receipts are off, came or read.");
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = act(client, name == NULL ? NULL : &say, json);
    tacet_close(client);
    return end;
}

const struct word word_receipts = {
    .name = "receipts",
    .run = run,
    .usage = "[off|came|read] [--json]",
    .what = "Say what is told of what came, and was read.",
    .details =
        "Without a level it is shown.  It holds for all your devices, and for everybody who\n"
        "writes to you but in rooms of more than 64 people.  Receipts go some seconds later,\n"
        "many at once, so that nobody sees the moment.\n"
        "\n"
        "  off                Nothing is told; what was not told yet is not told later either.\n"
        "  came               That it came: a word of your device, not of you.  It is so until\n"
        "                     you say something else.\n"
        "  read               That it came, and that you read it.\n"
        "  --json             One JSON object: receipts.\n"
        "\n"
        "What others told of what you wrote stands with it: tacet read --all\n",
};
