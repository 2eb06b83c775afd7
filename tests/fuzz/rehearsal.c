/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/rehearsal.h"

#include <stdlib.h>

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

/* The person is again as when vault_begin() was called, and the program is not running. */
static void as_before(struct person *who)
{
    stage_hang_up(who);
    engine_free(who->engine);
    who->engine = NULL;
    vault_rollback(who->vault);
}

static void bob_and_alice(struct play *p)
{
    kept.alice = joins(p, "alice");
    kept.bob = joins(p, "bob");
    kept.bob_ms = p->now_ms;
    kept.alice_is = engine_own(kept.alice->engine)->me.who;
    kept.bob_is = engine_own(kept.bob->engine)->me.who;
    invariant(vault_begin(kept.bob->vault).code == E_OK);
    says(kept.alice, kept.bob, REHEARSAL_TEXT);
    says(kept.bob, kept.alice, REHEARSAL_TEXT);
    stage_forward(p, 25 * CLOCK_HOUR_MS); /* new prekeys */
    says(kept.alice, kept.bob, REHEARSAL_TEXT);
    says(kept.bob, kept.alice, REHEARSAL_TEXT);
    says_to(kept.bob, "nobody", REHEARSAL_TEXT);
    as_before(kept.bob);
    says(kept.alice, kept.bob, REHEARSAL_TEXT); /* waits for him */
}

static void carol_and_dave(struct play *p)
{
    char *link = invited(p, "carol");

    stage_tamper_up(p, lose, NULL);
    joins_by(p, "carol", link, &kept.carol);
    free(link);
    invariant(kept.carol != NULL && !kept.carol->joined);
    stage_hang_up(kept.carol);
    kept.carol_ms = p->now_ms;
    invariant(vault_begin(kept.carol->vault).code == E_OK);
    stage_tamper_up(p, keep_up, NULL);
    stage_forward(p, 5 * CLOCK_MINUTE_MS);
    invariant(kept.carol->joined);
    as_before(kept.carol);
    joins(p, "dave");
    removes(p, "dave");
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
        carol_and_dave(kept.play);
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
