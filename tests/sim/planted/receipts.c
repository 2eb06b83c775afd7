/* SPDX-License-Identifier: Apache-2.0 */
/* Planted in the client: it tells of more than what came, and takes a receipt for typing. */
#include "client/receipts.h"
#include "client/controls.h"
#include "client/judging.h"
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

struct err __real_controls_obey(struct opening *op, const struct opened *o, bool left,
                                struct bytes content);
struct err __wrap_controls_obey(struct opening *op, const struct opened *o, bool left,
                                struct bytes content);

struct err __wrap_controls_obey(struct opening *op, const struct opened *o, bool left,
                                struct bytes content)
{
    TRY(__real_controls_obey(op, o, left, content));
    if (o->core.type == PAYLOAD_RECEIPT && plants_has("receipts_are_taken_for_typing")) {
        op->event->kind = EVENT_ACTIVITY;
        op->event->message.contact = op->event->contact.number;
    }
    return OK;
}
