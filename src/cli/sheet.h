/* SPDX-License-Identifier: Apache-2.0 */
/* sheet: a message as a person reads it. */
#ifndef TACET_CLI_SHEET_H
#define TACET_CLI_SHEET_H

#include "base/buf.h"
#include "tacet/client.h"

#define SHEET_MAX (8 * TACET_TEXT_MAX) /* bytes of a message that is shown */

/* Appended: when, who, the text made harmless, what it answers, and notes.  Lines of the text are
 * indented.  Of mine the state is said, unless it has none yet (0).  `ids`: and by which digits it
 * can be found. */
void sheet_message(struct tacet_client *client, const struct tacet_message *m, bool ids,
                   struct buf *out);

/* The parts of it, for whoever has a screen: is it no message, but something that happened; what it
 * is or says, without a line feed at its end; and the lines below that. */
void sheet_state(const struct tacet_message *m, struct buf *out); /* of mine, behind who it is to */
bool sheet_has_reactions(const struct tacet_message *m);
bool sheet_is_change(const struct tacet_message *m);
void sheet_words(struct tacet_client *client, const struct tacet_message *m, struct buf *out);
void sheet_below(struct tacet_client *client, const struct tacet_message *m, uint64_t now_ms,
                 struct buf *out); /* now_ms 0: when it ends; else in how long */
/* The same on stdout; and as an object, in a line.  false: it was not, and stderr says why. */
bool sheet_show(struct tacet_client *client, const struct tacet_message *m, bool ids);
bool sheet_json(struct tacet_client *client, const struct tacet_message *m);

/* Append as much of a text as is enough to know it by: of its first line, so many characters. */
void sheet_brief(struct bytes text, struct buf *out);

#endif
