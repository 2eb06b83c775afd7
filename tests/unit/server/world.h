/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world: a server over a database in a folder of its own, its operator, and people with keys.
 *
 * Everything goes in as frames and comes out as effects, as in the host; what a loop would do with
 * them is done here in a few lines.
 */
#ifndef TACET_TESTS_SERVER_WORLD_H
#define TACET_TESTS_SERVER_WORLD_H

#include "unit/storage/scratch.h"

#include "crypto/hash.h"
#include "server/live/live.h"
#include "server/main/features.h"
#include "server/queue/queue.h"
#include "wire/tacet.pb-c.h"

#define WORLD_START_MS UINT64_C(1800000000000)
#define WORLD_DOMAIN   BYTES_LITERAL("example.org")

struct world {
    struct scratch *scratch;
    struct db *db;
    struct sign_private *root, *directory;
    struct point root_point;
    struct network_id nid;
    struct networks *networks;
    struct server server;
    struct session control;
    struct random random;
    struct arena arena;                                     /* of everything that a test makes */
    struct effects effects;                                 /* of the last batch */
    uint8_t point[AGREE_PUBLIC_SIZE], kem[PREKEY_KEM_SIZE]; /* of everybody's prekeys */
    uint64_t now_ms, ids;
};

struct person {
    struct sign_private *ark, *dsk;
    struct point ark_point, dsk_point;
    struct account_id aid;
    struct device_id did;
    struct device_list list;
    struct bytes list_statement;
    uint32_t prekey;
    uint64_t uploads, generation;
    struct session session;
};

struct answer {
    enum err_code code;
    struct bytes body;
};

/* ---- Bytes. */

static inline struct bytes world_keep(struct world *w, struct buf *b)
{
    struct bytes whole, kept;

    assert_ok(buf_end(b, &whole));
    assert_ok(arena_copy(&w->arena, whole, &kept));
    buf_free(b);
    return kept;
}

static inline struct bytes world_random(struct world *w, size_t n)
{
    uint8_t *at = arena_alloc(&w->arena, n);

    assert_ok(random_fill(&w->random, at, n));
    return bytes(at, n);
}

/* ---- The server. */

static inline struct bytes world_certificate(struct world *w, const struct point *key,
                                             uint64_t made_ms)
{
    struct buf b = BUF(DIRECTORY_CERTIFICATE_MAX);
    struct directory_certificate c = {*key, made_ms, made_ms + DIRECTORY_LIFE_MS,
                                      BYTES_LITERAL("Example")};

    assert_ok(directory_certify(&c, &w->nid, w->root, &b));
    return world_keep(w, &b);
}

static inline void world_open(struct world *w)
{
    uint8_t scalar[SIGN_PRIVATE_SIZE];

    assert_ok(features_open(w->db));
    assert_ok(sign_private_write(w->directory, scalar));
    assert_ok(networks_open(w->db, BYTES(scalar), &w->networks));
    w->server = (struct server){.db = w->db,
                                .networks = w->networks,
                                .routes = features_routes(),
                                .pin = {7},
                                .address = "chat.example.org:443"};
}

static inline int world_begin(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct agree_private *key;
    struct mlkem_private *kem;
    struct point directory;

    assert_non_null(w);
    scratch_begin((void **)&w->scratch);
    w->db = w->scratch->db;
    w->arena = ARENA(64 << 20);
    w->effects.arena = ARENA(0);
    w->random = random_system();
    w->now_ms = WORLD_START_MS;
    assert_ok(sign_generate(&w->root, w->root_point.b));
    assert_ok(sign_generate(&w->directory, directory.b));
    assert_ok(agree_generate(&key, w->point));
    agree_private_free(key);
    assert_ok(mlkem_generate(&kem, w->kem));
    mlkem_private_free(kem);
    assert_ok(names_network(&w->root_point, WORLD_DOMAIN, &w->nid));
    assert_ok(features_open(w->db));
    assert_ok(networks_create(w->db, &w->root_point, WORLD_DOMAIN,
                              world_certificate(w, &directory, w->now_ms), w->now_ms));
    world_open(w);
    api_session(&w->control, ++w->ids, SESSION_CONTROL, features_routes(), bytes(NULL, 0),
                w->now_ms);
    *state = w;
    return 0;
}

