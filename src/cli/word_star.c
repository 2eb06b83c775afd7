/* SPDX-License-Identifier: Apache-2.0 */
/* star: messages that I marked, for all my devices. */
#include <stdio.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/posting.h"
#include "cli/sentences.h"
#include "cli/sheet.h"
#include "tacet/deeds.h"

static const struct sentence STARRING[] = {
    {TACET_STALE, "It is so already."},
    {TACET_OK, NULL},
};

static enum words_end star(struct tacet_client *client, const char *meant, const char *id,
                           bool back)
{
    struct posting p = {.wait = 0};
    struct tacet_message m;
    enum tacet_code code;

    if (!posting_find_any(client, &p, meant, id, &m))
        return WORDS_FAILED;
    code = tacet_star(client, p.to, p.place, !back);
    return code == TACET_OK ? WORDS_FINE : sentences_say(STARRING, code);
}

static enum words_end list(struct tacet_client *client, bool ids, bool json)
{
    struct tacet_message m = {.place = 0};
    enum tacet_code code;
    bool any = false;

    while ((code = tacet_next_starred(client, m.place, &m)) == TACET_OK) {
        if (!(json ? sheet_json(client, &m) : sheet_show(client, &m, ids)))
            return WORDS_FAILED;
        any = true;
    }
    if (code != TACET_ABSENT)
        return sentences_say(NULL, code);
    return any ? WORDS_FINE : words_say(WORDS_FINE, "Nothing is starred.");
}

static enum words_end run(struct options *o, const void *setting)
{
    bool back = options_flag(o, "--back"), ids = options_flag(o, "--ids");
    bool json = options_flag(o, "--json"), all = o->n == 0;
    const char *meant = all ? NULL : options_conversation(o);
    const char *id = all ? NULL : options_need(o, "an id");
    struct tacet_client *client = NULL;
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    if (all ? back : ids || json)
        return words_say(WORDS_USAGE, "--back goes with an id, --ids and --json with none.");
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = all ? list(client, ids, json) : star(client, meant, id, back);
    tacet_close(client);
    return end;
}

const struct word word_star = {
    .name = "star",
    .run = run,
    .usage = "[HANDLE|+ROOM ID] [--back] [--ids] [--json]",
    .what = "Mark a message, or list those that you marked.",
    .details =
        "ID is the beginning of a message's id, 4 digits or more, as tacet read --all --ids\n"
        "shows it.  Your other devices hear of it, and nobody else.  Without an ID, what you\n"
        "marked is listed, of all conversations.  Nothing counts as read by that.\n"
        "\n"
        "  --back             Mark it no longer.\n"
        "  --ids              Show by which id each can be named.\n"
        "  --json             One JSON object a line: tacet help read\n",
};
