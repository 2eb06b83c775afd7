/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/deeds.h: what people do with messages that are there: they answer them, react to
 * them, edit their own, and take those back.
 *
 * A message is named by its conversation and its place in it (struct tacet_message); wherever
 * `with` is a handle it may be a room's address, too.
 */
#ifndef TACET_DEEDS_H
#define TACET_DEEDS_H

#include "tacet/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a message is. */
enum tacet_kind {
    TACET_KIND_TEXT = 1,
    TACET_KIND_REPLY = 2,    /* to what its `re` says */
    TACET_KIND_REACTION = 3, /* to that: its text is the reaction's kind.  A row of a conversation
                              * only when it has a note, or was never sent; else it shows at the
                              * message, by tacet_get_reaction() */
    TACET_KIND_EDIT = 4,     /* in the place of that: the same; else that message has its text */
    TACET_KIND_RECALL = 5,   /* it takes that back: the same; else that has TACET_NOTE_RECALLED */
    TACET_KIND_FILE = 6,     /* see tacet/files.h */
    TACET_KIND_FORWARD = 7,  /* a text that was said elsewhere, by whom nobody says */
    TACET_KIND_POSITION = 8, /* where its writer is: see tacet/whereabouts.h */
    TACET_KIND_MOVED = 9,    /* where they are by now: as KIND_EDIT */
    TACET_KIND_CARD = 10,    /* who somebody is: see tacet/cards.h */
    TACET_KIND_FILED = 11,   /* where another one stands: see tacet/shelf.h */
};

#define TACET_REPLY_MAX 65504 /* bytes of the text of a reply */
#define TACET_ID_SHOWN  8     /* digits of an id that are shown, where all would be too many */
#define TACET_ID_LEAST  4     /* digits by which a message can be found */
#define TACET_ID_MOST   32    /* all of them */

/* The message of a conversation whose id begins so: with at least TACET_ID_LEAST hexadecimal
 * digits.  The whole conversation is looked at.  The text lives until the next call about a
 * message. TACET_ABSENT: none; TACET_CONFLICT: more than one; TACET_MALFORMED: no such digits. */
TACET_API enum tacet_code tacet_find_message(struct tacet_client *c, const char *with,
                                             const char *id, struct tacet_message *out);

/* Queue an answer to the message at `place`.  As tacet_send(), but TACET_ABSENT: there is no such
 * message, or none that can be answered; TACET_CONFLICT: also that it was never sent. */
TACET_API enum tacet_code tacet_reply(struct tacet_client *c, const char *with, uint64_t place,
                                      const uint8_t *text, size_t n, char id[TACET_ID_SIZE]);

/* Queue to `to`, a person or a room, what the message at `place` says by now; it says that it was
 * forwarded, and not who wrote it, or where.  As tacet_send(), but TACET_ABSENT: also that there is
 * no such message, or none with a text; TACET_DENIED: also that it burns, is a copy that this
 * account keeps, or that the network does not allow it. */
TACET_API enum tacet_code tacet_forward(struct tacet_client *c, const char *with, uint64_t place,
                                        const char *to, char id[TACET_ID_SIZE]);

#define TACET_REACTION_MAX 32 /* bytes */

/* Queue a reaction to the message at `place`, or (`on` false) take mine of this kind back.  A kind
 * is 1 to TACET_REACTION_MAX bytes of UTF-8 without controls and blanks.  As tacet_reply(), but
 * TACET_MALFORMED, TACET_LIMIT: no such kind; TACET_STALE: it is so already; TACET_AGAIN: it is not
 * known yet whose handle that is. */
TACET_API enum tacet_code tacet_react(struct tacet_client *c, const char *with, uint64_t place,
                                      const char *kind, bool on, char id[TACET_ID_SIZE]);

struct tacet_reaction {
    const char *kind; /* text of others, as all that follows until a reaction is asked for again */
    const char *by;   /* handles with one space between; who is not known here is left out */
    unsigned people;
    bool mine;
    unsigned more; /* so many kinds are not shown at this message: the same in each */
};

/* The n-th kind, from 0, by which people react to the message at `place`: that of most people
 * first.  Of whom I blocked nothing is shown.  TACET_ABSENT: there is no such. */
TACET_API enum tacet_code tacet_get_reaction(struct tacet_client *c, const char *with,
                                             uint64_t place, unsigned n,
                                             struct tacet_reaction *out);

#define TACET_EDIT_MAX 65496 /* bytes of a text that takes the place of another */

/* Queue another text for a message of mine.  It has it at once, and at others when it comes; what
 * it said before is kept.  As tacet_reply(), but TACET_DENIED: somebody else wrote it; TACET_STALE:
 * it says so already; TACET_AGAIN: it is not known yet whose handle that is. */
TACET_API enum tacet_code tacet_edit(struct tacet_client *c, const char *with, uint64_t place,
                                     const uint8_t *text, size_t n, char id[TACET_ID_SIZE]);

/* Queue that a message of mine is taken back.  What it said, in all versions, and how people
 * reacted to it is gone here at once, and at others when that comes; who keeps copies keeps it.  As
 * tacet_edit(). */
TACET_API enum tacet_code tacet_recall(struct tacet_client *c, const char *with, uint64_t place,
                                       char id[TACET_ID_SIZE]);

/* Delete the message at `place` here and on all my other devices, which hear of it; others keep it,
 * and do not learn of it.  What waits to be sent of it does not leave any more.  TACET_ABSENT:
 * there is no such message; TACET_DENIED: it is a copy that this account keeps for the network. */
TACET_API enum tacet_code tacet_delete(struct tacet_client *c, const char *with, uint64_t place);

/* Mark the message at `place`, or no longer, for all my devices.  TACET_ABSENT: there is no such;
 * TACET_STALE: it is so already. */
TACET_API enum tacet_code tacet_star(struct tacet_client *c, const char *with, uint64_t place,
                                     bool on);

/* The next message after `place` that I marked, of any conversation; places rise through all of
 * them.  With `place` 0 what was marked is looked up anew.  As tacet_next_message(). */
TACET_API enum tacet_code tacet_next_starred(struct tacet_client *c, uint64_t place,
                                             struct tacet_message *out);

struct tacet_version {
    const uint8_t *text; /* lives until a version is asked for again */
    size_t text_n;
    uint64_t sent_ms;
};

/* What a message said: the n-th version, from 0, which is the first; message.versions says how many
 * there are.  TACET_ABSENT: there is no such. */
TACET_API enum tacet_code tacet_get_version(struct tacet_client *c, const char *with,
                                            uint64_t place, unsigned n, struct tacet_version *out);

#ifdef __cplusplus
}
#endif

#endif
