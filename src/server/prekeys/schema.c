/* SPDX-License-Identifier: Apache-2.0 */
#include "server/prekeys/prekeys.h"

static const char *const STEPS[] = {
    "CREATE TABLE prekey ("
    "  device INTEGER NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  expires_ms INTEGER NOT NULL,"
    "  superseded_ms INTEGER," /* NULL: the newest */
    "  statement BLOB NOT NULL,"
    "  kem BLOB NOT NULL," /* last: what is looked up all the time lies before it */
    "  PRIMARY KEY (device, number)) WITHOUT ROWID",
};

const struct schema prekeys_schema = {"prekeys", STEPS, sizeof STEPS / sizeof STEPS[0]};
