/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_kem: a server that lies about ML-KEM keys, or would have less than them.
 * [PROTOCOL 1.4, 4.4] */
#include "scenario/hostile.h"

#include "crypto/mlkem/mlkem.h"
#include "statement/upload.h"

#define KEYS .op = OP_KEM_KEYS, .form = &tacet__wire__kem_keys__descriptor

/* ---- what goes up */

/* Profiles of the uploads and capsules that were sent since. */
struct watch {
    unsigned standard, hybrid, capsules;
};

static bool look(void *ctx, struct person *who, struct buf *frame)
{
    struct watch *w = ctx;
    struct arena a = ARENA(64 * LIMIT_FRAME);
    Tacet__Wire__Send *m;
    struct upload u;
    struct frame f;

    (void)who;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_SEND) {
        assert_ok(frame_unpack(f.body, &tacet__wire__send__descriptor, &a, &m));
        assert_ok(upload_parse(frame_bytes(m->upload), &a, &u));
        if (upload_profile(BYTES(u.shared.head)) == UPLOAD_PROFILE_HYBRID)
            w->hybrid++;
        else
            w->standard++;
        w->capsules += (unsigned)u.capsules;
    }
    arena_free(&a);
    return true;
}

/* ---- one lie each about the only key that was asked for */

static bool give_another(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    ((Tacet__Wire__KemKeys *)body)->keys[0] = frame_data(l->bytes);
    return true;
}

static bool damage(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__KemKeys *)body)->keys[0], l->at);
    return true;
}

static bool cut(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    ((Tacet__Wire__KemKeys *)body)->keys[0].len = l->at;
    return true;
}

static bool leave_out(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)a;
    ((Tacet__Wire__KemKeys *)body)->n_keys = 0;
    return true;
}

static const struct {
    const char *what;
    bool (*tell)(struct lie *l, struct frame *f, void *body, struct arena *a);
    size_t at;
    enum err_code code; /* of what is told of the server's answer; E_OK: there is none to tell of */
} lies[] = {
    {"another key", give_another, 0, E_FORGED},
    {"the first byte", damage, 0, E_FORGED},
    {"the last byte", damage, SIZE_MAX, E_FORGED},
    {"a shorter one", cut, MLKEM_PUBLIC_SIZE - 1, E_MALFORMED},
    {"an empty one", cut, 0, E_OK},
    {"none", leave_out, 0, E_OK},
    {"no such operation", lie_refuse, E_ABSENT, E_OK},
    {"not for you", lie_refuse, E_DENIED, E_OK},
};

static void without_a_key_that_checks_nothing_is_sent_and_nothing_in_a_lower_profile(void **state)
{
    struct mlkem_private *nobodys;
    uint8_t other[MLKEM_PUBLIC_SIZE];

    (void)state;
    assert_ok(mlkem_generate(&nobodys, other));
    mlkem_private_free(nobodys);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
        struct lie lie = {KEYS, .to = alice, .tell = lies[i].tell, .at = lies[i].at};
        struct watch watch = {0};

        print_message("lie: %s\n", lies[i].what);
        lie.bytes = BYTES(other);
        stage_tamper_up(p, look, &watch);
        lie_begin(p, &lie);
        says(alice, bob, "In both or not at all.");
        assert_int_equal(stage_heard(alice, PROBLEM_STATEMENT), lies[i].code != E_OK);
        if (lies[i].code == E_OK)
            assert_true(stage_heard(alice, PROBLEM_NO_PREKEY));
        is(alice, "queued");
        stage_forward(p, 3 * CLOCK_HOUR_MS);
        is(alice, "queued");
        assert_int_equal(lie.told, 1); /* not asked again for the same key */
        lie_end(p);
        stage_forward(p, 23 * CLOCK_HOUR_MS); /* bob has another prekey by then */
        is(alice, "accepted");
        sees(bob, alice, "In both or not at all.");
        assert_int_equal(watch.standard, 0);
        assert_int_equal(watch.hybrid, 1);
        assert_int_equal(watch.capsules, 1);
        play_end(p);
    }
}

