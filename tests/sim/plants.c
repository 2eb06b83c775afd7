/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/plants.h"

#include <stddef.h>
#include <string.h>

static const char *planted;
static const struct db *servers;

void plants_begin(const char *name)
{
    planted = name;
}

bool plants_has(const char *name)
{
    return planted != NULL && strcmp(planted, name) == 0;
}

void plants_tell_server(const struct db *db)
{
    servers = db;
}

bool plants_is_server(const struct db *db)
{
    return db == servers;
}
