/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/net/stream_world.h"

static void exchange(struct world *w, size_t n)
{
    struct buf message = BUF(KEPT);

    w->accepted[0].on_message = echo;
    for (size_t i = 0; i < n; i++)
        buf_u8(&message, (uint8_t)(i * 131 >> 4));
    assert_ok(stream_send(w->near.stream, buf_view(&message)));
    w->near.messages = 0;
    run_until(w, near_has_heard);
    assert_bytes(buf_view(&w->near.last), buf_view(&message));
    assert_int_equal(stream_pending(w->near.stream), 0);
    buf_free(&message);
}

static void messages_go_both_ways_and_both_ends_have_the_same_binding(void **state)
{
    struct world *w = *state;

    open_both(w);
    assert_memory_equal(w->near.binding, w->accepted[0].binding, STREAM_BINDING_SIZE);
    assert_false(bytes_all_zero(BYTES(w->near.binding)));
    exchange(w, 5);
    exchange(w, 0);
}

static void messages_go_both_ways_over_ipv6(void **state)
{
    struct world *w = *state;

    listener_free(w->listener);
    w->listener = NULL;
    if (!listen_on(w, "[::1]"))
        skip();
    open_both(w);
    exchange(w, 5);
}

static void large_messages_arrive_whole(void **state)
{
    static const size_t sizes[] = {125, 126, 16384, 65535, 65536, 200 * 1024, NET_MESSAGE_MAX};
    struct world *w = *state;

    open_both(w);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        exchange(w, sizes[i]);
}

static bool far_has_heard_1000(const struct world *w)
{
    return w->accepted[0].messages == 1000;
}

static void a_thousand_messages_arrive_in_order(void **state)
{
    struct world *w = *state;

    open_both(w);
    for (size_t i = 0; i < 1000; i++)
        assert_ok(stream_send(w->near.stream, bytes(&i, sizeof i)));
    assert_in_range(stream_pending(w->near.stream), 1000 * sizeof(size_t), NET_PENDING_MAX);
    run_until(w, far_has_heard_1000);
    assert_int_equal(w->accepted[0].in_order, 1000);
    assert_int_equal(stream_pending(w->near.stream), 0);
}

static bool near_has_heard_20(const struct world *w)
{
    return w->near.messages == 20;
}

/* More than the kernel takes at once: four at a time may be pending, twenty go through. */
static void echo_much(struct end *e, struct bytes message)
{
    if (e->messages < 20)
        assert_ok(stream_send(e->stream, message));
}

static void messages_that_the_kernel_does_not_take_at_once_follow(void **state)
{
    static uint8_t large[NET_MESSAGE_MAX];
    struct world *w = *state;

    open_both(w);
    w->accepted[0].on_message = echo;
    w->near.on_message = echo_much;
    for (unsigned i = 0; i < 3; i++)
        assert_ok(stream_send(w->near.stream, BYTES(large)));
    run_until(w, near_has_heard_20);
}

static void a_server_with_another_key_is_left_before_anything_is_said(void **state)
{
    struct world *w = *state;
    uint8_t pin[TLS_PIN_SIZE] = {1};

    tls_free(w->client_tls);
    assert_ok(tls_new_client(BYTES(pin), &w->client_tls));
    w->client.tls = w->client_tls;
    connect_near(w);
    run_until(w, both_have_ended);
    assert_int_equal(w->near.why, STREAM_WRONG_PIN);
    assert_int_equal(w->accepted[0].why, STREAM_TLS);
    assert_false(w->near.opened || w->accepted[0].opened);
}

static void nobody_there_is_told_apart_from_no_such_host(void **state)
{
    struct world *w = *state;

    listener_free(w->listener);
    w->listener = NULL;
    connect_near(w);
    run_until(w, near_has_ended);
    assert_int_equal(w->near.why, STREAM_UNREACHABLE);

    end_init(&w->near, w);
    strcpy(w->address, "no-such-host.invalid:443");
    connect_near(w);
    run_until(w, near_has_ended);
    assert_int_equal(w->near.why, STREAM_UNRESOLVED);
    assert_err(stream_connect(&w->client, "host", NULL, &w->near, &w->near.stream), E_MALFORMED);
    assert_err(stream_connect(&w->client, "h:1", "a\r\nb: c", &w->near, &w->near.stream),
               E_MALFORMED);
}

