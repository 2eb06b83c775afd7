/* SPDX-License-Identifier: Apache-2.0 */
#include "server/accounts/accounts.h"

static const char *const STEPS[] = {
    /* States as enum account_state.  A used token stays, so that joining can be repeated. */
    "CREATE TABLE account ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  network INTEGER NOT NULL DEFAULT 1,"
    "  state INTEGER NOT NULL,"
    "  handle BLOB NOT NULL,"
    "  since_ms INTEGER NOT NULL,"
    "  expires_ms INTEGER NOT NULL,"
    "  token BLOB NOT NULL UNIQUE," /* SHA-256 of it */
    "  aid BLOB UNIQUE,"
    "  ark BLOB,"
    "  number INTEGER NOT NULL DEFAULT 0,"
    "  statement BLOB)",
    "CREATE UNIQUE INDEX account_handle ON account (handle) WHERE state <> 2",
    "CREATE INDEX account_removed ON account (handle, id) WHERE state = 2",
};

const struct schema accounts_schema = {"accounts", STEPS, sizeof STEPS / sizeof STEPS[0]};
