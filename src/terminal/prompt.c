/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "terminal/words.h"

#define TRIES 3 /* to type the same new passphrase twice */

/* One byte at a time, and into `out` itself: what stands behind the line belongs to somebody else,
 * and no copy is left on the stack. */
static struct err read_line(int fd, struct buf *out)
{
    for (;;) {
        uint8_t *at = buf_extend(out, 1);
        ssize_t n;

        if (at == NULL)
            return FAIL(out->failed);
        do
            n = read(fd, at, 1);
        while (n < 0 && errno == EINTR);
        if (n == 1 && *at == '\0')
            return FAIL(E_MALFORMED);
        if (n == 1 && *at != '\n')
            continue;
        buf_cut(out, out->n - 1);
        if (n < 0)
            return FAIL(E_IO);
        if (n == 0 && out->n == 0)
            return FAIL(E_CLOSED);
        if (out->n == 0)
            return FAIL(E_TRUNCATED);
        return out->n > PROMPT_MAX ? FAIL(E_LIMIT) : OK;
    }
}

/* E_AGAIN: one of the signals came first, and still waits. */
static struct err wait_for_line(int tty, int signals)
{
    struct pollfd fds[] = {{.fd = tty, .events = POLLIN}, {.fd = signals, .events = POLLIN}};

    while (poll(fds, 2, -1) < 0)
        if (errno != EINTR)
            return FAIL(E_IO);
    return fds[1].revents != 0 ? FAIL(E_AGAIN) : OK;
}

static struct err read_unseen(int tty, int signals, const char *question, struct buf *out)
{
    struct termios before, unseen;
    struct err err = OK;

    if (tcgetattr(tty, &before) != 0)
        return FAIL(E_IO);
    unseen = before;
    unseen.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    unseen.c_lflag |= ICANON | ISIG;
    if (tcsetattr(tty, TCSAFLUSH, &unseen) != 0)
        return FAIL(E_IO);
    dprintf(tty, "%s: ", question);
    err = wait_for_line(tty, signals);
    if (err.code == E_OK)
        err = read_line(tty, out);
    /* Flushes too: the rest of a line that was too long is no answer to the next question. */
    if (tcsetattr(tty, TCSAFLUSH, &before) != 0 && err.code == E_OK)
        err = FAIL(E_IO);
    dprintf(tty, "\n");
    return err;
}

/* The signals that end or stop a program are held back while the terminal is changed.  When one
 * comes the terminal is put back first; then it is let through. */
static struct err ask_once(int tty, const char *question, struct buf *out)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    sigset_t held, before;
    struct err err = OK;
    int signals;

    sigemptyset(&held);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
        sigaddset(&held, ending[i]);
    signals = signalfd(-1, &held, SFD_CLOEXEC);
    if (signals < 0)
        return FAIL(E_IO);
    if (sigprocmask(SIG_BLOCK, &held, &before) == 0) {
        err = read_unseen(tty, signals, question, out);
        sigprocmask(SIG_SETMASK, &before, NULL);
    } else {
        err = FAIL(E_IO);
    }
    close(signals);
    return err;
}

/* Still here after a signal: stopped and continued, or it is not obeyed.  So ask again. */
static struct err ask(int tty, const char *question, struct buf *out)
{
    struct err err;

    do {
        buf_free(out);
        err = ask_once(tty, question, out);
    } while (err.code == E_AGAIN);
    return err;
}

static struct err ask_twice(int tty, const char *question, struct buf *out)
{
    struct err err = OK;
    struct buf again = PROMPT_BUF;
    bool same = false;

    for (int i = 0; i < TRIES && !same; i++) {
        if (i > 0)
            dprintf(tty, "They differ.  Once more.\n");
        TRY_OUT(ask(tty, question, out));
        TRY_OUT(ask(tty, "The same again", &again));
        same = bytes_same(buf_view(out), buf_view(&again));
    }
    if (!same)
        err = FAIL(E_CONFLICT);
out:
    buf_free(&again);
    return err;
}

static struct err ask_at_terminal(const char *question, enum prompt_kind kind, struct buf *out)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct err err;

    if (tty < 0)
        return FAIL(E_ABSENT);
    err = kind == PROMPT_NEW ? ask_twice(tty, question, out) : ask(tty, question, out);
    close(tty);
    return err;
}

struct err prompt_passphrase(int fd, const char *question, enum prompt_kind kind, struct buf *out)
{
    struct err err = fd >= 0 ? read_line(fd, out) : ask_at_terminal(question, kind, out);

    if (err.code != E_OK)
        buf_free(out);
    return err;
}

bool prompt_ask(int fd, const char *question, enum prompt_kind kind, struct buf *out)
{
    static const struct sentence why[] = {
        {E_ABSENT, "There is no terminal to ask for the passphrase at: use --passphrase-fd."},
        {E_TRUNCATED, "The passphrase is empty."},
        {E_LIMIT, "The passphrase is longer than 1,024 bytes."},
        {E_MALFORMED, "There is a NUL in the passphrase."},
        {E_CONFLICT, "The two passphrases differ."},
        {E_CLOSED, "There was no passphrase to read."},
        {0, NULL},
    };
    enum err_code code;

    do {
        const char *text;

        code = prompt_passphrase(fd, question, kind, out).code;
        text = words_explain(why, code);
        if (code != E_OK)
            fprintf(stderr, "%s\n", text == NULL ? "The passphrase could not be read." : text);
    } while (fd < 0 && code == E_TRUNCATED); /* a person who only pressed Enter */
    return code == E_OK;
}
