/* SPDX-License-Identifier: Apache-2.0 */
#include "server/policies/policies.h"

static const char *const STEPS[] = {
    "CREATE TABLE policy ("
    "  number INTEGER PRIMARY KEY,"
    "  from_ms INTEGER NOT NULL,"
    "  statement BLOB NOT NULL)",
};

const struct schema policies_schema = {"policies", STEPS, sizeof STEPS / sizeof STEPS[0]};
