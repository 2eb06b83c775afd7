/* SPDX-License-Identifier: Apache-2.0 */
/* draft: what I began to write, for all my devices. */
#include <stdio.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/posting.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"
#include "terminal/show.h"

static enum words_end show(struct tacet_client *client, const char *with, bool json)
{
    const uint8_t *text = NULL;
    size_t n = 0;
    enum tacet_code code = tacet_draft(client, with, &text, &n);

    if (code != TACET_OK && code != TACET_ABSENT)
        return sentences_say(sentences_private, code);
    if (json)
        return jsonl_print(json_pack("{ss so}", "with", with, "draft",
                                     code == TACET_ABSENT ? json_null()
                                                          : json_stringn((const char *)text, n)))
                   ? WORDS_FINE
                   : WORDS_FAILED;
    if (code == TACET_ABSENT)
        return words_say(WORDS_FINE, "There is no draft.");
    show_text(stdout, bytes(text, n));
    printf("\n");
    return WORDS_FINE;
}

static enum words_end keep(struct tacet_client *client, const char *with, const char *text,
                           bool json)
{
    enum tacet_code code = tacet_set_draft(client, with, (const uint8_t *)text, strlen(text));

    if (code != TACET_OK)
        return sentences_say(sentences_private, code);
    return json ? show(client, with, true) : WORDS_FINE;
}

static enum words_end run(struct options *o, const void *setting)
{
    bool none = options_flag(o, "--none"), json = options_flag(o, "--json");
    const char *meant = options_conversation(o), *text = options_next(o);
    struct tacet_client *client = NULL;
    struct posting p = {.wait = 0};
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    if (none && text != NULL)
        return words_say(WORDS_USAGE, "A text and --none exclude each other.");
    end = choice_open(setting, &client);
    if (end == WORDS_FINE && !posting_find(client, &p, meant, NULL))
        end = WORDS_FAILED;
    if (end == WORDS_FINE)
        end = none || text != NULL ? keep(client, p.to, none ? "" : text, json)
                                   : show(client, p.to, json);
    tacet_close(client);
    return end;
}

const struct word word_draft = {
    .name = "draft",
    .run = run,
    .usage = "HANDLE|+ROOM [TEXT] [--none] [--json]",
    .what = "Show or keep what you began to write.",
    .details =
        "Without TEXT, what was begun on any of your devices is shown.  With it, that takes its\n"
        "place, up to 16,384 bytes.  A TEXT on the command line can be seen by other users of "
        "this\n"
        "machine while the word runs.  Your other devices hear of it, and nobody else; tacet chat\n"
        "goes on with it.\n"
        "\n"
        "  --none             Take it away.\n"
        "  --json             One JSON object: with, draft.\n",
};
