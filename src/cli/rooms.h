/* SPDX-License-Identifier: Apache-2.0 */
/* rooms: how words speak of conversations of several people, and find the one that is meant. */
#ifndef TACET_CLI_ROOMS_H
#define TACET_CLI_ROOMS_H

#include "base/buf.h"
#include "cli/sentences.h"
#include "tacet/rooms.h"

/* Does it name a room, and not a person? */
bool rooms_is_meant(const char *with);

/* The address of the room that is meant by "+name", by "+" and the beginning of its address, or,
 * without the sign, by either.  false: none is, or several are; that is said. */
bool rooms_resolve(struct tacet_client *client, const char *meant, char address[TACET_HANDLE_SIZE]);

/* "Harbour (+0123...)", appended: its name is text of others. */
void rooms_write(struct tacet_client *client, const char *address, struct buf *out);

/* What is no message: "alice added bob". */
void rooms_write_change(struct tacet_client *client, const struct tacet_message *m,
                        struct buf *out);

/* "added"; for JSON. */
const char *rooms_change_name(unsigned change);

/* Why a change of a room cannot be. */
extern const struct sentence rooms_changing[];

/* Wait until what waits for this room is in force, or cannot be, which is said. */
enum words_end rooms_await(struct tacet_client *client, const char *address);

#endif