static void a_peer_that_vanishes_is_noticed(void **state)
{
    struct world *w = *state;

    open_both(w);
    stream_abort(w->near.stream);
    assert_int_equal(w->near.why, 0); /* never from inside a call */
    run_until(w, both_have_ended);
    assert_int_equal(w->near.why, STREAM_LOCAL);
    assert_int_equal(w->accepted[0].why, STREAM_PEER);
    assert_int_equal(w->accepted[0].peer_code, 0);
}

static void a_close_delivers_what_was_queued_and_its_words(void **state)
{
    struct world *w = *state;

    open_both(w);
    assert_ok(stream_send(w->accepted[0].stream, BYTES_LITERAL("last words")));
    stream_close(w->accepted[0].stream, 1008, "signed out");
    assert_err(stream_send(w->accepted[0].stream, BYTES_LITERAL("x")), E_CLOSED);
    run_until(w, both_have_ended);
    assert_bytes(buf_view(&w->near.last), BYTES_LITERAL("last words"));
    assert_int_equal(w->near.why, STREAM_PEER);
    assert_int_equal(w->near.peer_code, 1008);
    assert_string_equal(w->near.text, "signed out");
    assert_int_equal(w->accepted[0].why, STREAM_LOCAL);
}

static void both_may_close_at_once(void **state)
{
    struct world *w = *state;

    open_both(w);
    stream_close(w->accepted[0].stream, 1000, "");
    stream_close(w->near.stream, 1000, "");
    stream_close(w->near.stream, 1000, "");
    run_until(w, both_have_ended);
    assert_int_equal(w->near.why, STREAM_LOCAL);
    assert_int_equal(w->accepted[0].why, STREAM_LOCAL);
}

static void a_message_over_the_limit_closes_and_the_sender_learns_why(void **state)
{
    static const uint8_t large[NET_MESSAGE_MAX + 1];
    struct world *w = *state;

    w->client.limits.message_max = sizeof large;
    open_both(w);
    assert_err(stream_send(w->accepted[0].stream, BYTES(large)), E_LIMIT);
    assert_ok(stream_send(w->near.stream, BYTES(large)));
    run_until(w, both_have_ended);
    assert_int_equal(w->accepted[0].why, STREAM_PROTOCOL);
    assert_int_equal(w->accepted[0].messages, 0);
    assert_int_equal(w->near.why, STREAM_PEER);
    assert_int_equal(w->near.peer_code, 1009);
}

static void a_peer_that_is_trusted_may_say_and_hear_more(void **state)
{
    static uint8_t large[3 * LOOP_SCRATCH_SIZE];
    struct world *w = *state;
    struct stream_setup known = w->server;

    w->server.limits.message_max = w->server.limits.pending_max = 1000;
    w->accepted[0].on_message = echo;
    open_both(w);
    stream_trust(w->accepted[0].stream, &known);
    assert_ok(stream_send(w->near.stream, BYTES(large)));
    run_until(w, near_has_heard);
    assert_bytes(buf_view(&w->near.last), BYTES(large));
}

static void a_peer_that_does_not_read_is_let_go(void **state)
{
    static const uint8_t large[NET_MESSAGE_MAX];
    struct world *w = *state;
    struct err e = OK;
    unsigned sent = 0;

    open_both(w);
    while (e.code == E_OK && sent < 100) {
        e = stream_send(w->accepted[0].stream, BYTES(large));
        sent++;
        if (e.code == E_OK)
            assert_in_range(stream_pending(w->accepted[0].stream), 1, NET_PENDING_MAX);
    }
    assert_err(e, E_CLOSED);
    assert_in_range(sent, 2, NET_PENDING_MAX / NET_MESSAGE_MAX + 1);
    run_until(w, both_have_ended);
    assert_int_equal(w->accepted[0].why, STREAM_SLOW);
    assert_int_equal(w->near.why, STREAM_PEER);
}

