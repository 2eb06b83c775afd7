/* SPDX-License-Identifier: Apache-2.0 */
/* finding: the calls that search. */
#include "client/host/client_internal.h"
#include "tacet/search.h"

_Static_assert(TACET_SEARCH_MAX == QUERY_MAX && TACET_SEARCH_WORDS == QUERY_WORDS_MAX, "queries");

static struct err search(struct tacet_client *c, struct query *q, const char *with)
{
    uint64_t conversation = 0;

    if (with != NULL)
        TRY(meeting_conversation(c, with, &conversation));
    else
        TRY(searching_conversations(c->vault, engine_own(c->engine), q, &c->met));
    return searching_messages(c->vault, engine_own(c->engine), q, conversation, &c->said);
}

enum tacet_code tacet_search(struct tacet_client *c, const char *words, const char *with,
                             struct tacet_found *out)
{
    struct query q;
    struct err err = query_parse(bytes_text(words), &q);

    searching_free(&c->met);
    searching_free(&c->said);
    if (err.code == E_OK)
        err = search(c, &q, with);
    query_free(&q);
    *out = (struct tacet_found){searching_count(&c->met), searching_count(&c->said)};
    return client_code(err);
}

enum tacet_code tacet_found_conversation(struct tacet_client *c, size_t i,
                                         char with[TACET_HANDLE_SIZE])
{
    if (i >= searching_count(&c->met))
        return TACET_ABSENT;
    meeting_with(c, searching_get(&c->met, i).conversation, with);
    return TACET_OK;
}

enum tacet_code tacet_found_message(struct tacet_client *c, size_t i, struct tacet_message *out)
{
    struct searching_hit hit;
    struct message m;
    struct err err;
    bool over = false;

    if (i >= searching_count(&c->said))
        return TACET_ABSENT;
    hit = searching_get(&c->said, i);
    arena_free(&c->shown);
    err = messages_get(c->vault, hit.conversation, hit.place, &c->shown, &m);
    if (err.code == E_OK)
        err = engine_is_over(c->engine, &m, &over);
    if (err.code == E_OK && over)
        err = FAIL(E_ABSENT);
    if (err.code == E_OK)
        err = telling_message(c, &m, &c->shown, out);
    return client_code(err);
}
