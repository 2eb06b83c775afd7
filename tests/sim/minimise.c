/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/minimise.h"

#include "sim/run.h"

static bool still_fails(const struct options *o)
{
    struct outcome out;

    run_apart(o, &out);
    return run_failed(&out);
}

static bool tried(struct options *o, const struct options *smaller)
{
    if (!still_fails(smaller))
        return false;
    *o = *smaller;
    return true;
}

static void leave_out_kinds(struct options *o)
{
    struct options smaller = *o;

    smaller.hostile = false;
    if (o->hostile)
        (void)tried(o, &smaller);
    for (enum kind k = 0; k < KINDS; k++) {
        if (!options_has(o, k))
            continue;
        smaller = *o;
        smaller.kinds &= ~(UINT64_C(1) << k);
        (void)tried(o, &smaller);
    }
}

/* The first steps of the same run are the same run. */
static void leave_out_steps(struct options *o)
{
    for (unsigned cut = o->steps / 2; cut > 0; cut /= 2) {
        struct options smaller = *o;

        smaller.steps -= cut;
        while (smaller.steps > 0 && tried(o, &smaller) && o->steps > cut)
            smaller.steps = o->steps - cut;
    }
}

static void leave_out_people(struct options *o)
{
    for (unsigned people = OPTIONS_PEOPLE_LEAST; people < o->people; people++) {
        struct options smaller = *o;

        smaller.people = people;
        if (tried(o, &smaller))
            return;
    }
}

void minimise(struct options *o)
{
    leave_out_kinds(o);
    leave_out_steps(o);
    leave_out_people(o);
}
