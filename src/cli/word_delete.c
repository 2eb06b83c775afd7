/* SPDX-License-Identifier: Apache-2.0 */
/* delete: a message from all devices of mine, and from nobody else's. */
#include "cli/aside.h"
#include "cli/cli.h"
#include "cli/sentences.h"

static const struct sentence DELETING[] = {
    {TACET_DENIED, "The network demands that you keep a copy of that message."},
    {TACET_OK, NULL},
};

static enum tacet_code destroy(struct tacet_client *client, const struct posting *p,
                               const struct aside *a)
{
    (void)a;
    return tacet_delete(client, p->to, p->place);
}

static enum words_end run(struct options *o, const void *setting)
{
    struct aside a = {.act = destroy, .why = DELETING, .what = "deleted"};

    a.json = options_flag(o, "--json");
    a.meant = options_conversation(o);
    a.id = options_need(o, "an id");
    if (!options_end(o))
        return WORDS_USAGE;
    a.now = json_true();
    return aside_run(setting, &a);
}

const struct word word_delete = {
    .name = "delete",
    .run = run,
    .usage = "HANDLE|+ROOM ID [--json]",
    .what = "Delete a message from your devices; others keep it.",
    .details =
        "ID is the beginning of the message's id, 4 digits or more, as tacet read --all --ids "
        "shows\n"
        "it.  The message is gone here at once, and on your other devices when they hear of it; "
        "it\n"
        "does not come back with history.  Nobody else learns of it, and what they have they "
        "keep:\n"
        "to take back what you wrote, tacet recall.  A message that waits to be sent does not "
        "leave\n"
        "any more.\n"
        "\n"
        "  --json             One JSON object: with, id, deleted.\n",
};
