/* SPDX-License-Identifier: Apache-2.0 */
/* devices_agree: whatever order things happen in, all devices of a person have the same messages in
 * the end, each once.  Devices come and go, mail is lost, the server dies. */
#include <stdio.h>

#include "property/dice.h"
#include "scenario/devices.h"

#define PEOPLE  2
#define DEVICES 3 /* of each */
#define STEPS   40
#define SEEDS   3
#define TEXTS   STEPS

struct crowd {
    struct play *p;
    struct person *device[PEOPLE][DEVICES];
    bool away[PEOPLE][DEVICES];
    char text[TEXTS][16];
    size_t to[TEXTS], by[TEXTS], said;
    struct lie loss;
};

static const char *const HANDLES[PEOPLE] = {"alice", "bob"};

static void crowd_begin(struct crowd *c)
{
    *c = (struct crowd){.p = play_begin()};
    for (size_t i = 0; i < PEOPLE; i++)
        c->device[i][0] = joins(c->p, HANDLES[i]);
    for (size_t i = 0; i < PEOPLE; i++)
        for (size_t k = 1; k < DEVICES; k++)
            c->device[i][k] = stage_device_by_hand(c->device[i][0], HANDLES[i]);
    for (size_t i = 0; i < PEOPLE; i++)
        for (size_t k = 0; k < DEVICES; k++) { /* and knows of all the others */
            leaves(c->device[i][k]);
            returns(c->device[i][k]);
        }
}

static void says_something(struct crowd *c, struct dice *d)
{
    size_t by = dice_below(d, PEOPLE), k = dice_below(d, DEVICES), to = dice_below(d, PEOPLE);

    if (c->away[by][k])
        return;
    snprintf(c->text[c->said], sizeof c->text[0], "text %zu.", c->said);
    says_to(c->device[by][k], HANDLES[to], c->text[c->said]);
    c->by[c->said] = by;
    c->to[c->said++] = to;
}

static void comes_or_goes(struct crowd *c, struct dice *d)
{
    size_t i = dice_below(d, PEOPLE), k = dice_below(d, DEVICES);

    if (c->away[i][k])
        returns(c->device[i][k]);
    else
        leaves(c->device[i][k]);
    c->away[i][k] = !c->away[i][k];
}

/* The next page that one of them gets does not arrive. */
static void loses_mail(struct crowd *c, struct dice *d)
{
    c->loss =
        (struct lie){DELIVERIES, .to = c->device[dice_below(d, PEOPLE)][dice_below(d, DEVICES)],
                     .tell = lose, .most = 1};
    lie_begin(c->p, &c->loss);
}

static void step(struct crowd *c, struct dice *d)
{
    size_t what = dice_below(d, 10);

    if (what < 6) {
        says_something(c, d);
    } else if (what < 8) {
        comes_or_goes(c, d);
    } else if (what == 8) {
        loses_mail(c, d);
    } else {
        server_dies(c->p);
        server_comes_back(c->p);
        stage_forward(c->p, 2 * CLOCK_MINUTE_MS);
    }
}

static void all_agree(struct crowd *c, uint64_t seed)
{
    for (size_t m = 0; m < c->said; m++)
        for (size_t i = 0; i < PEOPLE; i++)
            for (size_t k = 0; k < DEVICES; k++) {
                bool has = i == c->by[m] || i == c->to[m];
                size_t with = i == c->by[m] ? c->to[m] : c->by[m];

                if (has && stage_copies(c->device[i][k], c->device[with][0], c->text[m]) != 1)
                    fail_msg("seed %u: device %zu of %s lacks \"%s\" of %s to %s", (unsigned)seed,
                             k, HANDLES[i], c->text[m], HANDLES[c->by[m]], HANDLES[c->to[m]]);
            }
}

static void play_seed(uint64_t seed)
{
    struct crowd c;
    struct dice d = dice_for(seed, "devices");

    crowd_begin(&c);
    for (int i = 0; i < STEPS; i++)
        step(&c, &d);
    lie_end(c.p);
    for (size_t i = 0; i < PEOPLE; i++)
        for (size_t k = 0; k < DEVICES; k++)
            if (c.away[i][k])
                returns(c.device[i][k]);
    /* One more of each shows the last ones that are missing; then they are asked for. */
    for (size_t i = 0; i < PEOPLE; i++)
        for (size_t k = 0; k < DEVICES; k++)
            for (size_t to = 0; to < PEOPLE; to++)
                says_to(c.device[i][k], HANDLES[to], "the last");
    stage_forward(c.p, 2 * CLOCK_DAY_MS);
    all_agree(&c, seed);
    play_end(c.p);
}

static void all_devices_of_a_person_have_the_same_messages(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        play_seed(seed);
}

const struct CMUnitTest devices_agree[] = {
    cmocka_unit_test(all_devices_of_a_person_have_the_same_messages),
};
const size_t devices_agree_n = sizeof devices_agree / sizeof devices_agree[0];
