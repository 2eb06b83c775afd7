/* SPDX-License-Identifier: Apache-2.0 */
/* forward: what was said in one conversation, said in others. */
#include "cli/cli.h"
#include "cli/posting.h"
#include "cli/rooms.h"

#define MOST 16 /* conversations at once */

struct forward {
    struct posting p;
    const char *with, *id, *to[MOST];
    size_t n;
};

/* Each on its own: one that cannot be sent keeps none back. */
static enum words_end send_all(struct tacet_client *client, struct forward *f)
{
    struct posting found = {.kind = POSTING_FORWARD};
    enum words_end end = WORDS_FINE;

    if (!posting_find(client, &found, f->with, f->id))
        return WORDS_FAILED;
    f->p.from = found.to;
    f->p.place = found.place;
    for (size_t i = 0; i < f->n; i++) {
        enum words_end one = WORDS_FAILED;

        f->p.to = f->to[i];
        if (rooms_is_meant(f->to[i]))
            f->p.to = rooms_resolve(client, f->to[i], f->p.room) ? f->p.room : NULL;
        if (f->p.to != NULL)
            one = posting_post(client, &f->p);
        if (one != WORDS_FINE)
            end = one;
    }
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    struct forward f = {.p = {.kind = POSTING_FORWARD, .wait = POSTING_WAIT}};
    struct tacet_client *client = NULL;
    enum words_end end;

    options_number(o, "--wait", 0, POSTING_WAIT_MOST, &f.p.wait);
    f.p.json = options_flag(o, "--json");
    f.with = options_conversation(o);
    f.id = options_need(o, "an id");
    do
        f.to[f.n++] = options_conversation(o);
    while (o->n > 0 && f.n < MOST);
    if (!options_end(o)) /* also when there are more than that */
        return WORDS_USAGE;
    end = choice_open(setting, &client);
    if (end == WORDS_FINE)
        end = send_all(client, &f);
    tacet_close(client);
    return end;
}

const struct word word_forward = {
    .name = "forward",
    .run = run,
    .usage = "HANDLE|+ROOM ID HANDLE|+ROOM... [--wait SECONDS] [--json]",
    .what = "Say in other conversations what was said in one.",
    .details =
        "The text as it is by now goes to each of them, at most 16, as a message of yours.  It\n"
        "says that it was forwarded, and neither who wrote it nor where: nobody there could\n"
        "check that.  Files, and what burns once it was read, stay where they are.  ID, and what\n"
        "is printed, for each a line, are as for reply and send: tacet help send\n"
        "\n"
        "  --wait SECONDS     How long to wait for the server with each, 10 if not said.\n"
        "  --json             One JSON object a line: with, id, state; when the waiting is over.\n",
};
