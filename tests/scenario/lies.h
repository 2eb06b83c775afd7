/* SPDX-License-Identifier: Apache-2.0 */
/* lies: a server that changes what it sends, one kind of frame at a time. */
#ifndef TACET_TESTS_SCENARIO_LIES_H
#define TACET_TESTS_SCENARIO_LIES_H

#include "scenario/stage_memory.h"
#include "wire/frame.h"
#include "wire/limits.h"
#include "wire/tacet.pb-c.h"

struct lie {
    struct person *to;                      /* NULL: to everybody */
    uint32_t op, code;                      /* of the frames that it changes */
    const ProtobufCMessageDescriptor *form; /* of their bodies; NULL: any */

    /* Change frame and body in place (the arena's); false: the frame is dropped. */
    bool (*tell)(struct lie *l, struct frame *f, void *body, struct arena *a);
    unsigned most; /* so many times; 0: always */
    size_t at;     /* for tell, as the next two */
    void *ctx;
    struct bytes bytes;

    unsigned told;
};

/* From now on, until lie_end() or the next lie. */
void lie_begin(struct play *p, struct lie *l);
void lie_end(struct play *p);

/* Flip a bit of byte `at`; SIZE_MAX is the last one, and so on. */
void lie_flip(ProtobufCBinaryData *data, size_t at);

/* tell: the frame is lost. */
bool lie_drop(struct lie *l, struct frame *f, void *body, struct arena *a);
/* tell: an answer becomes a refusal with code `at`, and says nothing. */
bool lie_refuse(struct lie *l, struct frame *f, void *body, struct arena *a);
/* tell: the body is `bytes`. */
bool lie_replace(struct lie *l, struct frame *f, void *body, struct arena *a);
/* tell: nothing is changed; the whole frame goes to the buf at ctx. */
bool lie_record(struct lie *l, struct frame *f, void *body, struct arena *a);

#endif
