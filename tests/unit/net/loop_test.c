/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "assert_err.h"
#include "net/dial.h"
#include "net/listener.h"
#include "net/loop.h"

#define PATIENCE_MS 20000

/* One loop, a log of what happened, and an end to all patience. */
struct world {
    struct loop *loop;
    struct loop_timer *patience;
    char log[64];
    struct loop_watch *watch;
    struct loop_timer *timer;
    struct loop_wake *wake;
    struct loop_signal *signal;
    struct loop_task first, second;
    struct listener *listener;
    struct dial *dial;
    struct err dialed;
    int accepted_fd, dialed_fd;
    unsigned count;
};

static void note(struct world *w, char what)
{
    size_t n = strlen(w->log);

    if (n + 1 < sizeof w->log)
        w->log[n] = what;
}

static void on_late(void *ctx)
{
    struct world *w = ctx;

    note(w, '!');
    loop_stop(w->loop);
}

static void world_new(struct world *w)
{
    *w = (struct world){.accepted_fd = -1, .dialed_fd = -1};
    assert_ok(loop_new(&w->loop));
    assert_ok(loop_timer_new(w->loop, on_late, w, &w->patience));
    loop_timer_set(w->patience, PATIENCE_MS);
}

static void world_free(struct world *w)
{
    loop_timer_free(w->patience);
    loop_watch_free(w->watch);
    loop_timer_free(w->timer);
    loop_wake_free(w->wake);
    loop_signal_free(w->signal);
    listener_free(w->listener);
    dial_free(w->dial);
    if (w->accepted_fd >= 0)
        close(w->accepted_fd);
    if (w->dialed_fd >= 0)
        close(w->dialed_fd);
    loop_free(w->loop);
}

static void on_timer(void *ctx)
{
    struct world *w = ctx;

    note(w, 't');
    if (++w->count < 3)
        loop_timer_set(w->timer, 1);
    else
        loop_stop(w->loop);
}

static void a_timer_fires_once_each_time_it_is_set(void **state)
{
    struct world w;
    uint64_t before;

    (void)state;
    world_new(&w);
    before = loop_now_ms(w.loop);
    assert_ok(loop_timer_new(w.loop, on_timer, &w, &w.timer));
    loop_timer_set(w.timer, PATIENCE_MS * 2);
    loop_timer_set(w.timer, 20); /* moved */
    loop_run(w.loop);
    assert_string_equal(w.log, "ttt");
    assert_true(loop_now_ms(w.loop) >= before + 20);
    world_free(&w);
}

static void on_stop(void *ctx)
{
    struct world *w = ctx;

    note(w, 's');
    loop_stop(w->loop);
}

static void on_never(void *ctx)
{
    note(ctx, '!');
}

static void a_timer_that_was_stopped_or_freed_is_silent(void **state)
{
    struct world w;
    struct loop_timer *stopped, *freed;

    (void)state;
    world_new(&w);
    assert_ok(loop_timer_new(w.loop, on_never, &w, &stopped));
    assert_ok(loop_timer_new(w.loop, on_never, &w, &freed));
    assert_ok(loop_timer_new(w.loop, on_stop, &w, &w.timer));
    loop_timer_set(stopped, 1);
    loop_timer_set(freed, 1);
    loop_timer_set(w.timer, 30);
    loop_timer_stop(stopped);
    loop_timer_free(freed);
    loop_run(w.loop);
    loop_timer_free(stopped);
    assert_string_equal(w.log, "s");
    world_free(&w);
}

static void free_timer(void *ctx)
{
    struct world *w = ctx;

    note(w, 'f');
    loop_timer_free(w->timer);
    w->timer = NULL;
    loop_timer_free(w->patience);
    w->patience = NULL;
}

/* And when nothing is left, the loop returns by itself. */
static void a_handle_may_be_freed_in_its_own_callback(void **state)
{
    struct world w;

    (void)state;
    world_new(&w);
    assert_ok(loop_timer_new(w.loop, free_timer, &w, &w.timer));
    loop_timer_set(w.timer, 1);
    loop_run(w.loop);
    assert_string_equal(w.log, "f");
    world_free(&w);
}

static void on_readable(void *ctx, unsigned events)
{
    struct world *w = ctx;

    assert_int_equal(events, LOOP_READABLE);
    note(w, 'r');
    loop_watch_free(w->watch);
    w->watch = NULL;
    loop_stop(w->loop);
}

