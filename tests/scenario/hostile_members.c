/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/hostile.h"
const struct CMUnitTest hostile_members[] = {{0}};
const size_t hostile_members_n = 0;
