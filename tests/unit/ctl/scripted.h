/* SPDX-License-Identifier: Apache-2.0 */
/* scripted: tacetctl run in this process, against a server that gives scripted answers. */
#ifndef TACET_TESTS_CTL_SCRIPTED_H
#define TACET_TESTS_CTL_SCRIPTED_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "assert_err.h"
#include "base/arena.h"
#include "crypto/keyfile.h"
#include "crypto/password.h"
#include "ctl/ctl.h"
#include "statement/directory.h"
#include "wire/frame.h"
#include "wire/tacet.pb-c.h"

#define FRAME_MAX (64 * 1024)

static char directory[64] = "/tmp/tacet-ctl-XXXXXX", root_file[96];
static char out[64 * 1024], err[64 * 1024];

/* ---- a server that gives one scripted answer after the other */

static struct {
    uint32_t code;
    struct buf body;
} answer[4];
static size_t answers;

static inline struct buf *next_answer(uint32_t code)
{
    answer[answers].code = code;
    answer[answers].body = BUF(FRAME_MAX);
    return &answer[answers++].body;
}

static inline void read_whole(int fd, uint8_t *at, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, at, n);

        if (got <= 0)
            _exit(1);
        at += got;
        n -= (size_t)got;
    }
}

/* Frames come and go behind their length; requests are kept for the test to look at. */
static inline void answer_one(int fd, size_t i, FILE *kept)
{
    static uint8_t in[FRAME_MAX];
    struct arena a = ARENA(FRAME_MAX);
    struct buf frame = BUF(FRAME_MAX), whole = BUF(FRAME_MAX);
    struct frame f;
    size_t n, opened;

    read_whole(fd, in, 4);
    n = (size_t)in[2] << 8 | in[3];
    read_whole(fd, in, n);
    if (frame_parse(bytes(in, n), &a, &f).code != E_OK)
        _exit(2);
    if (f.body.n > 0)
        fwrite(f.body.at, 1, f.body.n, kept);
    fflush(kept);
    f.code = answer[i].code;
    f.body = buf_view(&answer[i].body);
    frame_write(&f, &frame);
    opened = buf_open(&whole);
    buf_bytes(&whole, buf_view(&frame));
    buf_close(&whole, opened);
    if (write(fd, whole.at, whole.n) != (ssize_t)whole.n)
        _exit(3);
    buf_free(&whole);
    buf_free(&frame);
    arena_free(&a);
}

static FILE *requests;

static inline pid_t serve(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    pid_t child;

    snprintf(at.sun_path, sizeof at.sun_path, "%s/control.sock", directory);
    unlink(at.sun_path);
    requests = tmpfile();
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 4), 0);
    child = fork();
    if (child == 0) {
        alarm(60); /* should the program ask less often than it is answered */
        for (size_t i = 0; i < answers; i++) {
            int peer = accept(fd, NULL, NULL);

            answer_one(peer, i, requests);
            close(peer);
        }
        _exit(0);
    }
    close(fd);
    return child;
}

/* ---- running tacetctl, with its output into files */

static inline int redirect(int fd, char *content, size_t room, int before)
{
    if (before < 0) {
        FILE *f = tmpfile();

        before = dup(fd);
        dup2(fileno(f), fd);
        fclose(f);
        return before;
    }
    lseek(fd, 0, SEEK_SET);
    ssize_t n = read(fd, content, room - 1);

    content[n > 0 ? n : 0] = '\0';
    dup2(before, fd);
    close(before);
    return -1;
}

static inline int run(const char *const *words, size_t n)
{
    char *argv[32] = {"tacetctl"};
    int code, out_before, err_before;

    for (size_t i = 0; i < n; i++)
        argv[i + 1] = (char *)(uintptr_t)words[i];
    fflush(NULL);
    out_before = redirect(STDOUT_FILENO, NULL, 0, -1);
    err_before = redirect(STDERR_FILENO, NULL, 0, -1);
    code = ctl_run((int)n + 1, argv);
    fflush(NULL);
    redirect(STDERR_FILENO, err, sizeof err, err_before);
    redirect(STDOUT_FILENO, out, sizeof out, out_before);
    return code;
}
#define RUN(...)                            \
    run((const char *const[]){__VA_ARGS__}, \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* The same against the server, which must have given all its answers. */
static inline int run_served(const char *const *words, size_t n)
{
    pid_t server = serve();
    int code = run(words, n), status;

    kill(server, answers == 0 ? SIGTERM : 0);
    assert_int_equal(waitpid(server, &status, 0), server);
    for (size_t i = 0; i < answers; i++)
        buf_free(&answer[i].body);
    answers = 0;
    assert_int_equal(status, 0);
    return code;
}
#define SERVED(...)                                \
    run_served((const char *const[]){__VA_ARGS__}, \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static inline size_t kept_request(uint8_t *at, size_t room)
{
    rewind(requests);
    return fread(at, 1, room, requests);
}

static inline int open_stage(void **state)
{
    assert_non_null(mkdtemp(directory));
    snprintf(root_file, sizeof root_file, "%s/root.key", directory);
    return 0;
}

static inline int close_stage(void **state)
{
    char path[96];

    unlink(root_file);
    snprintf(path, sizeof path, "%s/control.sock", directory);
    unlink(path);
    return rmdir(directory);
}

/* ---- the root key */

static struct sign_private *root_key;
static struct point root, key;
static struct network_id nid;

static inline void make_network(struct sign_private **root_out)
{
    struct sign_private *other = NULL;

    assert_ok(sign_generate(root_out, root.b));
    assert_ok(sign_generate(&other, key.b));
    sign_private_free(other);
    assert_ok(names_network(&root, BYTES_LITERAL("x.example"), &nid));
}

static inline void write_root_file(const struct sign_private *k)
{
    struct random random = random_system();
    struct buf b = BUF(KEYFILE_SIZE);
    int fd = open(root_file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_ok(keyfile_seal(k, BYTES_LITERAL("secret"), PASSWORD_COST_LEAST, &random, &b));
    assert_int_equal(write(fd, b.at, b.n), b.n);
    close(fd);
    buf_free(&b);
}

#endif
