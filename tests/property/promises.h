/* SPDX-License-Identifier: Apache-2.0 */
/* promises: what must be so when the server has behaved for long enough. */
#ifndef TACET_TESTS_PROPERTY_PROMISES_H
#define TACET_TESTS_PROPERTY_PROMISES_H

#include "property/world.h"

void promises_check(struct world *w);

#endif