static inline int world_end(void **state)
{
    struct world *w = *state;

    networks_free(w->networks);
    sign_private_free(w->root);
    sign_private_free(w->directory);
    api_effects_free(&w->effects);
    arena_free(&w->arena);
    scratch_end((void **)&w->scratch);
    free(w);
    return 0;
}

#define world_test(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)

/* As after a crash or a restart: sessions are gone. */
static inline void world_again(struct world *w)
{
    networks_free(w->networks);
    w->networks = NULL;
    w->db = scratch_again(w->scratch);
    world_open(w);
}

/* ---- Frames. */

static inline struct err world_try(struct world *w, struct session *s, uint32_t op, uint64_t id,
                                   const void *message, struct request **out)
{
    struct buf body = BUF(1 << 20), frame = BUF(1 << 20);
    struct frame f = {.op = op, .id = id};
    struct bytes whole;

    if (message != NULL)
        frame_pack(message, &body);
    f.body = world_keep(w, &body);
    frame_write(&f, &frame);
    whole = world_keep(w, &frame);
    s->now_ms = w->now_ms;
    return api_frame(s, &w->arena, whole, out);
}

static inline struct request *world_frame(struct world *w, struct session *s, uint32_t op,
                                          const void *message)
{
    struct request *rq;

    assert_ok(world_try(w, s, op, ++w->ids, message, &rq));
    return rq;
}

static inline void world_run(struct world *w, struct request **rq, size_t n)
{
    api_effects_free(&w->effects);
    api_batch(&w->server, rq, n, w->now_ms, &w->random, &w->effects);
}

/* The answer to a request of the last batch. */
static inline struct answer world_answer(struct world *w, const struct request *rq)
{
    for (size_t i = 0; i < w->effects.n; i++) {
        const struct effect *e = &w->effects.at[i];
        struct frame f;

        if (e->kind != EFFECT_SEND)
            continue;
        assert_ok(frame_parse(e->frame, &w->arena, &f));
        if (f.id != rq->id || f.id == 0)
            continue;
        assert_int_equal(f.op, rq->op);
        assert_int_equal(e->session, rq->session);
        return (struct answer){(enum err_code)f.code, f.body};
    }
    fail_msg("no answer");
    return (struct answer){E_OK, {NULL, 0}};
}

static inline size_t world_effects(const struct world *w, enum effect_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < w->effects.n; i++)
        n += w->effects.at[i].kind == kind;
    return n;
}

static inline const struct effect *world_effect(const struct world *w, enum effect_kind kind)
{
    for (size_t i = 0; i < w->effects.n; i++)
        if (w->effects.at[i].kind == kind)
            return &w->effects.at[i];
    return NULL;
}

/* One request in a batch of its own, and what the loop does with its effects. */
static inline struct answer world_ask(struct world *w, struct session *s, uint32_t op,
                                      const void *message)
{
    struct request *rq = world_frame(w, s, op, message);

    world_run(w, &rq, 1);
    for (size_t i = 0; i < w->effects.n; i++) {
        const struct effect *e = &w->effects.at[i];

        if (e->kind == EFFECT_SIGNED_IN) {
            s->signed_in = true;
            s->did = e->did;
            s->aid = e->aid;
        } else if (e->kind == EFFECT_ANSWERED) {
            s->unanswered--;
        } else if (e->kind == EFFECT_DONE) {
            s->waiting -= e->number;
        }
    }
    return world_answer(w, rq);
}

