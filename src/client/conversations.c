/* SPDX-License-Identifier: Apache-2.0 */
#include "client/conversations.h"

struct err conversations_find(struct vault *v, const struct own *me, const struct room_id *room,
                              const struct roster_id *roster, struct arena *a, struct contact *out)
{
    struct bytes statement;
    struct roster r;

    TRY(people_roster(v, roster, a, &statement));
    TRY(roster_parse(statement, a, &r));
    for (size_t i = 0; i < r.accounts; i++) {
        struct room_id pair;

        TRY(names_pair_room(&me->nid, &me->me.who.aid, &r.account[i].aid, &pair));
        if (ID_SAME(pair, *room))
            return people_by_account(v, &r.account[i].aid, out);
    }
    return FAIL(E_ABSENT);
}
