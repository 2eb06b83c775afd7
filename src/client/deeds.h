/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deeds: what messages say of other messages, and so what becomes of those.  [PROTOCOL 6.10]
 *
 * What a message refers to is looked for when it is shown: it may come later, or never.  It counts
 * in the same conversation only, so that nobody can quote to me what was said elsewhere.
 */
#ifndef TACET_CLIENT_DEEDS_H
#define TACET_CLIENT_DEEDS_H

#include "client/messages.h"
#include "e2ee/reference.h"

/* Can a person be shown a content of this type?  Else it needs a newer program. */
bool deeds_are_readable(uint16_t type, struct bytes content);

/* Is it something that was said, and not a row of the diary, or what cannot be read? */
bool deeds_is_said(const struct message *m);

/* What its writer said in it, borrowed. */
struct bytes deeds_text(const struct message *m);

/* A message as a person sees it. */
struct deeds_view {
    struct bytes text; /* borrowed from the message, or in the arena */
    bool replies;      /* to what stands at `to`, in the same conversation: */
    struct reference reference;
    bool here;         /* it is here, and can be shown: */
    struct message to; /* in the arena */
    struct bytes to_text;
};
FALLIBLE deeds_view(struct vault *v, const struct message *m, struct arena *a,
                    struct deeds_view *out);

#endif
