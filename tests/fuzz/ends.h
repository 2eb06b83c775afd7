/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ends: devices that seal for each other and open what reaches them, with the least memory that
 * [PROTOCOL 5, 6] ask of them, and a log of what was really sealed.  Each opening is checked
 * against the log; whoever feeds them need not be honest.
 */
#ifndef TACET_TESTS_FUZZ_ENDS_H
#define TACET_TESTS_FUZZ_ENDS_H

#include "e2ee/channel.h"
#include "e2ee/trailer.h"
#include "fuzz/fuzz.h"

#define ENDS             3  /* two who talk, and one who gets some of it */
#define ENDS_PREKEYS     4  /* of one device, in one program; numbers are 1 to this */
#define ENDS_KEPT        48 /* skipped keys of an epoch */
#define ENDS_SAID_MAX    64
#define ENDS_MADE_MAX    192
#define ENDS_CONTENT_MAX 200

/* An epoch at its receiver, with the keys that were passed over. */
struct ends_epoch {
    struct epoch e;
    struct skipped kept[ENDS_KEPT];
    size_t n;
};

/* What a device remembers, without its keys, which are the same in every run. */
struct ends_state {
    size_t oldest, newest; /* prekeys that it still has, by place */
    bool sends[ENDS];
    struct epoch sending[ENDS];
    struct ends_epoch hearing[ENDS][CHANNEL_EPOCHS_MAX]; /* newest first */
    size_t epochs[ENDS];
};

/* A message as it was sealed once: sealed again it is another one. */
struct ends_said {
    size_t from, content_n;
    struct core core;
    uint8_t content[ENDS_CONTENT_MAX];
    uint8_t epoch[ENDS][CHANNEL_EPOCH_ID_SIZE];
    uint32_t n[ENDS];
};

/* What was really made for one device: a delivery or a capsule. */
struct ends_made {
    size_t from, to;
    bool is_capsule, taken;
    struct bytes bytes;
    size_t prekey;      /* by place */
    size_t said;        /* of a delivery */
    struct epoch epoch; /* of a capsule */
};

struct ends {
    uint8_t profile;
    struct ends_state end[ENDS];
    struct ends_said said[ENDS_SAID_MAX];
    struct ends_made made[ENDS_MADE_MAX];
    size_t n_said, n_made;
    struct arena arena;
};

void ends_begin(struct ends *e, uint8_t profile);
void ends_free(struct ends *e);

/* Seal for the ends of a set of bits; those without a sending epoch get a capsule.  A partial
 * upload unless these are all others.  `again`: a message that was sealed before, with its core;
 * SIZE_MAX: a new one of this type and content.  `late`: with the prekeys before the newest.
 * What was made is behind what was there; nothing when there is no room. */
struct ends_order {
    size_t from, to, again;
    uint16_t type;
    struct bytes content;
    bool late;
};
void ends_seal(struct ends *e, const struct ends_order *o);

/* Something reaches a device.  It is taken exactly when it is, byte for byte, what was made for it,
 * and is not had yet, and the device still has the keys; all of this is asserted, and that nothing
 * changes otherwise. */
void ends_hear(struct ends *e, size_t me, bool is_capsule, struct bytes in);

#endif
