/* SPDX-License-Identifier: Apache-2.0 */
/* seeded: key pairs and nonces from a seed too, so that a schedule is the same each time. */
#ifndef TACET_TESTS_PROPERTY_SEEDED_H
#define TACET_TESTS_PROPERTY_SEEDED_H

#include <stdint.h>

/* From now on, in this process. */
void seeded_begin(uint64_t seed);

#endif
