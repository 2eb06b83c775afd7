/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/transit.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/sentences.h"
#include "terminal/show.h"

#define PERCENT 100

static const struct sentence TROUBLE[] = {
    {TACET_ABSENT, "It is not there: on this machine, or at the server any more."},
    {TACET_DENIED, "It cannot be read, or written there; or its sender lets nobody keep it."},
    {TACET_CONFLICT, "It was changed while it was being sent, or their account key changed."},
    {TACET_LIMIT, "It is larger than 5 GiB, or its name too long, or too many are on their way."},
    {TACET_FORGED, "What the server has is not what was sent: nothing of it was kept."},
    {TACET_TRUNCATED, "The server does not have all of it: nothing of it was kept."},
    {TACET_MALFORMED, "This message brings no file."},
    {TACET_REMOVED, "They, or you, are not there any more."},
    {TACET_OK, NULL},
};

enum words_end transit_trouble(enum tacet_code code)
{
    return sentences_say(TROUBLE, code);
}

static void show_bar(const struct tacet_event *e)
{
    if (isatty(STDERR_FILENO) == 1 && e->of > 0)
        fprintf(stderr, "\r%3llu %% of %llu bytes", (unsigned long long)(e->done * PERCENT / e->of),
                (unsigned long long)e->of);
}

bool transit_await(struct drive *d, uint64_t number, struct tacet_event *last)
{
    struct tacet_event e;

    while (drive_next(d, &e)) {
        if (e.kind != TACET_EVENT_FILE || e.transfer != number)
            continue;
        show_bar(&e);
        *last = e;
        if (!e.ended)
            continue;
        if (isatty(STDERR_FILENO) == 1)
            fputs("\n", stderr);
        return true;
    }
    return false;
}

void transit_send_message(struct drive *d)
{
    struct tacet_event e;

    while (drive_has_outgoing(d) && drive_next(d, &e))
        continue;
}

static enum words_end conclude(const struct drive *d, bool ended, const struct tacet_event *last,
                               enum tacet_state *state)
{
    *state = TACET_STATE_QUEUED;
    if (ended && last->code != TACET_OK) {
        *state = TACET_STATE_FAILED;
        return transit_trouble(last->code);
    }
    if (!ended && drive_refused(d))
        return WORDS_FAILED;
    if (!ended)
        return words_say(WORDS_FINE, "not there yet: it goes on when tacet next runs");
    if (!last->sending)
        return WORDS_FINE;
    if (drive_has_outgoing(d))
        return words_say(WORDS_FINE, "all of it is at the server; the message is sent when tacet "
                                     "next runs");
    *state = TACET_STATE_ACCEPTED;
    return words_say(WORDS_FINE, "accepted by the server");
}

enum words_end transit_follow(struct tacet_client *client, uint64_t number, unsigned wait,
                              enum tacet_state *state)
{
    struct tacet_event last = {.ended = false};
    struct drive d;
    enum words_end end;
    bool ended;

    drive_begin(&d, client, (int)wait);
    ended = transit_await(&d, number, &last);
    if (ended && last.code == TACET_OK && !last.sending) {
        show_text(stdout, bytes(last.message.text, last.message.text_n));
        printf("\n");
    }
    if (ended && last.code == TACET_OK && last.sending)
        transit_send_message(&d);
    end = conclude(&d, ended, &last, state);
    drive_end(&d);
    return end;
}