static void a_descriptor_is_announced_until_its_watch_is_freed(void **state)
{
    struct world w;
    int fd[2];

    (void)state;
    world_new(&w);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    assert_ok(loop_watch_new(w.loop, fd[0], on_readable, &w, &w.watch));
    assert_ok(loop_watch_set(w.watch, LOOP_READABLE));
    assert_int_equal(write(fd[1], "x", 1), 1);
    loop_run(w.loop);
    assert_string_equal(w.log, "r");
    assert_int_not_equal(fcntl(fd[0], F_GETFL) & O_NONBLOCK, 0);
    close(fd[0]);
    close(fd[1]);
    world_free(&w);
}

static void *wake_often(void *arg)
{
    for (unsigned i = 0; i < 100; i++)
        loop_wake_send(arg);
    return NULL;
}

static void another_thread_wakes_the_loop(void **state)
{
    struct world w;
    pthread_t thread;

    (void)state;
    world_new(&w);
    assert_ok(loop_wake_new(w.loop, on_stop, &w, &w.wake));
    assert_int_equal(pthread_create(&thread, NULL, wake_often, w.wake), 0);
    loop_run(w.loop);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(w.log[0], 's');
    world_free(&w);
}

static void a_signal_stops_a_program_in_order(void **state)
{
    struct world w;

    (void)state;
    world_new(&w);
    assert_ok(loop_signal_new(w.loop, SIGTERM, on_stop, &w, &w.signal));
    assert_int_equal(raise(SIGTERM), 0);
    loop_run(w.loop);
    assert_string_equal(w.log, "s");
    world_free(&w);
}

static void run_first(void *ctx)
{
    struct world *w = ctx;

    note(w, '1');
    if (++w->count < 3)
        loop_task_post(w->loop, &w->first);
    loop_task_post(w->loop, &w->second);
    loop_task_post(w->loop, &w->second);
}

static void run_second(void *ctx)
{
    struct world *w = ctx;

    note(w, '2');
    if (w->count == 3)
        loop_stop(w->loop);
}

/* The loop does not sleep while they go on: nothing else is due for a long time. */
static void what_tasks_post_runs_in_the_rounds_after(void **state)
{
    struct world w;

    (void)state;
    world_new(&w);
    w.first = (struct loop_task){.run = run_first, .ctx = &w};
    w.second = (struct loop_task){.run = run_second, .ctx = &w};
    loop_task_post(w.loop, &w.first);
    loop_run(w.loop);
    assert_string_equal(w.log, "11212");
    world_free(&w);
}

static void cancel_second(void *ctx)
{
    struct world *w = ctx;

    note(w, '1');
    loop_task_cancel(&w->second);
    loop_task_cancel(&w->first);
    loop_stop(w->loop);
}

static void a_task_that_was_cancelled_does_not_run(void **state)
{
    struct world w;

    (void)state;
    world_new(&w);
    w.first = (struct loop_task){.run = cancel_second, .ctx = &w};
    w.second = (struct loop_task){.run = run_second, .ctx = &w};
    loop_task_post(w.loop, &w.first);
    loop_task_post(w.loop, &w.second);
    loop_run(w.loop);
    assert_string_equal(w.log, "1");
    world_free(&w);
}

static void post_and_stop(void *ctx)
{
    struct world *w = ctx;

    loop_task_post(w->loop, &w->second);
    loop_stop(w->loop);
}

static void what_was_posted_before_a_stop_still_runs(void **state)
{
    struct world w;

    (void)state;
    world_new(&w);
    w.second = (struct loop_task){.run = run_second, .ctx = &w};
    assert_ok(loop_timer_new(w.loop, post_and_stop, &w, &w.timer));
    loop_timer_set(w.timer, 1);
    loop_run(w.loop);
    assert_string_equal(w.log, "2");
    world_free(&w);
}

static void a_run_beside_a_descriptor_ends_when_it_can_be_read(void **state)
{
    struct world w;
    int fds[2], file = open("/dev/null", O_RDONLY);
    char byte;

    (void)state;
    world_new(&w);
    assert_int_equal(pipe(fds), 0);
    assert_ok(loop_timer_new(w.loop, on_stop, &w, &w.timer));
    loop_timer_set(w.timer, 20);
    assert_false(loop_run_beside(w.loop, fds[0])); /* nothing to read: the timer ends it */
    assert_string_equal(w.log, "s");
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_true(loop_run_beside(w.loop, fds[0]));
    assert_int_equal(fcntl(fds[0], F_GETFL) & O_NONBLOCK, 0);
    assert_true(loop_run_beside(w.loop, file));
    assert_int_equal(read(fds[0], &byte, 1), 1);
    loop_stop(w.loop); /* outside of a run: ends the next one */
    assert_false(loop_run_beside(w.loop, fds[0]));
    loop_stop(w.loop);
    assert_true(loop_run_beside(w.loop, file)); /* and hides nothing */
    close(fds[1]);
    assert_true(loop_run_beside(w.loop, fds[0]));
    assert_string_equal(w.log, "s");
    close(fds[0]);
    close(file);
    world_free(&w);
}

