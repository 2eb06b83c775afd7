/* SPDX-License-Identifier: Apache-2.0 */
/* deeds: what people do with messages that are there, and what others see of it.  [PROTOCOL 6.10]
 */
#ifndef TACET_TESTS_SCENARIO_DEEDS_H
#define TACET_TESTS_SCENARIO_DEEDS_H

#include <stdio.h>

#include "client/deeds.h"
#include "client/searching.h"
#include "scenario/histories.h"
#include "scenario/rooms.h"

extern const struct CMUnitTest deeds_replies[], deeds_reactions[], deeds_edits[], deeds_recalls[],
    deeds_deletions[], deeds_marks[], deeds_unknown[], deeds_forwards[], deeds_places[],
    deeds_shelf[];
extern const size_t deeds_replies_n, deeds_reactions_n, deeds_edits_n, deeds_recalls_n,
    deeds_deletions_n, deeds_marks_n, deeds_unknown_n, deeds_forwards_n, deeds_places_n,
    deeds_shelf_n;

static inline uint64_t pair_with(struct person *who, struct person *with)
{
    return contact_of(who, stage_handle(with)).number;
}

/* The message that says so, in a conversation as `who` keeps it; false: there is none. */
static inline bool finds(struct person *who, uint64_t conversation, const char *text,
                         struct arena *a, struct message *out)
{
    *out = (struct message){.place = 0};
    while (messages_next(engine_vault(stage_engine(who)), conversation, out->place, a, out).code ==
           E_OK)
        if (deeds_is_said(out) && bytes_same(deeds_text(out), bytes_text(text)))
            return true;
    return false;
}

static inline struct message the(struct person *who, uint64_t conversation, const char *text,
                                 struct arena *a)
{
    struct message m;

    if (!finds(who, conversation, text, a, &m))
        fail_msg("%s has no \"%s\"", stage_handle(who), text);
    return m;
}

/* In a conversation with somebody, or (handle NULL) in the room of that number: do something with
 * the message at that place. */
static inline enum err_code does(struct play *p, struct person *who, uint64_t conversation,
                                 const struct command *what)
{
    struct command c = *what;
    struct contact with;

    if (people_get(engine_vault(stage_engine(who)), conversation, &with).code == E_OK)
        c.handle = bytes_text(with.handle);
    else
        c.room = conversation;
    return commands(p, who, &c);
}

static inline enum err_code answers(struct play *p, struct person *who, uint64_t conversation,
                                    const char *what, const char *text)
{
    struct arena a = ARENA(1 << 22);
    struct command c = {.kind = COMMAND_REPLY, .text = bytes_text(text)};
    enum err_code code;

    c.number = the(who, conversation, what, &a).place;
    code = does(p, who, conversation, &c);
    arena_free(&a);
    return code;
}

/* `text` answers `what` (NULL: something that is not here), as `who` sees it. */
static inline void sees_answer(struct person *who, uint64_t conversation, const char *text,
                               const char *what)
{
    struct arena a = ARENA(1 << 22);
    struct message m = the(who, conversation, text, &a);
    struct deeds_view view;

    assert_ok(
        deeds_view(engine_vault(stage_engine(who)), engine_own(stage_engine(who)), &m, &a, &view));
    assert_true(view.refers);
    assert_int_equal(view.here, what != NULL);
    if (what != NULL)
        assert_bytes(view.to_text, bytes_text(what));
    arena_free(&a);
}

static inline enum err_code reacts_or_not(struct play *p, struct person *who, uint64_t conversation,
                                          const char *what, const char *kind, bool on)
{
    struct arena a = ARENA(1 << 22);
    struct command c = {.kind = on ? COMMAND_REACT : COMMAND_TAKE_BACK, .text = bytes_text(kind)};
    enum err_code code;

    c.number = the(who, conversation, what, &a).place;
    code = does(p, who, conversation, &c);
    arena_free(&a);
    return code;
}

static inline void reacts(struct play *p, struct person *who, uint64_t conversation,
                          const char *what, const char *kind)
{
    assert_int_equal(reacts_or_not(p, who, conversation, what, kind, true), E_OK);
}

