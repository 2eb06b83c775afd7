/* SPDX-License-Identifier: Apache-2.0 */
/*
 * devices: people with several devices, on the stage in memory: what the tenth device of an account
 * costs whoever adds it and whoever learns of it; what a device takes that comes back 10,000
 * messages late; what ten devices' shared values take to merge.
 *
 * One process and one thread: of the engine, and of the server's handlers where it says so.  Vaults
 * and the server's database are where the stage has them, in memory if there is such a place.
 */
#include <string.h>

#include "bench/measure.h"
#include "client/engine_internal.h"
#include "client/host/threads.h"
#include "client/registers.h"
#include "crypto/p521.h"
#include "scenario/healing.h"
#include "scenario/stage_internal.h"
#include "statement/device_change.h"
#include "wire/tacet.pb-c.h"

#define ROUNDS  15
#define DEVICES 10
#define BEHIND  10000
#define PAUSE   1000 /* messages until time passes: the server's patience comes back with it */
#define CHANGES 100  /* of each device */
#define ANSWERS (16 * LIMIT_FRAME)

/* ---- the tenth device */

struct tenth {
    struct person *alice, *bob;
    struct device_list next;
    struct sign_private *fresh;
    struct buf answer; /* what the server says of alice, to who has asked from list 9 on */
    struct account_id aid;
};

static void sign_list(void *ctx)
{
    struct tenth *t = ctx;
    const struct own *own = engine_own(stage_engine(t->alice));
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    struct device_list next = t->next;

    measure_must(device_list_sign(&next, &own->nid, own->me.ark_secret, &own->me.who.did,
                                  own->me.dsk_secret, &b));
    buf_free(&b);
}

static const struct bytes *runs_of(const ProtobufCBinaryData *in, size_t n, struct arena *a)
{
    struct bytes *out = ARENA_ARRAY(a, n, struct bytes);

    assert_non_null(out);
    for (size_t i = 0; i < n; i++)
        out[i] = frame_bytes(in[i]);
    return out;
}

/* All that follows an answer: checked and kept; and taken back, so that the next round does the
 * same. */
static void learn_list(void *ctx)
{
    struct tenth *t = ctx;
    struct vault *v = engine_vault(stage_engine(t->bob));
    struct arena a = ARENA(ANSWERS);
    Tacet__Wire__PersonAnswer *m;
    struct people_learned learned;
    struct people_news news;
    struct contact c;

    measure_must(
        frame_unpack(buf_view(&t->answer), &tacet__wire__person_answer__descriptor, &a, &m));
    news = (struct people_news){.aid = &t->aid,
                                .statement = frame_bytes(m->person->statement),
                                .certificate = frame_bytes(m->certificate),
                                .list = runs_of(m->person->lists, m->person->n_lists, &a),
                                .lists = m->person->n_lists,
                                .prekey = runs_of(m->person->prekeys, m->person->n_prekeys, &a),
                                .prekeys = m->person->n_prekeys};
    measure_must(vault_begin(v));
    measure_must(people_learn(v, engine_own(stage_engine(t->bob)), &news,
                              stage_engine(t->bob)->now_ms, &c, &learned));
    assert_int_equal(learned.added, 1);
    vault_rollback(v);
    arena_free(&a);
}

/* What goes to bob about alice is kept, and does not arrive. */
static bool keep_answer(void *ctx, struct person *who, struct buf *frame)
{
    struct tenth *t = ctx;
    struct arena a = ARENA(ANSWERS);
    struct frame f;
    bool is;

    measure_must(frame_parse(buf_view(frame), &a, &f));
    is = who == t->bob && f.op == OP_PERSON;
    if (is) {
        buf_cut(&t->answer, 0);
        buf_bytes(&t->answer, f.body);
    }
    arena_free(&a);
    return !is;
}

