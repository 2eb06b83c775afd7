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

#endif
