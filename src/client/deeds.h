/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deeds: what messages say of other messages, and so what becomes of those.  [PROTOCOL 6.10]
 *
 * What a message refers to may come later, or never: what is said of it is kept under its name, and
 * the two are brought together when it is shown.  It counts in the same conversation only, so that
 * nobody can quote to me what was said elsewhere.
 */
#ifndef TACET_CLIENT_DEEDS_H
#define TACET_CLIENT_DEEDS_H

#include "client/edits.h"
#include "client/reactions.h"
#include "client/recalls.h"
#include "e2ee/card.h"
#include "e2ee/position.h"

/* Can a person be shown a content of this type?  Else it needs a newer program. */
bool deeds_are_readable(uint16_t type, struct bytes content);

/* Is it something that was said, and not a row of the diary, what cannot be read, or was recalled?
 */
bool deeds_is_said(const struct message *m);

/* Is it a text, a file, a position or a card, which can be answered and reacted to?  And can its
 * writer say something else in its place? */
bool deeds_is_text(const struct message *m);
bool deeds_is_editable(const struct message *m);
/* Does a message of this type say what stands in the place of another one? */
bool deeds_is_version(uint16_t type);

/* Does it end with the message that it speaks of? */
bool deeds_ends_with_another(uint16_t type);

/* Does it show at the message that it speaks of alone?  Not where it has something to tell itself:
 * that messages before it are missing, say, or that it was never sent. */
bool deeds_is_quiet(const struct message *m);

/* In the caller's transaction: a message was added, which `by` wrote.  *m says nothing any more
 * where it was recalled before it came. */
FALLIBLE deeds_take(struct vault *v, const struct own *me, struct message *m,
                    const struct account_id *by);
/* In the caller's transaction: what stands as unreadable is looked at again, and is taken if a
 * newer program than the one that kept it can read it. */
FALLIBLE deeds_reread(struct vault *v, const struct own *me, struct message *m);

/* Does it only speak of one that is over here?  [PROTOCOL 6.11] */
FALLIBLE deeds_is_late(struct vault *v, const struct message *m, bool *is);

/* In the caller's transaction: a message of mine was never sent. */
FALLIBLE deeds_undo(struct vault *v, const struct own *me, const struct message *m);

/* In the caller's transaction: a message ends, and with it what stood in its place, and how people
 * reacted to it.  Fine where there is none. */
FALLIBLE deeds_end(struct vault *v, const struct own *me, uint64_t contact, uint64_t place);

/* What its writer said in it first, borrowed: of a file what it is called, of a position its label,
 * of a card the handle, of what files another one the title. */
struct bytes deeds_text(const struct message *m);

/* And what they say now, borrowed or in the arena; *versions: of so many, 1 or more.  Of somebody
 * who is blocked nothing but the first is shown. */
FALLIBLE deeds_newest(struct vault *v, const struct own *me, const struct message *m,
                      struct arena *a, struct bytes *text, size_t *versions);

/* Where its writer is by now, as they say.  E_ABSENT: it is no position. */
FALLIBLE deeds_position(struct vault *v, const struct own *me, const struct message *m,
                        struct arena *a, struct position *out);

/* All that was said in its place by its writer. */
FALLIBLE deeds_versions(struct vault *v, const struct own *me, const struct message *m,
                        struct edits *out);

/* A message as a person sees it. */
struct deeds_view {
    struct bytes text; /* borrowed from the message, or in the arena */
    size_t versions;   /* of which this is the last */
    bool refers;       /* to what stands at `to`, in the same conversation: */
    struct reference reference;
    bool here;         /* it is here, and can be shown: */
    struct message to; /* in the arena */
    struct bytes to_text;
    bool located; /* it says where its writer is: by now */
    struct position at;
    bool introduces; /* and this one, who somebody is */
    struct card card;
};
FALLIBLE deeds_view(struct vault *v, const struct own *me, const struct message *m, struct arena *a,
                    struct deeds_view *out);

#endif
