/* SPDX-License-Identifier: Apache-2.0 */
/* Files: who may, how much, how long, and what is left of them.  [PROTOCOL 13.6] */
#include "server/files/files.h"
#include "unit/server/fleet.h"
#include "unit/storage/shelves.h"

#define SIZE (4 * BLOB_STEP + 1040) /* of a sealed file of five chunks */

struct stored {
    struct world *w;
    struct person ann, bob;
    struct shelves shelves;
    struct live *live;
    struct bytes id, other;
};

/* The sessions are what a loop would make of effects. */
static void hear(void *ctx, struct session *s, struct bytes frame)
{
    (void)ctx;
    (void)s;
    (void)frame;
}

static void end_session(void *ctx, struct session *s, enum err_code why)
{
    (void)ctx;
    (void)s;
    fail_msg("closed with %d", (int)why);
}

static void erase(void *ctx, struct bytes name)
{
    struct stored *x = ctx;
    struct blob_name n;

    assert_int_equal(name.n, sizeof n.b);
    memcpy(n.b, name.at, sizeof n.b);
    assert_ok(x->shelves.store.erase(x->shelves.store.ctx, &n));
}

static void lend(struct stored *x)
{
    x->w->server.blobs = &x->shelves.store;
    x->w->server.files_room = files_room;
}

static void begin(struct stored *x, void **state)
{
    const struct live_host host = {x, hear, end_session, NULL, NULL, erase};

    *x = (struct stored){.w = *state};
    shelves_begin(&x->shelves);
    lend(x);
    person_enter(x->w, &x->ann, "ann");
    person_enter(x->w, &x->bob, "bob");
    assert_ok(live_new(&x->live, &host));
    assert_ok(live_enter(x->live, &x->ann.session));
    assert_ok(live_enter(x->live, &x->bob.session));
    x->id = world_random(x->w, FILES_ID_SIZE);
    x->other = world_random(x->w, FILES_ID_SIZE);
}

static void end(struct stored *x)
{
    live_free(x->live);
    shelves_end(&x->shelves);
    person_free(&x->ann);
    person_free(&x->bob);
}

static struct answer ask(struct stored *x, struct person *by, enum op op, const void *message)
{
    struct request *rq = world_frame(x->w, &by->session, op, message);

    api_effects_free(&x->w->effects);
    if (rq->refused == E_OK && rq->route->kind == ROUTE_APART)
        api_apart(&x->w->server, &rq, 1, &x->w->effects);
    else
        world_run(x->w, &rq, 1);
    live_settle(x->live, &x->w->effects);
    assert_int_equal(by->session.waiting, 0);
    return world_answer(x->w, rq);
}

static enum err_code begin_file(struct stored *x, struct person *by, struct bytes id, uint64_t size)
{
    Tacet__Wire__BeginFile in = TACET__WIRE__BEGIN_FILE__INIT;

    in.id = frame_data(id);
    in.size = size;
    return ask(x, by, OP_FILE_BEGIN, &in).code;
}

static enum err_code keep(struct stored *x, struct person *by, struct bytes id, uint32_t ttl_s,
                          uint64_t *expires_ms)
{
    Tacet__Wire__KeepFile in = TACET__WIRE__KEEP_FILE__INIT;
    Tacet__Wire__FileKept *out;
    struct answer a;

    in.id = frame_data(id);
    in.ttl_s = ttl_s;
    a = ask(x, by, OP_FILE_KEEP, &in);
    if (a.code == E_OK) {
        world_read(x->w, a, file_kept, &out);
        *expires_ms = out->expires_ms;
    }
    return a.code;
}

static enum err_code drop(struct stored *x, struct person *by, struct bytes id)
{
    Tacet__Wire__DropFile in = TACET__WIRE__DROP_FILE__INIT;

    in.id = frame_data(id);
    return ask(x, by, OP_FILE_DROP, &in).code;
}