static void the_loop_works_beside_a_descriptor_that_can_always_be_read(void **state)
{
    struct world w;
    int file = open("/dev/null", O_RDONLY);
    unsigned rounds = 0;

    (void)state;
    world_new(&w);
    assert_ok(loop_timer_new(w.loop, on_stop, &w, &w.timer));
    loop_timer_set(w.timer, 1);
    while (loop_run_beside(w.loop, file) && w.log[0] == '\0' && rounds < 10000000)
        rounds++;
    assert_string_equal(w.log, "s");
    close(file);
    world_free(&w);
}

static void on_accepted(void *ctx, int fd)
{
    struct world *w = ctx;

    note(w, 'a');
    w->accepted_fd = fd;
    listener_free(w->listener); /* in its own callback */
    w->listener = NULL;
    if (w->dialed_fd >= 0)
        loop_stop(w->loop);
}

static void on_dialed(void *ctx, struct err e, int fd)
{
    struct world *w = ctx;

    w->dial = NULL;
    w->dialed = e;
    w->dialed_fd = fd;
    if (fd < 0 || w->accepted_fd >= 0)
        loop_stop(w->loop);
}

static void assert_ready(int fd)
{
    int on = 0;
    socklen_t n = sizeof on;

    assert_int_not_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    assert_int_not_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &n), 0);
    assert_int_not_equal(on, 0);
}

/* What a callback asks for counts at once, too, and not at the next event of something else. */
static void a_dial_succeeds_beside_a_silent_descriptor(void **state)
{
    struct world w;
    char address[64];
    int fds[2];

    (void)state;
    world_new(&w);
    assert_int_equal(pipe(fds), 0);
    assert_ok(listener_tcp(w.loop, "127.0.0.1:0", on_accepted, &w, &w.listener));
    snprintf(address, sizeof address, "127.0.0.1:%u", listener_port(w.listener));
    assert_ok(dial_new(w.loop, address, on_dialed, &w, &w.dial));
    assert_false(loop_run_beside(w.loop, fds[0]));
    assert_string_equal(w.log, "a"); /* nobody lost patience */
    assert_ok(w.dialed);
    close(fds[0]);
    close(fds[1]);
    world_free(&w);
}

static void connect_over(const char *host)
{
    struct world w;
    char address[64];

    world_new(&w);
    snprintf(address, sizeof address, "%s:0", host);
    if (listener_tcp(w.loop, address, on_accepted, &w, &w.listener).code != E_OK) {
        world_free(&w);
        skip(); /* a machine without IPv6 */
    }
    snprintf(address, sizeof address, "%s:%u", host, listener_port(w.listener));
    assert_ok(dial_new(w.loop, address, on_dialed, &w, &w.dial));
    loop_run(w.loop);
    assert_ok(w.dialed);
    assert_ready(w.accepted_fd);
    assert_ready(w.dialed_fd);
    world_free(&w);
}

static void a_dial_meets_a_listener_over_ipv4(void **state)
{
    (void)state;
    connect_over("127.0.0.1");
}

static void a_dial_meets_a_listener_over_ipv6(void **state)
{
    (void)state;
    connect_over("[::1]");
}

static void a_dial_meets_a_listener_by_name(void **state)
{
    (void)state;
    connect_over("localhost");
}

static void a_dial_where_nobody_listens_fails(void **state)
{
    struct world w;
    char address[64];

    (void)state;
    world_new(&w);
    assert_ok(listener_tcp(w.loop, "127.0.0.1:0", on_accepted, &w, &w.listener));
    snprintf(address, sizeof address, "127.0.0.1:%u", listener_port(w.listener));
    listener_free(w.listener);
    w.listener = NULL;
    assert_ok(dial_new(w.loop, address, on_dialed, &w, &w.dial));
    loop_run(w.loop);
    assert_err(w.dialed, E_IO);
    assert_int_equal(w.dialed_fd, -1);
    assert_err(dial_new(w.loop, "nonsense", on_dialed, &w, &w.dial), E_MALFORMED);
    world_free(&w);
}

