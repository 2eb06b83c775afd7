/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cast: devices with keys, the channels between them and the messages that they send, for tests of
 * what can be done to those.  Whatever must not fail on the way there is asserted here.
 */
#ifndef TACET_TESTS_CAST_H
#define TACET_TESTS_CAST_H

#include "e2ee/channel.h"
#include "e2ee/open.h"
#include "e2ee/payload.h"
#include "e2ee/seal_internal.h"
#include "wire/limits.h"

#define CAST_NOW_MS UINT64_C(1793000000000)

/* A person's device and the prekey that it published last. */
struct actor {
    struct identity me;
    struct channel_prekey prekey;
    struct agree_private *secret;
    struct agree_public *key;
    struct mlkem_private *kem_secret;
    uint8_t kem[MLKEM_PUBLIC_SIZE];
};

void cast_enter(struct actor *a, uint32_t prekey);
void cast_renew_prekey(struct actor *a, uint32_t number);
void cast_leave(struct actor *a);

/* The actor as one to open an epoch to, and as one who accepts it. */
struct channel_peer cast_peer(const struct actor *a);
struct channel_receiver cast_receiver(const struct actor *a);

/* What one device sends to another, as both of them keep it. */
struct line {
    const struct actor *from, *to;
    struct epoch sending, receiving;
    uint8_t capsule[UPLOAD_CAPSULE_MOST];
    size_t capsule_n;
};

/* With a capsule made by one, and accepted and verified by the other: in profile hybrid, or in the
 * one that is named. */
void cast_connect(struct line *l, const struct actor *from, const struct actor *to);
void cast_connect_in(uint8_t profile, struct line *l, const struct actor *from,
                     const struct actor *to);
struct bytes cast_capsule(const struct line *l);

#define CAST_RECIPIENTS_MAX 8

/* A message before it is sealed. */
struct letter {
    const struct actor *from;
    struct core core;
    struct wrap wrap;
    struct bytes content; /* borrowed */
    uint8_t profile;      /* of the line that was addressed last; hybrid before */
    uint64_t number;
    struct upload_capsule capsule[CAST_RECIPIENTS_MAX];
    struct seal_recipient to[CAST_RECIPIENTS_MAX];
    size_t capsules, n;
};

void cast_write(struct letter *m, const struct actor *from, uint64_t seq, struct bytes content);

/* One more recipient: the line moves one step on. */
void cast_address(struct letter *m, struct line *l);

/* The line's capsule goes along, for the recipient that was added last. */
void cast_enclose(struct letter *m, const struct line *l);

struct seal_request cast_request(const struct letter *m);

/* Sealed, and the part of the upload that recipient i gets. */
void cast_seal(const struct letter *m, struct buf *upload);
void cast_deliver(struct bytes upload, size_t i, struct buf *delivery);

/* The order in which a receiver must check.  [PROTOCOL 6.5] */
enum cast_step {
    CAST_FORM = 1, /* open_begin */
    CAST_PREKEY,   /* names a prekey that is there */
    CAST_HINT,     /* open_hint */
    CAST_CHANNEL,  /* the hint names the line's sender */
    CAST_REACH,    /* channel_reach */
    CAST_ENTRY,    /* open_entry */
    CAST_SENDER,   /* core names the line's sender */
    CAST_ROSTER,   /* wrap names the roster that was delivered */
    CAST_CONTENT,  /* open_content */
};

/* A delivery as far as it could be read. */
struct reading {
    enum cast_step step; /* the last one that was tried */
    struct opened o;
    struct epoch after; /* the receiving epoch, when all is well */
    struct arena arena;
    struct skipped *passed;
    size_t n_passed;
    struct buf content;
};

/* Read at the receiver's end of the line, which is left as it is. */
FALLIBLE cast_read(const struct line *l, struct bytes delivery, struct reading *r);
void cast_close(struct reading *r);

/* The same steps 1 to 6 under a message key that is already known, whatever the hint says. */
FALLIBLE cast_read_under(const struct line *l, struct bytes delivery, uint32_t n,
                         const uint8_t mk[CHANNEL_KEY_SIZE], struct reading *r);

#endif
