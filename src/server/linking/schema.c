/* SPDX-License-Identifier: Apache-2.0 */
#include "server/linking/linking.h"

static const char *const STEPS[] = {
    "CREATE TABLE link_slot ("
    "  account INTEGER PRIMARY KEY,"
    "  slot BLOB NOT NULL UNIQUE," /* SHA-256 of its name */
    "  device INTEGER NOT NULL,"   /* that opened it */
    "  expires_ms INTEGER NOT NULL,"
    "  box BLOB,"       /* the first that came */
    "  came_from BLOB," /* and the address that it came from */
    "  answer BLOB)",
    "CREATE TABLE recovery ("
    "  account INTEGER PRIMARY KEY,"
    "  slot BLOB NOT NULL UNIQUE," /* SHA-256 of its name */
    "  blob BLOB NOT NULL)",
};

const struct schema linking_schema = {"linking", STEPS, sizeof STEPS / sizeof STEPS[0]};