static inline void takes_back(struct play *p, struct person *who, uint64_t conversation,
                              const char *what, const char *kind)
{
    assert_int_equal(reacts_or_not(p, who, conversation, what, kind, false), E_OK);
}

/* How people react to a message, as `who` sees it: "+2 -1", each kind and how many people. */
static inline void shows(struct person *who, uint64_t conversation, const char *what,
                         const char *reactions)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct arena a = ARENA(1 << 22);
    struct message m = the(who, conversation, what, &a);
    struct reactions_sum sum;
    struct target to;
    char all[1024] = "";
    size_t n = 0;

    assert_ok(target_of(v, engine_own(stage_engine(who)), &m, &to));
    assert_ok(reactions_sum(v, &to, &a, &sum));
    for (size_t i = 0; i < sum.n && n < sizeof all; i++)
        n += (size_t)snprintf(all + n, sizeof all - n, "%s%.*s%zu", i == 0 ? "" : " ",
                              (int)sum.kind[i].kind.n, (const char *)sum.kind[i].kind.at,
                              sum.kind[i].n);
    assert_string_equal(all, reactions);
    arena_free(&a);
}

/* `first` is how it was said first. */
static inline enum err_code edits(struct play *p, struct person *who, uint64_t conversation,
                                  const char *first, const char *text)
{
    struct arena a = ARENA(1 << 22);
    struct command c = {.kind = COMMAND_EDIT, .text = bytes_text(text)};
    enum err_code code;

    c.number = the(who, conversation, first, &a).place;
    code = does(p, who, conversation, &c);
    arena_free(&a);
    return code;
}

/* What was said first is now, as `who` sees it, `text`, the last of so many versions. */
static inline void says_now(struct person *who, uint64_t conversation, const char *first,
                            const char *text, size_t versions)
{
    struct arena a = ARENA(1 << 22);
    struct message m = the(who, conversation, first, &a);
    struct bytes now;
    size_t n;

    assert_ok(deeds_newest(engine_vault(stage_engine(who)), engine_own(stage_engine(who)), &m, &a,
                           &now, &n));
    assert_bytes(now, bytes_text(text));
    assert_int_equal(n, versions);
    arena_free(&a);
}

static inline enum err_code recalls(struct play *p, struct person *who, uint64_t conversation,
                                    const char *what)
{
    struct arena a = ARENA(1 << 22);
    struct command c = {.kind = COMMAND_RECALL};
    enum err_code code;

    c.number = the(who, conversation, what, &a).place;
    code = does(p, who, conversation, &c);
    arena_free(&a);
    return code;
}

static inline enum err_code deletes(struct play *p, struct person *who, uint64_t conversation,
                                    const char *what)
{
    struct arena a = ARENA(1 << 22);
    struct command c = {.kind = COMMAND_DELETE};
    enum err_code code;

    c.number = the(who, conversation, what, &a).place;
    code = does(p, who, conversation, &c);
    arena_free(&a);
    return code;
}

/* Nothing that `who` keeps of the conversation says so, but that so many were recalled. */
static inline void lost(struct person *who, uint64_t conversation, const char *what, unsigned rows)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct arena a = ARENA(1 << 22);
    struct message m = {.place = 0};
    unsigned n = 0;

    for (; messages_next(v, conversation, m.place, &a, &m).code == E_OK; arena_free(&a)) {
        assert_false(bytes_same(deeds_text(&m), bytes_text(what)));
        n += (m.notes & MESSAGE_RECALLED) != 0 && !deeds_is_quiet(&m);
        if (m.notes & MESSAGE_RECALLED)
            assert_int_equal(m.text.n + m.proof.n, 0);
    }
    assert_int_equal(n, rows);
    arena_free(&a);
}

/* How many messages does `who` find by a word?  *place: the newest of them. */
static inline size_t found_by(struct person *who, const char *words, uint64_t *place)
{
    struct searching found = SEARCHING;
    struct query q;
    size_t n;

    assert_ok(query_parse(bytes_text(words), &q));
    assert_ok(searching_messages(engine_vault(stage_engine(who)), engine_own(stage_engine(who)), &q,
                                 0, &found));
    n = searching_count(&found);
    *place = n == 0 ? 0 : searching_get(&found, 0).place;
    query_free(&q);
    searching_free(&found);
    return n;
}

#endif
