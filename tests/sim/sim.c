/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim COUNT FROM [WORD ...]: run COUNT seeds from FROM on; words change what the seeds say.  With
 * plant=FAULT it ends well at the first seed that finds the fault.
 * docs/develop/simulator.md
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/minimise.h"
#include "sim/run.h"

#define WORDS_MAX 1024

struct total {
    struct outcome sum;
    uint64_t seeds, failed, took_ms;
};

static uint64_t wall_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void add(struct total *t, const struct outcome *o)
{
    t->seeds++;
    t->failed += run_failed(o);
    t->sum.said += o->said;
    t->sum.shown += o->shown;
    t->sum.frames += o->frames;
    t->sum.batches += o->batches;
    t->sum.virtual_ms += o->virtual_ms;
    t->sum.lies += o->lies;
    for (size_t i = 0; i < WRONGS; i++)
        t->sum.wrong[i] += o->wrong[i];
    for (size_t i = 0; i < KINDS; i++)
        t->sum.faults[i] += o->faults[i];
}

static void say(const struct total *t)
{
    uint64_t ms = t->took_ms == 0 ? 1 : t->took_ms;

    printf("seeds %" PRIu64 " seeds\n", t->seeds);
    printf("messages %" PRIu64 " messages\n", t->sum.said);
    printf("shown %" PRIu64 " messages\n", t->sum.shown);
    printf("frames %" PRIu64 " frames\n", t->sum.frames);
    printf("virtual %.1f hours\n", (double)t->sum.virtual_ms / 3600000);
    printf("lies %" PRIu64 " lies\n", t->sum.lies);
    for (size_t i = 0; i < KINDS; i++)
        printf("%s %" PRIu64 " times\n", options_kind((enum kind)i), t->sum.faults[i]);
    for (size_t i = 0; i < WRONGS; i++)
        printf("%s %" PRIu64 " messages\n", ledger_wrong((enum wrong)i), t->sum.wrong[i]);
    printf("rate %.0f messages/s\n", (double)t->sum.said * 1000 / (double)ms);
    printf("pace %.0f seeds/min\n", (double)t->seeds * 60000 / (double)ms);
    printf("failed %" PRIu64 " seeds\n", t->failed);
}

static struct options options_of(uint64_t seed, int words, char **word)
{
    struct options o;

    options_expand(seed, &o);
    for (int i = 0; i < words; i++)
        if (!options_word(&o, word[i])) {
            fprintf(stderr, "no such word: %s\n", word[i]);
            exit(2);
        }
    return o;
}

/* The command that runs the same again, as small as it can be made. */
static void say_again(struct options *o)
{
    char line[WORDS_MAX];

    if (!o->trace && !o->as_is)
        minimise(o);
    options_write(o, line, sizeof line);
    printf("  again: sim 1 %" PRIu64 " %s trace\n", o->seed, line);
}

/* True: it holds. */
static bool run_seed(struct options *o, struct total *t)
{
    char line[WORDS_MAX];
    struct outcome out;

    options_write(o, line, sizeof line);
    printf("seed %" PRIu64 ": %s\n", o->seed, line);
    run_apart(o, &out);
    add(t, &out);
    if (!run_failed(&out))
        return true;
    printf("seed %" PRIu64 " FAILED: %s\n", o->seed, out.why);
    return false;
}

int main(int argc, char **argv)
{
    struct total t = {0};
    uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, began = wall_ms();
    uint64_t from = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    bool planted = false;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (uint64_t seed = from; seed < from + count && !(planted && t.failed > 0); seed++) {
        struct options o = options_of(seed, argc > 3 ? argc - 3 : 0, argv + 3);

        planted = o.plant != NULL;
        if (!run_seed(&o, &t) && !planted)
            say_again(&o);
    }
    t.took_ms = wall_ms() - began;
    say(&t);
    return (t.failed > 0) != planted; /* what was planted is to be found */
}
