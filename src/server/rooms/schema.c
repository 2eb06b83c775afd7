/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rooms/rooms.h"

static const char *const STEPS[] = {
    "CREATE TABLE roster (digest BLOB PRIMARY KEY, roster BLOB NOT NULL) WITHOUT ROWID",
    /* All states that were committed: who comes in later follows the chain from its genesis. */
    "CREATE TABLE room_state ("
    "  room BLOB NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  statement BLOB NOT NULL,"
    "  commitment BLOB NOT NULL," /* COMMIT is a word of SQL */
    "  PRIMARY KEY (room, version))",
    /* Those of the newest states, to find the rooms of one who is removed. */
    "CREATE TABLE room_moderator ("
    "  aid BLOB NOT NULL,"
    "  room BLOB NOT NULL,"
    "  PRIMARY KEY (aid, room)) WITHOUT ROWID",
    "CREATE INDEX room_moderator_room ON room_moderator (room)",
    /* And all members of them, by which a device finds the rooms of its account. */
    "CREATE TABLE room_member ("
    "  aid BLOB NOT NULL,"
    "  room BLOB NOT NULL,"
    "  PRIMARY KEY (aid, room)) WITHOUT ROWID",
    "CREATE INDEX room_member_room ON room_member (room)",
    /* Who is no member any more, and the first state without them: whoever was away all that time
     * needs those before it, to read what was sent to them. */
    "CREATE TABLE room_left ("
    "  room BLOB NOT NULL,"
    "  aid BLOB NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  PRIMARY KEY (room, aid)) WITHOUT ROWID",
};

const struct schema rooms_schema = {"rooms", STEPS, sizeof STEPS / sizeof STEPS[0]};
