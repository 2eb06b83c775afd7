/* SPDX-License-Identifier: Apache-2.0 */
#include "client/automatic.h"

#include "client/filing.h"
#include "client/rules.h"
#include "client/transfers.h"
#include "crypto/secret.h"
#include "e2ee/payload.h"

#define TAKE_ARENA (1 << 20)
#define DAY_BITS   16 /* of the counter, for how many there were; above it stands the day */

static const struct bytes NO_KEY = {NULL, 0};

static struct err put(struct vault *v, struct bytes folder, uint64_t most)
{
    TRY(vault_counter_set(v, VAULT_AUTOMATIC_MOST, most));
    return most > 0 ? vault_put(v, VAULT_AUTOMATIC_FOLDER, NO_KEY, 0, folder)
                    : vault_erase(v, VAULT_AUTOMATIC_FOLDER, NO_KEY, 0);
}

struct err automatic_set(struct engine *e, struct bytes folder, uint64_t most)
{
    if (most > LIMIT_FILE || (most > 0 && (folder.n == 0 || folder.n > FILING_PATH_MAX)))
        return FAIL(E_LIMIT);
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, put(e->vault, folder, most));
}

struct err automatic_get(struct vault *v, struct arena *a, struct bytes *folder, uint64_t *most)
{
    *folder = NO_KEY;
    TRY(vault_counter_get(v, VAULT_AUTOMATIC_MOST, most));
    return *most > 0 ? vault_get(v, VAULT_AUTOMATIC_FOLDER, NO_KEY, 0, a, folder) : OK;
}

/* One more today, if there may be. */
static struct err count_today(struct engine *e, bool *may)
{
    uint64_t today = e->now_ms / CLOCK_DAY_MS, counter, n;

    TRY(vault_counter_get(e->vault, VAULT_AUTOMATIC_DAY, &counter));
    n = counter >> DAY_BITS == today ? counter & ((1u << DAY_BITS) - 1) : 0;
    *may = n < AUTOMATIC_DAY_MOST;
    return *may ? vault_counter_set(e->vault, VAULT_AUTOMATIC_DAY, today << DAY_BITS | (n + 1))
                : OK;
}

static bool is_wanted(struct bytes content, uint64_t most)
{
    struct attachment a = {.duration_ms = 0};
    bool is = attachment_parse(content, &a).code == E_OK && !a.view_only && a.file.size <= most;

    secret_wipe(&a, sizeof a);
    return is;
}

static struct err begin(struct engine *e, const struct message *m, struct bytes folder)
{
    struct transfer t = {.kind = TRANSFERS_FETCHING,
                         .conversation = m->contact,
                         .place = m->place,
                         .attachment = m->text,
                         .path = folder};
    bool may;
    struct err err;

    TRY(count_today(e, &may));
    if (!may)
        return OK;
    err = transfers_add(e->vault, &t);
    e->fetching_due |= err.code == E_OK;
    return err.code == E_LIMIT ? OK : err; /* so many wait already: a person can ask for it */
}

/* As it is kept: what was taken back before it came says nothing any more. */
static struct err take(struct engine *e, uint64_t contact, uint64_t place, struct arena *a)
{
    struct message m;
    struct bytes folder;
    uint64_t most;

    TRY(automatic_get(e->vault, a, &folder, &most));
    if (most == 0 || !rules_allows_fetching())
        return OK;
    TRY(messages_get(e->vault, contact, place, a, &m));
    return m.type == PAYLOAD_FILE && is_wanted(m.text, most) ? begin(e, &m, folder) : OK;
}

struct err automatic_take(struct engine *e, const struct message *m)
{
    struct arena a = ARENA(TAKE_ARENA);
    struct err err;

    if (m->type != PAYLOAD_FILE || m->mine || (m->notes & MESSAGE_COPY) != 0)
        return OK;
    err = take(e, m->contact, m->place, &a);
    arena_free(&a);
    return err;
}
