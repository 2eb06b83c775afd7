/* SPDX-License-Identifier: Apache-2.0 */
#include "net/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/endpoint.h"
#include "net/loop.h"

static const int BACKLOG = 4096; /* the kernel takes its own limit when that is lower */
static const uint64_t PAUSE_MS = 100;

struct listener {
    struct loop_watch *watch;
    struct loop_timer *pause;
    int fd;
    char *path; /* of a Unix socket */
    void (*accepted)(void *ctx, int fd);
    void *ctx;
};

/* Errors of one connection that died early; on any other there is no point in trying at once. */
static bool is_fleeting(int number)
{
    return number == EAGAIN || number == EWOULDBLOCK || number == EINTR || number == ECONNABORTED ||
           number == EPROTO;
}

/* One a round: a handshake costs a hundred times what another round does, and the callback may free
 * the listener. */
static void on_ready(void *ctx, unsigned events)
{
    struct listener *s = ctx;
    int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int on = 1;

    (void)events;
    if (fd < 0) {
        if (is_fleeting(errno) && loop_watch_set(s->watch, LOOP_READABLE).code == E_OK)
            return;
        (void)!loop_watch_set(s->watch, 0).code;
        loop_timer_set(s->pause, PAUSE_MS);
        return;
    }
    if (s->path == NULL)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    s->accepted(s->ctx, fd);
}

static void on_pause_over(void *ctx)
{
    struct listener *s = ctx;

    if (loop_watch_set(s->watch, LOOP_READABLE).code != E_OK)
        loop_timer_set(s->pause, PAUSE_MS);
}

static struct err refused(const char *where)
{
    enum err_code code = errno == EADDRINUSE                   ? E_CONFLICT
                         : errno == EACCES || errno == EPERM   ? E_DENIED
                         : errno == EADDRNOTAVAIL              ? E_ABSENT
                         : errno == ENOMEM || errno == ENOBUFS ? E_NOMEM
                                                               : E_IO;

    return (struct err){code, where};
}

static struct err bind_tcp(const struct addrinfo *a, int fd)
{
    int on = 1, off = 0;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (a->ai_family == AF_INET6) /* "[::]" is everybody */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, a->ai_addr, a->ai_addrlen) != 0)
        return refused(HERE);
    return OK;
}

/* Takes the bound descriptor into a listener that owns it from here on. */
static struct err begin(struct listener *s, struct loop *l)
{
    if (listen(s->fd, BACKLOG) != 0)
        return refused(HERE);
    TRY(loop_timer_new(l, on_pause_over, s, &s->pause));
    TRY(loop_watch_new(l, s->fd, on_ready, s, &s->watch));
    return loop_watch_set(s->watch, LOOP_READABLE);
}

static struct err new_at(int family, void (*accepted)(void *ctx, int fd), void *ctx,
                         struct listener **out)
{
    struct listener *s = calloc(1, sizeof *s);

    if (s == NULL)
        return FAIL(E_NOMEM);
    s->accepted = accepted;
    s->ctx = ctx;
    s->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->fd < 0) {
        free(s);
        return refused(HERE);
    }
    *out = s;
    return OK;
}

struct err listener_tcp(struct loop *l, const char *address, void (*accepted)(void *ctx, int fd),
                        void *ctx, struct listener **out)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICSERV | AI_PASSIVE};
    struct listener *s = NULL;
    struct addrinfo *found = NULL;
    struct endpoint where;
    struct err err = OK;

    TRY(endpoint_parse(address, &where));
    if (getaddrinfo(where.host, where.port, &hints, &found) != 0)
        return FAIL(E_ABSENT);
    TRY_OUT(new_at(found->ai_family, accepted, ctx, &s));
    TRY_OUT(bind_tcp(found, s->fd));
    TRY_OUT(begin(s, l));
    *out = s;
    s = NULL;
out:
    freeaddrinfo(found);
    listener_free(s);
    return err;
}

/* A socket at this path on which nobody listens any more goes; anything else is in the way. */
static struct err clear_path(const struct sockaddr_un *at)
{
    struct stat info;
    bool dead;
    int fd;

    if (lstat(at->sun_path, &info) != 0)
        return errno == ENOENT ? OK : refused(HERE);
    if (!S_ISSOCK(info.st_mode))
        return FAIL(E_CONFLICT);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return refused(HERE);
    dead = connect(fd, (const struct sockaddr *)at, sizeof *at) != 0 && errno == ECONNREFUSED;
    close(fd);
    if (!dead)
        return FAIL(E_CONFLICT);
    return unlink(at->sun_path) == 0 ? OK : refused(HERE);
}

/* The mode is set before anyone can connect: until listen() the kernel refuses everybody. */
static struct err bind_unix(struct listener *s, const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof at.sun_path)
        return FAIL(E_LIMIT);
    memcpy(at.sun_path, path, strlen(path));
    TRY(clear_path(&at));
    if (bind(s->fd, (const struct sockaddr *)&at, sizeof at) != 0)
        return refused(HERE);
    s->path = strdup(path);
    if (s->path == NULL) {
        unlink(path);
        return FAIL(E_NOMEM);
    }
    return chmod(path, S_IRUSR | S_IWUSR) == 0 ? OK : refused(HERE);
}

struct err listener_unix(struct loop *l, const char *path, void (*accepted)(void *ctx, int fd),
                         void *ctx, struct listener **out)
{
    struct listener *s = NULL;
    struct err err = OK;

    TRY_OUT(new_at(AF_UNIX, accepted, ctx, &s));
    TRY_OUT(bind_unix(s, path));
    TRY_OUT(begin(s, l));
    *out = s;
    s = NULL;
out:
    listener_free(s);
    return err;
}

uint16_t listener_port(const struct listener *s)
{
    struct sockaddr_storage at = {0};
    socklen_t n = sizeof at;

    if (getsockname(s->fd, (struct sockaddr *)&at, &n) != 0)
        return 0;
    if (at.ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)&at)->sin_port);
    if (at.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)&at)->sin6_port);
    return 0;
}

void listener_free(struct listener *s)
{
    if (s == NULL)
        return;
    loop_watch_free(s->watch);
    loop_timer_free(s->pause);
    close(s->fd);
    if (s->path != NULL)
        unlink(s->path);
    free(s->path);
    free(s);
}
