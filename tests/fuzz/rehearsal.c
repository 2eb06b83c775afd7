/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/rehearsal.h"

#include <stdlib.h>

#include "client/newcomer.h"
#include "wire/tacet.pb-c.h"

static struct rehearsal kept;

static struct bytes copy_of(struct bytes in)
{
    uint8_t *at = malloc(in.n + 1);

    invariant(at != NULL);
    if (in.n > 0)
        memcpy(at, in.at, in.n);
    return bytes(at, in.n);
}

static bool keep(struct rehearsal_frame *to, size_t *n, const struct person *who,
                 const struct buf *frame)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    struct frame f;

    invariant(*n < REHEARSAL_KEPT_MAX);
    invariant(frame_parse(buf_view(frame), &a, &f).code == E_OK);
    to[(*n)++] = (struct rehearsal_frame){who, f.op, f.code, f.id == 0, copy_of(f.body)};
    arena_free(&a);
    return true;
}

static bool keep_up(void *ctx, struct person *who, struct buf *frame)
{
    (void)ctx;
    return keep(kept.up, &kept.ups, who, frame);
}

static bool keep_down(void *ctx, struct person *who, struct buf *frame)
{
    (void)ctx;
    return keep(kept.down, &kept.downs, who, frame);
}

static bool lose(void *ctx, struct person *who, struct buf *frame)
{
    (void)ctx;
    (void)who;
    (void)frame;
    return false;
}

static bool keep_and_lose(void *ctx, struct person *who, struct buf *frame)
{
    keep_up(ctx, who, frame);
    return false;
}

/* The person is again as when vault_begin() was called, and the program is not running. */
static void as_before(struct person *who)
{
    stage_hang_up(who);
    engine_free(who->engine);
    who->engine = NULL;
    vault_rollback(who->vault);
}

/* Bob, who was told of no other key, is told when he comes again. */
static void tells_bob_of_its_keys(struct play *p, enum op op)
{
    Tacet__Wire__AskTls m = TACET__WIRE__ASK_TLS__INIT;

    invariant(stage_operate(p, op, &m, NULL) == E_OK);
    stage_hang_up(kept.bob);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    invariant(engine_own(kept.bob->engine)->server.number == (op == OP_TLS_ANNOUNCE ? 1 : 2));
}

static void bob_and_alice(struct play *p)
{
    kept.alice = joins(p, "alice");
    kept.bob = joins(p, "bob");
    joins(p, "alicd"); /* one bit from somebody else */
    kept.bob_ms = p->now_ms;
    kept.alice_is = engine_own(kept.alice->engine)->me.who;
    kept.bob_is = engine_own(kept.bob->engine)->me.who;
    invariant(vault_begin(kept.bob->vault).code == E_OK);
    tells_bob_of_its_keys(p, OP_TLS_ANNOUNCE);
    tells_bob_of_its_keys(p, OP_TLS_WITHDRAW);
    says(kept.alice, kept.bob, REHEARSAL_TEXT);
    says(kept.bob, kept.alice, REHEARSAL_TEXT);
    stage_forward(p, 25 * CLOCK_HOUR_MS); /* new prekeys */
    says(kept.alice, kept.bob, REHEARSAL_TEXT);
    says(kept.bob, kept.alice, REHEARSAL_TEXT);
    says_to(kept.bob, "nobody", REHEARSAL_TEXT);
    says_to(kept.bob, "alicd", REHEARSAL_TEXT);
    as_before(kept.bob);
    says(kept.alice, kept.bob, REHEARSAL_TEXT); /* waits for him */
}

/* Somebody whose request to join never comes through. */
static struct person *tries_to_join(struct play *p, const char *handle, stage_tamper *tamper)
{
    char *link = invited(p, handle);
    struct person *who = NULL;

    stage_tamper_up(p, tamper, NULL);
    joins_by(p, handle, link, &who);
    free(link);
    invariant(who != NULL && !who->joined);
    stage_hang_up(who);
    return who;
}

static void the_others(struct play *p)
{
    stage_stop(tries_to_join(p, "erin", keep_and_lose));
    kept.carol = tries_to_join(p, "carol", lose);
    kept.carol_ms = p->now_ms;
    invariant(vault_begin(kept.carol->vault).code == E_OK);
    stage_tamper_up(p, keep_up, NULL);
    stage_forward(p, 5 * CLOCK_MINUTE_MS);
    invariant(kept.carol->joined);
    as_before(kept.carol);
    joins(p, "dave");
    removes(p, "dave");
}

/* Alice adds a device. */
static void another_of_alices(struct play *p)
{
    char *text = stage_offers(kept.alice);
    struct device_link link;

    invariant(text != NULL && device_link_read(bytes_text(text), &link).code == E_OK);
    free(text);
    kept.grace = stage_enter(p, "alice", "grace");
    invariant(newcomer_make(kept.grace->vault, &link, BYTES_LITERAL("grace"), &p->random).code ==
              E_OK);
    kept.grace_ms = p->now_ms;
    invariant(vault_begin(kept.grace->vault).code == E_OK);
    stage_start(kept.grace);
    stage_forward(p, 3 * CLOCK_SECOND_MS);
    invariant(stage_confirms(kept.alice) == E_OK);
    stage_forward(p, 3 * CLOCK_SECOND_MS);
    invariant(kept.grace->joined);
    as_before(kept.grace);
}

static void end(void)
{
    play_end(kept.play);
}

struct rehearsal *rehearsal(void)
{
    if (kept.play == NULL) {
        kept.play = play_begin();
        stage_tamper_down(kept.play, keep_down, NULL);
        stage_tamper_up(kept.play, keep_up, NULL);
        bob_and_alice(kept.play);
        the_others(kept.play);
        another_of_alices(kept.play);
        atexit(end);
    }
    return &kept;
}

const struct rehearsal_frame *rehearsal_down(const struct rehearsal *r, const struct person *who,
                                             uint32_t op, bool pushed, size_t k)
{
    const struct rehearsal_frame *found[REHEARSAL_KEPT_MAX];
    size_t n = 0;

    for (size_t i = 0; i < r->downs; i++)
        if (r->down[i].who == who && r->down[i].op == op && r->down[i].pushed == pushed)
            found[n++] = &r->down[i];
    return n == 0 ? NULL : found[k % n];
}

void rehearsal_changed(struct bytes said, struct reader *in, struct buf *out)
{
    size_t before = out->n;

    buf_bytes(out, said);
    for (unsigned changes = reader_u8(in) & 3; changes > 0 && said.n > 0; changes--) {
        size_t at = reader_u16(in) % said.n;

        out->at[before + at] ^= reader_u8(in);
    }
}

struct bytes rehearsal_block(struct reader *in)
{
    size_t n = reader_u16(in), left = reader_left(in);

    return reader_take(in, n < left ? n : left);
}
