/* SPDX-License-Identifier: Apache-2.0 */
/* devices_shared: what people say on one of their devices for all of them, and what each has of it.
 * [PROTOCOL 15.8] */
#ifndef TACET_TESTS_SCENARIO_DEVICES_SHARED_H
#define TACET_TESTS_SCENARIO_DEVICES_SHARED_H

#include "client/nicknames.h"
#include "client/registers.h"
#include "scenario/devices.h"

#define A_WHILE (10 * CLOCK_SECOND_MS) /* what one device is told is on its way to the others */

static inline struct contact contact_of(struct person *who, const char *handle)
{
    struct contact c;

    assert_ok(people_by_handle(engine_vault(stage_engine(who)), bytes_text(handle), &c));
    return c;
}

static inline enum err_code commands(struct play *p, struct person *who, const struct command *c)
{
    enum err_code code = engine_command(stage_engine(who), c, stage_now(p)).code;

    stage_settle(p);
    return code;
}

static inline void calls(struct play *p, struct person *who, const char *handle, const char *name)
{
    struct command c = {
        .kind = COMMAND_NAME, .handle = bytes_text(handle), .text = bytes_text(name)};

    assert_int_equal(commands(p, who, &c), E_OK);
}

/* "" stands for no name. */
static inline void is_called(struct person *who, const char *handle, const char *name)
{
    struct contact c = contact_of(who, handle);
    struct arena a = ARENA(1 << 17);
    const char *has = "";
    struct err err = nicknames_get(engine_vault(stage_engine(who)), &c, &a, &has);

    assert_true(err.code == E_OK || err.code == E_ABSENT);
    assert_string_equal(has, name);
    arena_free(&a);
}

static inline void drafts(struct play *p, struct person *who, const char *handle, const char *text)
{
    struct command c = {
        .kind = COMMAND_DRAFT, .handle = bytes_text(handle), .text = bytes_text(text)};

    assert_int_equal(commands(p, who, &c), E_OK);
}

static inline void has_draft(struct person *who, const char *handle, const char *text)
{
    struct arena a = ARENA(1 << 17);
    struct bytes draft = {NULL, 0};
    struct err err = engine_draft(stage_engine(who), bytes_text(handle), 0, &a, &draft);

    assert_int_equal(err.code, *text == '\0' ? E_ABSENT : E_OK);
    assert_bytes(draft, bytes_text(text));
    arena_free(&a);
}

/* How many messages in the conversation did `who` not read?  With `mark`, it reads up to so many
 * of them first. */
static inline unsigned unread(struct play *p, struct person *who, const char *handle, unsigned mark)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct contact c = contact_of(who, handle);
    struct arena a = ARENA(1 << 22);
    struct message m;
    unsigned n = 0;

    for (uint64_t after = 0; messages_next_unread(v, after, &a, &m).code == E_OK; after = m.place) {
        struct command read = {
            .kind = COMMAND_READ, .handle = bytes_text(handle), .number = m.place};

        if (m.contact == c.number && mark == 0)
            n++;
        if (m.contact == c.number && mark > 0) {
            mark--;
            assert_int_equal(commands(p, who, &read), E_OK);
        }
        arena_free(&a);
    }
    arena_free(&a);
    return n;
}

/* Do two devices hold the same of all that is shared? */
static inline bool hold_the_same(struct person *one, struct person *other)
{
    struct vault *v = engine_vault(stage_engine(one)), *w = engine_vault(stage_engine(other));
    struct arena a = ARENA(1 << 24);
    struct shared_have ours, theirs;
    bool same;

    assert_ok(registers_have(v, &ours));
    assert_ok(registers_have(w, &theirs));
    same = ours.n == theirs.n;
    for (size_t i = 0; same && i < ours.n; i++) {
        struct shared_change c = {.number = 0}, d = {.number = 0};

        same = ID_SAME(ours.mark[i].writer, theirs.mark[i].writer) &&
               ours.mark[i].number == theirs.mark[i].number;
        while (same && registers_next(v, &ours.mark[i].writer, c.number, &a, &c).code == E_OK) {
            same = registers_next(w, &ours.mark[i].writer, d.number, &a, &d).code == E_OK &&
                   c.number == d.number && c.kind == d.kind && bytes_same(c.key, d.key) &&
                   bytes_same(c.value, d.value);
        }
        same = same && registers_next(w, &ours.mark[i].writer, c.number, &a, &d).code == E_ABSENT;
    }
    arena_free(&a);
    return same;
}

#endif
