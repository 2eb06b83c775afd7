/* SPDX-License-Identifier: Apache-2.0 */
#include "client/chains.h"

#include "unit/client/safe.h"
#include "unit/e2ee/cast.h"

#define PREKEY 5
#define TEXT   BYTES_LITERAL("text")

/* bob's vault, alice's device and her line to it. */
struct post {
    struct safe *safe;
    struct actor alice, bob;
    struct line line;
};

static void accept(struct post *p, const struct line *l)
{
    assert_ok(vault_begin(p->safe->vault));
    assert_ok(chains_accept(p->safe->vault, &l->from->me.who, PREKEY, &l->receiving));
    assert_ok(vault_commit(p->safe->vault));
}

static int post_begin(void **state)
{
    struct post *p = calloc(1, sizeof *p);
    void *safe;

    assert_non_null(p);
    safe_begin(&safe);
    p->safe = safe;
    cast_enter(&p->alice, PREKEY);
    cast_enter(&p->bob, PREKEY);
    cast_connect(&p->line, &p->alice, &p->bob);
    accept(p, &p->line);
    *state = p;
    return 0;
}

static int post_end(void **state)
{
    struct post *p = *state;
    void *safe = p->safe;

    cast_leave(&p->alice);
    cast_leave(&p->bob);
    safe_end(&safe);
    free(p);
    return 0;
}

#define post_test(f) cmocka_unit_test_setup_teardown(f, post_begin, post_end)

/* The next delivery of a line; the caller frees it. */
static struct buf sent(struct line *l)
{
    struct buf upload = BUF(LIMIT_FRAME), delivery = BUF(LIMIT_FRAME);
    struct letter m;

    cast_write(&m, l->from, 1, TEXT);
    cast_address(&m, l);
    cast_seal(&m, &upload);
    cast_deliver(buf_view(&upload), 0, &delivery);
    buf_free(&upload);
    return delivery;
}

/* As many are never sent. */
static void pass_over(struct line *l, size_t n)
{
    uint8_t mk[CHANNEL_KEY_SIZE];

    for (size_t i = 0; i < n; i++)
        assert_ok(channel_step(&l->sending, mk));
}

/* Opened with so many steps, and what it used up is gone. */
static struct err take_within(struct post *p, const struct buf *delivery, uint32_t *steps,
                              uint64_t now_ms)
{
    struct vault *v = p->safe->vault;
    struct arena a = ARENA(1 << 20);
    struct opened o;
    struct chains_match match;
    struct err err = OK;

    assert_ok(open_begin(buf_view(delivery), &o));
    assert_ok(open_hint(&o, p->bob.secret, &p->bob.me.who.did));
    TRY_OUT(vault_begin(v));
    err = chains_open(v, &p->bob.me.who, PREKEY, &o, steps, &a, &match);
    if (err.code == E_OK)
        err = chains_advance(v, &o, &match, now_ms);
    err = vault_end(v, err);
out:
    arena_free(&a);
    return err;
}

static struct err take(struct post *p, const struct buf *delivery, uint64_t now_ms)
{
    uint32_t steps = CHANNEL_STEPS_MAX;

    return take_within(p, delivery, &steps, now_ms);
}

static uint64_t skipped_kept(struct post *p)
{
    uint64_t n;

    assert_ok(vault_counter_get(p->safe->vault, VAULT_SKIPPED_KEYS, &n));
    return n;
}

static void a_message_opens_once(void **state)
{
    struct post *p = *state;
    struct buf one = sent(&p->line), two = sent(&p->line);

    assert_ok(take(p, &one, CAST_NOW_MS));
    assert_err(take(p, &one, CAST_NOW_MS), E_ABSENT);
    safe_again(p->safe);
    assert_err(take(p, &one, CAST_NOW_MS), E_ABSENT);
    assert_ok(take(p, &two, CAST_NOW_MS));
    assert_int_equal(skipped_kept(p), 0);
    buf_free(&one);
    buf_free(&two);
}

static void messages_open_in_any_order_each_once(void **state)
{
    static const size_t order[] = {3, 0, 4, 1, 2};
    struct post *p = *state;
    struct buf b[5];

    for (size_t i = 0; i < 5; i++)
        b[i] = sent(&p->line);
    for (size_t i = 0; i < 5; i++)
        assert_ok(take(p, &b[order[i]], CAST_NOW_MS));
    assert_int_equal(skipped_kept(p), 0);
    for (size_t i = 0; i < 5; i++) {
        assert_err(take(p, &b[i], CAST_NOW_MS), E_ABSENT);
        buf_free(&b[i]);
    }
}

