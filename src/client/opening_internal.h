/* SPDX-License-Identifier: Apache-2.0 */
/* opening_internal: one item on its way, as the files see it that open it, and how it may end. */
#ifndef TACET_CLIENT_OPENING_INTERNAL_H
#define TACET_CLIENT_OPENING_INTERNAL_H

#include "client/engine_internal.h"

struct opening {
    struct engine *e;
    struct opening_item *item;
    struct arena *a;
    enum opening_result *result;
    struct event *event;
};

/* It ends so, and the person may be told of the problem.  These three are OK. */
FALLIBLE opening_conclude(struct opening *op, enum opening_result result, enum problem problem,
                          enum err_code code);
FALLIBLE opening_damaged(struct opening *op, enum err_code code);
/* Something must be fetched first: told only if fetching does not mend it. */
FALLIBLE opening_wait(struct opening *op);

/* Errors that speak of the item, not of this machine. */
bool opening_is_items_fault(struct err err);

/* capsules.c: the item is a capsule. */
FALLIBLE capsules_open(struct opening *op);

#endif
