/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remarks: what people say of messages of a pair: they answer them, react to them, edit and recall
 * their own.  [PROTOCOL 6.10]
 *
 * A ledger of their own, as a reaction or a recall has no text by which it could be known: each is
 * known by its device and message id.  In the end every device that is to have it has it, and all
 * of them show the message that it is about alike.
 */
#ifndef TACET_TESTS_SIM_REMARKS_H
#define TACET_TESTS_SIM_REMARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/engine.h"
#include "sim/options.h"

struct world;
struct person;

#define REMARKS_TEXT_MAX 32

struct remark {
    size_t by, to;         /* the device; the other account's first one */
    struct account_id aid; /* whose device it is */
    struct device_id did;
    struct message_id id;
    struct device_id about_did; /* the message that it is about */
    struct message_id about_id;
    uint16_t type;               /* of enum payload_type */
    char text[REMARKS_TEXT_MAX]; /* or the kind of a reaction, */
    bool on;                     /* which is not taken back */
    uint64_t must;               /* a bit for each device that must have it, if it is accepted */
    uint64_t accepted_ms;
    uint8_t shown[OPTIONS_DEVICES_MOST];
};

struct remarks {
    struct remark *at;
    size_t n, room;
    unsigned drawn; /* texts that were made */
    /* Messages of which something may have been said that is not known here, since a program ended
     * while it said it. */
    struct remarks_unsure {
        struct device_id did;
        struct message_id id;
    } * unsure;
    size_t unsures, unsures_room;
};

/* Somebody says something of a message. */
void remarks_step(struct world *w);
/* Is it about one?  Then it is looked at, and nobody else need. */
bool remarks_hear(struct world *w, struct person *who, const struct event *e);
/* The same of one that stands in a vault in the end. */
bool remarks_look_at(struct world *w, struct person *in, const struct message *m);
/* Was something recalled that `who` was to get?  It may have waited in its stream, and leave a
 * place of it empty. */
bool remarks_gave_up(const struct world *w, const struct person *who);
/* In the end. */
void remarks_check(struct world *w);
void remarks_free(struct world *w);

#endif
