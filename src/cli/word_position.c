/* SPDX-License-Identifier: Apache-2.0 */
/* position: where I am, once or for a while. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/geo.h"
#include "cli/lifetime.h"
#include "cli/posting.h"

struct placing {
    struct posting p;
    const char *with, *id;
    bool live;
};

/* What is said, and in the place of which message.  false: that does not go together, which was
 * said. */
static bool take(struct options *o, struct placing *pl)
{
    struct posting *p = &pl->p;
    const char *moved = options_text(o, "--moved"), *stop = options_text(o, "--stop"), *where;

    p->label = options_text(o, "--label");
    options_number(o, "--wait", 0, POSTING_WAIT_MOST, &p->wait);
    p->json = options_flag(o, "--json");
    if (!lifetime_take(o, "--live", NULL, &pl->live, &p->live_s))
        return false;
    pl->with = options_conversation(o);
    where = stop != NULL ? NULL : options_need(o, "a position");
    if (!options_end(o))
        return false;
    if ((moved != NULL) + (stop != NULL) + (pl->live || p->label != NULL) > 1) {
        fputs("--moved and --stop stand alone.\n", stderr);
        return false;
    }
    if (where != NULL && !geo_parse(where, &p->at)) {
        fputs("A position is 52.5163,13.3777 or geo:52.5163,13.3777;u=15, in degrees and metres.\n",
              stderr);
        return false;
    }
    p->kind = moved != NULL ? POSTING_MOVED : stop != NULL ? POSTING_STOPPED : POSTING_POSITION;
    pl->id = moved != NULL ? moved : stop;
    return true;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct placing pl = {.p = {.wait = POSTING_WAIT}};
    struct tacet_client *client = NULL;
    enum words_end end;

    if (!take(o, &pl))
        return WORDS_USAGE;
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = posting_find(client, &pl.p, pl.with, pl.id) ? posting_post(client, &pl.p)
                                                          : WORDS_FAILED;
    tacet_close(client);
    return end;
}

const struct word word_position = {
    .name = "position",
    .run = run,
    .usage = "HANDLE|+ROOM POSITION [--live TIME] [--label TEXT] [--moved ID | --stop ID]"
             " [--wait SECONDS] [--json]",
    .what = "Say where you are, once or for a while.",
    .details =
        "POSITION is in degrees of WGS 84, 52.5163,13.3777, or a geo URI, which may say within\n"
        "how many metres: geo:-33.8568,151.2153;u=15.  tacet does not find out where you are.  As\n"
        "where you are changes you say so by --moved with the message's id, and the message shows\n"
        "the newest.  What is printed is as for send: tacet help send\n"
        "\n"
        "  --live TIME        For how long newer ones follow, at most 1d.\n"
        "  --label TEXT       What is there, up to 256 bytes.\n"
        "  --moved ID         You are at POSITION now: the message ID said that it would follow.\n"
        "  --stop ID          None follows any more; without POSITION.\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n"
        "  --json             One JSON object: with, id, state; when the waiting is over.\n",
};
