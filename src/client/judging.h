/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judging: to whom did a message go?  Its roster, and the statements that this names, are found in
 * the vault or asked for; the verdict is statement/roster_judge.  [PROTOCOL 6.6]
 */
#ifndef TACET_CLIENT_JUDGING_H
#define TACET_CLIENT_JUDGING_H

#include "client/engine_internal.h"
#include "client/roomlog.h"
#include "client/streams.h"
#include "client/timers.h"
#include "e2ee/open.h"
#include "statement/roster_judge.h"

struct opening; /* client/opening_internal.h */

/* Roster verdict of [PROTOCOL 6.6], with everything that it needs. */
struct verdict {
    struct roster_finding finding;
    struct device_list
        theirs; /* the sender's, at the version named; this and the next two unless WRONG */
    struct stream stream;
    struct room room;      /* in which it came; number 0: it is of a pair */
    struct timers allowed; /* there, by the state that its roster names, and by the policy */
    bool again;            /* and I was out of it since the sender's message before */
    uint32_t mine;         /* version of my account's list that is named; 0: I keep a copy alone */

    /* Found out behind it. */
    struct point dsk; /* the sender's */
    bool left;        /* it was revoked since */
};

/* E_ABSENT: something is missing, and was asked for if the item may still ask.  Other errors that
 * are not this machine's: what came is malformed. */
FALLIBLE judging_judge(struct opening *op, const struct opened *o, struct verdict *out);

/* The contact whose room with me the message is in; 0: it is a room that I keep copies of. */
FALLIBLE judging_with(struct opening *op, const struct opened *o, uint64_t *contact);

/* What a person is told beside the text of what is shown: of enum message_note. */
uint32_t judging_notes(const struct roster_finding *f);

/* Ask who this is, for an item that waits for it. */
FALLIBLE judging_ask_account(struct opening *op, const struct account_id *aid);

#endif