/* *held is set on success and on E_CONFLICT. */
static enum err_code write_part(struct stored *x, struct person *by, struct bytes id, uint64_t at,
                                struct bytes part, uint64_t *held)
{
    Tacet__Wire__WriteFile in = TACET__WIRE__WRITE_FILE__INIT;
    Tacet__Wire__FileState *out;
    struct answer a;

    in.id = frame_data(id);
    in.at = at;
    in.part = frame_data(part);
    a = ask(x, by, OP_FILE_WRITE, &in);
    if (a.code == E_OK || a.code == E_CONFLICT) {
        world_read(x->w, a, file_state, &out);
        *held = out->held;
    }
    return a.code;
}

static struct answer read_part(struct stored *x, struct person *by, struct bytes id, uint64_t at,
                               uint32_t most)
{
    Tacet__Wire__ReadFile in = TACET__WIRE__READ_FILE__INIT;

    in.id = frame_data(id);
    in.at = at;
    in.most = most;
    return ask(x, by, OP_FILE_READ, &in);
}

static enum err_code copy(struct stored *x, struct person *by, struct bytes id, struct bytes from)
{
    Tacet__Wire__CopyFile in = TACET__WIRE__COPY_FILE__INIT;
    Tacet__Wire__FileState *out;
    struct answer a;

    in.id = frame_data(id);
    in.from = frame_data(from);
    a = ask(x, by, OP_FILE_COPY, &in);
    if (a.code == E_OK) {
        world_read(x->w, a, file_state, &out);
        assert_int_equal(out->held, SIZE);
        assert_int_equal(out->durable, SIZE);
    }
    return a.code;
}

static struct bytes content_of(struct stored *x, uint8_t byte, size_t n)
{
    uint8_t *at = arena_alloc(&x->w->arena, n);

    memset(at, byte, n);
    return bytes(at, n);
}

/* All of it, in two parts. */
static void fill(struct stored *x, struct person *by, struct bytes id, uint8_t byte)
{
    struct bytes all = content_of(x, byte, SIZE);
    uint64_t held;

    assert_int_equal(begin_file(x, by, id, SIZE), E_OK);
    assert_int_equal(write_part(x, by, id, 0, bytes(all.at, LIMIT_FILE_PART), &held), E_OK);
    assert_int_equal(held, LIMIT_FILE_PART);
    assert_int_equal(
        write_part(x, by, id, LIMIT_FILE_PART, bytes(all.at, SIZE - LIMIT_FILE_PART), &held), E_OK);
    assert_int_equal(held, SIZE);
}

static void check_content(struct stored *x, struct person *by, struct bytes id, uint8_t byte)
{
    uint64_t at = 0;

    while (at < SIZE) {
        struct answer a = read_part(x, by, id, at, LIMIT_FILE_PART);
        Tacet__Wire__FilePart *out;

        assert_int_equal(a.code, E_OK);
        world_read(x->w, a, file_part, &out);
        assert_int_equal(out->size, SIZE);
        assert_int_equal(out->part.len, SIZE - at < LIMIT_FILE_PART ? SIZE - at : LIMIT_FILE_PART);
        assert_bytes(frame_bytes(out->part), content_of(x, byte, out->part.len));
        at += out->part.len;
    }
}

static int64_t rows(struct stored *x)
{
    return scratch_number(x->w->db, "SELECT count(*) FROM file");
}

static size_t blobs(struct stored *x)
{
    struct blob_name names[16];
    size_t n;

    assert_ok(x->shelves.store.list(x->shelves.store.ctx, NULL, names, 16, &n));
    return n;
}

