/* SPDX-License-Identifier: Apache-2.0 */
/*
 * one_key: every kind of statement and signature, all made by one key that is network root,
 * directory, account root and device at once, about one network, account and device.  So nothing
 * but its kind keeps one from being taken for another.
 */
#ifndef TACET_TESTS_ONE_KEY_H
#define TACET_TESTS_ONE_KEY_H

#include "base/buf.h"
#include "e2ee/identity.h"

#define ONE_KEY_NOW_MS   UINT64_C(1793000000000)
#define ONE_KEY_MOST     2048 /* bytes of a statement */
#define ONE_KEY_CTX_SIZE 64   /* stands before a message's core, as in what is signed */

struct one_key_kind {
    const char *name, *label;
    void (*make)(struct buf *out);
    struct err (*check)(struct bytes in);
    size_t behind; /* bytes behind the body that is signed */
    size_t back;   /* from the signature to the end */
};

extern const struct one_key_kind ONE_KEY_KINDS[];
extern const size_t one_key_kinds;

/* Who signs all of it. */
extern struct identity one_key_me;

int one_key_begin(void **state);
int one_key_end(void **state);

#endif
