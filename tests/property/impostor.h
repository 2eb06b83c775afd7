/* SPDX-License-Identifier: Apache-2.0 */
/*
 * impostor: keys that a server makes up, and what it signs with them in the names of others.
 *
 * It knows no stage: the simulator's server makes use of it, too.
 */
#ifndef TACET_TESTS_PROPERTY_IMPOSTOR_H
#define TACET_TESTS_PROPERTY_IMPOSTOR_H

#include "base/arena.h"
#include "e2ee/identity.h"
#include "property/dice.h"
#include "statement/device_list.h"
#include "statement/policy.h"
#include "wire/tacet.pb-c.h"

struct impostor {
    struct identity me;        /* an account of its own, which no network has */
    struct sign_private *root; /* and another network root */
    struct device_list list;   /* the account's first list */
    struct buf statement;      /* the same, signed */
};

/* What was stolen of the account, and in whose name the impostor signs beside its root.  Never both
 * keys: whoever has both is the account. */
enum impostor_way {
    IMPOSTOR_NOTHING,  /* in the name of a device of the account */
    IMPOSTOR_ROOT,     /* the same, but the root's signature checks */
    IMPOSTOR_DEVICE,   /* the device's does */
    IMPOSTOR_OWN,      /* in the name of the device that is inserted: its signature checks */
    IMPOSTOR_ROOT_OWN, /* both check, and the signer is in no list before */
    IMPOSTOR_WAYS
};

void impostor_begin(struct impostor *im, const struct network_id *nid, uint64_t now_ms);
void impostor_free(struct impostor *im);

/* The next version of an account's list, with the impostor's device in it. */
void impostor_list(const struct impostor *im, enum impostor_way way, const struct identity *of,
                   const struct device_list *last, uint64_t now_ms, struct buf *out);

/* In the place of what the server knows of a handle: the impostor's account, by the directory,
 * whose key the server has. */
void impostor_person(const struct impostor *im, const struct sign_private *directory,
                     const char *handle, uint64_t now_ms, struct buf *statement,
                     Tacet__Wire__Person *out, struct arena *a);

/* What follows `last`, or takes its place: everything is kept by the impostor. */
void impostor_policy(const struct impostor *im, struct dice *d, const struct network_policy *last,
                     uint64_t now_ms, struct buf *out);

/* The same roster with the impostor in it. */
void impostor_roster(const struct impostor *im, struct bytes roster, struct buf *out);

#endif
