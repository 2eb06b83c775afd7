/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backups: the operator's copies of the server, taken in parts while people talk, and put on a new
 * disk when the old one is lost.
 *
 * What the server was told since the copy it has forgotten: who joined is unknown to it, who was
 * removed is a member again until the operator says so once more, before anybody else may come.
 */
#ifndef TACET_TESTS_SIM_BACKUPS_H
#define TACET_TESTS_SIM_BACKUPS_H

#include "sim/world.h"

/* Between steps: a backup may begin, and the disk may be lost. */
void backups_step(struct world *w);
/* The program ends: so does what is under way. */
void backups_drop(struct server_node *s);
void backups_free(struct server_node *s);

/* Does the server know nothing of this account, which joined after the backup? */
bool backups_forgot(const struct person *first);

/* The server does not know this person: as it must be, when they joined after the backup. */
void backups_unknown(struct person *who, enum err_code code);
/* Whoever cannot take part any more, by the operator's will or by what was forgotten. */
bool backups_is_gone(const struct person *who);
/* Is this about something that was sealed to a prekey of the backup, which has gone since? */
bool backups_is_old_prekey(const struct world *w, const struct event *e);
/* Does it explain that this message, which was accepted, never came to them?  When somebody was
 * told. */
bool backups_explains(const struct world *w, const struct said *s, size_t to);

#endif
