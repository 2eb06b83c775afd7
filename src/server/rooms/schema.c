/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rooms/rooms.h"

static const char *const STEPS[] = {
    "CREATE TABLE roster (digest BLOB PRIMARY KEY, roster BLOB NOT NULL) WITHOUT ROWID",
};

const struct schema rooms_schema = {"rooms", STEPS, sizeof STEPS / sizeof STEPS[0]};
