/* SPDX-License-Identifier: Apache-2.0 */
#include "server/queue/queue.h"

static const char *const STEPS[] = {
    /* What all recipients of a message share: head, commitment, roster digest, body, trailer. */
    "CREATE TABLE mail_body ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  waiting INTEGER NOT NULL," /* rows of mail that need it */
    "  sealed BLOB NOT NULL)",
    /* AUTOINCREMENT: a number is not given again, whatever was deleted. */
    "CREATE TABLE mail ("
    "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  device INTEGER NOT NULL,"
    "  kind INTEGER NOT NULL," /* enum frame_item */
    "  body INTEGER,"          /* of a message that others have too */
    "  sealed BLOB NOT NULL,"  /* its entry; or, without a body, all that is delivered */
    "  size INTEGER NOT NULL," /* bytes as delivered */
    "  received_ms INTEGER NOT NULL,"
    "  expires_ms INTEGER NOT NULL)",
    "CREATE INDEX mail_device ON mail (device, number)",
    "CREATE INDEX mail_expires ON mail (expires_ms)",
    "CREATE TABLE mailbox ("
    "  device INTEGER PRIMARY KEY,"
    "  items INTEGER NOT NULL,"
    "  bytes INTEGER NOT NULL)",
    /* Counts and bodies follow the rows, for whatever reason one comes or goes. */
    "CREATE TRIGGER mail_comes AFTER INSERT ON mail BEGIN"
    "  INSERT INTO mailbox (device, items, bytes) VALUES (NEW.device, 1, NEW.size)"
    "    ON CONFLICT (device) DO UPDATE SET items = items + 1, bytes = bytes + NEW.size;"
    " END",
    "CREATE TRIGGER mail_goes AFTER DELETE ON mail BEGIN"
    "  UPDATE mailbox SET items = items - 1, bytes = bytes - OLD.size WHERE device = OLD.device;"
    "  UPDATE mail_body SET waiting = waiting - 1 WHERE id = OLD.body;"
    "  DELETE FROM mail_body WHERE id = OLD.body AND waiting = 0;"
    " END",
    /* queue.c does the same with half the work; and what goes to one device needs no body. */
    "DROP TRIGGER mail_comes; DROP TRIGGER mail_goes",
    /* So that the few of kind 3, FRAME_NOTICE, are counted fast. */
    "CREATE INDEX mail_notice ON mail (device) WHERE kind = 3",
};

const struct schema queue_schema = {"queue", STEPS, sizeof STEPS / sizeof STEPS[0]};