static void nothing_is_sent_before_it_is_open(void **state)
{
    struct world *w = *state;

    connect_near(w);
    assert_err(stream_send(w->near.stream, BYTES_LITERAL("x")), E_AGAIN);
    stream_close(w->near.stream, 1000, "");
    run_until(w, near_has_ended);
    assert_int_equal(w->near.why, STREAM_LOCAL);
}

static void free_in_event(struct end *e)
{
    stream_free(e->stream);
    e->stream = NULL;
}

static void free_in_message(struct end *e, struct bytes message)
{
    stream_free(e->stream);
    e->stream = NULL;
    assert_int_equal(message.at[message.n - 1], 'x'); /* lent until we return */
}

static void abort_in_message(struct end *e, struct bytes message)
{
    stream_abort(e->stream);
    assert_err(stream_send(e->stream, message), E_CLOSED);
    assert_int_equal(message.at[message.n - 1], 'x');
}

static void a_stream_may_be_freed_at_any_time(void **state)
{
    static uint8_t large[100000];
    struct world *w = *state;

    memset(large, 'x', sizeof large);
    connect_near(w);
    stream_free(w->near.stream); /* while the name is looked up */
    w->near.on_opened = free_in_event;
    connect_near(w);
    run_until(w, far_has_ended);
    assert_int_equal(w->accepted[0].why, STREAM_PEER);
    assert_int_equal(w->near.why, 0);

    for (unsigned i = 0; i < 2; i++) {
        end_init(&w->near, w);
        end_init(&w->accepted[0], w);
        w->n_accepted = 0;
        w->accepted[0].on_message = i == 0 ? free_in_message : abort_in_message;
        open_both(w);
        assert_ok(stream_send(w->near.stream, BYTES(large)));
        assert_ok(stream_send(w->near.stream, BYTES(large)));
        run_until(w, near_has_ended);
        assert_int_equal(w->near.why, STREAM_PEER);
        assert_int_equal(w->accepted[0].messages, 1);
        buf_free(&w->accepted[0].last);
    }
}

static void on_pause_over(void *ctx)
{
    struct world *w = ctx;

    loop_stop(w->loop);
}

static void pause_for(struct world *w, uint64_t ms)
{
    struct loop_timer *t;

    assert_ok(loop_timer_new(w->loop, on_pause_over, w, &t));
    loop_timer_set(t, ms);
    loop_run(w->loop);
    loop_timer_free(t);
    assert_false(w->late);
}

static void an_idle_stream_is_kept_by_pings(void **state)
{
    struct world *w = *state;

    w->server.limits.ping_ms = 40;
    w->server.limits.silence_ms = w->client.limits.silence_ms = 250;
    open_both(w);
    w->until = NULL;
    pause_for(w, 700);
    assert_int_equal(w->near.why, 0);
    assert_int_equal(w->accepted[0].why, 0);
    exchange(w, 10);
}

static void a_peer_that_falls_silent_is_gone(void **state)
{
    struct world *w = *state;

    w->client.limits.silence_ms = 60; /* and the server pings after 30 s only */
    open_both(w);
    run_until(w, both_have_ended);
    assert_int_equal(w->near.why, STREAM_TIMEOUT);
    assert_int_equal(w->accepted[0].why, STREAM_PEER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(messages_go_both_ways_and_both_ends_have_the_same_binding),
        TEST(messages_go_both_ways_over_ipv6),
        TEST(large_messages_arrive_whole),
        TEST(a_thousand_messages_arrive_in_order),
        TEST(messages_that_the_kernel_does_not_take_at_once_follow),
        TEST(a_server_with_another_key_is_left_before_anything_is_said),
        TEST(nobody_there_is_told_apart_from_no_such_host),
        TEST(a_peer_that_vanishes_is_noticed),
        TEST(a_close_delivers_what_was_queued_and_its_words),
        TEST(both_may_close_at_once),
        TEST(a_message_over_the_limit_closes_and_the_sender_learns_why),
        TEST(a_peer_that_is_trusted_may_say_and_hear_more),
        TEST(a_peer_that_does_not_read_is_let_go),
        TEST(nothing_is_sent_before_it_is_open),
        TEST(a_stream_may_be_freed_at_any_time),
        TEST(an_idle_stream_is_kept_by_pings),
        TEST(a_peer_that_falls_silent_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
