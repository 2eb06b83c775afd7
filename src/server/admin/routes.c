/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/admin.h"
#include "server/admin/backups.h"
#include "server/linking/linking.h"
#include "server/rooms/states.h"
#include "wire/tacet.pb-c.h"

static struct err waiting(struct request *rq, const struct account *who, uint64_t *out)
{
    struct device *device;
    size_t n;

    TRY(devices_of(rq->db, rq->arena, who->row, &device, &n));
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t items;

        TRY(queue_waiting(rq->db, device[i].row, &items));
        *out += items;
    }
    return OK;
}

static struct err write_row(struct request *rq, const struct account *who,
                            Tacet__Wire__PeopleRow *row)
{
    tacet__wire__people_row__init(row);
    row->handle = frame_data(who->handle);
    row->state = (uint32_t)who->state;
    row->since_ms = who->since_ms;
    if (who->state == ACCOUNTS_INVITED) {
        row->expires_ms = who->expires_ms;
        return OK;
    }
    row->aid = frame_data(ID_BYTES(who->aid));
    return waiting(rq, who, &row->waiting);
}

static struct err people(struct request *rq)
{
    Tacet__Wire__AskPeople *in;
    Tacet__Wire__People out = TACET__WIRE__PEOPLE__INIT;
    Tacet__Wire__PeopleRow row[ADMIN_PEOPLE_PAGE], *rows[ADMIN_PEOPLE_PAGE];
    struct account *who;
    size_t n;

    TRY(request_read(rq, &tacet__wire__ask_people__descriptor, &in));
    /* One more than is shown says whether there is a next page. */
    TRY(accounts_page(rq->db, rq->arena, in->after, ADMIN_PEOPLE_PAGE + 1, &who, &n));
    out.rows = rows;
    for (; out.n_rows < n && out.n_rows < ADMIN_PEOPLE_PAGE; out.n_rows++) {
        rows[out.n_rows] = &row[out.n_rows];
        TRY(write_row(rq, &who[out.n_rows], rows[out.n_rows]));
    }
    if (n > ADMIN_PEOPLE_PAGE)
        out.next = who[ADMIN_PEOPLE_PAGE - 1].row;
    return request_answer(rq, &out);
}

/* From the commit on the account is gone: nothing waits for it, and nothing can be sealed to it. */
static struct err take_out(struct request *rq, struct account *who)
{
    struct device *device;
    size_t n;

    TRY(accounts_remove(rq->db, rq->server->networks, rq->arena, rq->now_ms, who));
    TRY(devices_of(rq->db, rq->arena, who->row, &device, &n));
    TRY(devices_remove(rq->db, who->row));
    TRY(linking_forget(rq->db, who->row));
    for (size_t i = 0; i < n; i++) {
        TRY(queue_forget(rq->db, device[i].row));
        TRY(prekeys_forget(rq->db, device[i].row));
        TRY(request_effect(rq, (struct effect){.kind = EFFECT_GONE, .did = device[i].did}));
    }
    return rooms_succeed(rq->db, rq->server->networks, &who->aid, rq->now_ms);
}

static struct err remove_account(struct request *rq)
{
    Tacet__Wire__Remove *in;
    struct account who;

    TRY(request_read(rq, &tacet__wire__remove__descriptor, &in));
    TRY(accounts_named(rq->db, rq->arena, frame_bytes(in->handle), &who));
    if (who.state == ACCOUNTS_REMOVED)
        return FAIL(E_REMOVED);
    return take_out(rq, &who);
}

/* Removed and invited in one: whoever lost every device and has no recovery key begins anew under
 * the same handle.  Of somebody whose account was removed before, what is left is the invitation:
 * the same order again makes another link. */
static struct err reset(struct request *rq)
{
    Tacet__Wire__Reset *in;
    Tacet__Wire__Invited out = TACET__WIRE__INVITED__INIT;
    struct accounts_link made;
    struct account who;

    TRY(request_read(rq, &tacet__wire__reset__descriptor, &in));
    TRY(accounts_named(rq->db, rq->arena, frame_bytes(in->handle), &who));
    if (who.state == ACCOUNTS_ACTIVE)
        TRY(take_out(rq, &who));
    TRY(accounts_make_link(rq, frame_bytes(in->handle), frame_bytes(in->address), in->lives_s,
                           &made));
    out.link = frame_data(made.link);
    out.expires_ms = made.expires_ms;
    return request_answer(rq, &out);
}

static struct err backup(struct request *rq)
{
    const struct backups *b = rq->server->backups;
    Tacet__Wire__AskBackup *in;
    Tacet__Wire__BackupPart out = TACET__WIRE__BACKUP_PART__INIT;
    struct bytes part;
    bool end;

    if (b == NULL)
        return FAIL(E_ABSENT);
    TRY(request_read(rq, &tacet__wire__ask_backup__descriptor, &in));
    TRY(b->ask(b->ctx, rq->session, in->at, rq->now_ms, &part, &end));
    out.part = frame_data(part);
    out.end = end;
    return request_answer(rq, &out);
}

const struct route admin_routes[] = {
    /* op      who             body  rate        kind          handler */
    {OP_PEOPLE, ROUTE_OPERATOR, 16, ROUTE_BULK, ROUTE_READS, people},
    {OP_REMOVE, ROUTE_OPERATOR, 64, ROUTE_BULK, ROUTE_GOES_ON, remove_account},
    {OP_RESET, ROUTE_OPERATOR, 512, ROUTE_BULK, ROUTE_WRITES, reset},
    {OP_BACKUP, ROUTE_OPERATOR, 16, ROUTE_BULK, ROUTE_READS, backup},
    {.op = 0},
};
