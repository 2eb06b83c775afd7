/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/drive.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "cli/sentences.h"

/* What a signal handler can see. */
static struct tacet_client *volatile running;
static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define ENDINGS (sizeof ending / sizeof ending[0])
static struct sigaction before[ENDINGS];

static void on_signal(int number)
{
    (void)number;
    if (running != NULL)
        tacet_interrupt(running);
}

/* One that goes on while the machine sleeps: who comes back to it was away. */
#ifdef CLOCK_BOOTTIME
#define AWAY_CLOCK CLOCK_BOOTTIME
#else
#define AWAY_CLOCK CLOCK_MONOTONIC
#endif

static uint64_t monotonic_ms(void)
{
    struct timespec t;

    clock_gettime(AWAY_CLOCK, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void drive_allow(struct drive *d, int seconds)
{
    d->until_ms = seconds < 0 ? UINT64_MAX : monotonic_ms() + (uint64_t)seconds * 1000;
}

void drive_begin(struct drive *d, struct tacet_client *client, int seconds)
{
    struct sigaction action = {.sa_handler = on_signal};

    *d = (struct drive){.client = client};
    drive_allow(d, seconds);
    running = client;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ENDINGS; i++)
        if (sigaction(ending[i], NULL, &before[i]) == 0 && before[i].sa_handler != SIG_IGN)
            sigaction(ending[i], &action, NULL);
}

void drive_end(struct drive *d)
{
    for (size_t i = 0; i < ENDINGS; i++)
        sigaction(ending[i], &before[i], NULL);
    running = NULL;
    d->client = NULL;
}

void drive_shorten(struct drive *d, unsigned seconds)
{
    uint64_t end = monotonic_ms() + (uint64_t)seconds * 1000;

    if (end < d->until_ms)
        d->until_ms = end;
}

static int left_ms(const struct drive *d)
{
    uint64_t now = monotonic_ms();

    if (d->until_ms == UINT64_MAX)
        return -1;
    if (now >= d->until_ms)
        return 0;
    return d->until_ms - now > INT_MAX ? INT_MAX : (int)(d->until_ms - now);
}

bool drive_is_final(enum tacet_code why)
{
    return why != TACET_OK && why != TACET_AGAIN && why != TACET_CLOSED;
}

/* A restart, a full disk or a garbled answer passes.  That it is not our server, or that it does
 * not want us, does not. */
static bool is_refusal(enum tacet_code code)
{
    return code == TACET_FORGED || (code >= TACET_DENIED && code < TACET_AGAIN);
}

/* What there is to say about it, once and not for each try. */
static const char *note_link(struct drive *d, enum tacet_code code)
{
    bool unreachable = d->unreachable;

    d->connected = code == TACET_OK;
    d->unreachable = !d->connected;
    if (d->connected)
        return unreachable ? "Connected.\n" : NULL;
    if (unreachable || is_refusal(code))
        return NULL;
    return code == TACET_FULL ? "The server's disk is full.  Its operator must make room.\n"
                              : "The server cannot be reached.\n";
}

bool drive_take(struct drive *d, struct tacet_event *out)
{
    d->news = NULL;
    d->why = tacet_run(d->client, left_ms(d), out);
    if (d->why != TACET_OK)
        return false;
    if (out->kind == TACET_EVENT_MESSAGE && !out->message.mine)
        d->arrived++;
    if (out->kind == TACET_EVENT_REMOVED) {
        d->removed = true;
        d->why = TACET_REMOVED;
        sentences_removed(out->code);
        return false;
    }
    if (out->kind == TACET_EVENT_LOCK) {
        d->asked = true;
        d->why = TACET_CLOSED;
        return false;
    }
    if (out->kind != TACET_EVENT_LINK)
        return true;
    d->news = note_link(d, out->code);
    if (!is_refusal(out->code))
        return true;
    d->why = out->code;
    return false;
}

void drive_say(const struct drive *d, const struct tacet_event *e)
{
    if (e->kind == TACET_EVENT_PROBLEM)
        sentences_problem(e);
    if (e->kind == TACET_EVENT_DEVICES)
        sentences_devices(e);
    if (e->kind == TACET_EVENT_HISTORY)
        sentences_history(e);
    if (d->news != NULL)
        fputs(d->news, stderr);
}

bool drive_next(struct drive *d, struct tacet_event *out)
{
    bool any = drive_take(d, out);

    if (any)
        drive_say(d, out);
    return any;
}

bool drive_has_outgoing(const struct drive *d)
{
    struct tacet_status s;

    return tacet_get_status(d->client, &s) == TACET_OK && s.outgoing > 0;
}

bool drive_refused(const struct drive *d)
{
    bool refused = drive_is_final(d->why);

    if (d->asked) {
        fputs("The profile was locked with tacet lock.\n", stderr);
        return true;
    }
    if (refused && !d->removed)
        sentences_say(sentences_refusal, d->why);
    return refused;
}
