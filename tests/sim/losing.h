/* SPDX-License-Identifier: Apache-2.0 */
/*
 * losing: people who make a recovery key, lose all their devices at once, and come back with its
 * letters on a new one.  [PROTOCOL 15.6]
 *
 * All of it is the engine's (client/keeping, client/returning).  The letters stand on a paper that
 * is never lost; a program that is interrupted while its person comes back is given them again.
 */
#ifndef TACET_TESTS_SIM_LOSING_H
#define TACET_TESTS_SIM_LOSING_H

#include "client/messages.h"
#include "e2ee/recovery.h"
#include "statement/device_list.h"

struct world;
struct person;

struct losing {
    /* of an account's first device, for the account */
    char letters[RECOVERY_LETTERS_SIZE]; /* on the paper; empty: none */
    struct device_id paper;              /* which recovery key they are of */
    struct device_id key;                /* and which one stands in the newest list */
    bool has_key;
    uint32_t newest;     /* the number of that list */
    bool gone;           /* all devices are lost, and nobody comes back yet */
    struct person *back; /* who comes back, or came last; NULL: nobody */
    uint32_t version;    /* of the list that brought it in; 0: none yet */
    uint64_t knew;       /* a bit for each device that knew the account before that list */
    uint64_t told;       /* and for each whose vault says that its person came back so */
    /* of a device */
    bool making;        /* it was asked for a key, of which nobody has seen the letters yet */
    uint64_t forgot_ms; /* when it was put back to before it was asked; 0: it was not */
    bool lost;          /* nobody has it any more, nor what was on it */
    bool returns;       /* it is a new one, and began with letters */
    bool lied_to;       /* the last that it was shown of its account was not so */
};

/* Somebody makes a recovery key, or loses everything. */
void losing_step(struct world *w);
/* No trouble any more: who has lost everything comes back now. */
void losing_end(struct world *w);

/* What a device that comes back with letters begins with; E_OK too if it is there already. */
FALLIBLE losing_adopt(struct person *who);
/* Its program runs: its person gives it the letters, if it needs them. */
void losing_started(struct person *who);

/* Its vault is a copy of before. */
void losing_put_back(struct person *who);

/* It says that a recovery key can be shown, or not; that its link ended; that it has an account. */
void losing_made(struct person *who, enum err_code code);
void losing_link(struct person *who, enum err_code code);
void losing_joined(struct person *who);

/* The server took this list, which `by` sent.  Before kin looks at it. */
void losing_listed(struct person *by, const struct device_list *list);
/* In the conversation with that account stands that its devices came or went. */
void losing_noted(struct person *in, struct person *account, const struct message *m);
/* In the end. */
void losing_check(struct world *w);

#endif
