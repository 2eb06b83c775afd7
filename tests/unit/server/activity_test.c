/* SPDX-License-Identifier: Apache-2.0 */
/* What is told at the moment: checked as an upload is, handed on, and kept nowhere.
 * [PROTOCOL 6.16] */
#include "letter.h"

/* Ann tells Bob. */
struct pair {
    struct world *w;
    struct person ann, bob;
    struct letter l;
    struct buf scope;
};

/* All of it right. */
static void make(struct pair *x)
{
    uint16_t place = 0;

    letter_make(x->w, &x->l, &x->ann, &x->bob);
    x->ann.uploads--; /* it has no number */
    x->l.upload.number = 0;
    buf_cut(&x->scope, 0);
    upload_write_scope(&place, 1, &x->scope);
    x->l.upload.shared.scope = buf_view(&x->scope);
    x->l.upload.shared.head[3] = UPLOAD_FLAG_PARTIAL;
    letter_write(x->w, &x->l);
}

static void begin(struct pair *x, void **state)
{
    *x = (struct pair){.w = *state, .scope = BUF(UPLOAD_SCOPE_MOST)};
    person_enter(x->w, &x->ann, "ann");
    person_enter(x->w, &x->bob, "bob");
    make(x);
    assert_int_equal(letter_register(x->w, &x->ann, &x->l).code, E_OK);
}

static void end(struct pair *x)
{
    person_free(&x->ann);
    person_free(&x->bob);
    buf_free(&x->scope);
}

/* As the letter stands now: refused, and for nobody. */
static enum err_code tell(struct pair *x)
{
    Tacet__Wire__Activity in = TACET__WIRE__ACTIVITY__INIT;
    struct answer a;

    x->w->now_ms += CLOCK_SECOND_MS; /* nobody may tell more than twice a second for long */
    in.sealed = frame_data(x->l.bytes);
    a = world_ask(x->w, &x->ann.session, OP_ACTIVITY, &in);
    assert_int_equal(a.body.n, 0);
    assert_int_equal(world_effects(x->w, EFFECT_PASS), a.code == E_OK ? 1 : 0);
    assert_int_equal(world_effects(x->w, EFFECT_MAIL), 0);
    return a.code;
}

static void it_is_handed_on_and_nothing_of_it_is_kept(void **state)
{
    Tacet__Wire__Activity *out;
    struct upload_delivery d;
    const struct effect *e;
    struct frame f;
    struct pair x;

    begin(&x, state);
    assert_int_equal(tell(&x), E_OK);
    e = world_effect(x.w, EFFECT_PASS);
    assert_true(ID_SAME(e->did, x.bob.did));
    assert_ok(frame_parse(e->frame, &x.w->arena, &f));
    assert_int_equal(f.op, OP_ACTIVITY);
    assert_int_equal(f.id, 0);
    assert_ok(frame_unpack(f.body, &tacet__wire__activity__descriptor, &x.w->arena, &out));
    assert_ok(upload_parse_delivery(frame_bytes(out->sealed), &d));
    assert_bytes(d.entry, bytes(x.l.entry, UPLOAD_ENTRY_SIZE));
    assert_bytes(d.shared.body, x.l.upload.shared.body);
    assert_int_equal(world_mail(x.w), 0);
    assert_int_equal(person_page(x.w, &x.bob)->n_items, 0);
    assert_int_equal(tell(&x), E_OK); /* nobody remembers it */
    letter_make(x.w, &x.l, &x.ann, &x.bob);
    assert_int_equal(x.l.upload.number, 1); /* which is still to be used */
    assert_int_equal(letter_send(x.w, &x.ann, &x.l).code, E_OK);
    end(&x);
}

static void what_looks_like_more_is_refused(void **state)
{
    struct pair x;

    begin(&x, state);
    x.l.upload.number = 1;
    letter_write(x.w, &x.l);
    assert_int_equal(tell(&x), E_MALFORMED);
    make(&x);
    letter_add_capsule(x.w, &x.l, x.bob.prekey);
    assert_int_equal(tell(&x), E_MALFORMED);
    make(&x);
    x.l.upload.shared.scope.n = 0;
    x.l.upload.shared.head[3] = 0;
    letter_write(x.w, &x.l);
    assert_int_equal(tell(&x), E_MALFORMED);
    make(&x);
    x.l.upload.shared.body = world_random(x.w, 384 + 16); /* the second step */
    letter_write(x.w, &x.l);
    assert_int_equal(tell(&x), E_MALFORMED);
    make(&x);
    x.l.bytes.n--;
    assert_int_equal(tell(&x), E_TRUNCATED);
    end(&x);
}

static void it_is_checked_as_what_is_accepted(void **state)
{
    struct pair x;

    begin(&x, state);
    x.l.upload.shared.roster.b[0] ^= 1;
    letter_write(x.w, &x.l);
    assert_int_equal(tell(&x), E_ABSENT);
    make(&x);
    x.l.upload.shared.head[2] = UPLOAD_PROFILE_STANDARD;
    letter_write(x.w, &x.l);
    assert_int_equal(tell(&x), E_DENIED);
    make(&x);
    letter_name_prekey(&x.l, x.bob.prekey + 7);
    letter_write(x.w, &x.l);
    assert_int_equal(tell(&x), E_STALE);
    make(&x);
    person_next_list(x.w, &x.bob);
    assert_int_equal(person_publish_list(x.w, &x.bob, x.bob.list_statement), E_OK);
    assert_int_equal(tell(&x), E_STALE); /* his list is another one by now */
    end(&x);
}

static void nobody_tells_more_than_a_little_at_a_time(void **state)
{
    Tacet__Wire__Activity in = TACET__WIRE__ACTIVITY__INIT;
    enum err_code code = E_OK;
    int n = 0;
    struct pair x;

    begin(&x, state);
    in.sealed = frame_data(x.l.bytes);
    while (code == E_OK && n++ < 100)
        code = world_ask(x.w, &x.ann.session, OP_ACTIVITY, &in).code;
    assert_int_equal(code, E_AGAIN);
    assert_in_range(n, 2, API_TOKENS_FULL / API_COST_SLOW + 1);
    assert_int_equal(tell(&x), E_OK); /* a second later */
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(it_is_handed_on_and_nothing_of_it_is_kept),
        world_test(what_looks_like_more_is_refused),
        world_test(it_is_checked_as_what_is_accepted),
        world_test(nobody_tells_more_than_a_little_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
