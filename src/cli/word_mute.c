/* SPDX-License-Identifier: Apache-2.0 */
/* mute: a conversation of which I want no notice. */
#include <time.h>

#include "cli/aside.h"
#include "cli/cli.h"
#include "cli/sentences.h"
#include "terminal/jsonl.h"

#define HOURS_MOST 8760
#define HOUR_MS    UINT64_C(3600000)

static uint64_t until(unsigned hours)
{
    return hours == 0 ? TACET_MUTED_EVER : (uint64_t)time(NULL) * 1000 + hours * HOUR_MS;
}

static enum tacet_code mute(struct tacet_client *client, const struct posting *p,
                            const struct aside *a)
{
    return tacet_mute(client, p->to, a->until_ms);
}

static enum words_end run(struct options *o, const void *setting)
{
    struct aside a = {.act = mute, .why = sentences_private, .what = "muted"};
    unsigned hours = 0;

    a.back = options_flag(o, "--back");
    a.json = options_flag(o, "--json");
    options_number(o, "--hours", 1, HOURS_MOST, &hours);
    a.meant = options_conversation(o);
    if (!options_end(o))
        return WORDS_USAGE;
    if (a.back && hours > 0)
        return words_say(WORDS_USAGE, "--hours and --back exclude each other.");
    a.until_ms = a.back ? 0 : until(hours);
    a.now = a.back ? json_null() : jsonl_time(a.until_ms);
    return aside_run(setting, &a);
}

const struct word word_mute = {
    .name = "mute",
    .run = run,
    .usage = "HANDLE|+ROOM [--hours N] [--back] [--json]",
    .what = "Get no notice of what comes in a conversation.",
    .details =
        "It comes, is unread, and is shown like all else; tacet chat with somebody else does\n"
        "not say that it came.  Your other devices hear of it, and nobody else.\n"
        "\n"
        "  --hours N          For so many hours, 1 to 8760; else until --back.\n"
        "  --back             Get notice again.\n"
        "  --json             One JSON object: with, muted.\n",
};
