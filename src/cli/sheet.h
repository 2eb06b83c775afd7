/* SPDX-License-Identifier: Apache-2.0 */
/* sheet: a message as a person reads it. */
#ifndef TACET_CLI_SHEET_H
#define TACET_CLI_SHEET_H

#include "base/buf.h"
#include "tacet/client.h"

#define SHEET_MAX (8 * TACET_TEXT_MAX) /* bytes of a message that is shown */

/* Appended: when, who, the text made harmless, and notes.  Lines of the text are indented.  Of mine
 * the state is said, unless it has none yet (0). */
void sheet_message(struct tacet_client *client, const struct tacet_message *m, struct buf *out);

#endif
