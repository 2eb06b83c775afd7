/* SPDX-License-Identifier: Apache-2.0 */
#include "server/devices/devices.h"

static const char *const STEPS[] = {
    /* marks has a place for each number modulo 64, and taken a bit: was that number accepted? */
    "CREATE TABLE device ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  did BLOB NOT NULL UNIQUE,"
    "  account INTEGER NOT NULL,"
    "  dsk BLOB NOT NULL,"
    "  state INTEGER NOT NULL," /* enum devices_state */
    "  uploads INTEGER NOT NULL DEFAULT 0,"
    "  taken INTEGER NOT NULL DEFAULT 0,"
    "  marks BLOB NOT NULL)",
    "CREATE INDEX device_account ON device (account, did)",
    "CREATE TABLE device_list ("
    "  account INTEGER NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  statement BLOB NOT NULL,"
    "  PRIMARY KEY (account, version)) WITHOUT ROWID",
    /* of the sign-in with the highest vault generation */
    "ALTER TABLE device ADD COLUMN generation INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE device ADD COLUMN signin BLOB",
};

const struct schema devices_schema = {"devices", STEPS, sizeof STEPS / sizeof STEPS[0]};
