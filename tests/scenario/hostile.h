/* SPDX-License-Identifier: Apache-2.0 */
/* hostile: scenarios in which the server, the wire or another member lies, by what the lie is in.
 */
#ifndef TACET_TESTS_SCENARIO_HOSTILE_H
#define TACET_TESTS_SCENARIO_HOSTILE_H

#include "scenario/lies.h"

extern const struct CMUnitTest hostile_deliveries[], hostile_statements[], hostile_answers[],
    hostile_refusals[], hostile_lists[], hostile_members[], hostile_crashes[], hostile_flips[],
    hostile_keys[], hostile_kem[], hostile_revoked[], hostile_floods[];
extern const size_t hostile_deliveries_n, hostile_statements_n, hostile_answers_n,
    hostile_refusals_n, hostile_lists_n, hostile_members_n, hostile_crashes_n, hostile_flips_n,
    hostile_keys_n, hostile_kem_n, hostile_revoked_n, hostile_floods_n;

/* How many parked items `who` keeps, and messages that wait to be sent. */
static inline uint64_t parked_by(struct person *who)
{
    uint64_t outgoing, parked;

    assert_ok(engine_waiting(stage_engine(who), &outgoing, &parked));
    return parked;
}

/* The next message that `who` sees comes behind a gap of so many; 0: it bears no note at all. */
static inline void sees_behind(struct person *who, struct person *from, const char *text,
                               uint64_t missing)
{
    const struct message *m = stage_next_shown(who);

    assert_non_null(m);
    assert_int_equal(m->notes, missing == 0 ? 0 : MESSAGE_GAP);
    assert_int_equal(m->missing, missing);
    sees(who, from, text);
}

static inline void looks_up(struct play *p, struct person *who, const char *handle)
{
    struct command c = {.kind = COMMAND_LOOK_UP, .handle = bytes_text(handle)};

    assert_ok(engine_command(stage_engine(who), &c, stage_now(p)));
    stage_settle(p);
}

#endif
