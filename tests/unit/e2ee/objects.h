/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objects: every kind of object that is not signed as a whole, made for one message from alice to
 * bob, and taken by whom it is for, with the right keys; those that are signed are one_key's.
 */
#ifndef TACET_TESTS_OBJECTS_H
#define TACET_TESTS_OBJECTS_H

#include "e2ee/file_key.h"
#include "unit/e2ee/cast.h"
#include "unit/e2ee/joining.h"

struct object {
    const char *name;
    void (*make)(struct buf *out);
    struct err (*take)(struct bytes in);
};

extern const struct object OBJECTS[];
extern const size_t objects_n;

/* The message key is the file's key and the call's secret, too. */
extern struct objects {
    struct actor alice, bob;
    struct line line;
    struct letter letter;
    struct seal_keys keys;
    struct buf upload, delivery;
    struct file_key opening;
    struct joining joining;
} objects;

void objects_begin(void);
void objects_end(void);

/* What bob says of a capsule from alice. */
struct err objects_accept(const struct upload_capsule_form *form);

/* The one of this name: made and appended, or taken. */
void objects_make(const char *name, struct buf *out);
struct err objects_take(const char *name, struct bytes in);

#endif
