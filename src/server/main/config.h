/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: what an operator tells the server, in a file or on the command line.
 *
 * Lines are `name = value`.  White space around either does not count; a line that begins with #,
 * or holds nothing, says nothing.  Values are UTF-8 without control characters, and not quoted.
 * The command line knows the same names, and what it says stands above the file.  Pure functions on
 * bytes.
 */
#ifndef TACET_SERVER_MAIN_CONFIG_H
#define TACET_SERVER_MAIN_CONFIG_H

#include "base/buf.h"
#include "base/log.h"

#define CONFIG_FILE_MAX  (64 * 1024) /* bytes */
#define CONFIG_GIB_MAX   1048576     /* a pebibyte */
#define CONFIG_VALUE_MAX 3000        /* bytes: a path with room for a name behind it */

/* Every name once; docs/operate says what each is for. */
enum config_name {
    CONFIG_DATA = 1,
    CONFIG_LISTEN,
    CONFIG_ADDRESS,
    CONFIG_MONITOR,
    CONFIG_LOG_LEVEL,
    CONFIG_TLS_KEY,
    CONFIG_TLS_CERTIFICATE,
    CONFIG_FILES_ACCOUNT_GIB,
    CONFIG_FILES_ALL_GIB,
    CONFIG_NAMES
};

struct config {
    char value[CONFIG_NAMES][CONFIG_VALUE_MAX + 1]; /* empty: was not said */
};

/* "data"; NULL: there is no such number. */
const char *config_text(enum config_name name);

/* What was said, or NULL. */
const char *config_get(const struct config *c, enum config_name name);

/* Say it: E_MALFORMED: the value will not do for this name; E_LIMIT: too long. */
FALLIBLE config_set(struct config *c, enum config_name name, struct bytes value);

/* The whole of a file into an empty config.  `line` (from 1) is where it is wrong: E_MALFORMED: no
 * `name = value`, or a value that will not do; E_ABSENT: an unknown name; E_CONFLICT: said twice;
 * E_LIMIT: the value, or (line 0) the file, is too long. */
FALLIBLE config_parse(struct bytes text, struct config *out, unsigned *line);

/* Which setting a line of this text, by its number from 1, gives a value; CONFIG_NAMES: none that
 * could be one. */
enum config_name config_named(struct bytes text, unsigned line);

/* What only the whole shows: E_ABSENT: no data directory; E_CONFLICT: one of tls-key and
 * tls-certificate without the other. */
FALLIBLE config_check(const struct config *c);

/* Fill in what was not said and has a default. */
void config_default(struct config *c);

/* How urgent a line of the log must be, of a config with its defaults. */
enum log_level config_log_level(const struct config *c);

/* How much room in bytes a name that ends in _GIB says, of a config with its defaults. */
uint64_t config_room(const struct config *c, enum config_name name);

/* What is in force, as a file would say it. */
void config_write(const struct config *c, struct buf *out);

#endif
