/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drive: keep the client running until a word has what it waits for, for a time at most.
 *
 * Says problems on stderr as they come.  SIGINT, SIGTERM, SIGHUP and SIGQUIT end the waiting, not
 * the program, which puts a terminal back as it was; those that were ignored stay so.
 */
#ifndef TACET_CLI_DRIVE_H
#define TACET_CLI_DRIVE_H

#include "tacet/client.h"

struct drive {
    struct tacet_client *client;
    uint64_t until_ms;   /* of a clock that nobody sets; UINT64_MAX: no limit */
    bool connected;      /* signed in */
    bool unreachable;    /* it was said that the server cannot be reached */
    const char *news;    /* to say about the connection; NULL: nothing */
    unsigned arrived;    /* messages that others wrote */
    bool asked;          /* by another program, to close the profile */
    bool removed;        /* another device removed this one, which was said */
    enum tacet_code why; /* after the end: TACET_AGAIN: time is over; TACET_CLOSED: interrupted;
                            a refusal of the server; or a failure of this machine */
};

/* At most one at a time.  `seconds` < 0: no limit. */
void drive_begin(struct drive *d, struct tacet_client *client, int seconds);

/* The next event; false: there will be none, and d->why says why. */
bool drive_next(struct drive *d, struct tacet_event *out);

/* The same in two: the next event, and to say what it means, where a word has a screen to keep. */
bool drive_take(struct drive *d, struct tacet_event *out);
void drive_say(const struct drive *d, const struct tacet_event *e);

/* From now on for `seconds`, whatever was left; negative: without limit. */
void drive_allow(struct drive *d, int seconds);

/* From now on for `seconds` more at most. */
void drive_shorten(struct drive *d, unsigned seconds);

void drive_end(struct drive *d);

/* Did the server refuse this device, or this machine fail?  Then waiting longer changes nothing. */
bool drive_is_final(enum tacet_code why);

/* The same of d->why, which is said. */
bool drive_refused(const struct drive *d);

/* Does anything that was written wait here for the server? */
bool drive_has_outgoing(const struct drive *d);

#endif