static void what_was_only_looked_at_is_still_there(void **state)
{
    struct post *p = *state;
    struct buf one = sent(&p->line);

    assert_ok(vault_begin(p->safe->vault));
    assert_ok(take(p, &one, CAST_NOW_MS));
    vault_rollback(p->safe->vault);
    assert_ok(take(p, &one, CAST_NOW_MS));
    buf_free(&one);
}

static void a_thousand_skipped_keys_are_kept_of_a_channel(void **state)
{
    struct post *p = *state;
    struct buf first = sent(&p->line), gone, kept, last;

    pass_over(&p->line, 498); /* numbers 1 to 498 */
    gone = sent(&p->line);    /* 499 */
    kept = sent(&p->line);    /* 500 */
    pass_over(&p->line, 999);
    last = sent(&p->line); /* 1500 */
    assert_ok(take(p, &last, CAST_NOW_MS));
    assert_int_equal(skipped_kept(p), CHANNEL_SKIPPED_MAX);
    assert_err(take(p, &first, CAST_NOW_MS), E_ABSENT);
    assert_err(take(p, &gone, CAST_NOW_MS), E_ABSENT);
    assert_ok(take(p, &kept, CAST_NOW_MS));
    assert_int_equal(skipped_kept(p), CHANNEL_SKIPPED_MAX - 1);
    buf_free(&first);
    buf_free(&gone);
    buf_free(&kept);
    buf_free(&last);
}

static void what_is_near_opens_without_effort_and_what_is_far_spends_it(void **state)
{
    struct post *p = *state;
    struct buf near, far;
    uint32_t steps = 0;

    pass_over(&p->line, CHAINS_NEAR);
    near = sent(&p->line);
    assert_ok(take_within(p, &near, &steps, CAST_NOW_MS));
    pass_over(&p->line, CHAINS_NEAR + 1);
    far = sent(&p->line);
    steps = CHAINS_NEAR;
    assert_err(take_within(p, &far, &steps, CAST_NOW_MS), E_ABSENT);
    assert_int_equal(steps, CHAINS_NEAR); /* nothing was tried */
    steps = 2 * CHAINS_NEAR;
    assert_ok(take_within(p, &far, &steps, CAST_NOW_MS));
    assert_int_equal(steps, CHAINS_NEAR - 1);
    buf_free(&near);
    buf_free(&far);
}

static void a_mark_changes_with_each_epoch_and_with_nothing_else(void **state)
{
    struct post *p = *state;
    struct vault *v = p->safe->vault;
    const uint8_t *prefix = p->alice.me.who.did.b;
    uint8_t before[CHANNEL_EPOCH_ID_SIZE], after[CHANNEL_EPOCH_ID_SIZE];
    struct buf one = sent(&p->line);

    assert_ok(chains_mark(v, prefix, before));
    assert_false(bytes_all_zero(BYTES(before)));
    assert_ok(take(p, &one, CAST_NOW_MS));
    assert_ok(chains_mark(v, prefix, after));
    assert_memory_equal(before, after, sizeof after);
    cast_connect(&p->line, &p->alice, &p->bob);
    accept(p, &p->line);
    assert_ok(chains_mark(v, prefix, after));
    assert_memory_not_equal(before, after, sizeof after);
    assert_ok(chains_mark(v, p->bob.me.who.did.b, after)); /* nobody who sends */
    assert_true(bytes_all_zero(BYTES(after)));
    buf_free(&one);
}

static void nothing_opens_further_ahead_than_65536_steps(void **state)
{
    struct post *p = *state;
    struct buf farthest, too_far;

    pass_over(&p->line, CHANNEL_STEPS_MAX);
    farthest = sent(&p->line);
    too_far = sent(&p->line);
    assert_err(take(p, &too_far, CAST_NOW_MS), E_ABSENT);
    assert_ok(take(p, &farthest, CAST_NOW_MS));
    assert_ok(take(p, &too_far, CAST_NOW_MS));
    buf_free(&farthest);
    buf_free(&too_far);
}

static void fifty_thousand_skipped_keys_are_kept_of_a_device(void **state)
{
    struct post *p = *state;
    size_t channels = CHAINS_SKIPPED_DEVICE_MAX / CHANNEL_SKIPPED_MAX + 2;

    for (size_t i = 0; i < channels; i++) {
        struct actor other;
        struct line line;
        struct buf b;

        cast_enter(&other, 1);
        cast_connect(&line, &other, &p->bob);
        accept(p, &line);
        pass_over(&line, CHANNEL_SKIPPED_MAX);
        b = sent(&line);
        assert_ok(take(p, &b, CAST_NOW_MS));
        buf_free(&b);
        cast_leave(&other);
    }
    assert_int_equal(skipped_kept(p), CHAINS_SKIPPED_DEVICE_MAX);
}

