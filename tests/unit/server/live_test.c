/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "server/live/live.h"

/* A host that writes down what it is told. */
struct host {
    struct live *l;
    struct session *sent, *closed, *paged;
    struct bytes frame;
    enum err_code why;
    int sends, closes, pages;
    bool leaves; /* inside close */
};

static void host_send(void *ctx, struct session *s, struct bytes frame)
{
    struct host *h = ctx;

    h->sent = s;
    h->frame = frame;
    h->sends++;
}

static void host_close(void *ctx, struct session *s, enum err_code why)
{
    struct host *h = ctx;

    h->closed = s;
    h->why = why;
    h->closes++;
    if (h->leaves)
        live_leave(h->l, s);
}

static void host_page(void *ctx, struct session *s)
{
    struct host *h = ctx;

    h->paged = s;
    h->pages++;
}

static const struct device_id ANN = {{1}}, BOB = {{2}};
static const struct routes NO_ROUTES = {NULL, 0};

static void begin(struct host *h)
{
    *h = (struct host){.leaves = true};
    assert_ok(
        live_new(&h->l, &(struct live_host){h, host_send, host_close, host_page, NULL, NULL}));
}

static void enter(struct host *h, struct session *s, uint64_t id)
{
    api_session(s, id, SESSION_CLIENT, &NO_ROUTES, bytes(NULL, 0), 0);
    assert_ok(live_enter(h->l, s));
}

static void settle(struct host *h, struct effect *e, size_t n)
{
    struct effects all = {.at = e, .n = n};

    live_settle(h->l, &all);
}

static void settle_one(struct host *h, struct effect e)
{
    settle(h, &e, 1);
}

/* As SIGN_IN does it: the session is the device's, and there may be mail. */
static void sign_in(struct host *h, uint64_t id, struct device_id did)
{
    struct effect e[] = {{.kind = EFFECT_SIGNED_IN, .session = id, .did = did},
                         {.kind = EFFECT_MAIL, .did = did}};

    settle(h, e, 2);
}

static void page(struct host *h, uint64_t id, uint64_t number, bool more)
{
    settle_one(h,
               (struct effect){.kind = EFFECT_PAGE, .session = id, .number = number, .more = more});
}

static void acknowledge(struct host *h, uint64_t id, uint64_t number)
{
    settle_one(h, (struct effect){.kind = EFFECT_ACKED, .session = id, .number = number});
}

static void mail(struct host *h, struct device_id did)
{
    settle_one(h, (struct effect){.kind = EFFECT_MAIL, .did = did});
}

static struct effect passing(void)
{
    return (struct effect){.kind = EFFECT_PASS, .did = ANN, .frame = BYTES_LITERAL("now")};
}

static void frames_go_to_their_session(void **state)
{
    struct session a, b;
    struct host h;

    begin(&h);
    enter(&h, &a, 1);
    enter(&h, &b, 2);
    assert_int_equal(live_count(h.l), 2);
    settle_one(&h,
               (struct effect){.kind = EFFECT_SEND, .session = 2, .frame = BYTES_LITERAL("frame")});
    assert_ptr_equal(h.sent, &b);
    assert_bytes(h.frame, BYTES_LITERAL("frame"));
    live_leave(h.l, &b);
    settle_one(&h, (struct effect){.kind = EFFECT_SEND, .session = 2});
    assert_int_equal(h.sends, 1);
    assert_int_equal(live_count(h.l), 1);
    settle_one(&h, passing()); /* the device is not there, and will not hear of it */
    sign_in(&h, 1, ANN);
    assert_int_equal(h.sends, 1);
    settle_one(&h, passing());
    assert_ptr_equal(h.sent, &a);
    assert_int_equal(h.sends, 2);
    assert_int_equal(a.pages, 0); /* nothing is owed for it */
    live_free(h.l);
}

