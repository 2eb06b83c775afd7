/* SPDX-License-Identifier: Apache-2.0 */
/* holdings: does a directory tree hold these bytes, raw, in hexadecimal or in base64? */
#ifndef TACET_TESTS_SCENARIO_HOLDINGS_H
#define TACET_TESTS_SCENARIO_HOLDINGS_H

#include <stdbool.h>

#include "base/bytes.h"

bool holdings_have(const char *directory, struct bytes what);

#endif