static void a_skipped_key_is_kept_for_30_days(void **state)
{
    struct post *p = *state;
    struct buf early = sent(&p->line), late = sent(&p->line), third = sent(&p->line);
    struct buf fourth = sent(&p->line);

    assert_ok(take(p, &third, CAST_NOW_MS));
    assert_int_equal(skipped_kept(p), 2);
    assert_ok(take(p, &early, CAST_NOW_MS + CHANNEL_SKIPPED_LIFE_MS - 1));
    assert_ok(take(p, &fourth, CAST_NOW_MS + CHANNEL_SKIPPED_LIFE_MS)); /* the old ones go */
    assert_err(take(p, &late, CAST_NOW_MS + CHANNEL_SKIPPED_LIFE_MS), E_ABSENT);
    assert_int_equal(skipped_kept(p), 0);
    buf_free(&early);
    buf_free(&late);
    buf_free(&third);
    buf_free(&fourth);
}

/* ---- epochs */

static void four_epochs_are_kept_and_the_newest_push_out_the_oldest(void **state)
{
    struct post *p = *state;
    struct line line[CHANNEL_EPOCHS_MAX];
    struct buf oldest = sent(&p->line);

    for (size_t i = 0; i < CHANNEL_EPOCHS_MAX; i++) {
        cast_connect(&line[i], &p->alice, &p->bob);
        accept(p, &line[i]);
    }
    assert_err(take(p, &oldest, CAST_NOW_MS), E_ABSENT);
    for (size_t i = 0; i < CHANNEL_EPOCHS_MAX; i++) {
        struct buf b = sent(&line[i]);

        assert_ok(take(p, &b, CAST_NOW_MS));
        buf_free(&b);
    }
    buf_free(&oldest);
}

static void an_epoch_goes_31_days_after_a_newer_one_was_used(void **state)
{
    struct post *p = *state;
    struct line newer;
    struct buf old[3] = {sent(&p->line), sent(&p->line), sent(&p->line)}, one, two;
    uint64_t used = CAST_NOW_MS + CLOCK_DAY_MS;

    cast_connect(&newer, &p->alice, &p->bob);
    accept(p, &newer);
    one = sent(&newer);
    two = sent(&newer);
    assert_ok(take(p, &old[0], used + 100 * CLOCK_DAY_MS)); /* nothing newer was used */
    assert_ok(take(p, &one, used));
    assert_ok(take(p, &old[1], used + CHANNEL_OLD_EPOCH_MS - 1));
    assert_ok(take(p, &two, used + CHANNEL_OLD_EPOCH_MS));
    assert_err(take(p, &old[2], used + CHANNEL_OLD_EPOCH_MS), E_ABSENT);
    for (size_t i = 0; i < 3; i++)
        buf_free(&old[i]);
    buf_free(&one);
    buf_free(&two);
}

static void an_epoch_is_known_again(void **state)
{
    struct post *p = *state;
    struct line other;
    bool seen;

    assert_ok(chains_epoch_seen(p->safe->vault, &p->line.receiving, &seen));
    assert_true(seen);
    cast_connect(&other, &p->alice, &p->bob);
    assert_ok(chains_epoch_seen(p->safe->vault, &other.receiving, &seen));
    assert_false(seen);
}

static void devices_whose_ids_begin_alike_are_told_apart(void **state)
{
    struct post *p = *state;
    struct actor other;
    struct line line;
    struct party twin;
    struct buf b = sent(&p->line);

    cast_enter(&other, 1);
    cast_connect(&line, &other, &p->bob);
    twin = other.me.who;
    memcpy(twin.did.b, p->alice.me.who.did.b, SCHEDULE_PREFIX_SIZE);
    assert_ok(vault_begin(p->safe->vault));
    assert_ok(chains_accept(p->safe->vault, &twin, PREKEY, &line.receiving));
    assert_ok(vault_commit(p->safe->vault));
    assert_ok(take(p, &b, CAST_NOW_MS));
    buf_free(&b);
    cast_leave(&other);
}

static void a_device_that_never_opened_a_channel_opens_nothing(void **state)
{
    struct post *p = *state;
    struct actor eve;
    struct line line;
    struct buf b;

    cast_enter(&eve, 1);
    cast_connect(&line, &eve, &p->bob);
    b = sent(&line);
    assert_err(take(p, &b, CAST_NOW_MS), E_ABSENT);
    buf_free(&b);
    cast_leave(&eve);
}

