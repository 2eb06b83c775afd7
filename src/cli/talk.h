/* SPDX-License-Identifier: Apache-2.0 */
/* talk: one conversation, live, from the opening of the profile to its closing. */
#ifndef TACET_CLI_TALK_H
#define TACET_CLI_TALK_H

#include "cli/drive.h"
#include "terminal/console.h"
#include "terminal/words.h"

struct talk {
    struct tacet_client *client;
    const char *with;
    int idle_s; /* without a line for so long: lock; -1: never */
    int wait_s; /* for the server when there are no more lines */

    /* Of the run at hand. */
    struct console console;
    struct drive drive;
    uint64_t first;                    /* place of the first message that was written; 0: none */
    unsigned pending, accepted;        /* of those; the second since it was said last */
    const char *trouble;               /* that was said to hold them up; NULL: none */
    char announced[TACET_HANDLE_SIZE]; /* whose message was announced last */
    bool ended;                        /* there are no more lines */
    bool drained;                      /* what waited at the server is here */
    bool locking;
    bool changing; /* the passphrase, behind the lock */
    bool person;   /* at a terminal */
    bool drafted;  /* the line was, or is, kept for another time */
    enum words_end end;
};

/* Until the lines end, the person wants it, or the server or this machine does not.  true: the
 * person asked for a lock, or was idle; the screen is clear, and the client must be closed. */
bool talk_run(struct talk *t);

#endif