static void the_key_of_an_older_prekey_is_not_taken_for_the_newer_ones(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {KEYS, .to = alice, .tell = give_another};
    uint8_t old[MLKEM_PUBLIC_SIZE];

    (void)state;
    mlkem_private_public(engine_own(stage_engine(bob))->prekey[0].kem, old);
    stage_forward(p, 25 * CLOCK_HOUR_MS);
    assert_int_equal(engine_own(stage_engine(bob))->prekey[0].statement.number, 2);
    lie.bytes = BYTES(old);
    lie_begin(p, &lie);
    says(alice, bob, "Number 2?");
    assert_true(stage_heard(alice, PROBLEM_STATEMENT));
    is(alice, "queued");
    lie_end(p);
    stage_forward(p, 25 * CLOCK_HOUR_MS);
    is(alice, "accepted");
    sees(bob, alice, "Number 2?");
    play_end(p);
}

/* Nobody is to blame for that, and the key is asked for again. */
static void a_server_in_trouble_is_asked_again(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {KEYS, .to = alice, .tell = lie_refuse, .at = E_IO};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "Later, then.");
    is(alice, "queued");
    stage_forward(p, 5 * CLOCK_MINUTE_MS);
    assert_in_range(lie.told, 3, 6);
    assert_false(stage_heard(alice, PROBLEM_NO_PREKEY));
    lie_end(p);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    sees(bob, alice, "Later, then.");
    play_end(p);
}

static void a_key_is_fetched_once_and_an_open_channel_needs_none(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie drop = {KEYS, .to = alice, .tell = leave_out};

    (void)state;
    says(alice, bob, "Open.");
    sees(bob, alice, "Open.");
    lie_begin(p, &drop);
    for (unsigned day = 0; day < 3; day++) {
        stage_forward(p, 25 * CLOCK_HOUR_MS);
        says(alice, bob, "On the same channel.");
        sees_behind(bob, alice, "On the same channel.", 0);
    }
    assert_int_equal(drop.told, 0);
    lie_end(p);
    play_end(p);
}

/* ---- what comes down */

/* The capsule without its ciphertext, and the message, said to be of the lower profile. */
static bool lower(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)l, (void)f;
    for (size_t i = 0; i < m->n_items; i++) {
        ProtobufCBinaryData *sealed = &m->items[i]->sealed;
        uint8_t *at = arena_alloc(a, sealed->len);
        size_t front = UPLOAD_CAPSULE_FRONT + UPLOAD_CAPSULE_LEAST - UPLOAD_BOX_SIZE;

        assert_non_null(at);
        memcpy(at, sealed->data, sealed->len);
        at[2] = UPLOAD_PROFILE_STANDARD;
        if (m->items[i]->kind == FRAME_CAPSULE) {
            memmove(at + front, at + front + UPLOAD_SEALED_SIZE, UPLOAD_BOX_SIZE);
            sealed->len -= UPLOAD_SEALED_SIZE;
        }
        sealed->data = at;
    }
    return true;
}

static void what_is_delivered_as_of_a_lower_profile_is_not_shown(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {.op = OP_DELIVER,
                      .form = &tacet__wire__deliver__descriptor,
                      .to = bob,
                      .tell = lower,
                      .most = 1};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "Lowered.");
    lie_end(p);
    assert_int_equal(lie.told, 1);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    sees_nothing(bob);
    play_end(p);
}

const struct CMUnitTest hostile_kem[] = {
    cmocka_unit_test(without_a_key_that_checks_nothing_is_sent_and_nothing_in_a_lower_profile),
    cmocka_unit_test(the_key_of_an_older_prekey_is_not_taken_for_the_newer_ones),
    cmocka_unit_test(a_server_in_trouble_is_asked_again),
    cmocka_unit_test(a_key_is_fetched_once_and_an_open_channel_needs_none),
    cmocka_unit_test(what_is_delivered_as_of_a_lower_profile_is_not_shown),
};
const size_t hostile_kem_n = sizeof hostile_kem / sizeof hostile_kem[0];
