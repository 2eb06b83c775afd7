/* SPDX-License-Identifier: Apache-2.0 */
/* impostor: keys that the server makes up, and what it signs with them in the names of others. */
#ifndef TACET_TESTS_PROPERTY_IMPOSTOR_H
#define TACET_TESTS_PROPERTY_IMPOSTOR_H

#include "e2ee/identity.h"
#include "property/dice.h"
#include "scenario/stage_memory.h"
#include "statement/policy.h"
#include "wire/tacet.pb-c.h"

struct impostor {
    struct play *play;
    struct identity me;        /* an account of its own, which no network has */
    struct sign_private *root; /* and another network root */
    struct device_list list;   /* the account's first list */
    struct buf statement;      /* the same, signed */
};

void impostor_begin(struct impostor *im, struct play *p, const struct network_id *nid);
void impostor_free(struct impostor *im);

/* The next version of an account's list, with the impostor's device in it; the account root or the
 * device that signs may be the true one, which was stolen, but never both. */
void impostor_list(const struct impostor *im, struct dice *d, const struct identity *of,
                   const struct device_list *last, struct buf *out);

/* In the place of what the server knows of a handle: the impostor's account, by the directory. */
void impostor_person(const struct impostor *im, const char *handle, struct buf *statement,
                     Tacet__Wire__Person *out, struct arena *a);

/* What follows `last`, or takes its place: everything is kept by the impostor. */
void impostor_policy(const struct impostor *im, struct dice *d, const struct network_policy *last,
                     struct buf *out);

/* The same roster with the impostor in it. */
void impostor_roster(const struct impostor *im, struct bytes roster, struct buf *out);

#endif
