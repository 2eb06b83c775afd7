/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/journal.h"

#include "base/clock.h"

static const char *place(struct err e)
{
    return e.where == NULL ? "?" : e.where;
}

static bool has_room(struct journal *j)
{
    return ++j->refusals <= JOURNAL_REFUSALS_MAX;
}

void journal_failure(struct journal *j, const char *what, struct err e)
{
    fprintf(j->to, "tacetd: %s: %s at %s\n", what, err_name(e.code), place(e));
}

void journal_refusal(struct journal *j, const struct request *rq)
{
    if (rq->outcome.code == E_OK || err_who(rq->outcome.code) == WHO_NOBODY || !has_room(j))
        return;
    fprintf(j->to, "tacetd: refused: operation %u, session %llu, request %llu: %s at %s\n",
            (unsigned)rq->op, (unsigned long long)rq->session, (unsigned long long)rq->id,
            err_name(rq->outcome.code), place(rq->outcome));
}

void journal_closed(struct journal *j, uint64_t session, struct err e)
{
    if (has_room(j))
        fprintf(j->to, "tacetd: closed: session %llu: %s at %s\n", (unsigned long long)session,
                err_name(e.code), place(e));
}

void journal_renewal(struct journal *j, uint64_t now_ms)
{
    if (j->renewal_ms != 0 && clock_since(now_ms, j->renewal_ms) < CLOCK_DAY_MS)
        return;
    j->renewal_ms = now_ms;
    fputs("tacetd: the directory certificate is over, or will be within 14 days; then nobody can\n"
          "tacetd: connect.  Renew it: tacetctl root sign-directory\n",
          j->to);
}

void journal_minute(struct journal *j)
{
    if (j->refusals > JOURNAL_REFUSALS_MAX)
        fprintf(j->to, "tacetd: %u more were refused or closed in this minute\n",
                j->refusals - JOURNAL_REFUSALS_MAX);
    j->refusals = 0;
}
