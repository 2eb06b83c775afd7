/* SPDX-License-Identifier: Apache-2.0 */
#include "server/networks/networks.h"

static const char *const STEPS[] = {
    "CREATE TABLE network ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1)," /* one a server, for now */
    "  nid BLOB NOT NULL,"
    "  root BLOB NOT NULL,"
    "  domain BLOB NOT NULL,"
    "  directory BLOB NOT NULL," /* public half of the directory key */
    "  certificate BLOB NOT NULL)",

    "CREATE TABLE server_keys ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1)," /* the newest statement alone */
    "  statement BLOB NOT NULL)",

    "CREATE TABLE server_pin ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1)," /* of the invitations, before the first statement */
    "  pin BLOB NOT NULL)",
};

const struct schema networks_schema = {"networks", STEPS, sizeof STEPS / sizeof STEPS[0]};
