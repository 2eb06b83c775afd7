/* SPDX-License-Identifier: Apache-2.0 */
/* timer: for how long what is written in a conversation lives. */
#include <stdio.h>

#include "cli/choice.h"
#include "cli/cli.h"
#include "cli/lifetime.h"
#include "cli/rooms.h"
#include "cli/timing.h"
#include "terminal/jsonl.h"

#define LINE_MAX 512

struct asking {
    const char *with;
    char room[TACET_HANDLE_SIZE];
    bool json;
    struct timing say;
};

/* ---- showing */

static bool print_json(const struct asking *t, const struct tacet_timers_of *of)
{
    return jsonl_print(json_pack(
        "{ss sI sI sI sI sI sI}", "with", t->with, "expire", (json_int_t)of->lives.expire_s, "burn",
        (json_int_t)of->lives.burn_s, "said_expire", (json_int_t)of->said.expire_s, "said_burn",
        (json_int_t)of->said.burn_s, "room_expire", (json_int_t)of->room.expire_s, "room_burn",
        (json_int_t)of->room.burn_s));
}

static void print_line(const struct tacet_timers_of *of)
{
    struct buf b = BUF(LINE_MAX);

    timing_write(of, &b);
    buf_text(&b, "\n");
    if (b.failed == E_OK)
        fwrite(b.at, 1, b.n, stdout);
    buf_free(&b);
}

static enum words_end show(struct tacet_client *client, const struct asking *t)
{
    struct tacet_timers_of of;
    enum tacet_code code = tacet_get_timers(client, t->with, &of);

    if (code != TACET_OK)
        return sentences_say(timing_sentences, code);
    if (t->json)
        return print_json(t, &of) ? WORDS_FINE : WORDS_FAILED;
    print_line(&of);
    return WORDS_FINE;
}

/* ---- saying */

static enum words_end say(struct tacet_client *client, const struct asking *t)
{
    bool for_all;
    enum tacet_code code = timing_say(client, t->with, &t->say, &for_all);

    if (code != TACET_OK)
        return sentences_say(timing_sentences, code);
    return for_all ? rooms_await(client, t->with) : WORDS_FINE;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct asking t = {.json = options_flag(o, "--json")};
    struct tacet_client *client = NULL;
    enum words_end end;

    lifetime_take(o, "--expire", "default", &t.say.expire, &t.say.expire_s);
    lifetime_take(o, "--burn", "off", &t.say.burn, &t.say.burn_s);
    t.with = options_conversation(o);
    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_open(setting, &client);
    if (end == WORDS_FINE && rooms_is_meant(t.with)) {
        end = rooms_resolve(client, t.with, t.room) ? end : WORDS_FAILED;
        t.with = t.room;
    }
    if (end == WORDS_FINE && (t.say.expire || t.say.burn))
        end = say(client, &t);
    if (end == WORDS_FINE)
        end = show(client, &t);
    tacet_close(client);
    return end;
}

const struct word word_timer = {
    .name = "timer",
    .run = run,
    .usage = "HANDLE|+ROOM [--expire TIME] [--burn TIME] [--json]",
    .what = "Say for how long messages live.",
    .details =
        "Without an option it is shown.  When its time is over a message is destroyed on every\n"
        "device that has it, and the server drops it.  With one person and in a group you say it\n"
        "of what you write from now on, on all your devices, and the others of what they write;\n"
        "in a room its moderators say it for all.  What was written before keeps its time.\n"
        "Of one message alone: tacet help send\n"
        "\n"
        "What burns is destroyed so long after it was read: on the device on which tacet read or\n"
        "tacet chat has shown it from then on, on others of the same person as soon as they hear\n"
        "of it, and on those of who wrote it when the server has had it for so long.  It is not\n"
        "exported, not given to other devices as history, and not searched before it was read.\n"
        "\n"
        "  --expire TIME      From when it was written: 45s, 30m, 12h, 7d, 2w or 1y, which is the\n"
        "                     most; default: 30 days, or what the room says.\n"
        "  --burn TIME        And from when it was read; off: that makes no difference.\n"
        "  --json             One JSON object: with, expire, burn, said_expire, said_burn,\n"
        "                     room_expire, room_burn.\n",
};
