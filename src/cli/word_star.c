/* SPDX-License-Identifier: Apache-2.0 */
/* star: messages that I marked, for all my devices. */
#include <stdio.h>

#include "cli/aside.h"
#include "cli/cli.h"
#include "cli/sentences.h"
#include "cli/sheet.h"
#include "tacet/deeds.h"

static const struct sentence STARRING[] = {
    {TACET_STALE, "It is so already."},
    {TACET_OK, NULL},
};

static enum tacet_code star(struct tacet_client *client, const struct posting *p,
                            const struct aside *a)
{
    return tacet_star(client, p->to, p->place, !a->back);
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

static enum words_end run_list(const struct choice *c, bool ids, bool json)
{
    struct tacet_client *client = NULL;
    enum words_end end = choice_open(c, &client);

    if (end == WORDS_FINE)
        end = list(client, ids, json);
    tacet_close(client);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct aside a = {.act = star, .why = STARRING, .what = "starred"};
    bool ids = options_flag(o, "--ids"), all;

    a.back = options_flag(o, "--back");
    a.json = options_flag(o, "--json");
    all = o->n == 0;
    a.meant = all ? NULL : options_conversation(o);
    a.id = all ? NULL : options_need(o, "an id");
    if (!options_end(o))
        return WORDS_USAGE;
    if (all ? a.back : ids)
        return words_say(WORDS_USAGE, "--back goes with an id, --ids with none.");
    if (all)
        return run_list(setting, ids, a.json);
    a.now = json_boolean(!a.back);
    return aside_run(setting, &a);
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
        "  --json             One JSON object: with, id, starred; of what is listed,\n"
        "                     one a line: tacet help read\n",
};
