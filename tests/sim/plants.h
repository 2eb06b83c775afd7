/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plants: faults that are built in on purpose, to see that the checker finds each of them.
 *
 * The faults themselves are in planted/, linked around the real functions; without them a name
 * means nothing.
 */
#ifndef TACET_TESTS_SIM_PLANTS_H
#define TACET_TESTS_SIM_PLANTS_H

#include <stdbool.h>

struct db;

/* The fault of this run; NULL: none. */
void plants_begin(const char *name);
bool plants_has(const char *name);

/* Whose database is the server's? */
void plants_tell_server(const struct db *db);
bool plants_is_server(const struct db *db);

#endif
