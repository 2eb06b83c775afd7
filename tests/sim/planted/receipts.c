/* SPDX-License-Identifier: Apache-2.0 */
/* Planted in the client: it tells of more than what came. */
#include "client/receipts.h"
#include "sim/plants.h"

struct err __real_receipts_came(struct engine *e, const struct core *core, const struct message *m);
struct err __wrap_receipts_came(struct engine *e, const struct core *core, const struct message *m);

struct err __wrap_receipts_came(struct engine *e, const struct core *core, const struct message *m)
{
    struct core next = *core;

    next.seq++;
    if (plants_has("what_did_not_come_is_told"))
        TRY(__real_receipts_came(e, &next, m));
    return __real_receipts_came(e, core, m);
}
