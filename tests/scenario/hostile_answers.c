/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/hostile.h"
const struct CMUnitTest hostile_answers[] = {{0}};
const size_t hostile_answers_n = 0;
