/* SPDX-License-Identifier: Apache-2.0 */
/* talk_internal: a conversation as its own files see it. */
#ifndef TACET_CLI_TALK_INTERNAL_H
#define TACET_CLI_TALK_INTERNAL_H

#include "base/buf.h"
#include "cli/talk.h"

#define NOTICE_MAX 2048 /* bytes of what is said at once */

/* Say whole lines, not as a result: above the prompt, or on standard error. */
void talk_say(struct talk *t, const char *text);
/* `before`, why and a line feed. */
void talk_say_because(struct talk *t, const char *before, const char *why);
/* `before`, who by handle and name, `behind`. */
void talk_say_who(struct talk *t, const char *before, const char *who, const char *behind);

/* talk_draft.c: into an empty line what was left of it before, here or on another device; out of it
 * when the conversation ends; and it was sent. */
void talk_draft_take(struct talk *t);
void talk_draft_keep(struct talk *t);
void talk_draft_sent(struct talk *t);

/* A line that begins with one slash.  Exact words alone: what was meant for a person is not obeyed
 * by chance, nor sent. */
void talk_words_obey(struct talk *t, struct bytes line);

#endif
