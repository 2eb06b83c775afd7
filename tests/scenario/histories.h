/* SPDX-License-Identifier: Apache-2.0 */
/* histories: scenarios in which a device that was added is given what was said before, by what they
 * are about.  [PROTOCOL 15.5] */
#ifndef TACET_TESTS_SCENARIO_HISTORIES_H
#define TACET_TESTS_SCENARIO_HISTORIES_H

#include <stdlib.h>

#include "client/giving.h"
#include "scenario/devices.h"

extern const struct CMUnitTest history_given[], history_faults[], history_refused[];
extern const size_t history_given_n, history_faults_n, history_refused_n;

/* A second device, which the first one knows of. */
static inline void add_second(struct pair *c)
{
    c->second = stage_second_device(c->alice, "second");
    leaves(c->alice);
    returns(c->alice);
}

/* Alice and bob have met; then she has a second device. */
static inline struct pair pair_added(void)
{
    struct pair c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    add_second(&c);
    return c;
}

/* Both people want it, the one who gives first; what the server does not hold back comes at once.
 */
static inline void gives(struct pair *c)
{
    assert_int_equal(stage_give(c->alice, c->second), E_OK);
    assert_int_equal(stage_take(c->second, c->alice), E_OK);
}

static inline void has_all(struct pair *c)
{
    assert_int_equal(stage_has_history(c->alice), E_OK);
    assert_int_equal(stage_has_history(c->second), E_OK);
    assert_int_equal(stage_copies(c->second, c->bob, "Are you there?"), 1);
    assert_int_equal(stage_copies(c->second, c->bob, "I am."), 1);
}

/* The message with this text in the conversation that `who` keeps with bob: in the arena. */
static inline struct message kept(struct person *who, struct person *with, const char *text,
                                  struct arena *a)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct message m = {.place = 0};
    struct contact contact;

    assert_ok(people_by_handle(v, bytes_text(stage_handle(with)), &contact));
    do
        assert_ok(messages_next(v, contact.number, m.place, a, &m));
    while (!bytes_same(m.text, bytes_text(text)));
    return m;
}

/* As many bytes of bob's, whose first two say which message it is. */
static inline void says_long(struct pair *c, unsigned which, size_t n)
{
    char *text = calloc(1, n + 1);

    assert_non_null(text);
    memset(text, 'x', n);
    text[0] = (char)('a' + which);
    says(c->bob, c->alice, text);
    sees(c->alice, c->bob, text);
    free(text);
}

/* The same before there is a second device, and then one. */
static inline struct pair pair_with_much(unsigned messages, size_t each)
{
    struct pair c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    for (unsigned i = 0; i < messages; i++)
        says_long(&c, i, each);
    add_second(&c);
    return c;
}

/* Messages, and not what is noted between them. */
static inline uint64_t count_kept(struct person *who)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct contact contact = {.number = 0};
    struct arena a = ARENA(1 << 20);
    uint64_t n = 0;

    while (people_next(v, contact.number, &contact).code == E_OK) {
        struct message m = {.place = 0};

        for (; messages_next(v, contact.number, m.place, &a, &m).code == E_OK; arena_free(&a))
            n += !(m.notes & MESSAGE_DEVICES);
    }
    arena_free(&a);
    return n;
}

#endif
