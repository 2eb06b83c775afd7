/* SPDX-License-Identifier: Apache-2.0 */
#include "property/dice.h"

struct dice dice_for(uint64_t seed, const char *purpose)
{
    struct dice d = {seed};

    for (; *purpose != '\0'; purpose++)
        d.state = dice_roll(&d) ^ (uint8_t)*purpose;
    return d;
}

uint64_t dice_roll(struct dice *d)
{
    uint64_t z = (d->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

size_t dice_below(struct dice *d, size_t n)
{
    return (size_t)(dice_roll(d) % n);
}

bool dice_once_in(struct dice *d, size_t n)
{
    return dice_below(d, n) == 0;
}
