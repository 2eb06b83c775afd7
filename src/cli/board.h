/* SPDX-License-Identifier: Apache-2.0 */
/* board: all conversations on the whole screen, from the opening of the profile to its closing. */
#ifndef TACET_CLI_BOARD_H
#define TACET_CLI_BOARD_H

#include "tacet/client.h"
#include "terminal/words.h"

struct board_run {
    struct tacet_client *client;
    int idle_s; /* without a key for so long: lock; -1: never */

    /* What came of it. */
    bool changing; /* the passphrase is to be changed behind the lock */
    enum words_end end;
};

/* Until the person leaves, or the server or this machine does not want any more.  true: the person
 * asked for a lock, or was idle, or another program asked; the screen is clear, and the client must
 * be closed.  There must be a terminal (terminal/screen.h: screen_is_possible). */
bool board_run(struct board_run *r);

#endif
