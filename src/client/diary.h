/* SPDX-License-Identifier: Apache-2.0 */
/* diary: what happened in a conversation beside what was written: rows among its messages, which
 * this device alone writes and reads, and which go nowhere. */
#ifndef TACET_CLIENT_DIARY_H
#define TACET_CLIENT_DIARY_H

#include "client/messages.h"
#include "crypto/random.h"

/* Devices of the contact, who may be me, came or went. */
struct diary_devices {
    uint32_t added, removed;
    bool recovered; /* and all others were lost: a recovery key says so */
    uint32_t given; /* what was said before they were there */
};

/* In the caller's transaction: a row with MESSAGE_DEVICES, unread; none when nothing changed. */
FALLIBLE diary_note(struct vault *v, struct random *random, uint64_t contact,
                    const struct diary_devices *what, uint64_t now_ms);

/* What such a row says; false: it is a message. */
bool diary_read(const struct message *m, struct diary_devices *out);

/* A room changed, by the state with this version. */
enum diary_what {
    DIARY_CREATED = 1,
    DIARY_ADDED, /* whom; as is the next */
    DIARY_REMOVED,
    DIARY_PROMOTED,
    DIARY_DEMOTED,
    DIARY_LEFT,
    DIARY_NAMED, /* name or description; which, its members tell each other */
    DIARY_DELETED,
    DIARY_SUCCEEDED, /* its last moderator is gone, and the server's directory put whom there */
    DIARY_SETTINGS,  /* all else */
};
struct diary_room {
    enum diary_what what;
    uint32_t version;
    struct account_id who, whom; /* whom: zero where nobody in particular */
    bool mine;                   /* I did it, and have it read; not kept */
};

/* In the caller's transaction: a row with MESSAGE_ROOM, unread unless I did it, in the conversation
 * of that number. */
FALLIBLE diary_note_room(struct vault *v, struct random *random, uint64_t conversation,
                         const struct diary_room *what, uint64_t now_ms);

/* What such a row says; false: it is none. */
bool diary_read_room(const struct message *m, struct diary_room *out);

#endif
