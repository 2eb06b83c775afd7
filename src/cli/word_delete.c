/* SPDX-License-Identifier: Apache-2.0 */
/* delete: a message from all devices of mine, and from nobody else's. */
#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/posting.h"
#include "cli/sentences.h"

static const struct sentence DELETING[] = {
    {TACET_DENIED, "The network demands that you keep a copy of that message."},
    {TACET_OK, NULL},
};

static enum words_end destroy(struct tacet_client *client, const char *to, const char *id)
{
    struct posting p = {.wait = 0};
    struct tacet_message m;
    enum tacet_code code;

    if (!posting_find_any(client, &p, to, id, &m))
        return WORDS_FAILED;
    code = tacet_delete(client, p.to, p.place);
    return code == TACET_OK ? WORDS_FINE : sentences_say(DELETING, code);
}

static enum words_end run(struct options *o, const void *setting)
{
    struct tacet_client *client = NULL;
    const char *to = options_conversation(o), *id = options_need(o, "an id");
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = destroy(client, to, id);
    tacet_close(client);
    return end;
}

const struct word word_delete = {
    .name = "delete",
    .run = run,
    .usage = "HANDLE|+ROOM ID",
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
        "any more.\n",
};