/* A restart: sessions, what they may write to, and all that was not on disk are gone. */
static void again(struct stored *x)
{
    live_leave(x->live, &x->ann.session);
    live_leave(x->live, &x->bob.session);
    shelves_again(&x->shelves);
    world_again(x->w);
    lend(x);
    person_connect(x->w, &x->ann);
    person_connect(x->w, &x->bob);
    assert_int_equal(person_sign_in(x->w, &x->ann).code, E_OK);
    assert_int_equal(person_sign_in(x->w, &x->bob).code, E_OK);
    assert_ok(live_enter(x->live, &x->ann.session));
    assert_ok(live_enter(x->live, &x->bob.session));
}

/* What the host does once a day, and when it starts. */
static void go_round(struct stored *x)
{
    struct blob_name names[3], after;
    bool first = true;
    size_t n = 1;

    while (n > 0) {
        assert_ok(x->shelves.store.list(x->shelves.store.ctx, first ? NULL : &after, names, 3, &n));
        if (n > 0)
            after = names[n - 1];
        first = false;
        size_t unknown = n;
        assert_ok(files_unknown(x->w->db, names, &unknown));
        for (size_t i = 0; i < unknown; i++)
            assert_ok(x->shelves.store.erase(x->shelves.store.ctx, &names[i]));
    }
}

static void who_knows_the_id_reads_what_was_written(void **state)
{
    struct stored x;
    uint64_t held;

    begin(&x, state);
    assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE), E_OK);
    assert_int_equal(read_part(&x, &x.bob, x.id, 0, 1).code, E_ABSENT);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, bytes(NULL, 0), &held), E_OK);
    assert_int_equal(held, 0);
    fill(&x, &x.ann, x.id, 'a');
    check_content(&x, &x.bob, x.id, 'a');
    check_content(&x, &x.ann, x.id, 'a');
    assert_int_equal(read_part(&x, &x.bob, x.other, 0, 1).code, E_ABSENT);
    again(&x);
    check_content(&x, &x.bob, x.id, 'a');
    end(&x);
}

/* It is another account's then, and lives and ends as theirs, whatever becomes of the first. */
static void who_may_read_it_may_have_it_kept_for_others(void **state)
{
    struct stored x;
    uint64_t until;

    begin(&x, state);
    fill(&x, &x.ann, x.id, 'a');
    assert_int_equal(copy(&x, &x.bob, x.other, x.id), E_DENIED);
    assert_int_equal(begin_file(&x, &x.bob, x.other, SIZE), E_OK);
    assert_int_equal(copy(&x, &x.bob, x.other, x.id), E_OK);
    assert_int_equal(copy(&x, &x.bob, x.other, x.id), E_OK);
    assert_int_equal(keep(&x, &x.bob, x.other, 1000, &until), E_OK);
    assert_int_equal(keep(&x, &x.ann, x.other, 1000, &until), E_ABSENT);
    assert_int_equal(rows(&x), 2);
    assert_int_equal(drop(&x, &x.ann, x.id), E_OK);
    again(&x);
    go_round(&x);
    assert_int_equal(read_part(&x, &x.ann, x.id, 0, 1).code, E_ABSENT);
    check_content(&x, &x.ann, x.other, 'a');
    assert_int_equal(drop(&x, &x.bob, x.other), E_OK);
    assert_int_equal(blobs(&x), 0);
    end(&x);
}

static void what_is_not_whole_or_of_another_size_is_not_copied(void **state)
{
    struct stored x;
    struct bytes third;
    uint64_t held;

    begin(&x, state);
    third = world_random(x.w, FILES_ID_SIZE);
    assert_int_equal(begin_file(&x, &x.bob, x.other, SIZE), E_OK);
    assert_int_equal(copy(&x, &x.bob, x.other, x.id), E_ABSENT);
    assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE), E_OK);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, content_of(&x, 'a', LIMIT_FILE_PART), &held),
                     E_OK);
    assert_int_equal(copy(&x, &x.bob, x.other, x.id), E_ABSENT);
    assert_int_equal(copy(&x, &x.bob, x.other, bytes(x.id.at, 31)), E_MALFORMED);
    assert_int_equal(write_part(&x, &x.ann, x.id, LIMIT_FILE_PART,
                                content_of(&x, 'a', SIZE - LIMIT_FILE_PART), &held),
                     E_OK);
    assert_int_equal(begin_file(&x, &x.bob, third, SIZE + BLOB_STEP), E_OK);
    assert_int_equal(copy(&x, &x.bob, third, x.id), E_CONFLICT);
    assert_int_equal(copy(&x, &x.bob, x.other, x.id), E_OK);
    x.w->server.blobs = NULL;
    assert_int_equal(copy(&x, &x.bob, x.other, x.id), E_ABSENT);
    end(&x);
}

