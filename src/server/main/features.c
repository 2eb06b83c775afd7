/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/features.h"

#include "server/accounts/accounts.h"
#include "server/admin/admin.h"
#include "server/devices/devices.h"
#include "server/files/files.h"
#include "server/linking/linking.h"
#include "server/networks/networks.h"
#include "server/policies/policies.h"
#include "server/prekeys/prekeys.h"
#include "server/queue/queue.h"
#include "server/rooms/rooms.h"
#include "server/welcome/welcome.h"

#define SCHEMAS_COUNT 9

const struct schema *features_schemas(size_t *n)
{
    static struct schema all[SCHEMAS_COUNT];

    all[0] = networks_schema;
    all[1] = accounts_schema;
    all[2] = devices_schema;
    all[3] = prekeys_schema;
    all[4] = rooms_schema;
    all[5] = queue_schema;
    all[6] = policies_schema;
    all[7] = linking_schema;
    all[8] = files_schema;
    *n = SCHEMAS_COUNT;
    return all;
}

static const struct route *const TABLES[] = {
    networks_routes, accounts_routes, policies_routes,   prekeys_routes,
    rooms_routes,    queue_routes,    linking_routes,    welcome_routes,
    files_routes,    admin_routes,    admin_keys_routes,
};
static const struct routes ROUTES = {TABLES, sizeof TABLES / sizeof TABLES[0]};

const struct routes *features_routes(void)
{
    return &ROUTES;
}

uint32_t features_steps(void)
{
    size_t n, steps = 0;
    const struct schema *all = features_schemas(&n);

    for (size_t i = 0; i < n; i++)
        steps += all[i].n;
    return (uint32_t)steps;
}

struct err features_open(struct db *db)
{
    size_t n;
    const struct schema *all = features_schemas(&n);

    return migrate(db, all, n);
}
