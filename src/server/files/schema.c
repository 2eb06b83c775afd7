/* SPDX-License-Identifier: Apache-2.0 */
#include "server/files/files.h"

static const char *const STEPS[] = {
    "CREATE TABLE file ("
    "  name BLOB PRIMARY KEY,"    /* SHA-256 of its id */
    "  account INTEGER NOT NULL," /* that began it */
    "  size INTEGER NOT NULL,"    /* bytes, when it is whole */
    "  expires_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX file_account ON file (account, size);"
    "CREATE INDEX file_expires ON file (expires_ms)",
};

const struct schema files_schema = {"files", STEPS, sizeof STEPS / sizeof STEPS[0]};
