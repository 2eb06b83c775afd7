/* SPDX-License-Identifier: Apache-2.0 */
/* [PROTOCOL 11, 15.7] */
#include "server/linking/linking.h"
#include "server/queue/queue.h"

static const char CLOSE[] = "DELETE FROM link_slot WHERE account = $1";

/* From the commit on it is gone: nothing waits for it, and nothing can be sealed to it. */
static struct err forget(struct request *rq, const struct device *d)
{
    TRY(queue_forget(rq->db, d->row));
    TRY(prekeys_forget(rq->db, d->row));
    TRY(linking_forget_device(rq->db, d->row));
    return request_effect(rq, (struct effect){.kind = EFFECT_GONE, .did = d->did});
}

struct err linking_publish(struct request *rq, const struct account *who, struct bytes list)
{
    struct devices_change change;

    TRY(devices_publish(rq->db, rq->server->networks, rq->arena, who, list, rq->now_ms, &change));
    for (size_t i = 0; i < change.n; i++)
        TRY(forget(rq, &change.gone[i]));
    return change.key_gone ? linking_forget_key(rq->db, who->row) : OK;
}

struct err linking_forget(struct db *db, uint64_t account)
{
    TRY(db_run(db, CLOSE, DB_VALUES(DB_NUMBER_OF(account)), NULL));
    return linking_forget_key(db, account);
}
