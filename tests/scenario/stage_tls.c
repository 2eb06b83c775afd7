/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage_tls: the plays with a real tacetd, over TLS on loopback, and people on the public client
 * library, as an outsider's program would use it.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/local.h"
#include "scenario/holdings.h"
#include "scenario/stage_tls.h"
#include "tacet/client.h"
#include "wire/frame.h"
#include "wire/limits.h"
#include "wire/tacet.pb-c.h"

#define PEOPLE_MAX  8
#define SHOWN_MAX   256
#define PATIENCE_MS 20000 /* for what must happen */
#define QUIET_MS    400   /* for what must not */
#define LEAST_COST  10

struct person {
    struct play *play;
    char handle[33], dir[200];
    struct tacet_client *client; /* NULL: away */
    char *text[SHOWN_MAX], from[SHOWN_MAX][33];
    size_t shown, seen;
    char said[TACET_ID_SIZE];
    enum tacet_state state;
    enum tacet_code code, link;
    bool joined, drained, told; /* told: something was said of the link since it was asked */
};

struct play {
    char dir[64], address[64];
    pid_t server;
    struct person *person[PEOPLE_MAX];
    size_t people;
};

static const char PASSPHRASE[] = "correct horse";

/* ---- the server's process */

static void path_of(const struct play *p, const char *name, char out[300])
{
    snprintf(out, 300, "%s/%s", p->dir, name);
}

/* Runs tacetd with these words; its standard output is out_fd, descriptor 3 the passphrase. */
static pid_t start_tacetd(const char *const *words, int out_fd, int passphrase_fd)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test fails */
    dup2(out_fd, STDOUT_FILENO);
    dup2(passphrase_fd, 3);
    execv(TACETD, (char *const *)(uintptr_t)words);
    _exit(127);
}

