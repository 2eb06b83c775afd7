/* SPDX-License-Identifier: Apache-2.0 */
/* posting: words that write something queue it, say its id, and wait for the server. */
#ifndef TACET_CLI_POSTING_H
#define TACET_CLI_POSTING_H

#include "cli/choice.h"

#define POSTING_WAIT      10 /* seconds, if nobody says how long */
#define POSTING_WAIT_MOST 86400

enum posting_kind {
    POSTING_TEXT = 1,
    POSTING_REPLY,
    POSTING_REACTION,
    POSTING_EDIT,
    POSTING_RECALL,
    POSTING_FORWARD,
    POSTING_POSITION,
    POSTING_MOVED,
    POSTING_STOPPED,
    POSTING_CARD,
    POSTING_SHELF
};

struct posting {
    enum posting_kind kind;
    const char *to; /* a handle, or the address of a room, which is in `room` */
    char room[TACET_HANDLE_SIZE];
    bool file;        /* set by posting_find(): it brings one */
    const char *from; /* POSTING_FORWARD: the conversation in which it stands */
    uint64_t place;   /* of the message that it is about */
    struct bytes text;
    const char *reaction;      /* its kind */
    bool back;                 /* take it back */
    uint32_t expire_s, burn_s; /* POSTING_TEXT: said of this one; 0: not */
    struct tacet_position at;  /* POSTING_POSITION, MOVED */
    const char *label;         /* POSTING_POSITION, as the next: NULL: none */
    uint32_t live_s;
    const char *whose;          /* POSTING_CARD: a handle */
    const char *folder, *title; /* POSTING_SHELF: NULL: as it is */
    unsigned wait;              /* seconds; 0: not at all */
    bool json;
};

/* Which conversation is meant, and which of its messages, by the beginning of its id (NULL: none)?
 * false: that was said. */
bool posting_find(struct tacet_client *client, struct posting *p, const char *meant,
                  const char *id);

/* The same, of any message that is shown: also one that nobody can answer, react to or edit. */
bool posting_find_any(struct tacet_client *client, struct posting *p, const char *meant,
                      const char *id, struct tacet_message *m);

/* All of a word that writes, once its own options are taken into `p`: take those that all of them
 * know and what stands behind them, read the text, open the profile, queue it, wait until the
 * server has it, close.  The id is printed as soon as it is queued; with --json what became of it
 * is, once the waiting is over. */
enum words_end posting_run(struct options *o, const struct choice *c, struct posting *p);

/* The part of it from queueing on. */
enum words_end posting_post(struct tacet_client *client, const struct posting *p);

#endif
