/* SPDX-License-Identifier: Apache-2.0 */
/* timing: for how long what is written in a conversation lives, as a person says it and is told. */
#ifndef TACET_CLI_TIMING_H
#define TACET_CLI_TIMING_H

#include "base/buf.h"
#include "cli/sentences.h"
#include "tacet/timers.h"

extern const struct sentence timing_sentences[];

/* What is said anew; the other one stays. */
struct timing {
    bool expire, burn;
    uint32_t expire_s, burn_s; /* 0: no longer */
};

/* `*for_all`: of all who write there, so that the server is asked, which TACET_EVENT_ROOM_CHANGE
 * answers.  As of tacet_set_timers(). */
enum tacet_code timing_say(struct tacet_client *client, const char *with, const struct timing *t,
                           bool *for_all);

/* A sentence, appended. */
void timing_write(const struct tacet_timers_of *of, struct buf *out);

#endif