static void a_dial_that_is_freed_early_says_nothing(void **state)
{
    struct world w;
    struct dial *d;

    (void)state;
    world_new(&w);
    assert_ok(loop_timer_new(w.loop, on_stop, &w, &w.timer));
    loop_timer_set(w.timer, 50);
    w.dialed = FAIL(E_AGAIN);
    for (unsigned i = 0; i < 20; i++) {
        assert_ok(dial_new(w.loop, "127.0.0.1:1", on_dialed, &w, &d));
        dial_free(d);
    }
    loop_run(w.loop);
    assert_err(w.dialed, E_AGAIN);
    assert_string_equal(w.log, "s");
    world_free(&w);
}

static void a_port_that_is_taken_is_a_conflict(void **state)
{
    struct world w;
    struct listener *second;
    char address[64];

    (void)state;
    world_new(&w);
    assert_ok(listener_tcp(w.loop, "127.0.0.1:0", on_accepted, &w, &w.listener));
    snprintf(address, sizeof address, "127.0.0.1:%u", listener_port(w.listener));
    assert_err(listener_tcp(w.loop, address, on_accepted, &w, &second), E_CONFLICT);
    assert_err(listener_tcp(w.loop, "127.0.0.1", on_accepted, &w, &second), E_MALFORMED);
    assert_err(listener_tcp(w.loop, "192.0.2.1:0", on_accepted, &w, &second), E_ABSENT);
    world_free(&w);
}

static void a_unix_socket_is_for_its_owner_and_replaces_only_the_dead(void **state)
{
    char dir[] = "/tmp/tacet-loop-XXXXXX", path[64], far[200];
    struct listener *second;
    struct stat info;
    struct world w;
    FILE *file;

    (void)state;
    world_new(&w);
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/control", dir);
    assert_ok(listener_unix(w.loop, path, on_accepted, &w, &w.listener));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(listener_port(w.listener), 0);
    assert_err(listener_unix(w.loop, path, on_accepted, &w, &second), E_CONFLICT);

    assert_int_equal(link(path, strcat(strcpy(far, dir), "/dead")), 0);
    listener_free(w.listener);
    assert_int_equal(access(path, F_OK), -1);
    assert_ok(listener_unix(w.loop, far, on_accepted, &w, &w.listener));
    listener_free(w.listener);
    w.listener = NULL;

    file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_err(listener_unix(w.loop, path, on_accepted, &w, &second), E_CONFLICT);
    unlink(path);
    memset(far, 'x', sizeof far - 1);
    far[sizeof far - 1] = 0;
    assert_err(listener_unix(w.loop, far, on_accepted, &w, &second), E_LIMIT);
    assert_int_equal(rmdir(dir), 0);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timer_fires_once_each_time_it_is_set),
        cmocka_unit_test(a_timer_that_was_stopped_or_freed_is_silent),
        cmocka_unit_test(a_handle_may_be_freed_in_its_own_callback),
        cmocka_unit_test(a_descriptor_is_announced_until_its_watch_is_freed),
        cmocka_unit_test(another_thread_wakes_the_loop),
        cmocka_unit_test(a_signal_stops_a_program_in_order),
        cmocka_unit_test(what_tasks_post_runs_in_the_rounds_after),
        cmocka_unit_test(a_task_that_was_cancelled_does_not_run),
        cmocka_unit_test(what_was_posted_before_a_stop_still_runs),
        cmocka_unit_test(a_run_beside_a_descriptor_ends_when_it_can_be_read),
        cmocka_unit_test(the_loop_works_beside_a_descriptor_that_can_always_be_read),
        cmocka_unit_test(a_dial_succeeds_beside_a_silent_descriptor),
        cmocka_unit_test(a_dial_meets_a_listener_over_ipv4),
        cmocka_unit_test(a_dial_meets_a_listener_over_ipv6),
        cmocka_unit_test(a_dial_meets_a_listener_by_name),
        cmocka_unit_test(a_dial_where_nobody_listens_fails),
        cmocka_unit_test(a_dial_that_is_freed_early_says_nothing),
        cmocka_unit_test(a_port_that_is_taken_is_a_conflict),
        cmocka_unit_test(a_unix_socket_is_for_its_owner_and_replaces_only_the_dead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
