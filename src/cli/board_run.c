/* SPDX-License-Identifier: Apache-2.0 */
/* board_run: a board on a terminal, while the client runs. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cli/board.h"
#include "cli/board_internal.h"
#include "cli/drive.h"
#include "terminal/screen.h"

#define TICK_S    1 /* times that are shown, and the size of the terminal */
#define PARTING_S 2 /* for what was written last, when a person leaves */
#define KEYS_READ 256

struct session {
    struct board_run *r;
    struct board b;
    struct drive drive;
    struct screen screen;
    int said, before; /* what is said on standard error goes to `said`; where it went before */
    off_t heard;      /* so many bytes of it were shown */
    size_t rows, columns;
    bool again; /* all of the screen is to be drawn */
    time_t typed_s;
};

/* ---- what is said on standard error */

/* The client's troubles are said there, in the words that all programs share; on this screen they
 * would be lost. */
static void catch_errors(struct session *s)
{
    s->said = memfd_create("tacet", MFD_CLOEXEC);
    s->before = s->said < 0 ? -1 : dup(STDERR_FILENO);
    if (s->before >= 0)
        (void)dup2(s->said, STDERR_FILENO);
}

/* The last line of what is new. */
static void hear_errors(struct session *s)
{
    char text[BOARD_NOTICE_MAX], *line;
    ssize_t n;

    if (s->before < 0)
        return;
    while ((n = pread(s->said, text, sizeof text - 1, s->heard)) > 0) {
        s->heard += n;
        text[n] = '\0';
        while (n > 0 && text[n - 1] == '\n')
            text[--n] = '\0';
        line = strrchr(text, '\n');
        if (n > 0)
            board_say(&s->b, line == NULL ? text : line + 1, NULL);
    }
}

static void release_errors(struct session *s)
{
    if (s->before >= 0) {
        (void)dup2(s->before, STDERR_FILENO);
        close(s->before);
    }
    if (s->said >= 0)
        close(s->said);
}

/* ---- the screen */

/* Of a clock that nobody sets, and that goes on while the machine sleeps. */
static time_t now_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_BOOTTIME, &t);
    return t.tv_sec;
}

static void draw(struct session *s)
{
    struct page p;
    size_t rows, columns;

    screen_size(&s->screen, &rows, &columns);
    s->again |= rows != s->rows || columns != s->columns;
    s->rows = rows;
    s->columns = columns;
    if (page_new(&p, rows, columns).code != E_OK)
        return;
    board_draw(&s->b, &p);
    screen_show(&s->screen, &p, s->again);
    s->again = false;
    page_free(&p);
}

/* What can be read now.  false: there will be no more. */
static bool take_keys(struct session *s)
{
    uint8_t typed[KEYS_READ];
    struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
    ssize_t n;

    if (poll(&ready, 1, 0) <= 0)
        return true;
    n = read(STDIN_FILENO, typed, sizeof typed);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    s->again |= n == 1 && typed[0] == ('L' & 0x1f);
    s->typed_s = now_s();
    board_keys_type(&s->b, bytes(typed, (size_t)n));
    explicit_bzero(typed, sizeof typed);
    return n > 0;
}

/* ---- the run */

static void take(struct session *s, const struct tacet_event *e)
{
    drive_say(&s->drive, e);
    if (e->kind == TACET_EVENT_INPUT && !take_keys(s))
        s->b.leaving = true;
    else if (e->kind != TACET_EVENT_INPUT)
        board_take(&s->b, e);
}

static bool is_idle(const struct session *s)
{
    return s->r->idle_s >= 0 && now_s() - s->typed_s >= s->r->idle_s;
}

/* All that is there is taken before anything is drawn. */
static void talk(struct session *s)
{
    struct tacet_event e;

    while (!s->b.leaving) {
        s->b.now_s = now_s();
        drive_allow(&s->drive, 0);
        while (!s->b.leaving && drive_take(&s->drive, &e))
            take(s, &e);
        if (s->b.leaving || s->drive.why != TACET_AGAIN)
            return;
        hear_errors(s);
        draw(s);
        drive_allow(&s->drive, TICK_S);
        if (drive_take(&s->drive, &e))
            take(s, &e);
        else if (s->drive.why != TACET_AGAIN)
            return;
        if (is_idle(s))
            s->b.leaving = s->b.locking = true;
    }
}

/* What was written last gets a moment to be sent. */
static void part(struct session *s)
{
    struct tacet_event e;

    tacet_watch(s->r->client, -1);
    drive_allow(&s->drive, PARTING_S);
    while (!s->b.locking && drive_has_outgoing(&s->drive) && drive_take(&s->drive, &e))
        continue;
}

/* The terminal is as it was. */
static bool conclude(struct session *s, bool left)
{
    bool locking = s->b.locking || s->drive.asked;

    s->r->changing = s->b.changing;
    if (locking)
        return true;
    if (!left && drive_refused(&s->drive))
        s->r->end = WORDS_FAILED;
    else if (drive_has_outgoing(&s->drive))
        fputs("Some of what you wrote is queued; it is sent when tacet next runs.\n", stderr);
    return false;
}

static bool run(struct session *s)
{
    bool left, locking;

    drive_begin(&s->drive, s->r->client, -1);
    catch_errors(s);
    tacet_watch(s->r->client, STDIN_FILENO);
    talk(s);
    left = s->b.leaving;
    if (left)
        part(s);
    tacet_watch(s->r->client, -1);
    screen_close(&s->screen);
    release_errors(s);
    drive_end(&s->drive);
    s->drive.client = s->r->client;
    locking = conclude(s, left);
    board_end(&s->b);
    return locking;
}

bool board_run(struct board_run *r)
{
    struct session s = {.r = r, .again = true, .typed_s = now_s(), .said = -1, .before = -1};

    r->changing = false;
    r->end = WORDS_FAILED;
    if (board_begin(&s.b, r->client).code != E_OK) {
        fputs("There is no memory for this.\n", stderr);
        return false;
    }
    if (screen_open(&s.screen, STDIN_FILENO, STDOUT_FILENO).code != E_OK) {
        board_end(&s.b);
        fputs("This terminal cannot show a screenful; try: tacet chat HANDLE\n", stderr);
        return false;
    }
    r->end = WORDS_FINE;
    return run(&s);
}
