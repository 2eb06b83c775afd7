/* SPDX-License-Identifier: Apache-2.0 */
/* shelving: the calls about what a conversation keeps together. */
#include "client/deeds.h"
#include "client/host/client_internal.h"
#include "client/shelf.h"
#include "tacet/deeds.h"
#include "tacet/shelf.h"

_Static_assert(TACET_FOLDER_MAX == FILED_FOLDER_MAX && TACET_TITLE_MAX == FILED_TITLE_MAX, "sizes");
_Static_assert((int)TACET_KIND_FILED == (int)PAYLOAD_FILED, "kinds");

/* From `place` on.  E_ABSENT: none. */
static struct err find_next(struct tacet_client *c, uint64_t number, uint64_t place,
                            struct message *m, struct filed *filed)
{
    const struct own *me = engine_own(c->engine);
    bool over;

    for (;; place = m->place) {
        arena_free(&c->shown);
        arena_free(&c->shelved);
        TRY(messages_next(c->vault, number, place, &c->shown, m));
        if (!deeds_is_text(m))
            continue;
        TRY(engine_is_over(c->engine, m, &over));
        TRY(shelf_of(c->vault, me, m, &c->shelved, filed));
        if (!over && filed->kept)
            return OK;
    }
}

static struct err next_shelved(struct tacet_client *c, const char *with, uint64_t place,
                               struct tacet_message *out, struct tacet_shelved *where)
{
    struct filed filed;
    struct message m;
    uint64_t number;

    TRY(meeting_conversation(c, with, &number));
    TRY(find_next(c, number, place, &m, &filed));
    TRY(client_string(&c->shelved, filed.folder, &where->folder));
    TRY(client_string(&c->shelved, filed.title, &where->title));
    return telling_message(c, &m, &c->shown, out);
}

enum tacet_code tacet_next_shelved(struct tacet_client *c, const char *with, uint64_t place,
                                   struct tacet_message *out, struct tacet_shelved *where)
{
    return client_code(next_shelved(c, with, place, out, where));
}

/* Where it stands now, in the arena of what stands there. */
static struct err stands(struct tacet_client *c, const char *with, uint64_t place,
                         struct filed *filed)
{
    struct message m;
    uint64_t number;

    arena_free(&c->shelved);
    TRY(meeting_conversation(c, with, &number));
    TRY(messages_get(c->vault, number, place, &c->shelved, &m));
    return shelf_of(c->vault, engine_own(c->engine), &m, &c->shelved, filed);
}

enum tacet_code tacet_shelve(struct tacet_client *c, const char *with, uint64_t place,
                             const char *folder, const char *title, char id[TACET_ID_SIZE])
{
    struct filed filed = {.kept = true};
    struct command cmd = {.kind = COMMAND_SHELVE, .number = place, .filed = &filed};
    struct err err = stands(c, with, place, &filed);

    filed.kept = true;
    if (folder != NULL)
        filed.folder = bytes_text(folder);
    if (title != NULL)
        filed.title = bytes_text(title);
    return err.code != E_OK ? client_code(err) : deeds_act(c, &cmd, with, id);
}

enum tacet_code tacet_unshelve(struct tacet_client *c, const char *with, uint64_t place,
                               char id[TACET_ID_SIZE])
{
    const struct filed filed = {.kept = false};
    struct command cmd = {.kind = COMMAND_SHELVE, .number = place, .filed = &filed};

    return deeds_act(c, &cmd, with, id);
}
