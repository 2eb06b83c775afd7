/* SPDX-License-Identifier: Apache-2.0 */
/* timers: for how long what people write lives.  [PROTOCOL 6.11] */
#ifndef TACET_TESTS_SCENARIO_TIMERS_H
#define TACET_TESTS_SCENARIO_TIMERS_H

#include "client/timers.h"
#include "scenario/rooms.h"

extern const struct CMUnitTest timers_said[];
extern const size_t timers_said_n;
extern const struct CMUnitTest timers_burned[];
extern const size_t timers_burned_n;

#define HOUR_S (CLOCK_HOUR_MS / CLOCK_SECOND_MS)
#define DAY_S  (24 * HOUR_S)

/* In the pair with somebody, or in a room. */
static inline enum err_code times(struct play *p, struct person *who, struct person *with,
                                  struct timers t)
{
    struct command c = {.kind = COMMAND_TIMERS, .timers = t};

    c.handle = bytes_text(stage_handle(with));
    return commands(p, who, &c);
}

static inline enum err_code times_room(struct play *p, struct person *who, const struct room_id *id,
                                       struct timers t)
{
    struct command c = {.kind = COMMAND_TIMERS, .room = room_of(who, id).number, .timers = t};

    return commands(p, who, &c);
}

/* This alone. */
static inline enum err_code says_for(struct play *p, struct person *who, struct person *with,
                                     const char *text, struct timers t)
{
    struct command c = {.kind = COMMAND_SEND, .text = bytes_text(text), .timers = t};

    c.handle = bytes_text(stage_handle(with));
    return commands(p, who, &c);
}

static inline enum err_code says_in_for(struct play *p, struct person *who,
                                        const struct room_id *id, const char *text, struct timers t)
{
    struct command c = {.kind = COMMAND_SEND,
                        .room = room_of(who, id).number,
                        .text = bytes_text(text),
                        .timers = t};

    return commands(p, who, &c);
}

/* How many of a room's messages say this? */
static inline unsigned copies_in(struct person *who, const struct room_id *id, const char *text)
{
    struct arena a = ARENA(1 << 20);
    struct message m = {.place = 0};
    uint64_t number = room_of(who, id).number;
    unsigned n = 0;

    while (messages_next(engine_vault(stage_engine(who)), number, m.place, &a, &m).code == E_OK)
        n += bytes_same(m.text, bytes_text(text));
    arena_free(&a);
    return n;
}

#endif