static void measure_tenth(void)
{
    struct play *p = play_begin();
    struct tenth t = {.answer = BUF(LIMIT_FRAME)};
    struct measure m[] = {
        {.name = "tenth_device_sign", .run = sign_list, .ctx = &t, .calls = 20, MEASURE_CPU, 0},
        {.name = "tenth_device_learn", .run = learn_list, .ctx = &t, .calls = 20, MEASURE_CPU, 0},
    };
    double before;

    t.alice = joins(p, "alice");
    t.bob = joins(p, "bob");
    meet(t.alice, t.bob);
    for (int i = 2; i < DEVICES; i++) {
        char name[16];

        snprintf(name, sizeof name, "device %d", i);
        (void)stage_second_device(t.alice, name);
    }
    leaves(t.alice);
    returns(t.alice);
    says(t.bob, t.alice, "to nine"); /* and bob knows them */
    before = measure_us(MEASURE_CPU);
    (void)stage_second_device(t.alice, "the tenth");
    printf("tenth_device_cpu %.1f us\n", measure_us(MEASURE_CPU) - before);
    leaves(t.alice);
    returns(t.alice);
    t.next = engine_own(stage_engine(t.alice))->list;
    t.aid = engine_own(stage_engine(t.alice))->me.who.aid;
    stage_tamper_down(p, keep_answer, &t);
    leaves(t.bob);
    returns(t.bob);
    measure_must(lookups_account(stage_engine(t.bob), &t.aid));
    stage_settle(p);
    assert_true(t.answer.n > 0);
    measure_in_turn(m, 2, ROUNDS);
    buf_free(&t.answer);
    stage_tamper_down(p, NULL, NULL);
    play_end(p);
}

/* ---- ten thousand messages */

/* It comes back, and takes all that waits: in us. */
static double catch_up(struct person *device, const struct pool *pool, clockid_t what)
{
    double before = measure_us(what);

    device->pool = pool;
    returns(device);
    before = measure_us(what) - before;
    for (unsigned i = 0; i < BEHIND + 1; i++) {
        assert_non_null(stage_next_shown(device));
        stage_skip_shown(device);
    }
    leaves(device);
    return before;
}

static void measure_catching_up(void)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *second, *third;
    size_t two = 2;
    const struct pool pool = {threads_run, &two};
    double wall;

    meet(alice, bob);
    second = stage_second_device(alice, "second");
    third = stage_second_device(alice, "third");
    says(bob, alice, "to all");
    leaves(second);
    leaves(third);
    leaves(alice); /* nobody measures it */
    for (unsigned i = 0; i < BEHIND; i++) {
        says(bob, alice, "a message of no great length, as people write them");
        if (i % PAUSE == PAUSE - 1)
            stage_forward(p, CLOCK_MINUTE_MS);
    }
    printf("catch_up_%d_s %.2f s\n", BEHIND, catch_up(second, NULL, MEASURE_CPU) / 1e6);
    wall = catch_up(third, &pool, MEASURE_WALL);
    printf("catch_up_%d_2threads_s %.2f s\n", BEHIND, wall / 1e6);
    play_end(p);
}

/* ---- shared values */

struct merging {
    struct vault *vault;
    struct shared_change change[DEVICES][CHANGES];
    char key[DEVICES][CHANGES][16];
};

/* Half of the names are everybody's, and so only one of ten changes of them stands. */
static void make_changes(struct merging *x)
{
    for (size_t d = 0; d < DEVICES; d++)
        for (size_t i = 0; i < CHANGES; i++) {
            struct shared_change *c = &x->change[d][i];

            snprintf(x->key[d][i], sizeof x->key[d][i], "%zu %zu", i % 2 == 0 ? d : DEVICES, i);
            *c = (struct shared_change){.kind = REGISTERS_NICKNAME,
                                        .key = bytes_text(x->key[d][i]),
                                        .value = BYTES_LITERAL("Robert from the lab"),
                                        .number = i + 1,
                                        .stamp_ms = 1000 + 7 * d + i};
            memset(c->writer.b, (int)(d + 1), sizeof c->writer.b);
        }
}

static void merge_all(void *ctx)
{
    struct merging *x = ctx;
    bool stands, gap;

    measure_must(vault_begin(x->vault));
    for (size_t d = 0; d < DEVICES; d++) {
        for (size_t i = 0; i < CHANGES; i++)
            measure_must(registers_merge(x->vault, &x->change[d][i], &stands));
        measure_must(registers_note(
            x->vault,
            &(struct shared_range){.writer = x->change[d][0].writer, .after = 0, .to = CHANGES},
            &gap));
        assert_false(gap);
    }
    vault_rollback(x->vault);
}

static void measure_merging(void)
{
    struct play *p = play_begin();
    struct merging *x = calloc(1, sizeof *x);
    struct measure m = {
        .name = "merge_10_devices", .run = merge_all, .ctx = x, .calls = 1, MEASURE_CPU, 0};

    assert_non_null(x);
    x->vault = engine_vault(stage_engine(joins(p, "alice")));
    make_changes(x);
    measure_in_turn(&m, 1, ROUNDS);
    free(x);
    play_end(p);
}

int main(void)
{
    measure_tenth();
    measure_merging();
    measure_catching_up();
    return 0;
}
