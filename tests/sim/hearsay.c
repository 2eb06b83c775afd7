/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/hearsay.h"

#include <string.h>

#include "client/heard.h"
#include "sim/world.h"

#define ARENA_MAX (4 << 20)
#define LOOKS     8 /* at the newest messages of a conversation */

/* What a device that does not run, or was put back or wiped, kept when it said so, is not known. */
static bool can_tell(const struct person *who)
{
    return who->engine != NULL && who->restored == 0 && !who->removed && !who->kin.wiped &&
           !who->losing.lost;
}

/* Some device of that account has it, or may have had it. */
static bool is_kept(const struct world *w, const char *handle, const struct message *m)
{
    for (size_t i = 0; i < w->people; i++) {
        bool known = false;

        if (strcmp(w->person[i]->handle, handle) != 0)
            continue;
        if (!can_tell(w->person[i]))
            return true;
        world_must(messages_known(w->person[i]->vault, &m->sender, &m->id, &known),
                   "looking for a message");
        if (known)
            return true;
    }
    return false;
}

static bool was_told(struct person *who, const struct event *e, const struct message *m)
{
    struct contact by;
    bool read;

    return engine_heard_next(who->engine, m, e->contact.number - 1, &by, &read).code == E_OK &&
           by.number == e->contact.number;
}

static void hear_receipt(struct world *w, struct person *who, const struct event *e)
{
    struct arena a = ARENA(ARENA_MAX);
    struct message m = {.place = UINT64_MAX};

    for (unsigned i = 0;
         i < LOOKS &&
         messages_last(who->vault, e->message.contact, m.place - 1, &a, &m).code == E_OK;
         i++) {
        if (m.mine && was_told(who, e, &m) && !is_kept(w, e->contact.handle, &m))
            ledger_break(w, WRONG_HEARSAY, "%s is told that a message came to %s, who has it not",
                         who->name, e->contact.handle);
        arena_free(&a);
    }
    arena_free(&a);
}

void hearsay_hear(struct world *w, struct person *who, const struct event *e)
{
    if (e->kind == EVENT_ACTIVITY)
        doings_hear(w, who, e);
    else
        hear_receipt(w, who, e);
}
