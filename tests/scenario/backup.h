/* SPDX-License-Identifier: Apache-2.0 */
/* backup: the server of the stage in memory is put back to what it was. */
#ifndef TACET_TESTS_SCENARIO_BACKUP_H
#define TACET_TESTS_SCENARIO_BACKUP_H

#include <stdio.h>

#include "property/snapshot.h"
#include "scenario/stage_internal.h"

static inline void database_of(struct play *p, char path[128])
{
    snprintf(path, 128, "%s/server/tacet.db", p->dir);
}

static inline void is_copied(struct play *p, struct snapshot *copy)
{
    char path[128];

    database_of(p, path);
    server_dies(p);
    snapshot_take(copy, path);
    server_comes_back(p);
    stage_forward(p, CLOCK_MINUTE_MS);
}

static inline void is_put_back(struct play *p, struct snapshot *copy)
{
    char path[128];

    database_of(p, path);
    server_dies(p);
    snapshot_put_back(copy, path);
    snapshot_free(copy);
    server_comes_back(p);
}

#endif