/* ---- the other direction */

static void the_sending_epoch_is_kept_until_it_is_forgotten(void **state)
{
    struct post *p = *state;
    struct vault *v = p->safe->vault;
    const struct device_id *to = &p->bob.me.who.did;
    struct epoch got;

    assert_err(chains_sending(v, to, UPLOAD_PROFILE_HYBRID, &got), E_ABSENT);
    pass_over(&p->line, 3);
    assert_ok(vault_begin(v));
    assert_ok(chains_put_sending(v, to, &p->line.sending));
    assert_ok(vault_commit(v));
    assert_ok(chains_sending(v, to, UPLOAD_PROFILE_HYBRID, &got));
    assert_int_equal(got.n, 3);
    assert_memory_equal(got.ck, p->line.sending.ck, sizeof got.ck);
    assert_int_equal(got.made_ms, p->line.sending.made_ms);
    assert_ok(vault_begin(v));
    assert_ok(chains_forget_sending(v, to, UPLOAD_PROFILE_HYBRID));
    assert_ok(vault_commit(v));
    assert_err(chains_sending(v, to, UPLOAD_PROFILE_HYBRID, &got), E_ABSENT);
}

static void there_is_one_sending_epoch_for_each_profile(void **state)
{
    struct post *p = *state;
    struct vault *v = p->safe->vault;
    const struct device_id *to = &p->bob.me.who.did;
    struct line standard;
    struct epoch got;

    cast_connect_in(UPLOAD_PROFILE_STANDARD, &standard, &p->alice, &p->bob);
    assert_ok(vault_begin(v));
    assert_ok(chains_put_sending(v, to, &p->line.sending));
    assert_ok(vault_commit(v));
    assert_err(chains_sending(v, to, UPLOAD_PROFILE_STANDARD, &got), E_ABSENT);
    assert_ok(vault_begin(v));
    assert_ok(chains_put_sending(v, to, &standard.sending));
    assert_ok(vault_commit(v));
    assert_ok(chains_sending(v, to, UPLOAD_PROFILE_STANDARD, &got));
    assert_memory_equal(got.id, standard.sending.id, sizeof got.id);
    assert_ok(chains_sending(v, to, UPLOAD_PROFILE_HYBRID, &got));
    assert_memory_equal(got.id, p->line.sending.id, sizeof got.id);
}

/* In order, and out of it. */
static void epochs_of_both_profiles_open_their_own_messages(void **state)
{
    struct post *p = *state;
    struct line standard;
    struct buf late, hybrid, lower;

    cast_connect_in(UPLOAD_PROFILE_STANDARD, &standard, &p->alice, &p->bob);
    accept(p, &standard);
    late = sent(&standard);
    lower = sent(&standard);
    hybrid = sent(&p->line);
    assert_int_equal(upload_profile(buf_view(&lower)), UPLOAD_PROFILE_STANDARD);
    assert_int_equal(upload_profile(buf_view(&hybrid)), UPLOAD_PROFILE_HYBRID);
    assert_ok(take(p, &lower, CAST_NOW_MS));
    assert_ok(take(p, &hybrid, CAST_NOW_MS));
    safe_again(p->safe);
    assert_int_equal(skipped_kept(p), 1);
    assert_ok(take(p, &late, CAST_NOW_MS));
    buf_free(&late);
    buf_free(&hybrid);
    buf_free(&lower);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        post_test(a_message_opens_once),
        post_test(messages_open_in_any_order_each_once),
        post_test(what_was_only_looked_at_is_still_there),
        post_test(a_thousand_skipped_keys_are_kept_of_a_channel),
        post_test(what_is_near_opens_without_effort_and_what_is_far_spends_it),
        post_test(a_mark_changes_with_each_epoch_and_with_nothing_else),
        post_test(nothing_opens_further_ahead_than_65536_steps),
        post_test(fifty_thousand_skipped_keys_are_kept_of_a_device),
        post_test(a_skipped_key_is_kept_for_30_days),
        post_test(four_epochs_are_kept_and_the_newest_push_out_the_oldest),
        post_test(an_epoch_goes_31_days_after_a_newer_one_was_used),
        post_test(an_epoch_is_known_again),
        post_test(devices_whose_ids_begin_alike_are_told_apart),
        post_test(a_device_that_never_opened_a_channel_opens_nothing),
        post_test(the_sending_epoch_is_kept_until_it_is_forgotten),
        post_test(there_is_one_sending_epoch_for_each_profile),
        post_test(epochs_of_both_profiles_open_their_own_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
