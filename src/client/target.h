/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target: a message of which others speak: its name, the conversation that it is of, and who wrote
 * it.  [PROTOCOL 6.10]
 *
 * The conversation is known by its room, which is the same on every device, and at who keeps
 * copies.
 */
#ifndef TACET_CLIENT_TARGET_H
#define TACET_CLIENT_TARGET_H

#include "base/reader.h"
#include "client/messages.h"
#include "client/own.h"

struct target {
    struct room_id room;
    struct device_id sender;
    struct message_id id;
};

/* What was said of it: the message that does, and the stamp in there.  40 bytes in a record. */
struct target_said {
    struct device_id did;
    struct message_id id;
    uint64_t stamp;
};

void target_write_said(const struct target_said *s, struct buf *out);
void target_read_said(struct reader *r, struct target_said *out);

bool target_is_same(const struct target_said *x, const struct target_said *y); /* message */

/* By what was said, and not by what came: the later stamp; of equal ones the greater did, then id.
 */
bool target_is_newer(const struct target_said *x, const struct target_said *than);

/* The key of a record about it. */
#define TARGET_KEY_SIZE (32 + 16 + 16)
struct bytes target_key(const struct target *t, uint8_t out[TARGET_KEY_SIZE]);

/* What others call it: the did of who wrote it, and its message id. */
#define TARGET_NAME_SIZE (16 + 16)
struct bytes target_name(const struct device_id *sender, const struct message_id *id,
                         uint8_t out[TARGET_NAME_SIZE]);

/* The message of that name.  E_ABSENT: it is not here, or that is no name. */
FALLIBLE target_named(struct vault *v, struct bytes name, struct arena *a, struct message *out);

/* And its number, which is a person's. */
uint64_t target_person(const struct account_id *who);

/* In which room was it said?  Zero: with somebody whose account is not known. */
FALLIBLE target_room(struct vault *v, const struct own *me, const struct message *m,
                     struct room_id *out);

FALLIBLE target_of(struct vault *v, const struct own *me, const struct message *m,
                   struct target *out);

/* Whose is it?  E_ABSENT: that is not known. */
FALLIBLE target_author(struct vault *v, const struct own *me, const struct message *m,
                       struct account_id *out);

#endif