/* The name under which it is kept opens nothing. */
static void neither_database_nor_disk_tell_the_id(void **state)
{
    struct stored x;
    struct blob_name name;

    begin(&x, state);
    fill(&x, &x.ann, x.id, 'a');
    assert_ok(files_name(x.id, &name));
    assert_int_equal(read_part(&x, &x.bob, BYTES(name.b), 0, 1).code, E_ABSENT);
    assert_int_equal(fleet_number(x.w, "SELECT count(*) FROM file WHERE size = $1", SIZE), 1);
    struct db_value v;
    assert_int_equal(db_one(x.w->db, &x.w->arena, "SELECT 1 FROM file WHERE name = $1",
                            DB_VALUES(DB_BYTES_OF(x.id)), &v, 1)
                         .code,
                     E_ABSENT);
    end(&x);
}

static void only_who_began_it_writes_on_that_connection(void **state)
{
    struct stored x;
    struct bytes part;
    uint64_t held;

    begin(&x, state);
    part = content_of(&x, 'a', BLOB_STEP);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, part, &held), E_DENIED);
    assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE), E_OK);
    assert_int_equal(write_part(&x, &x.bob, x.id, 0, part, &held), E_DENIED);
    assert_int_equal(begin_file(&x, &x.bob, x.id, SIZE), E_CONFLICT);
    assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE + 1), E_CONFLICT);
    assert_int_equal(write_part(&x, &x.bob, x.id, 0, part, &held), E_DENIED);
    assert_int_equal(keep(&x, &x.bob, x.id, 10, &held), E_ABSENT);
    assert_int_equal(drop(&x, &x.bob, x.id), E_DENIED);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, part, &held), E_OK);
    again(&x);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, part, &held), E_DENIED);
    assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE), E_OK);
    assert_int_equal(rows(&x), 1);
    end(&x);
}

static void an_upload_goes_on_where_the_server_says(void **state)
{
    struct stored x;
    struct bytes all;
    uint64_t held;

    begin(&x, state);
    all = content_of(&x, 'a', SIZE);
    assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE), E_OK);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, bytes(all.at, BLOB_STEP), &held), E_OK);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, bytes(all.at, BLOB_STEP), &held), E_CONFLICT);
    assert_int_equal(held, BLOB_STEP);
    assert_int_equal(write_part(&x, &x.ann, x.id, 2 * BLOB_STEP, bytes(all.at, BLOB_STEP), &held),
                     E_CONFLICT);
    assert_int_equal(held, BLOB_STEP);
    again(&x); /* what was not synced is gone */
    assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE), E_OK);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, bytes(NULL, 0), &held), E_OK);
    assert_int_equal(held, 0);
    fill(&x, &x.ann, x.id, 'b');
    assert_int_equal(write_part(&x, &x.ann, x.id, SIZE, bytes(NULL, 0), &held), E_OK);
    assert_int_equal(held, SIZE);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, bytes(all.at, BLOB_STEP), &held), E_CONFLICT);
    check_content(&x, &x.bob, x.id, 'b');
    end(&x);
}

