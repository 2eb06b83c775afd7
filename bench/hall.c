/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hall: a room of 500 members with two devices each, with vaults and a server: real engines and the
 * server's handlers in one process and one thread, on the stage in memory.
 *
 * `_meet` is what the founder's engine and the server take to add everybody; `_first` from there to
 * the first message that the server took, with everybody looked up and greeted; `_send` is the
 * engine's part of each message after that, beside sealing for as many devices (`seal_1000`);
 * `_take` is what a member's device takes for each message that waited for it, with the server's
 * part, beside opening and checking it.
 */
#include <string.h>

#include "bench/crowd.h"
#include "client/gathering.h"
#include "scenario/rooms.h"

#define OTHERS  499
#define SAID    20
#define A_VISIT (10 * CLOCK_MINUTE_MS)
#define MINUTES 60

static struct person *other[OTHERS];
static struct crowd crowd;

/* Their second devices have done nothing but sign in. */
static void gather_people(struct play *p, struct buf *handles)
{
    char handle[16], second[16];

    for (unsigned i = 0; i < OTHERS; i++) {
        snprintf(handle, sizeof handle, "p%u", i);
        snprintf(second, sizeof second, "s%u", i);
        buf_text(handles, i > 0 ? " " : "");
        buf_text(handles, handle);
        other[i] = joins(p, handle);
        leaves(stage_device_by_hand(other[i], second));
        leaves(other[i]);
        if (i % 50 == 49)
            stage_forward(p, CLOCK_MINUTE_MS);
    }
    buf_u8(handles, 0);
}

static size_t members(struct person *who, const struct room_id *id)
{
    size_t n;

    role_of(who, id, who, &n);
    return n;
}

/* Until the founder's last message was accepted: what it took in all, in us. */
static double wait_for_acceptance(struct play *p, struct person *who)
{
    double before = measure_us(MEASURE_CPU);

    for (unsigned i = 0; i < MINUTES && who->state != DELIVERY_ACCEPTED; i++)
        stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(who->state, DELIVERY_ACCEPTED);
    return measure_us(MEASURE_CPU) - before;
}

static double add_everybody(struct play *p, struct person *alice, const struct room_id *id,
                            const char *handles)
{
    double before = measure_us(MEASURE_CPU);

    assert_int_equal(adds(p, alice, id, handles), E_OK);
    for (unsigned i = 0; i < MINUTES && members(alice, id) < OTHERS + 1; i++)
        stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(members(alice, id), OTHERS + 1);
    return measure_us(MEASURE_CPU) - before;
}

/* The engine's part alone: what it gives to the host lies there when the command is through. */
static double send_one(struct play *p, struct person *alice, const struct room_id *id)
{
    struct command c = {.kind = COMMAND_SEND, .room = room_of(alice, id).number};
    double before = measure_us(MEASURE_CPU);

    c.text = BYTES(crowd.text);
    assert_ok(engine_command(stage_engine(alice), &c, stage_now(p)));
    before = measure_us(MEASURE_CPU) - before;
    stage_settle(p);
    assert_int_equal(alice->state, DELIVERY_ACCEPTED);
    stage_forward(p, CLOCK_MINUTE_MS); /* the server's patience comes back */
    return before;
}

static double seal_once(void)
{
    struct buf upload = BUF(LIMIT_FRAME);
    double before = measure_us(MEASURE_CPU);

    crowd_seal(&crowd, CROWD_SIZE, &upload);
    buf_free(&upload);
    return measure_us(MEASURE_CPU) - before;
}

static double least(double a, double b)
{
    return a == 0 || b < a ? b : a;
}

int main(void)
{
    struct play *p = play_begin();
    struct buf handles = BUF(OTHERS * 8);
    struct person *alice, *bob;
    double send = 0, seal = 0, took;
    struct room_id id;

    crowd_gather(&crowd);
    gather_people(p, &handles);
    alice = joins(p, "alice");
    leaves(stage_device_by_hand(alice, "laptop"));
    id = makes(p, alice, ABOUT_GROUP, "All of us");
    printf("hall_500_meet %.0f ms\n", add_everybody(p, alice, &id, (const char *)handles.at) / 1e3);
    took = measure_us(MEASURE_CPU);
    assert_int_equal(says_in(p, alice, &id, "Hello, everybody."), E_OK);
    took = measure_us(MEASURE_CPU) - took + wait_for_acceptance(p, alice);
    printf("hall_500_first %.0f ms\n", took / 1e3);
    bob = other[0];
    returns(bob);
    stage_forward(p, A_VISIT);
    leaves(bob);
    for (unsigned i = 0; i < SAID; i++) {
        send = least(send, send_one(p, alice, &id));
        seal = least(seal, seal_once());
    }
    took = measure_us(MEASURE_CPU);
    returns(bob);
    took = measure_us(MEASURE_CPU) - took;
    assert_int_equal(bob->n_shown, SAID + 1);
    printf("hall_500_send %.1f ms\n", send / 1e3);
    printf("hall_500_take %.2f ms\n", took / SAID / 1e3);
    printf("seal_1000 %.1f ms\n", seal / 1e3);
    printf("hall_500_send_ratio %.3f seal_1000\n", send / seal);
    buf_free(&handles);
    crowd_part(&crowd);
    play_end(p);
    return 0;
}
