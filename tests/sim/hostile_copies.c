/* SPDX-License-Identifier: Apache-2.0 */
/* Disks that are put back to what they were: the server's by whoever has it, a person's as whoever
 * restores a backup does. */
#include "sim/hostile_internal.h"
#include "sim/operator.h"
#include "sim/people.h"
#include "sim/server.h"

size_t hostile_how_many_leave(const struct world *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->people; i++)
        n += w->person[i]->leaving || w->person[i]->kin.leaving;
    return n;
}

bool hostile_all_have_joined(const struct world *w)
{
    for (size_t i = 0; i < w->people; i++)
        if (!w->person[i]->joined && w->person[i] == w->person[i]->first)
            return false;
    return kin_rests(w);
}

/* Not behind the joining or the removal of anybody, or of a device: that is another network. */
static void copy_server(struct hostile *h)
{
    struct world *w = h->world;

    if (!w->server.up || !operator_rests(w) || !hostile_all_have_joined(w))
        return;
    server_stop(w);
    if (h->server == NULL) {
        h->server = disk_snapshot(w->server.disk);
        h->of_ms = w->now_ms;
        h->people = w->people;
        h->removed = hostile_how_many_leave(w);
    } else if (h->people == w->people && h->removed == hostile_how_many_leave(w) &&
               w->server.listed_ms <= h->of_ms) {
        world_trace(w, "  server: is put back");
        disk_roll_back(w->server.disk, h->server);
        kin_went_back(w, h->of_ms);
        h->rolled_back = true;
    }
    server_start(w);
}

static void copy_vault(struct person *who)
{
    struct world *w = who->world;
    bool ran = who->engine != NULL;

    if (!who->joined || !who->made || who->leaving || who->kin.wiped || who->losing.lost)
        return;
    people_stop(who);
    if (who->copy == NULL) {
        who->copy = disk_snapshot(who->disk);
        who->copy_passphrase = who->passphrase;
        who->copy_either = who->either;
        who->sign_ins = 0;
    } else {
        world_trace(w, "  %s is put back", who->name);
        disk_roll_back(who->disk, who->copy);
        who->passphrase = who->copy_passphrase; /* and the newer one opens it no more */
        who->either = who->copy_either;
        losing_put_back(who);
        who->restored++;
        who->answered = false;
        who->restored_later += who->sign_ins > 0;
    }
    if (ran)
        people_start(who);
}

void hostile_copies(struct hostile *h, struct person *who)
{
    struct world *w = h->world;
    bool server = world_rolls(w, &w->lie, KIND_ROLL_BACK, 12);
    bool vault = world_rolls(w, &w->lie, KIND_RESTORE, 10);

    if (server)
        copy_server(h);
    if (vault)
        copy_vault(who);
}
