/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/backups.h"

#include "sim/edicts.h"
#include "sim/operator.h"
#include "sim/people.h"
#include "sim/plants.h"
#include "sim/server.h"

#define BACKUP_ONCE_IN 8
#define LOST_ONCE_IN   16
#define PART_MOST      (48 * 1024) /* bytes */
#define PAUSE_MOST_MS  40          /* between parts */
#define COPY_MAX       (64 << 20)

/* ---- taking one */

void backups_drop(struct server_node *s)
{
    if (s->backup.under_way)
        db_copy_end(s->db);
    s->backup.under_way = false;
    buf_free(&s->backup.part);
}

static void keep(struct world *w)
{
    struct server_node *s = &w->server;

    disk_image_free(s->backup.whole);
    s->backup.whole = disk_image_of(SERVER_FILE_NAME, buf_view(&s->backup.part));
    s->backup.of_ms = s->backup.began_ms;
    backups_drop(s);
    world_trace(w, "  server: is backed up, as it was at %.3f",
                (double)(s->backup.of_ms - WORLD_START_MS) / 1000);
}

static void take_part(struct world *w, void *subject)
{
    struct server_node *s = subject;
    uint64_t at = s->backup.part.n, left = s->backup.size - at;
    size_t n = 1 + dice_below(&w->care, PART_MOST);
    struct err err;

    if (!s->backup.under_way) /* it was given up */
        return;
    if (n > left)
        n = (size_t)left;
    err = db_copy_read(s->db, at, buf_extend(&s->backup.part, n), n);
    if (err.code != E_OK)
        backups_drop(s);
    else if (n == left)
        keep(w);
    else
        world_after(w, 1 + dice_below(&w->care, PAUSE_MOST_MS), take_part, s, &s->life);
}

static void begin(struct world *w)
{
    struct server_node *s = &w->server;

    /* With that fault a transaction is open whenever we come by. */
    if (!s->up || s->backup.under_way || !w->person[0]->joined ||
        plants_has("server_answers_before_commit"))
        return;
    s->backup.under_way = db_copy_begin(s->db, &s->backup.size).code == E_OK;
    if (server_looked_after(w) || !s->backup.under_way)
        return;
    s->backup.began_ms = w->now_ms;
    s->backup.part = BUF(COPY_MAX);
    world_after(w, 1, take_part, s, &s->life);
}

/* ---- putting it back */

/* Who leaves is a member again, and is removed again before anybody else may come; and the policy
 * is the root's. */
static void order_again(struct world *w)
{
    if (edicts_keeper(w) != NULL)
        operator_asks(w, OP_POLICY_PUBLISH, edicts_keeper(w));
    for (size_t i = 0; i < w->people; i++)
        if (w->person[i]->leaving && w->person[i] == w->person[i]->first)
            operator_asks(w, OP_REMOVE, w->person[i]);
}

static void forget(struct world *w, uint64_t since_ms)
{
    for (size_t i = 0; i < w->ledger.n; i++) {
        struct said *s = &w->ledger.said[i];

        /* A crash may have kept the sender from being told that it was accepted. */
        s->forgotten |= s->accepted_ms == 0 || s->accepted_ms >= since_ms;
    }
}

static void lose_disk(struct world *w)
{
    struct server_node *s = &w->server;

    if (!s->up || s->backup.whole == NULL)
        return;
    if (!kin_may_go_back(w, s->backup.of_ms))
        return;
    world_trace(w, "  server: its disk is lost, and what was backed up at %.3f is put on another",
                (double)(s->backup.of_ms - WORLD_START_MS) / 1000);
    server_lose_disk(w, s->backup.whole);
    forget(w, s->backup.of_ms);
    circles_forget(w, s->backup.of_ms);
    kin_went_back(w, s->backup.of_ms);
    if (!s->restored || s->backup.of_ms < s->restored_of_ms)
        s->restored_of_ms = s->backup.of_ms;
    s->restored = true;
    order_again(w);
    s->closed = !operator_rests(w);
}

/* A server that lies puts itself back as it likes: hostile_copies.c. */
void backups_step(struct world *w)
{
    if (w->options.hostile)
        return;
    if (world_rolls(w, &w->care, KIND_BACKUP, BACKUP_ONCE_IN))
        begin(w);
    if (world_rolls(w, &w->care, KIND_LOST_DISK, LOST_ONCE_IN))
        lose_disk(w);
}

void backups_free(struct server_node *s)
{
    disk_image_free(s->backup.whole);
}

/* ---- what it explains */

void backups_unknown(struct person *who, enum err_code code)
{
    const struct server_node *s = &who->world->server;

    if (!s->restored || (code != E_DENIED && code != E_ABSENT))
        return;
    who->unknown = true;
    if (who->joined && who->joined_ms < s->restored_of_ms)
        ledger_break(who->world, WRONG_STUCK, "%s had joined before the backup, and is unknown",
                     who->name);
}

/* The device itself may have been removed before, and so was never told. */
bool backups_forgot(const struct person *first)
{
    const struct server_node *s = &first->world->server;

    return first->unknown ||
           (s->restored && first->joined && first->joined_ms >= s->restored_of_ms);
}

bool backups_is_gone(const struct person *who)
{
    return who->removed || who->unknown || who->kin.removed || who->losing.lost;
}

/* The server offers the backup's mail again, and hands out the backup's prekeys, whose private
 * halves may have gone since: the person is told of damage, or that whoever keeps copies has no
 * valid one.  What is missing is asked for; audit.c sees. */
bool backups_is_old_prekey(const struct world *w, const struct event *e)
{
    return w->server.restored && e->code == E_EXPIRED &&
           (e->problem == PROBLEM_DAMAGED || e->problem == PROBLEM_KEEPER);
}

/* Its sender seals it again, or is asked to; when they cannot any more, nobody is left to.  Else
 * the receiver is shown that something is missing. */
bool backups_explains(const struct world *w, const struct said *s, size_t to)
{
    if (!s->forgotten)
        return w->ledger.of[to].old_prekey && backups_is_gone(w->person[s->from]);
    return backups_is_gone(w->person[s->from]) || w->ledger.gap[s->from][to];
}