static void who_signs_in_gets_a_page(void **state)
{
    struct session a;
    struct host h;

    begin(&h);
    enter(&h, &a, 1);
    mail(&h, ANN); /* nobody yet */
    assert_int_equal(h.pages, 0);
    sign_in(&h, 1, ANN);
    assert_true(a.signed_in);
    assert_true(ID_SAME(a.did, ANN));
    assert_int_equal(h.pages, 1);
    mail(&h, ANN); /* one at a time */
    assert_int_equal(h.pages, 1);
    page(&h, 1, 0, false); /* empty: nothing is owed */
    assert_int_equal(a.pages, 0);
    assert_int_equal(h.pages, 1);
    mail(&h, BOB);
    assert_int_equal(h.pages, 1);
    mail(&h, ANN);
    assert_int_equal(h.pages, 2);
    live_free(h.l);
}

static void mail_behind_a_page_of_the_same_batch_is_not_forgotten(void **state)
{
    struct effect e[] = {{.kind = EFFECT_PAGE, .session = 1, .number = 5},
                         {.kind = EFFECT_MAIL, .did = ANN}};
    struct session a;
    struct host h;

    begin(&h);
    enter(&h, &a, 1);
    sign_in(&h, 1, ANN);
    settle(&h, e, 2);
    assert_int_equal(h.pages, 2);
    live_free(h.l);
}

static void a_device_owes_only_so_many_pages(void **state)
{
    struct session a;
    struct host h;

    begin(&h);
    enter(&h, &a, 1);
    sign_in(&h, 1, ANN);
    for (uint64_t i = 1; i <= API_PAGES_MAX; i++)
        page(&h, 1, i * 10, true);
    assert_int_equal(a.cursor, API_PAGES_MAX * 10);
    assert_int_equal(h.pages, API_PAGES_MAX);
    acknowledge(&h, 1, 9); /* part of the first page */
    assert_int_equal(h.pages, API_PAGES_MAX);
    acknowledge(&h, 1, 20); /* two at once */
    assert_int_equal(a.pages, API_PAGES_MAX - 2);
    assert_int_equal(a.page_end[0], 30);
    assert_int_equal(h.pages, API_PAGES_MAX + 1);
    page(&h, 1, 50, false);
    assert_int_equal(h.pages, API_PAGES_MAX + 1); /* drained */
    acknowledge(&h, 1, 50);
    assert_int_equal(a.pages, 0);
    assert_int_equal(h.pages, API_PAGES_MAX + 1);
    live_free(h.l);
}

static struct effect mail_with_frame(uint64_t number)
{
    return (struct effect){
        .kind = EFFECT_MAIL, .did = ANN, .number = number, .frame = BYTES_LITERAL("item")};
}

static void mail_is_handed_out_at_once_when_nothing_waits_before_it(void **state)
{
    struct host h;
    struct session s;

    (void)state;
    begin(&h);
    enter(&h, &s, 1);
    sign_in(&h, 1, ANN);
    settle_one(&h, mail_with_frame(5)); /* a page is being read, which may hold it */
    assert_int_equal(h.sends, 0);
    page(&h, 1, 5, false);
    assert_false(s.mail);
    settle_one(&h, mail_with_frame(5)); /* it did */
    assert_int_equal(h.sends, 0);
    settle_one(&h, mail_with_frame(6));
    assert_int_equal(h.sends, 1);
    assert_ptr_equal(h.sent, &s);
    assert_true(bytes_same(h.frame, BYTES_LITERAL("item")));
    assert_int_equal(s.cursor, 6);
    assert_int_equal(h.pages, 1);
    assert_int_equal(live_given(h.l).pages, 1);
    assert_int_equal(live_given(h.l).messages, 1);
    live_free(h.l);
}

