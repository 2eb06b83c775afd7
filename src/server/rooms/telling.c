/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rooms/telling.h"

#include "server/networks/networks.h"
#include "server/prekeys/prekeys.h"

#define OTHERS    4096 /* bytes of a frame that are for its head and the certificate */
#define FIELD_MAX 8    /* bytes before a field: its tag and its length */

struct err telling_begin(struct telling *t, struct request *rq, size_t persons, size_t policies,
                         size_t states)
{
    *t = (struct telling){.rq = rq,
                          .out = TACET__WIRE__STALE__INIT,
                          .left = LIMIT_FRAME - OTHERS,
                          .persons = persons,
                          .policies = policies,
                          .states = states};
    t->out.persons = ARENA_ARRAY(rq->arena, persons, Tacet__Wire__Person *);
    t->out.policies = ARENA_ARRAY(rq->arena, policies, ProtobufCBinaryData);
    t->out.states = ARENA_ARRAY(rq->arena, states, Tacet__Wire__RoomState *);
    if (t->out.persons == NULL || t->out.policies == NULL || t->out.states == NULL)
        return FAIL(E_NOMEM);
    return OK;
}

/* Is there a place, and room, for one more of n?  What follows something that had none is left out
 * too: nobody shall learn of a state without those before it. */
static bool takes(struct telling *t, size_t places, size_t n, size_t size)
{
    if (t->out.more != 0 || n == places || size + FIELD_MAX > t->left) {
        t->out.more = 1;
        return false;
    }
    t->left -= size + FIELD_MAX;
    return true;
}

struct err telling_person(struct telling *t, const struct account *who, uint32_t from_list)
{
    Tacet__Wire__Person *p;

    if (t->out.more != 0)
        return OK; /* and what came behind would have to be asked for all the same */
    TRY(prekeys_person(t->rq->db, t->rq->arena, who, from_list, &p));
    if (takes(t, t->persons, t->out.n_persons, tacet__wire__person__get_packed_size(p)))
        t->out.persons[t->out.n_persons++] = p;
    return OK;
}

struct err telling_policy(struct telling *t, struct bytes statement)
{
    if (takes(t, t->policies, t->out.n_policies, statement.n))
        t->out.policies[t->out.n_policies++] = frame_data(statement);
    return OK;
}

struct err telling_state(struct telling *t, struct bytes statement, struct bytes commitment)
{
    Tacet__Wire__RoomState *s;

    if (!takes(t, t->states, t->out.n_states, statement.n + commitment.n + 2 * FIELD_MAX))
        return OK;
    s = ARENA_NEW(t->rq->arena, Tacet__Wire__RoomState);
    if (s == NULL)
        return FAIL(E_NOMEM);
    tacet__wire__room_state__init(s);
    s->statement = frame_data(statement);
    s->commit = frame_data(commitment);
    t->out.states[t->out.n_states++] = s;
    return OK;
}

struct err telling_end(struct telling *t, struct err why)
{
    struct bytes certificate;
    struct err told;

    TRY(networks_certificate(t->rq->db, t->rq->arena, &certificate));
    t->out.certificate = frame_data(certificate);
    told = request_refuse(t->rq, why.code, &t->out);
    return told.code == why.code ? why : told;
}
