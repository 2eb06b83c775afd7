/* SPDX-License-Identifier: Apache-2.0 */
/*
 * by_hand: every hash and key that follows from a label, as the product makes it and as PROTOCOL.md
 * says that it is made, under whatever label one likes.
 */
#ifndef TACET_TESTS_BY_HAND_H
#define TACET_TESTS_BY_HAND_H

#include "unit/e2ee/one_key.h"

#define BY_HAND_MOST 64 /* bytes of a hash or key */

/* As many bytes of both count. */
struct by_hand {
    uint8_t product[BY_HAND_MOST], by_hand[BY_HAND_MOST];
    size_t n;
};

struct by_hand_kind {
    const char *name, *label;
    bool nul; /* goes along with the label */
    void (*make)(struct bytes label, struct by_hand *out);
};

extern const struct by_hand_kind BY_HAND_KINDS[];
extern const size_t by_hand_kinds;

#endif
