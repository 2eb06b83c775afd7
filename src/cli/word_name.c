/* SPDX-License-Identifier: Apache-2.0 */
/* name: what one calls somebody, on all devices and nowhere else. */
#include <stdio.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

static const struct sentence NAMING[] = {
    {TACET_ABSENT, "You have no contact with this handle.  Yours: tacet contacts"},
    {TACET_MALFORMED, "A name is one line of visible characters, without a backslash and without a"
                      " blank at its ends."},
    {TACET_LIMIT, "The name is longer than 64 bytes."},
    {TACET_OK, NULL},
};

static enum words_end show(struct tacet_client *client, const char *handle, bool json)
{
    struct tacet_contact c;
    enum tacet_code code = tacet_find_contact(client, handle, &c);

    if (code != TACET_OK)
        return sentences_say(NAMING, code);
    if (json)
        return jsonl_print(json_pack("{ss ss?}", "handle", handle, "name", c.name)) ? WORDS_FINE
                                                                                    : WORDS_FAILED;
    if (c.name == NULL)
        return words_say(WORDS_FINE, "You gave them no name.");
    show_text(stdout, bytes_text(c.name));
    printf("\n");
    return WORDS_FINE;
}

/* NULL: none any more. */
static enum words_end give(struct tacet_client *client, const char *handle, const char *name,
                           bool json)
{
    enum tacet_code code = tacet_name(client, handle, name);

    if (code != TACET_OK)
        return sentences_say(NAMING, code);
    return json ? show(client, handle, true) : WORDS_FINE;
}

static enum words_end run(struct options *o, const void *setting)
{
    bool none = options_flag(o, "--none"), json = options_flag(o, "--json");
    const char *handle = options_handle(o), *name = options_next(o);
    struct tacet_client *client = NULL;
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    if (none && name != NULL)
        return words_say(WORDS_USAGE, "A name and --none exclude each other.");
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = none || name != NULL ? give(client, handle, name, json) : show(client, handle, json);
    tacet_close(client);
    return end;
}

const struct word word_name = {
    .name = "name",
    .run = run,
    .usage = "HANDLE [NAME] [--none] [--json]",
    .what = "Give somebody a name that you alone see.",
    .details =
        "The name stands behind the handle wherever Tacet speaks of them, and never in its place.\n"
        "It is kept in your profile, sealed, and told to nobody but your other devices.  A NAME "
        "on\n"
        "the command line can be seen by other users of this machine while the word runs.\n"
        "Without NAME, the one that they have is shown.\n"
        "\n"
        "  --none             Take their name away.\n"
        "  --json             One JSON object: handle, name.\n",
};
