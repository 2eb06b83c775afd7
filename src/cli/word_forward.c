/* SPDX-License-Identifier: Apache-2.0 */
/* forward: what was said in one conversation, said in others. */
#include "cli/cli.h"
#include "cli/posting.h"
#include "cli/rooms.h"
#include "cli/sentences.h"
#include "cli/transit.h"
#include "tacet/files.h"
#include "terminal/jsonl.h"

#define MOST 16 /* conversations at once */

struct forward {
    struct posting p;
    const char *with, *id, *to[MOST];
    size_t n;
};

static const struct sentence REFUSED[] = {
    {TACET_DENIED,
     "It burns once it was read, is not to be kept, or is a copy: it stays where it is."},
    {TACET_OK, NULL},
};

/* It is not moved, so that no copy of it has to be here. */
static enum words_end send_file(struct tacet_client *client, const struct posting *p)
{
    enum tacet_state state = TACET_STATE_QUEUED;
    enum words_end end = WORDS_FINE;
    uint64_t number;
    enum tacet_code code = tacet_forward_file(client, p->from, p->place, p->to, &number);

    if (code == TACET_DENIED)
        return sentences_say(REFUSED, code);
    if (code != TACET_OK)
        return transit_trouble(code);
    if (!p->json)
        printf("%llu\n", (unsigned long long)number);
    fflush(stdout);
    if (p->wait == 0)
        words_say(WORDS_FINE, "queued: it will be sent when tacet next runs");
    else
        end = transit_follow(client, number, p->wait, &state);
    if (p->json &&
        !jsonl_print(json_pack("{ss sn ss}", "with", p->to, "id", "state", sentences_state(state))))
        end = WORDS_FAILED;
    return end;
}

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
            one = found.file ? send_file(client, &f->p) : posting_post(client, &f->p);
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
        "The text as it is by now, or the file, goes to each of them, at most 16, as a message\n"
        "of yours.  It says that it was forwarded, and neither who wrote it nor where: nobody\n"
        "there could check that.  A file goes as it lies at the server, and need not have been\n"
        "fetched.  What burns once it was read, and files that are not to be kept, stay where\n"
        "they are.  ID, and what is printed, for each a line, are as for reply and send: tacet\n"
        "help send.  Of a file that is the number by which it can be cancelled: tacet help file\n"
        "\n"
        "  --wait SECONDS     How long to wait for the server with each, 10 if not said.\n"
        "  --json             One JSON object a line: with, id, state; when the waiting is over.  "
        "Of\n"
        "                     a file id is null.\n",
};
