/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A room as large as rooms get: what a roster and an upload of it cost in questions to the
 * database, which is what they cost in time.  It prints how long it took, and judges only counts.
 */
#include <time.h>

#include "assembly.h"
#include "storage/driver.h"

#define PEOPLE     ROOM_STATE_MEMBERS_MAX
#define RECIPIENTS (PEOPLE - 1)

static struct person alice;
static struct room_state state_of_all;
static struct room_member member[PEOPLE];
static struct roster_account account[PEOPLE];
static struct bytes statement;

/* ---- questions to the database */

static const struct db_driver *real;
static struct db_driver counting;
static size_t questions;

static struct err count_run(struct db *db, const char *sql, const struct db_value *values, size_t n,
                            uint64_t *changed)
{
    questions++;
    return real->run(db, sql, values, n, changed);
}

static struct err count_query(struct db *db, const char *sql, const struct db_value *values,
                              size_t n, struct db_query **out)
{
    questions++;
    return real->begin_query(db, sql, values, n, out);
}

static void count_questions(struct world *w)
{
    real = w->db->driver;
    counting = *real;
    counting.run = count_run;
    counting.begin_query = count_query;
    w->db->driver = &counting;
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- people, as the server's tables have them: nothing that it does needs their keys */

static void put(struct world *w, const char *sql, const struct db_value *values, size_t n)
{
    assert_ok(db_run(w->db, sql, values, n, NULL));
}

/* The list is parsed whenever it is read, so its form is right. */
static struct bytes put_list(struct world *w, const struct account_id *aid,
                             const struct device_id *did, struct roster_account *named)
{
    static const uint8_t nothing[NAMES_H32_SIZE];
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    struct device_list l;
    struct bytes list;

    buf_u8(&b, 1);
    buf_bytes(&b, ID_BYTES(*aid));
    buf_u32(&b, 1);
    buf_bytes(&b, BYTES(nothing));
    buf_u64(&b, w->now_ms);
    buf_u8(&b, 1);
    buf_bytes(&b, ID_BYTES(*did));
    buf_bytes(&b, BYTES(w->point));
    buf_u8(&b, DEVICE_PLAIN);
    buf_u64(&b, w->now_ms);
    buf_u32(&b, 0);
    buf_u8(&b, 0);
    buf_u8(&b, 0);
    buf_bytes(&b, world_random(w, SIGN_SIZE));
    buf_bytes(&b, ID_BYTES(*did));
    buf_bytes(&b, world_random(w, SIGN_SIZE));
    list = world_keep(w, &b);
    assert_ok(device_list_parse(list, &w->nid, &l));
    *named = (struct roster_account){.aid = *aid, .list_version = 1};
    memcpy(named->list_hash, l.hash, sizeof named->list_hash);
    return list;
}

static void put_person(struct world *w, size_t i)
{
    struct bytes nothing = world_random(w, DEVICES_UPLOAD_WINDOW * DEVICES_MARK_SIZE);
    int64_t row = 1000 + (int64_t)i;
    struct account_id aid;
    struct device_id did;
    struct bytes list;

    assert_ok(random_fill(&w->random, aid.b, sizeof aid.b));
    assert_ok(random_fill(&w->random, did.b, sizeof did.b));
    list = put_list(w, &aid, &did, &account[i]);
    member[i] = (struct room_member){.aid = aid, .role = ROOM_MEMBER, .since = 1};
    put(w,
        "INSERT INTO account (id, state, handle, since_ms, expires_ms, token, aid, ark, number,"
        " statement) VALUES ($1, 1, $2, 0, 0, $2, $2, $3, 1, $4)",
        DB_VALUES(DB_NUMBER_OF(row), DB_BYTES_OF(ID_BYTES(aid)), DB_BYTES_OF(BYTES(w->point)),
                  DB_BYTES_OF(bytes(nothing.at, 250))));
    put(w,
        "INSERT INTO device (id, did, account, dsk, state, marks) VALUES ($1, $2, $1, $3, 1, $4)",
        DB_VALUES(DB_NUMBER_OF(row), DB_BYTES_OF(ID_BYTES(did)), DB_BYTES_OF(BYTES(w->point)),
                  DB_BYTES_OF(nothing)));
    put(w, "INSERT INTO device_list (account, version, statement) VALUES ($1, 1, $2)",
        DB_VALUES(DB_NUMBER_OF(row), DB_BYTES_OF(list)));
    put(w,
        "INSERT INTO prekey (device, number, expires_ms, statement, kem)"
        " VALUES ($1, 1, $2, $3, $3)",
        DB_VALUES(DB_NUMBER_OF(row), DB_NUMBER_OF(w->now_ms + CLOCK_DAY_MS),
                  DB_BYTES_OF(bytes(nothing.at, 330))));
}

static int compare_accounts(const void *x, const void *y)
{
    const struct roster_account *a = x, *b = y;

    return memcmp(a->aid.b, b->aid.b, sizeof a->aid.b);
}

/* Alice and all the others. */
static void gather(struct world *w)
{
    person_enter(w, &alice, "alice");
    assert_ok(db_begin(w->db));
    for (size_t i = 1; i < PEOPLE; i++)
        put_person(w, i);
    assert_ok(db_commit(w->db));
    account[0] = letter_account(&alice);
    member[0] = (struct room_member){.aid = alice.aid, .role = ROOM_MODERATOR, .since = 1};
    qsort(account, PEOPLE, sizeof account[0], compare_accounts);
    qsort(member, PEOPLE, sizeof member[0], room_compare);
}

static enum err_code found(struct world *w)
{
    struct buf b = BUF(ROOM_STATE_MAX_SIZE);

    state_of_all = (struct room_state){.version = 1,
                                       .made_ms = w->now_ms,
                                       .signer = {w->nid, alice.aid, alice.did},
                                       .networks = 1,
                                       .network = {w->nid},
                                       .members = PEOPLE,
                                       .member = member,
                                       .posting = ROOM_POSTING_ALL};
    assert_ok(room_state_sign(&state_of_all, alice.dsk, &b));
    statement = world_keep(w, &b);
    return room_send(w, &alice, statement).code;
}

/* An upload for all of them, with the roster that it needs. */
static void make(struct world *w, struct letter *l)
{
    struct upload *u = &l->upload;
    struct buf b = BUF(LIMIT_FRAME), entries = BUF(LIMIT_FRAME);

    *l = (struct letter){.ttl_s = 60, .network = {.nid = w->nid}};
    l->roster = (struct roster){.room = state_of_all.room,
                                .state_version = 1,
                                .network = &l->network,
                                .networks = 1,
                                .account = account,
                                .accounts = PEOPLE,
                                .skipped = &l->skipped};
    memcpy(l->roster.state_hash, state_of_all.hash, sizeof l->roster.state_hash);
    letter_write_roster(w, l);
    u->shared.head[0] = UPLOAD_VERSION;
    u->shared.head[1] = UPLOAD_SUITE;
    u->shared.head[2] = UPLOAD_PROFILE_HYBRID;
    memcpy(u->shared.head + 4, w->point, sizeof w->point);
    u->shared.body = world_random(w, UPLOAD_BODY_LEAST);
    u->shared.trailer = world_random(w, UPLOAD_TRAILER_SIZE);
    u->number = ++alice.uploads;
    for (size_t i = 0; i < RECIPIENTS; i++) {
        buf_u16(&entries, 1);
        buf_bytes(&entries, world_random(w, UPLOAD_ENTRY_SIZE - 2));
    }
    u->recipients = RECIPIENTS;
    u->entries = world_keep(w, &entries);
    upload_write(u, &b);
    l->bytes = world_keep(w, &b);
}

/* A request with no more memory than the server gives it. */
static struct answer ask(struct world *w, enum op op, const void *message)
{
    struct arena a = ARENA(API_ARENA_MAX);
    struct buf body = BUF(LIMIT_FRAME), frame = BUF(LIMIT_FRAME);
    struct frame f = {.op = op, .id = ++w->ids};
    struct request *rq;
    struct answer answer;

    frame_pack(message, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    alice.session.now_ms = w->now_ms;
    assert_ok(api_frame(&alice.session, &a, buf_view(&frame), &rq));
    world_run(w, &rq, 1);
    answer = world_answer(w, rq);
    buf_free(&body);
    buf_free(&frame);
    arena_free(&a);
    return answer;
}

static enum err_code enter(struct world *w, const struct letter *l)
{
    Tacet__Wire__RegisterRoster in = TACET__WIRE__REGISTER_ROSTER__INIT;

    in.roster = frame_data(l->roster_bytes);
    return ask(w, OP_REGISTER, &in).code;
}

static struct answer upload(struct world *w, const struct letter *l)
{
    Tacet__Wire__Send in = TACET__WIRE__SEND__INIT;

    in.upload = frame_data(l->bytes);
    in.ttl_s = l->ttl_s;
    return ask(w, OP_SEND, &in);
}

static void a_roster_of_1024_accounts_costs_a_few_questions_each(void **state)
{
    struct world *w = *state;
    struct letter l;
    double began, registered, sent;
    size_t before;

    gather(w);
    assert_int_equal(found(w), E_OK);
    make(w, &l);
    count_questions(w);
    began = seconds();
    assert_int_equal(enter(w, &l), E_OK);
    registered = seconds();
    assert_in_range(questions, 2 * PEOPLE, 2 * PEOPLE + 16);
    before = questions;
    assert_int_equal(upload(w, &l).code, E_OK);
    sent = seconds();
    assert_in_range(questions - before, 5 * RECIPIENTS, 7 * RECIPIENTS + 64);
    print_message("registered in %.1f ms, accepted in %.1f ms\n", (registered - began) * 1e3,
                  (sent - registered) * 1e3);
    assert_int_equal(world_mail(w), RECIPIENTS + 1);
    w->db->driver = real;
    person_free(&alice);
}

/* Nobody's prekey is good any more: as many people are told of as a frame holds. */
static void an_answer_about_1024_accounts_says_that_there_is_more(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Stale *told = NULL;
    struct letter l;
    struct answer a;

    gather(w);
    assert_int_equal(found(w), E_OK);
    make(w, &l);
    put(w, "UPDATE prekey SET expires_ms = 1", DB_NO_VALUES);
    put(w, "DELETE FROM prekey WHERE device < 1000", DB_NO_VALUES);
    put(w, "UPDATE prekey SET superseded_ms = 1", DB_NO_VALUES); /* nothing that would be parsed */
    assert_int_equal(enter(w, &l), E_OK);
    a = upload(w, &l);
    assert_int_equal(a.code, E_STALE);
    assert_in_range(a.body.n, LIMIT_FRAME / 2, LIMIT_FRAME);
    world_read(w, a, stale, &told);
    assert_int_equal(told->more, 1);
    assert_in_range(told->n_persons, 100, PEOPLE - 1);
    person_free(&alice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_roster_of_1024_accounts_costs_a_few_questions_each),
        world_test(an_answer_about_1024_accounts_says_that_there_is_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
