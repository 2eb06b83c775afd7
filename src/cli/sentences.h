/* SPDX-License-Identifier: Apache-2.0 */
/* sentences: what more than one word says, for codes, states, notes and problems. */
#ifndef TACET_CLI_SENTENCES_H
#define TACET_CLI_SENTENCES_H

#include "base/buf.h"
#include "tacet/client.h"
#include "terminal/words.h"

/* The table's text for this code, or else what the code means when a call of this program's own
 * gave it.  `table` may be NULL. */
const char *sentences_find(const struct sentence *table, enum tacet_code code);

/* The same, on stderr, as a line: WORDS_FAILED. */
enum words_end sentences_say(const struct sentence *table, enum tacet_code code);

/* Is a machine in trouble, this one or the server's, and its operator must act? */
bool sentences_is_machine(enum tacet_code code);

/* For what trouble a message that is queued waits, until an operator acts; NULL: for none. */
const char *sentences_trouble(const struct tacet_message *m);

/* Why the server does not let this device in, and will not when asked again. */
extern const struct sentence sentences_refusal[];

/* Why something that one says for one's own devices is not kept. */
extern const struct sentence sentences_private[];

/* Why a text is not sent. */
extern const struct sentence sentences_sending[];

/* Say a TACET_EVENT_PROBLEM. */
void sentences_problem(const struct tacet_event *e);

/* Say a TACET_EVENT_HISTORY that is more than a step on the way. */
void sentences_history(const struct tacet_event *e);

/* Say a TACET_EVENT_DEVICES; and a TACET_EVENT_REMOVED, with its code. */
void sentences_devices(const struct tacet_event *e);
void sentences_removed(enum tacet_code code);

/* The account key of somebody changed, whose safety number had been compared: what that means, in
 * whole lines.  And that somebody came back with a recovery key, behind their name. */
extern const char sentences_changed[], sentences_recovered[];

/* What became of devices, "1 device added", appended; of a TACET_NOTE_DEVICES. */
void sentences_write_devices(unsigned added, unsigned removed, unsigned given, bool recovered,
                             struct buf *out);

/* "reply", of enum tacet_kind; for JSON.  NULL: of none. */
const char *sentences_kind(unsigned kind);

/* "accepted": for people and for JSON. */
const char *sentences_state(enum tacet_state state);
bool sentences_is_sent(enum tacet_state state); /* the server has it, at least */

/* The i-th note that there is: its bit, its name for JSON, its words.  false: there are no more. */
struct sentences_note {
    unsigned bit;
    const char *name, *words;
};
bool sentences_note(unsigned i, struct sentences_note *out);

#endif
