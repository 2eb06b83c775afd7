/* SPDX-License-Identifier: Apache-2.0 */
/* What people on the stage are told, as they remember it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/deeds.h"
#include "scenario/stage_internal.h"

static void remember(struct person *who, const struct event *e)
{
    struct bytes text = deeds_text(&e->message);
    size_t i = who->n_shown;

    assert_true(i < SHOWN_MAX);
    who->shown[i] = e->message;
    who->text[i] = calloc(1, text.n + 1);
    assert_non_null(who->text[i]);
    if (text.n > 0)
        memcpy(who->text[i], text.at, text.n);
    snprintf(who->from[i], sizeof who->from[i], "%s",
             e->message.mine ? who->handle : e->contact.handle);
    snprintf(who->with[i], sizeof who->with[i], "%s", e->contact.handle);
    who->n_shown++;
}

static void hear_problem(struct person *who, const struct event *e)
{
    who->problems |= 1u << e->problem;
    who->problem_code = e->code;
    if (e->problem == PROBLEM_RECIPIENTS)
        who->finding = e->finding;
    who->told[e->problem]++;
    who->missing[e->problem] += e->message.missing;
}

/* Of files, rooms and messages, which change nothing but what is counted. */
static void count(struct person *who, const struct event *e)
{
    if (e->kind == EVENT_TRANSFER) {
        who->moved = *e;
        who->moves++;
    }
    who->deeds += e->kind == EVENT_DEED;
    who->ended += e->kind == EVENT_ENDED;
    if (e->kind == EVENT_ACTIVITY) {
        who->doing = *e;
        who->doings++;
    }
}

void stage_hear(struct person *who, const struct event *e)
{
    count(who, e);
    switch (e->kind) {
    case EVENT_JOINED:
        who->joined = true;
        break;
    case EVENT_LINK:
        who->link = e->code;
        break;
    case EVENT_MESSAGE:
        who->finding = e->finding;
        remember(who, e);
        break;
    case EVENT_STATE:
        who->said = e->message.id;
        who->state = e->message.state;
        who->code = e->code;
        break;
    case EVENT_PROBLEM:
        hear_problem(who, e);
        break;
    case EVENT_REMOVED:
        who->removed = true;
        break;
    case EVENT_DEVICES:
        who->devices = *e;
        who->changes++;
        break;
    case EVENT_LISTED:
        who->listed = *e;
        break;
    case EVENT_HISTORY:
        who->history = *e;
        who->histories++;
        break;
    case EVENT_SHARED:
        who->shared |= e->shared;
        break;
    case EVENT_ADDING:
        who->adding = *e;
        break;
    case EVENT_RECOVERY:
        who->recovery = *e;
        break;
    case EVENT_ROOM_CHANGE:
        who->wished = *e;
        assert_ok(engine_tells_room(who->engine, e->message.contact, &who->telling));
        break;
    case EVENT_TRANSFER:
    case EVENT_DEED:
    case EVENT_ENDED:
    case EVENT_RECEIPT:
    case EVENT_ACTIVITY:
    case EVENT_ROOM:
    case EVENT_DRAINED:
    case EVENT_CONTACT:
        break;
    }
}
