/* SPDX-License-Identifier: Apache-2.0 */
/* send: one text to one person, or to a room. */
#include "cli/cli.h"
#include "cli/lifetime.h"
#include "cli/posting.h"

static enum words_end run(struct options *o, const void *setting)
{
    struct posting p = {.kind = POSTING_TEXT};
    bool said;

    lifetime_take(o, "--expire", NULL, &said, &p.expire_s);
    lifetime_take(o, "--burn", NULL, &said, &p.burn_s);
    return posting_run(o, setting, &p);
}

const struct word word_send = {
    .name = "send",
    .run = run,
    .usage = "HANDLE|+ROOM [TEXT] [--expire TIME] [--burn TIME] [--wait SECONDS] [--json]",
    .what = "Write to somebody, or to a room.",
    .details =
        "ROOM is a room's name, or its address: tacet help room\n"
        "Without TEXT the message is all of standard input, up to 65,536 bytes; one line feed at\n"
        "its end is left out.  A TEXT on the command line can be seen by other users of this\n"
        "machine while the word runs.  Standard output gets the message's id as soon as the\n"
        "message is safe on this machine.  Then tacet waits for the server to accept it.  If it\n"
        "cannot be reached the message stays queued, which is no failure: it is sent when tacet\n"
        "next runs, whatever for, while it lives, and so is everything that was queued before.\n"
        "\n"
        "  --expire TIME      For how long this message lives, whatever tacet timer says: 45s, "
        "30m,\n"
        "                     12h, 7d, 2w, up to 1y, and to what the room allows.\n"
        "  --burn TIME        And from when it was read: tacet help timer\n"
        "  --wait SECONDS     How long to wait for the server, 10 if not said.\n"
        "  --json             One JSON object: with, id, state; when the waiting is over.\n",
};
