/* SPDX-License-Identifier: Apache-2.0 */
/* transferring_internal: the file on its way as the files that bring it further see it. */
#ifndef TACET_CLIENT_TRANSFERRING_INTERNAL_H
#define TACET_CLIENT_TRANSFERRING_INTERNAL_H

#include "client/transferring.h"
#include "e2ee/payload.h"

#define SEALED     ((uint64_t)FILE_KEY_SEALED_MOST)
#define PART       3 /* chunks in a frame */
#define WINDOW     4 /* frames on their way */
#define ARENA_MAX  (1 << 20)
#define BATCH_SIZE ((size_t)TRANSFERS_BATCH * FILE_KEY_SEALED_MOST)
#define SOON_MS    CLOCK_SECOND_MS
#define LATER_MS   CLOCK_MINUTE_MS
#define FETCH_S    (7u * 24 * 3600) /* for fetching, behind the message's own time [PROTOCOL 13.6] */

_Static_assert(PART *SEALED == LIMIT_FILE_PART, "a frame of chunks");
_Static_assert(TRANSFERS_BATCH % PART == 0, "no frame has chunks of two batches");

enum phase { PHASE_NONE = 0, PHASE_BEGINNING, PHASE_ASKING, PHASE_MOVING, PHASE_KEEPING };

/* What is looked at: client/showing.h. */
struct showing {
    bool wanted; /* not all of it is there */
    uint64_t number, conversation, place, count;
    uint8_t *at; /* `room` bytes, of which `n` are the file's; or NULL */
    size_t n, room;
};

struct transferring {
    const struct filing *filing;
    enum phase phase;
    uint32_t life; /* which attempt: an answer to one before is not looked at */
    struct arena arena;
    struct transfer t; /* in the arena, as the next */
    struct attachment a;
    struct file_key key;
    uint32_t next; /* the chunk that leaves next, or is asked for */
    unsigned out;  /* frames on their way */
    bool moved;    /* the server has said another place to go on */
    uint64_t held, durable;
    uint32_t first, batch; /* the chunks in `sealed` */
    uint8_t *sealed;       /* BATCH_SIZE; or NULL */
    uint8_t digests[TRANSFERS_BATCH][FILE_KEY_DIGEST_SIZE];
    uint64_t retry_ms; /* 0: no need */
    struct showing showing;
};

/* ---- transferring.c */

/* Begin it again, in so long. */
void transferring_again(struct engine *e, uint64_t ms);
/* It will not come, or go, however often it is tried. */
FALLIBLE transferring_fail(struct engine *e, enum err_code why);
/* What comes of something that failed: what time mends is tried again, of our disk as well. */
FALLIBLE transferring_judge(struct engine *e, enum err_code code);
void transferring_progress(struct engine *e, uint32_t chunks);
void transferring_end(struct engine *e, enum err_code code, struct bytes path);
FALLIBLE transferring_drop(struct engine *e, uint64_t number);
/* What x->t says becomes the file at hand. */
FALLIBLE transferring_take_up(struct engine *e);
FALLIBLE transferring_keep_digests(struct engine *e, uint32_t first, uint32_t n);
/* What a question of this attempt is about. */
struct waiting transferring_about(const struct transferring *x, uint32_t chunk);
/* Where the part ends, in the sealed file, that begins with this chunk. */
uint64_t transferring_part_end(const struct transferring *x, uint32_t chunk);

/* The server has all of it: for how long? */
FALLIBLE transferring_ask_keep(struct engine *e);

/* ---- passing.c */

FALLIBLE passing_ask(struct engine *e); /* for it under our id */
FALLIBLE passing_copied(struct engine *e, const struct frame *f);

/* ---- fetching.c */

FALLIBLE fetching_ask(struct engine *e); /* for the next part */
FALLIBLE fetching_came(struct engine *e, uint32_t chunk, const struct frame *f, struct arena *a);
FALLIBLE fetching_finish(struct engine *e); /* all chunks are in the draft */

#endif