static void found(struct play *p)
{
    char data[300], root[300], secret[300];
    int fd, null = open("/dev/null", O_RDWR | O_CLOEXEC), status;
    pid_t pid;

    path_of(p, "server", data);
    path_of(p, "root.key", root);
    path_of(p, "passphrase", secret);
    fd = open(secret, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && null >= 0);
    assert_int_equal(write(fd, "root\n", 5), 5);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    const char *const words[] = {"tacetd",
                                 "init",
                                 "--data",
                                 data,
                                 "--root",
                                 root,
                                 "--name",
                                 "Ministry of X",
                                 "--domain",
                                 "x.example",
                                 "--passphrase-fd",
                                 "3",
                                 "--kdf-cost",
                                 "10",
                                 NULL};
    pid = start_tacetd(words, null, fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(fd);
    close(null);
}

/* The line that says where it listens. */
static void read_address(struct play *p, int fd)
{
    char line[200] = "";
    size_t n = 0;

    while (n + 1 < sizeof line && strchr(line, '\n') == NULL) {
        struct pollfd ready = {fd, POLLIN, 0};
        ssize_t got;

        assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
        got = read(fd, line + n, sizeof line - 1 - n);
        assert_true(got > 0);
        n += (size_t)got;
    }
    assert_int_equal(sscanf(line, "tacetd listens on %63s", p->address), 1);
}

static void start_server(struct play *p)
{
    char data[300];
    int out[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);

    path_of(p, "server", data);
    assert_true(pipe2(out, O_CLOEXEC) == 0 && null >= 0);
    const char *const words[] = {"tacetd", "run", "--data", data, "--listen", p->address, NULL};
    p->server = start_tacetd(words, out[1], null);
    close(out[1]);
    close(null);
    read_address(p, out[0]);
    close(out[0]);
}

/* ---- what a client tells */

static void take(struct person *who, const struct tacet_event *e)
{
    switch (e->kind) {
    case TACET_EVENT_JOINED:
        who->joined = true;
        break;
    case TACET_EVENT_LINK:
        who->link = e->code;
        who->told = true;
        break;
    case TACET_EVENT_DRAINED:
        who->drained = true;
        break;
    case TACET_EVENT_MESSAGE:
        assert_true(who->shown < SHOWN_MAX);
        who->text[who->shown] = strndup((const char *)e->message.text, e->message.text_n);
        snprintf(who->from[who->shown], sizeof who->from[0], "%s", e->who);
        who->shown++;
        break;
    case TACET_EVENT_STATE:
        if (strcmp(e->message.id, who->said) == 0) {
            who->state = e->message.state;
            who->code = e->code;
        }
        break;
    case TACET_EVENT_CONTACT:
    case TACET_EVENT_PROBLEM:
    case TACET_EVENT_INPUT:
    case TACET_EVENT_REMOVED:
    case TACET_EVENT_DEVICES:
    case TACET_EVENT_LISTED:
    case TACET_EVENT_HISTORY:
    case TACET_EVENT_ADDING:
    case TACET_EVENT_RECOVERY:
    case TACET_EVENT_LOCK:
    case TACET_EVENT_SHARED:
    case TACET_EVENT_DEED:
    case TACET_EVENT_ENDED:
    case TACET_EVENT_RECEIPT:
    case TACET_EVENT_ACTIVITY:
    case TACET_EVENT_ROOM:
    case TACET_EVENT_ROOM_CHANGE:
    case TACET_EVENT_FILE:
        break;
    }
}

/* One event at most; false: nothing in so long. */
static bool hear(struct person *who, int timeout_ms)
{
    struct tacet_event e;
    enum tacet_code code = tacet_run(who->client, timeout_ms, &e);

    if (code == TACET_AGAIN)
        return false;
    assert_int_equal(code, TACET_OK);
    take(who, &e);
    return true;
}

static void hear_all(struct person *who, int quiet_ms)
{
    while (hear(who, quiet_ms))
        continue;
}

/* ---- the play */

struct play *play_begin(void)
{
    struct play *p = calloc(1, sizeof *p);

    assert_non_null(p);
    snprintf(p->dir, sizeof p->dir, "/tmp/tacet-play-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->address, sizeof p->address, "127.0.0.1:0");
    found(p);
    start_server(p);
    return p;
}

void play_end(struct play *p)
{
    char command[128];
    int status;

    for (size_t i = 0; i < p->people; i++) {
        struct person *who = p->person[i];

        tacet_close(who->client);
        for (size_t k = 0; k < who->shown; k++)
            free(who->text[k]);
        free(who);
    }
    if (p->server != 0) {
        kill(p->server, SIGTERM);
        assert_int_equal(waitpid(p->server, &status, 0), p->server);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    snprintf(command, sizeof command, "rm -rf %s", p->dir);
    assert_int_equal(system(command), 0);
    free(p);
}

void server_dies(struct play *p)
{
    assert_int_equal(kill(p->server, SIGKILL), 0);
    assert_int_equal(waitpid(p->server, NULL, 0), p->server);
    p->server = 0;
    for (size_t i = 0; i < p->people; i++)
        if (p->person[i]->client != NULL)
            hear_all(p->person[i], QUIET_MS);
}

void server_comes_back(struct play *p)
{
    start_server(p);
}

pid_t stage_server_process(const struct play *p)
{
    return p->server;
}

/* A call on the control socket; the answer's body is in the arena. */
static enum err_code operate(struct play *p, enum op op, const void *message, struct arena *a,
                             struct bytes *body)
{
    struct buf packed = BUF(LIMIT_FRAME), frame = BUF(LIMIT_FRAME), reply = BUF(LIMIT_FRAME);
    struct frame f = {.op = op, .id = 1}, answer;
    struct bytes copy;
    char path[300];
    int fd;

    path_of(p, "server/control.sock", path);
    frame_pack(message, &packed);
    f.body = buf_view(&packed);
    frame_write(&f, &frame);
    assert_ok(local_dial(path, &fd));
    assert_ok(local_ask(fd, buf_view(&frame), &reply));
    local_hang_up(fd);
    assert_ok(arena_copy(a, buf_view(&reply), &copy));
    assert_ok(frame_parse(copy, a, &answer));
    *body = answer.body;
    buf_free(&packed);
    buf_free(&frame);
    buf_free(&reply);
    return answer.code == 0 ? E_OK : err_from_number(answer.code);
}

char *invited(struct play *p, const char *handle)
{
    Tacet__Wire__Invite m = TACET__WIRE__INVITE__INIT;
    Tacet__Wire__Invited *got;
    struct arena a = ARENA(4 * LIMIT_FRAME);
    struct bytes body;
    char *link;

    m.handle = frame_data(bytes_text(handle));
    m.lives_s = 48 * 3600;
    assert_int_equal(operate(p, OP_INVITE, &m, &a, &body), E_OK);
    assert_ok(frame_unpack(body, &tacet__wire__invited__descriptor, &a, &got));
    link = strndup((const char *)got->link.data, got->link.len);
    arena_free(&a);
    return link;
}

void removes(struct play *p, const char *handle)
{
    Tacet__Wire__Remove m = TACET__WIRE__REMOVE__INIT;
    struct arena a = ARENA(4 * LIMIT_FRAME);
    struct bytes body;

    m.handle = frame_data(bytes_text(handle));
    assert_int_equal(operate(p, OP_REMOVE, &m, &a, &body), E_OK);
    arena_free(&a);
}

/* ---- people */

static struct tacet_profile profile_of(const struct person *who)
{
    return (struct tacet_profile){.directory = who->dir,
                                  .passphrase = (const uint8_t *)PASSPHRASE,
                                  .passphrase_n = sizeof PASSPHRASE - 1,
                                  .cost = LEAST_COST};
}

/* Until it is signed in and has its mail, or was told why not. */
static void arrive(struct person *who)
{
    who->drained = who->told = false;
    while (!who->drained && !(who->told && who->link != TACET_OK))
        assert_true(hear(who, PATIENCE_MS));
}

enum err_code joins_by(struct play *p, const char *handle, const char *link, struct person **out)
{
    struct person *who = calloc(1, sizeof *who);
    struct tacet_profile profile;
    enum tacet_code code;

    assert_non_null(who);
    assert_true(p->people < PEOPLE_MAX);
    p->person[p->people] = who;
    who->play = p;
    snprintf(who->handle, sizeof who->handle, "%s", handle);
    snprintf(who->dir, sizeof who->dir, "%s/people/%zu", p->dir, p->people++);
    profile = profile_of(who);
    code = tacet_join(&who->client, &profile, link);
    *out = who;
    if (code != TACET_OK)
        return (enum err_code)code;
    arrive(who);
    return who->joined ? E_OK : (enum err_code)who->link;
}

struct person *joins(struct play *p, const char *handle)
{
    char *link = invited(p, handle);
    struct person *who;

    assert_int_equal(joins_by(p, handle, link, &who), E_OK);
    free(link);
    return who;
}

void leaves(struct person *who)
{
    tacet_close(who->client);
    who->client = NULL;
}

void returns(struct person *who)
{
    struct tacet_profile profile = profile_of(who);

    assert_int_equal(tacet_open(&who->client, &profile), TACET_OK);
    arrive(who);
}

/* ---- messages */

/* Until the server has it, or will not have it; a while, when there is no server. */
static void settle(struct person *who)
{
    while (who->state != TACET_STATE_ACCEPTED && who->state != TACET_STATE_FAILED &&
           hear(who, who->link == TACET_OK ? PATIENCE_MS : QUIET_MS))
        continue;
}

void says_to(struct person *who, const char *handle, const char *text)
{
    enum tacet_code code;
    char id[TACET_ID_SIZE];

    code = tacet_send(who->client, handle, (const uint8_t *)text, strlen(text), id);
    if (code != TACET_OK) {
        who->state = TACET_STATE_FAILED;
        who->code = code;
        return;
    }
    memcpy(who->said, id, sizeof who->said);
    who->state = TACET_STATE_QUEUED;
    settle(who);
}

void says(struct person *who, struct person *to, const char *text)
{
    says_to(who, to->handle, text);
}

static enum tacet_state state_named(const char *state)
{
    return strcmp(state, "queued") == 0     ? TACET_STATE_QUEUED
           : strcmp(state, "accepted") == 0 ? TACET_STATE_ACCEPTED
                                            : TACET_STATE_FAILED;
}

void is(struct person *who, const char *state)
{
    enum tacet_state want = state_named(state);

    while (who->state != want && hear(who, want == TACET_STATE_QUEUED ? QUIET_MS : PATIENCE_MS))
        continue;
    assert_int_equal(who->state, want);
}

void failed_with(struct person *who, enum err_code code)
{
    assert_string_equal(err_name((enum err_code)who->code), err_name(code));
}

void sees(struct person *who, struct person *from, const char *text)
{
    while (who->seen == who->shown)
        assert_true(hear(who, PATIENCE_MS));
    assert_string_equal(who->text[who->seen], text);
    assert_string_equal(who->from[who->seen], from->handle);
    who->seen++;
}

void sees_nothing(struct person *who)
{
    hear_all(who, QUIET_MS);
    assert_int_equal(who->seen, who->shown);
}

/* ---- trust */

const char *safety_number(struct person *who, struct person *other)
{
    static char digits[TACET_SAFETY_SIZE];
    char qr[128];

    assert_int_equal(tacet_safety_number(who->client, other->handle, digits, qr), TACET_OK);
    return digits;
}

enum err_code confirms(struct person *who, struct person *other, const char *digits)
{
    return (enum err_code)tacet_confirm(who->client, other->handle, digits);
}

bool has_verified(struct person *who, struct person *other)
{
    struct tacet_contact c;

    assert_int_equal(tacet_find_contact(who->client, other->handle, &c), TACET_OK);
    return c.verified;
}

bool server_holds(struct play *p, const char *text)
{
    char path[300];

    path_of(p, "server", path);
    return holdings_have(path, bytes_text(text));
}
