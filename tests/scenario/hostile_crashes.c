/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/hostile.h"
const struct CMUnitTest hostile_crashes[] = {{0}};
const size_t hostile_crashes_n = 0;