static void mail_over_the_window_waits_for_a_page(void **state)
{
    struct host h;
    struct session s;

    (void)state;
    begin(&h);
    enter(&h, &s, 1);
    sign_in(&h, 1, ANN);
    page(&h, 1, 0, false);
    for (uint64_t i = 1; i <= API_PAGES_MAX + 1; i++)
        settle_one(&h, mail_with_frame(i));
    assert_int_equal(h.sends, API_PAGES_MAX);
    acknowledge(&h, 1, 1);
    assert_int_equal(h.pages, 2);
    settle_one(&h, mail_with_frame(API_PAGES_MAX + 2)); /* behind what waits */
    assert_int_equal(h.sends, API_PAGES_MAX);
    live_free(h.l);
}

static void a_second_session_ends_the_first(void **state)
{
    struct session a, b;
    struct host h;

    for (int leaves = 0; leaves < 2; leaves++) {
        begin(&h);
        h.leaves = leaves;
        enter(&h, &a, 1);
        enter(&h, &b, 2);
        sign_in(&h, 1, ANN);
        sign_in(&h, 2, ANN);
        assert_ptr_equal(h.closed, &a);
        assert_int_equal(h.why, E_CONFLICT);
        assert_ptr_equal(h.paged, &b);
        if (!leaves)
            live_leave(h.l, &a); /* later, and without harm to the second */
        mail(&h, ANN);
        page(&h, 2, 1, true);
        assert_ptr_equal(h.paged, &b);
        assert_int_equal(live_count(h.l), 1);
        live_free(h.l);
    }
}

static void a_removed_device_is_shown_out(void **state)
{
    struct session a;
    struct host h;

    begin(&h);
    enter(&h, &a, 1);
    sign_in(&h, 1, ANN);
    settle_one(&h, (struct effect){.kind = EFFECT_GONE, .did = ANN});
    assert_ptr_equal(h.closed, &a);
    assert_int_equal(h.why, E_REMOVED);
    assert_int_equal(live_count(h.l), 0);
    mail(&h, ANN);
    page(&h, 1, 1, true);
    assert_int_equal(h.pages, 1);
    live_free(h.l);
}

static void closing_says_why_and_answers_are_counted(void **state)
{
    struct session a;
    struct host h;

    begin(&h);
    enter(&h, &a, 1);
    a.unanswered = 2;
    settle_one(&h, (struct effect){.kind = EFFECT_ANSWERED, .session = 1});
    assert_int_equal(a.unanswered, 1);
    a.waiting = 300;
    settle_one(&h, (struct effect){.kind = EFFECT_DONE, .session = 1, .number = 200});
    assert_int_equal(a.waiting, 100);
    settle_one(&h, (struct effect){.kind = EFFECT_CLOSE, .session = 1, .code = E_IO});
    assert_ptr_equal(h.closed, &a);
    assert_int_equal(h.why, E_IO);
    live_free(h.l);
}

static void a_session_that_waits_for_what_will_not_come_is_closed(void **state)
{
    struct session a;
    struct host h;

    begin(&h);
    enter(&h, &a, 1);
    sign_in(&h, 1, ANN);
    live_end(h.l, 1, E_NOMEM);
    assert_ptr_equal(h.closed, &a);
    assert_int_equal(h.why, E_NOMEM);
    live_end(h.l, 1, E_NOMEM); /* it is gone */
    live_end(h.l, 2, E_NOMEM); /* it never was */
    assert_int_equal(h.closes, 1);
    assert_int_equal(live_count(h.l), 0);
    live_free(h.l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_go_to_their_session),
        cmocka_unit_test(who_signs_in_gets_a_page),
        cmocka_unit_test(mail_behind_a_page_of_the_same_batch_is_not_forgotten),
        cmocka_unit_test(a_device_owes_only_so_many_pages),
        cmocka_unit_test(mail_is_handed_out_at_once_when_nothing_waits_before_it),
        cmocka_unit_test(mail_over_the_window_waits_for_a_page),
        cmocka_unit_test(a_second_session_ends_the_first),
        cmocka_unit_test(a_removed_device_is_shown_out),
        cmocka_unit_test(closing_says_why_and_answers_are_counted),
        cmocka_unit_test(a_session_that_waits_for_what_will_not_come_is_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
