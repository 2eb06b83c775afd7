/* SPDX-License-Identifier: Apache-2.0 */
#include "client/host/key_store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/encoding.h"
#include "client/host/client_internal.h"
#include "crypto/secret.h"

#define PROGRAM    "secret-tool"
#define PATIENCE_S 60
#define TEXT_MAX   128 /* of what goes in or comes out: a key in hexadecimal, with room */
#define TICK_MS    20

/* One run of the program, with pipes for what it reads and what it writes. */
struct run {
    pid_t pid;
    int in, out;
};

static void close_both(int pipe_fds[2])
{
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

static struct err start(struct run *r, char *const argv[])
{
    posix_spawn_file_actions_t files;
    int in[2], out[2], failed;

    if (pipe2(in, O_CLOEXEC) != 0)
        return FAIL(E_IO);
    if (pipe2(out, O_CLOEXEC) != 0) {
        close_both(in);
        return FAIL(E_IO);
    }
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    failed = posix_spawnp(&r->pid, argv[0], &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    close(in[0]);
    close(out[1]);
    r->in = in[1];
    r->out = out[0];
    if (failed == 0)
        return OK;
    close(r->in);
    close(r->out);
    return failed == ENOENT ? FAIL(E_ABSENT) : FAIL(E_IO);
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All that it writes, until its end.  What is over `max` is too much. */
static struct err listen_to(struct run *r, uint8_t *text, size_t max, size_t *n, int64_t until)
{
    struct pollfd p = {.fd = r->out, .events = POLLIN};

    for (*n = 0;;) {
        int64_t left = until - now_ms();
        int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
        ssize_t got;

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return ready < 0 ? FAIL(E_IO) : FAIL(E_AGAIN);
        got = read(r->out, text + *n, max - *n);
        if (got < 0)
            return FAIL(E_IO);
        if (got == 0)
            return OK;
        *n += (size_t)got;
        if (*n == max)
            return FAIL(E_LIMIT);
    }
}

/* It has ended, or is ended: what it said of itself. */
static struct err end(struct run *r, struct err err, int64_t until)
{
    const struct timespec tick = {.tv_nsec = TICK_MS * 1000000};
    pid_t ended = 0;
    int status = 0;

    close(r->out);
    while (err.code == E_OK && (ended = waitpid(r->pid, &status, WNOHANG)) == 0) {
        if (now_ms() >= until)
            err = FAIL(E_AGAIN);
        else
            nanosleep(&tick, NULL);
    }
    if (err.code == E_OK)
        return ended == r->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? OK
                                                                                : FAIL(E_ABSENT);
    kill(r->pid, SIGKILL);
    waitpid(r->pid, &status, 0);
    return err;
}

/* One run of it, from what it is told to what it says.  A process that is asked and has gone is a
 * failed write. */
static struct err ask(char *const argv[], struct bytes told, uint8_t *said, size_t max, size_t *n)
{
    int64_t until = now_ms() + PATIENCE_S * 1000;
    struct run r;
    struct err err;

    signal(SIGPIPE, SIG_IGN);
    TRY(start(&r, argv));
    err = write(r.in, told.at, told.n) == (ssize_t)told.n || told.n == 0 ? OK : FAIL(E_ABSENT);
    close(r.in);
    if (err.code == E_OK)
        err = listen_to(&r, said, max, n, until);
    return end(&r, err, until);
}

/* `order` and what names the key.  Nothing secret is in the arguments. */
static struct err ask_about(const char *order, const uint8_t name[SPARE_KEY_NAME_SIZE],
                            struct bytes told, uint8_t said[TEXT_MAX], size_t *n)
{
    static char program[] = PROGRAM, label[] = "--label=Tacet profile", app[] = "application",
                tacet[] = "org.tacet", profile[] = "profile";
    char what[16], text[2 * SPARE_KEY_NAME_SIZE + 1];
    char *store[] = {program, what, label, app, tacet, profile, text, NULL};
    char *other[] = {program, what, app, tacet, profile, text, NULL};

    snprintf(what, sizeof what, "%s", order);
    client_hex(bytes(name, SPARE_KEY_NAME_SIZE), text);
    return ask(told.n > 0 ? store : other, told, said, TEXT_MAX, n);
}

struct err key_store_put(const struct spare_key *k)
{
    char text[2 * SPARE_KEY_SIZE + 1];
    uint8_t said[TEXT_MAX];
    size_t n;
    struct err err;

    client_hex(BYTES(k->key), text);
    err = ask_about("store", k->name, bytes((uint8_t *)text, 2 * SPARE_KEY_SIZE), said, &n);
    secret_wipe(text, sizeof text);
    return err;
}

struct err key_store_get(const uint8_t name[SPARE_KEY_NAME_SIZE], uint8_t key[SPARE_KEY_SIZE])
{
    uint8_t said[TEXT_MAX];
    size_t n = 0;
    struct err err = ask_about("lookup", name, (struct bytes){0}, said, &n);

    if (err.code == E_OK) {
        while (n > 0 && said[n - 1] == '\n')
            n--;
        err = encoding_hex_read(bytes(said, n), key, SPARE_KEY_SIZE);
        if (err.code != E_OK)
            err = FAIL(E_ABSENT); /* not of our making */
    }
    secret_wipe(said, sizeof said);
    return err;
}

struct err key_store_drop(const uint8_t name[SPARE_KEY_NAME_SIZE])
{
    uint8_t said[TEXT_MAX];
    size_t n;

    return ask_about("clear", name, (struct bytes){0}, said, &n);
}