static void what_is_no_file_is_refused(void **state)
{
    struct stored x;
    struct bytes part;
    uint64_t held;

    begin(&x, state);
    part = content_of(&x, 'a', LIMIT_FILE_PART + 1);
    assert_int_equal(begin_file(&x, &x.ann, bytes(part.at, 31), SIZE), E_MALFORMED);
    assert_int_equal(begin_file(&x, &x.ann, x.id, FILES_SIZE_LEAST - 1), E_MALFORMED);
    assert_int_equal(begin_file(&x, &x.ann, x.id, FILES_SIZE_MOST + 1), E_LIMIT);
    assert_int_equal(begin_file(&x, &x.ann, x.id, FILES_SIZE_MOST), E_OK);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, part, &held), E_LIMIT);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, bytes(part.at, 100), &held), E_MALFORMED);
    assert_int_equal(
        write_part(&x, &x.ann, x.id, FILES_SIZE_MOST + 1, bytes(part.at, BLOB_STEP), &held),
        E_MALFORMED);
    assert_int_equal(write_part(&x, &x.ann, bytes(part.at, 33), 0, part, &held), E_MALFORMED);
    assert_int_equal(write_part(&x, &x.ann, bytes(part.at, 33), 0, bytes(NULL, 0), &held),
                     E_MALFORMED);
    assert_int_equal(read_part(&x, &x.ann, x.id, 0, 0).code, E_LIMIT);
    assert_int_equal(read_part(&x, &x.ann, x.id, 0, LIMIT_FILE_PART + 1).code, E_LIMIT);
    assert_int_equal(read_part(&x, &x.ann, bytes(part.at, 31), 0, 1).code, E_MALFORMED);
    assert_int_equal(keep(&x, &x.ann, x.id, 0, &held), E_LIMIT);
    assert_int_equal(keep(&x, &x.ann, x.id, FILES_KEEP_MOST + 1, &held), E_LIMIT);
    assert_int_equal(keep(&x, &x.ann, x.other, 10, &held), E_ABSENT);
    assert_int_equal(blobs(&x), 0);
    end(&x);
}

static void there_is_room_for_so_much_of_an_account_and_of_all(void **state)
{
    struct stored x;

    begin(&x, state);
    x.w->server.files_room = (struct files_room){2 * SIZE, 3 * SIZE};
    assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE), E_OK);
    assert_int_equal(begin_file(&x, &x.ann, x.other, SIZE + 1), E_FULL);
    assert_int_equal(begin_file(&x, &x.ann, x.other, SIZE), E_OK);
    assert_int_equal(begin_file(&x, &x.ann, x.other, SIZE), E_OK); /* the same once more */
    assert_int_equal(begin_file(&x, &x.ann, world_random(x.w, 32), SIZE), E_FULL);
    assert_int_equal(begin_file(&x, &x.bob, world_random(x.w, 32), SIZE + 1), E_FULL);
    assert_int_equal(drop(&x, &x.ann, x.id), E_OK);
    assert_int_equal(begin_file(&x, &x.bob, world_random(x.w, 32), SIZE + 1), E_OK);
    end(&x);
}

static void a_file_goes_when_its_time_is_over_and_not_before(void **state)
{
    struct stored x;
    struct blob_name due[FILES_EXPIRE_MOST];
    uint64_t expires;
    size_t n;

    begin(&x, state);
    fill(&x, &x.ann, x.id, 'a');
    fill(&x, &x.ann, x.other, 'b');
    assert_int_equal(keep(&x, &x.ann, x.id, 30 * 86400, &expires), E_OK);
    assert_int_equal(expires, x.w->now_ms + 30 * CLOCK_DAY_MS);
    assert_int_equal(keep(&x, &x.ann, x.id, 60, &expires), E_OK);
    assert_int_equal(expires, x.w->now_ms + 30 * CLOCK_DAY_MS);
    assert_ok(files_expire(x.w->db, x.w->now_ms + FILES_BEGUN_MS - 1, due, &n));
    assert_int_equal(n, 0);
    assert_ok(files_expire(x.w->db, x.w->now_ms + FILES_BEGUN_MS, due, &n));
    assert_int_equal(n, 1); /* nobody said for how long */
    assert_ok(x.shelves.store.erase(x.shelves.store.ctx, &due[0]));
    assert_int_equal(read_part(&x, &x.bob, x.other, 0, 1).code, E_ABSENT);
    check_content(&x, &x.bob, x.id, 'a');
    assert_ok(files_expire(x.w->db, x.w->now_ms + 30 * CLOCK_DAY_MS - 1, due, &n));
    assert_int_equal(n, 0);
    assert_ok(files_expire(x.w->db, expires, due, &n));
    assert_int_equal(n, 1);
    end(&x);
}

