/* SPDX-License-Identifier: Apache-2.0 */
/* dice: numbers from a seed: splitmix64, which is enough to choose and keeps no secret. */
#ifndef TACET_TESTS_PROPERTY_DICE_H
#define TACET_TESTS_PROPERTY_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

/* Dice of their own for a purpose: how often others are rolled changes nothing for them. */
struct dice dice_for(uint64_t seed, const char *purpose);

uint64_t dice_roll(struct dice *d);
/* 0 <= it < n. */
size_t dice_below(struct dice *d, size_t n);
/* True once in n. */
bool dice_once_in(struct dice *d, size_t n);

#endif