#define world_read(w, answer, form, out) \
    assert_ok(frame_unpack((answer).body, &tacet__wire__##form##__descriptor, &(w)->arena, (out)))

/* Does this certificate let the server's directory key speak? */
static inline void world_check_certificate(struct world *w, struct bytes certificate)
{
    struct directory_certificate c;

    assert_ok(directory_check_certificate(certificate, &w->nid, &w->root_point, w->now_ms, &c));
    assert_true(ID_SAME(c.key, *networks_key(w->networks)));
}

/* ---- The operator. */

static inline struct answer world_invite(struct world *w, const char *handle, uint64_t lives_s,
                                         struct invitation *out)
{
    Tacet__Wire__Invite in = TACET__WIRE__INVITE__INIT;
    Tacet__Wire__Invited *invited;
    struct answer a;

    in.handle = frame_data(bytes_text(handle));
    in.lives_s = lives_s;
    a = world_ask(w, &w->control, OP_INVITE, &in);
    if (a.code == E_OK && out != NULL) {
        world_read(w, a, invited, &invited);
        assert_ok(invitation_read(frame_bytes(invited->link), out));
    }
    return a;
}

static inline enum err_code world_remove(struct world *w, const char *handle)
{
    Tacet__Wire__Remove in = TACET__WIRE__REMOVE__INIT;

    in.handle = frame_data(bytes_text(handle));
    return world_ask(w, &w->control, OP_REMOVE, &in).code;
}

/* ---- People. */

static inline void person_sign_list(struct world *w, struct person *p)
{
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);

    assert_ok(device_list_sign(&p->list, &w->nid, p->ark, &p->did, p->dsk, &b));
    p->list_statement = world_keep(w, &b);
}

/* Fresh keys and a first list. */
static inline void person_make(struct world *w, struct person *p)
{
    *p = (struct person){.uploads = 0};
    assert_ok(sign_generate(&p->ark, p->ark_point.b));
    assert_ok(sign_generate(&p->dsk, p->dsk_point.b));
    assert_ok(names_account(&w->nid, &p->ark_point, &p->aid));
    assert_ok(names_device(&p->aid, &p->dsk_point, &p->did));
    p->list = (struct device_list){.aid = p->aid, .version = 1, .made_ms = w->now_ms, .devices = 1};
    p->list.device[0] = (struct device_entry){
        .did = p->did, .dsk = p->dsk_point, .role = DEVICE_PLAIN, .added_ms = w->now_ms};
    person_sign_list(w, p);
}

static inline void person_free(struct person *p)
{
    sign_private_free(p->ark);
    sign_private_free(p->dsk);
}

/* The list that follows the newest. */
static inline void person_next_list(struct world *w, struct person *p)
{
    memcpy(p->list.previous, p->list.hash, sizeof p->list.previous);
    p->list.version++;
    p->list.made_ms = w->now_ms;
    person_sign_list(w, p);
}

static inline struct bytes person_prekey(struct world *w, struct person *p, uint32_t number)
{
    struct buf b = BUF(PREKEY_SIZE);
    struct prekey k = {.aid = p->aid,
                       .did = p->did,
                       .number = number,
                       .made_ms = w->now_ms,
                       .list_version = p->list.version};

    memcpy(k.point, w->point, sizeof k.point);
    memcpy(k.list_hash, p->list.hash, sizeof k.list_hash);
    assert_ok(prekey_kem_digest(BYTES(w->kem), k.kem_digest));
    assert_ok(prekey_sign(&k, &w->nid, p->dsk, &b));
    p->prekey = number;
    return world_keep(w, &b);
}

static inline void person_connect(struct world *w, struct person *p)
{
    api_session(&p->session, ++w->ids, SESSION_CLIENT, features_routes(), world_random(w, 32),
                w->now_ms);
}

static inline struct answer person_join(struct world *w, struct person *p,
                                        const struct invitation *with)
{
    Tacet__Wire__Join in = TACET__WIRE__JOIN__INIT;
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT;

    versions.version = FRAME_PROTOCOL_VERSION;
    versions.least = FRAME_PROTOCOL_LEAST;
    in.versions = &versions;
    in.token = frame_data(BYTES(with->token));
    in.ark = frame_data(BYTES(p->ark_point.b));
    in.list = frame_data(p->list_statement);
    in.prekey = frame_data(person_prekey(w, p, 1));
    in.kem = frame_data(BYTES(w->kem));
    return world_ask(w, &p->session, OP_JOIN, &in);
}

static inline struct answer person_sign_in(struct world *w, struct person *p)
{
    struct buf b = BUF(SIGNIN_MAX_SIZE);
    Tacet__Wire__SignIn in = TACET__WIRE__SIGN_IN__INIT;
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT;
    struct signin s = {p->did, WORLD_DOMAIN, BYTES(p->session.binding), ++p->generation};

    assert_ok(signin_sign(&s, &w->nid, p->dsk, &b));
    versions.version = FRAME_PROTOCOL_VERSION;
    versions.least = FRAME_PROTOCOL_LEAST;
    in.versions = &versions;
    in.statement = frame_data(world_keep(w, &b));
    return world_ask(w, &p->session, OP_SIGN_IN, &in);
}

/* From nothing to signed in. */
static inline void person_enter(struct world *w, struct person *p, const char *handle)
{
    struct invitation i;

    assert_int_equal(world_invite(w, handle, 0, &i).code, E_OK);
    person_make(w, p);
    person_connect(w, p);
    assert_int_equal(person_join(w, p, &i).code, E_OK);
    assert_int_equal(person_sign_in(w, p).code, E_OK);
}

static inline enum err_code person_publish_prekey(struct world *w, struct person *p,
                                                  struct bytes statement)
{
    Tacet__Wire__PublishPrekey in = TACET__WIRE__PUBLISH_PREKEY__INIT;

    in.statement = frame_data(statement);
    in.kem = frame_data(BYTES(w->kem));
    return world_ask(w, &p->session, OP_PREKEY, &in).code;
}

static inline enum err_code person_publish_list(struct world *w, struct person *p,
                                                struct bytes statement)
{
    Tacet__Wire__PublishList in = TACET__WIRE__PUBLISH_LIST__INIT;

    in.statement = frame_data(statement);
    return world_ask(w, &p->session, OP_LIST, &in).code;
}

static inline struct answer person_ask(struct world *w, struct person *p, const char *handle,
                                       uint32_t from_list)
{
    Tacet__Wire__AskPerson in = TACET__WIRE__ASK_PERSON__INIT;

    in.handle = frame_data(bytes_text(handle));
    in.from_list = from_list;
    return world_ask(w, &p->session, OP_PERSON, &in);
}

/* ---- Mail. */

/* The next page of a person's mail, and the cursor moved behind it. */
static inline Tacet__Wire__Deliver *person_page(struct world *w, struct person *p)
{
    Tacet__Wire__Deliver *out = NULL;
    const struct effect *pushed, *page;
    struct request *rq;
    struct frame f;

    assert_ok(api_deliver(&p->session, &w->arena, &rq));
    world_run(w, &rq, 1);
    pushed = world_effect(w, EFFECT_SEND);
    page = world_effect(w, EFFECT_PAGE);
    assert_non_null(pushed);
    assert_non_null(page);
    assert_ok(frame_parse(pushed->frame, &w->arena, &f));
    assert_int_equal(f.op, OP_DELIVER);
    assert_int_equal(f.id, 0);
    world_read(w, f, deliver, &out);
    assert_int_equal(out->more, page->more);
    p->session.cursor = page->number;
    return out;
}

static inline void person_acknowledge(struct world *w, struct person *p, uint64_t number)
{
    Tacet__Wire__Acknowledge in = TACET__WIRE__ACKNOWLEDGE__INIT;
    struct request *rq;

    in.number = number;
    assert_ok(world_try(w, &p->session, OP_ACKNOWLEDGE, 0, &in, &rq));
    world_run(w, &rq, 1);
    assert_int_equal(w->effects.n, 2);
    assert_int_equal(w->effects.at[1].kind, EFFECT_DONE);
    p->session.waiting -= w->effects.at[1].number;
    assert_int_equal(w->effects.at[0].kind, EFFECT_ACKED);
    assert_int_equal(w->effects.at[0].number, number);
}

/* Rows in all tables of the queue: 0 when nothing is kept. */
static inline int64_t world_mail(struct world *w)
{
    return scratch_number(w->db, "SELECT (SELECT count(*) FROM mail) +"
                                 " (SELECT count(*) FROM mail_body)");
}

#endif