static void more_files_than_go_at_once_go_in_turn(void **state)
{
    struct stored x;
    struct blob_name due[FILES_EXPIRE_MOST];
    size_t n;

    begin(&x, state);
    for (size_t i = 0; i < FILES_EXPIRE_MOST + 3; i++) {
        x.w->now_ms += CLOCK_SECOND_MS; /* tokens come back */
        assert_int_equal(begin_file(&x, &x.ann, world_random(x.w, 32), SIZE), E_OK);
    }
    assert_ok(files_expire(x.w->db, x.w->now_ms + FILES_BEGUN_MS, due, &n));
    assert_int_equal(n, FILES_EXPIRE_MOST);
    assert_ok(files_expire(x.w->db, x.w->now_ms + FILES_BEGUN_MS, due, &n));
    assert_int_equal(n, 3);
    assert_int_equal(rows(&x), 0);
    end(&x);
}

static void what_is_dropped_is_gone_and_may_be_begun_anew(void **state)
{
    struct stored x;

    begin(&x, state);
    fill(&x, &x.ann, x.id, 'a');
    assert_int_equal(drop(&x, &x.ann, x.id), E_OK);
    assert_int_equal(drop(&x, &x.ann, x.id), E_OK);
    assert_int_equal(blobs(&x), 0);
    assert_int_equal(rows(&x), 0);
    fill(&x, &x.bob, x.id, 'b');
    check_content(&x, &x.ann, x.id, 'b');
    end(&x);
}

/* At every step of a file's life the server may stop for good; whatever was done stays, and what
 * follows was not.  Then a round is gone: what has a row keeps its bytes, and nothing else does. */
enum step { BEGUN = 1, SOME, ALL, KEPT, ROW_GONE, ERASED, STEPS };

static void live_until(struct stored *x, enum step last)
{
    struct bytes all = content_of(x, 'a', SIZE);
    struct blob_name due[FILES_EXPIRE_MOST];
    uint64_t held;
    size_t n;

    assert_int_equal(begin_file(x, &x->ann, x->id, SIZE), E_OK);
    if (last >= SOME)
        assert_int_equal(write_part(x, &x->ann, x->id, 0, bytes(all.at, LIMIT_FILE_PART), &held),
                         E_OK);
    if (last >= ALL)
        assert_int_equal(write_part(x, &x->ann, x->id, LIMIT_FILE_PART,
                                    bytes(all.at, SIZE - LIMIT_FILE_PART), &held),
                         E_OK);
    if (last >= KEPT)
        assert_int_equal(keep(x, &x->ann, x->id, 8 * 86400, &held), E_OK);
    if (last >= ROW_GONE) {
        assert_ok(files_expire(x->w->db, x->w->now_ms + 8 * CLOCK_DAY_MS, due, &n));
        assert_true(n >= 1);
    }
    if (last >= ERASED)
        for (size_t i = 0; i < n; i++)
            assert_ok(x->shelves.store.erase(x->shelves.store.ctx, &due[i]));
}

