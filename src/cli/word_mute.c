/* SPDX-License-Identifier: Apache-2.0 */
/* mute: a conversation of which I want no notice. */
#include <time.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/posting.h"
#include "cli/sentences.h"

#define HOURS_MOST 8760
#define HOUR_MS    UINT64_C(3600000)

static uint64_t until(unsigned hours)
{
    return hours == 0 ? TACET_MUTED_EVER : (uint64_t)time(NULL) * 1000 + hours * HOUR_MS;
}

static enum words_end mute(struct tacet_client *client, const char *meant, uint64_t until_ms)
{
    struct posting p = {.wait = 0};
    enum tacet_code code;

    if (!posting_find(client, &p, meant, NULL))
        return WORDS_FAILED;
    code = tacet_mute(client, p.to, until_ms);
    return code == TACET_OK ? WORDS_FINE : sentences_say(sentences_private, code);
}

static enum words_end run(struct options *o, const void *setting)
{
    bool back = options_flag(o, "--back");
    struct tacet_client *client = NULL;
    enum words_end end;
    const char *meant;
    unsigned hours = 0;

    options_number(o, "--hours", 1, HOURS_MOST, &hours);
    meant = options_conversation(o);
    if (!options_end(o))
        return WORDS_USAGE;
    if (back && hours > 0)
        return words_say(WORDS_USAGE, "--hours and --back exclude each other.");
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = mute(client, meant, back ? 0 : until(hours));
    tacet_close(client);
    return end;
}

const struct word word_mute = {
    .name = "mute",
    .run = run,
    .usage = "HANDLE|+ROOM [--hours N] [--back]",
    .what = "Get no notice of what comes in a conversation.",
    .details =
        "It comes, is unread, and is shown like all else; tacet chat with somebody else does\n"
        "not say that it came.  Your other devices hear of it, and nobody else.\n"
        "\n"
        "  --hours N          For so many hours, 1 to 8760; else until --back.\n"
        "  --back             Get notice again.\n",
};
