/* SPDX-License-Identifier: Apache-2.0 */
/* features: the list of all that this server can do.  A new feature is a line in each table. */
#ifndef TACET_SERVER_MAIN_FEATURES_H
#define TACET_SERVER_MAIN_FEATURES_H

#include "server/api/api.h"
#include "storage/migrate.h"

const struct schema *features_schemas(size_t *n);
const struct routes *features_routes(void);

/* How many steps the schemas have, all together: a newer server has more. */
uint32_t features_steps(void);

/* Bring the database up to date.  E_VERSION: a newer server wrote it. */
FALLIBLE features_open(struct db *db);

#endif