static void a_round_after_a_crash_takes_what_nothing_refers_to_and_nothing_else(void **state)
{
    struct stored x;
    uint64_t expires, held;

    begin(&x, state);
    for (enum step last = BEGUN; last < STEPS; last++) {
        struct bytes lives = world_random(x.w, FILES_ID_SIZE);

        x.w->now_ms += 10 * CLOCK_SECOND_MS;
        x.id = world_random(x.w, FILES_ID_SIZE);
        fill(&x, &x.bob, lives, 'l'); /* beside it, one that somebody needs for long */
        assert_int_equal(keep(&x, &x.bob, lives, 100 * 86400, &expires), E_OK);
        live_until(&x, last);
        again(&x);
        go_round(&x);
        check_content(&x, &x.ann, lives, 'l');
        if (last == ALL || last == KEPT)
            check_content(&x, &x.bob, x.id, 'a');
        else
            assert_int_equal(read_part(&x, &x.bob, x.id, 0, 1).code, E_ABSENT);
        if (last < ROW_GONE) { /* and an upload that was cut off goes on */
            assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE), E_OK);
            assert_int_equal(write_part(&x, &x.ann, x.id, 0, bytes(NULL, 0), &held), E_OK);
            if (held == 0)
                fill(&x, &x.ann, x.id, 'a');
            check_content(&x, &x.bob, x.id, 'a');
            assert_int_equal(drop(&x, &x.ann, x.id), E_OK);
        }
        assert_int_equal(drop(&x, &x.bob, lives), E_OK);
        assert_int_equal(rows(&x), 0);
        assert_int_equal(blobs(&x), 0);
    }
    end(&x);
}

/* A host without a store; an older server answers the same. */
static void a_server_without_a_store_keeps_no_files(void **state)
{
    struct stored x;
    uint64_t held;

    begin(&x, state);
    assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE), E_OK);
    x.w->server.blobs = NULL;
    assert_int_equal(begin_file(&x, &x.ann, x.other, SIZE), E_ABSENT);
    assert_int_equal(write_part(&x, &x.ann, x.id, 0, bytes(NULL, 0), &held), E_ABSENT);
    assert_int_equal(read_part(&x, &x.ann, x.id, 0, 1).code, E_ABSENT);
    assert_int_equal(rows(&x), 1);
    end(&x);
}

/* Of a batch with a database as well, in hosts of one thread. */
static void bytes_may_come_in_a_batch_with_all_else(void **state)
{
    struct stored x;
    Tacet__Wire__WriteFile in = TACET__WIRE__WRITE_FILE__INIT;
    struct request *rq[2];

    begin(&x, state);
    assert_int_equal(begin_file(&x, &x.ann, x.id, SIZE), E_OK);
    in.id = frame_data(x.id);
    in.part = frame_data(content_of(&x, 'a', BLOB_STEP));
    rq[0] = world_frame(x.w, &x.ann.session, OP_FILE_WRITE, &in);
    rq[1] = world_frame(x.w, &x.ann.session, OP_FILE_WRITE, &in);
    world_run(x.w, rq, 2);
    assert_int_equal(world_answer(x.w, rq[0]).code, E_OK);
    assert_int_equal(world_answer(x.w, rq[1]).code, E_CONFLICT);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(who_knows_the_id_reads_what_was_written),
        world_test(who_may_read_it_may_have_it_kept_for_others),
        world_test(what_is_not_whole_or_of_another_size_is_not_copied),
        world_test(neither_database_nor_disk_tell_the_id),
        world_test(only_who_began_it_writes_on_that_connection),
        world_test(an_upload_goes_on_where_the_server_says),
        world_test(what_is_no_file_is_refused),
        world_test(there_is_room_for_so_much_of_an_account_and_of_all),
        world_test(a_file_goes_when_its_time_is_over_and_not_before),
        world_test(more_files_than_go_at_once_go_in_turn),
        world_test(what_is_dropped_is_gone_and_may_be_begun_anew),
        world_test(a_round_after_a_crash_takes_what_nothing_refers_to_and_nothing_else),
        world_test(a_server_without_a_store_keeps_no_files),
        world_test(bytes_may_come_in_a_batch_with_all_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
