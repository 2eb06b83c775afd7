/* SPDX-License-Identifier: Apache-2.0 */
/* The public calls without a server: nobody listens where the invitation says. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assert_err.h"
#include "statement/invitation.h"
#include "tacet/client.h"

#define LEAST_COST  10
#define ROUNDS_MOST 1000

struct world {
    char dir[64], profile[80];
    struct tacet_client *client;
    int pipe[2], port; /* a port that is taken, and where nobody listens */
};

static void take_port(struct world *w, struct invitation *in)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof a;

    w->port = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(w->port, (struct sockaddr *)&a, n), 0);
    assert_int_equal(getsockname(w->port, (struct sockaddr *)&a, &n), 0);
    in->address_n = (size_t)snprintf(in->address, sizeof in->address, "127.0.0.1:%u",
                                     (unsigned)ntohs(a.sin_port));
}

static void world_new(struct world *w)
{
    static const struct tacet_profile like = {
        .passphrase = (const uint8_t *)"secret", .passphrase_n = 6, .cost = LEAST_COST};
    struct tacet_profile p = like;
    struct invitation in = {.address_n = 0};
    struct buf link = BUF(INVITATION_LINK_MAX);

    take_port(w, &in);
    snprintf(w->dir, sizeof w->dir, "/tmp/tacet-client-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->profile, sizeof w->profile, "%s/p", w->dir);
    p.directory = w->profile;
    assert_ok(invitation_write(&in, &link));
    buf_u8(&link, 0);
    assert_int_equal(tacet_join(&w->client, &p, (const char *)link.at), TACET_OK);
    buf_free(&link);
    assert_int_equal(pipe(w->pipe), 0);
}

static void world_free(struct world *w)
{
    char path[120];

    tacet_close(w->client);
    snprintf(path, sizeof path, "%s/profile.vault", w->profile);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(w->profile), 0);
    assert_int_equal(rmdir(w->dir), 0);
    close(w->port);
    close(w->pipe[0]);
    close(w->pipe[1]);
}

/* Does INPUT come before there is nothing more to tell? */
static bool sees_input(struct tacet_client *c)
{
    struct tacet_event e;

    for (unsigned i = 0; i < ROUNDS_MOST; i++) {
        enum tacet_code code = tacet_run(c, 0, &e);

        if (code == TACET_AGAIN)
            return false;
        assert_int_equal(code, TACET_OK);
        if (e.kind == TACET_EVENT_INPUT)
            return true;
    }
    return false;
}

static void what_can_be_read_is_told_without_waiting(void **state)
{
    struct world w;
    char byte;

    (void)state;
    world_new(&w);
    tacet_watch(w.client, w.pipe[0]);
    assert_false(sees_input(w.client));
    assert_int_equal(write(w.pipe[1], "x", 1), 1);
    assert_true(sees_input(w.client));
    assert_true(sees_input(w.client)); /* it still can */
    assert_int_equal(read(w.pipe[0], &byte, 1), 1);
    assert_false(sees_input(w.client));
    tacet_watch(w.client, -1);
    assert_int_equal(write(w.pipe[1], "x", 1), 1);
    assert_false(sees_input(w.client));
    world_free(&w);
}

static void an_interruption_comes_before_what_can_be_read(void **state)
{
    struct world w;
    struct tacet_event e;
    enum tacet_code code = TACET_OK;

    (void)state;
    world_new(&w);
    tacet_watch(w.client, w.pipe[0]);
    assert_int_equal(write(w.pipe[1], "x", 1), 1);
    tacet_interrupt(w.client);
    for (unsigned i = 0; i < ROUNDS_MOST && code == TACET_OK; i++) {
        code = tacet_run(w.client, 0, &e);
        assert_true(code != TACET_OK || e.kind != TACET_EVENT_INPUT);
    }
    assert_int_equal(code, TACET_CLOSED);
    assert_true(sees_input(w.client));
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_read_is_told_without_waiting),
        cmocka_unit_test(an_interruption_comes_before_what_can_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
