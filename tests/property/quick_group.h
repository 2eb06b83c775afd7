/* SPDX-License-Identifier: Apache-2.0 */
/* quick_group: the field of 2^61 - 1, in which quick_curve and quick_mlkem agree on secrets. */
#ifndef TACET_TESTS_PROPERTY_QUICK_GROUP_H
#define TACET_TESTS_PROPERTY_QUICK_GROUP_H

#include <stddef.h>
#include <stdint.h>

#define QUICK_NUMBER 8 /* bytes of a scalar, and of an element of the field */
#define QUICK_PRIME  ((UINT64_C(1) << 61) - 1)
#define QUICK_BASE   37

uint64_t quick_power(uint64_t base, uint64_t exponent);

void quick_put_number(uint64_t number, uint8_t out[QUICK_NUMBER]);
uint64_t quick_get_number(const uint8_t in[QUICK_NUMBER]);

#endif
