/* SPDX-License-Identifier: Apache-2.0 */
/* linking_thieves: somebody has seen the link, and the server helps: what is added is what the
 * person compared, or nothing.  [PROTOCOL 15.3] */
#include "scenario/linking.h"

/* What a thief asks by this link, and the keys that sign it. */
struct thief {
    struct device_link link;
    struct link_ask ask;
    struct sign_private *dsk;
    struct buf box;
};

static void thief_begin(struct thief *t, struct play *p, const char *link)
{
    struct agree_private *point;
    struct mlkem_private *kem;

    *t = (struct thief){.box = BUF(LINK_ASK_BOX_MOST)};
    assert_ok(device_link_read(bytes_text(link), &t->link));
    assert_ok(sign_generate(&t->dsk, t->ask.dsk.b));
    assert_ok(agree_generate(&point, t->ask.point));
    assert_ok(mlkem_generate(&kem, t->ask.kem));
    assert_ok(names_device(&t->link.aid, &t->ask.dsk, &t->ask.did));
    assert_ok(link_ask_seal(&t->link, &t->ask, t->dsk, stage_random(p), &t->box));
    agree_private_free(point);
    mlkem_private_free(kem);
}

static void thief_end(struct thief *t)
{
    sign_private_free(t->dsk);
    buf_free(&t->box);
}

/* tell: the box is `bytes`, in the place of one that is there. */
static bool swap_box(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__LinkAsked *m = body;

    (void)f, (void)a;
    if (m->box.len > 0)
        m->box = frame_data(l->bytes);
    return true;
}

static struct lie swapping(struct pair *c, const struct thief *t)
{
    return (struct lie){.op = OP_LINK_LOOK,
                        .to = c->alice,
                        .form = &tacet__wire__link_asked__descriptor,
                        .tell = swap_box,
                        .bytes = buf_view(&t->box)};
}

static void another_box_in_the_place_of_the_true_one_has_other_digits(void **state)
{
    struct pair c = link_begin();
    char *link = stage_offers(c.alice);
    struct thief t;
    struct lie lie;
    struct event shown, mine;

    (void)state;
    thief_begin(&t, c.p, link);
    lie = swapping(&c, &t);
    c.second = stage_asks(c.alice, "second", link);
    lie_begin(c.p, &lie);
    stage_forward(c.p, LINKING_STEP_MS);
    lie_end(c.p);
    shown = stage_told_of_adding(c.alice);
    mine = stage_told_of_adding(c.second);
    assert_int_equal(shown.adding.step, ADDING_ASKED);
    assert_int_equal(mine.adding.step, ADDING_ASKED);
    assert_string_not_equal(shown.adding.code, mine.adding.code);
    assert_int_equal(stage_confirms_digest(c.alice, BYTES(mine.adding.digest)), E_CONFLICT);
    assert_int_equal(stage_cancels(c.alice), E_OK);
    has_devices(&c, 1);
    thief_end(&t);
    free(link);
    play_end(c.p);
}

/* Once somebody was shown, nobody else takes their place: not on this connection, and not after a
 * program that ended. */
static void a_box_that_is_swapped_after_it_was_shown_changes_nothing(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    struct event shown = stage_told_of_adding(c.alice), mine = stage_told_of_adding(c.second);
    struct thief t;
    struct lie lie;

    (void)state;
    thief_begin(&t, c.p, link);
    lie = swapping(&c, &t);
    lie_begin(c.p, &lie);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    leaves(c.alice);
    returns(c.alice);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(lie.told, 0);
    assert_string_equal(stage_told_of_adding(c.alice).adding.code, shown.adding.code);
    assert_int_equal(stage_confirms_digest(c.alice, BYTES(shown.adding.digest)), E_OK);
    lie_end(c.p);
    stage_forward(c.p, LINKING_STEP_MS);
    assert_true(stage_has_joined(c.second));
    assert_true(ID_SAME(engine_own(stage_engine(c.second))->me.who.did, mine.adding.did));
    has_devices(&c, 2);
    thief_end(&t);
    free(link);
    play_end(c.p);
}

/* The true device's name and key, but what is sealed to it is for the thief. */
static void the_name_of_the_true_device_with_other_keys_is_refused(void **state)
{
    struct pair c = link_begin();
    char *link = stage_offers(c.alice);
    struct newcomer theirs;
    struct thief t;
    struct lie lie;

    (void)state;
    thief_begin(&t, c.p, link);
    c.second = stage_asks(c.alice, "second", link);
    assert_ok(newcomer_load(engine_vault(stage_engine(c.second)), &theirs));
    t.ask.dsk = theirs.ask.dsk;
    t.ask.did = theirs.ask.did;
    buf_cut(&t.box, 0);
    assert_ok(link_ask_seal(&t.link, &t.ask, t.dsk, stage_random(c.p), &t.box));
    newcomer_free(&theirs);
    lie = swapping(&c, &t);
    lie_begin(c.p, &lie);
    stage_forward(c.p, LINKING_STEP_MS);
    lie_end(c.p);
    told_of_adding(c.alice, ADDING_OVER, E_FORGED);
    has_devices(&c, 1);
    thief_end(&t);
    free(link);
    play_end(c.p);
}

static void who_asked_first_is_found_out_and_the_true_one_told(void **state)
{
    struct pair c = link_begin();
    char *link = stage_offers(c.alice);
    struct person *thief = stage_asks(c.alice, "alice's laptop", link);
    struct event shown, asked;

    (void)state;
    c.second = stage_asks(c.alice, "alice's laptop", link);
    stage_forward(c.p, LINKING_STEP_MS);
    told_of_adding(c.second, ADDING_OVER, E_CONFLICT);
    shown = stage_told_of_adding(c.alice);
    asked = stage_told_of_adding(thief);
    assert_string_equal(shown.adding.code, asked.adding.code); /* of no device before the person */
    assert_int_equal(stage_cancels(c.alice), E_OK);
    stage_forward(c.p, 11 * CLOCK_MINUTE_MS);
    assert_false(stage_has_joined(thief));
    has_devices(&c, 1);
    free(link);
    play_end(c.p);
}

/* ---- a link that was changed on its way to the new device */

/* The same, but for what `change` does. */
static char *changed_link(const char *link, void (*change)(struct device_link *l))
{
    struct device_link l;
    struct buf b = BUF(DEVICE_LINK_MAX + 1);
    char *out;

    assert_ok(device_link_read(bytes_text(link), &l));
    change(&l);
    assert_ok(device_link_write(&l, &b));
    out = strndup((const char *)b.at, b.n);
    buf_free(&b);
    return out;
}

static void other_pin(struct device_link *l)
{
    l->pin[0] ^= 1;
}

static void other_network(struct device_link *l)
{
    l->nid.b[0] ^= 1;
}

static void other_account(struct device_link *l)
{
    l->aid.b[0] ^= 1;
}

static void a_link_to_something_else_joins_nothing(void **state)
{
    void (*const changes[])(struct device_link *) = {other_network, other_account};
    struct pair c = link_begin();
    char *link = stage_offers(c.alice), *other = changed_link(link, other_pin);

    (void)state;
    c.second = stage_asks(c.alice, "pin", other);
    assert_true(stage_link_ended(c.second, E_FORGED)); /* not the server that was shown */
    free(other);
    for (size_t i = 0; i < 2; i++) {
        struct person *who;

        other = changed_link(link, changes[i]);
        who = stage_asks(c.alice, "other", other);
        told_of_adding(who, ADDING_OVER, E_ABSENT);
        assert_false(stage_has_joined(who));
        free(other);
    }
    assert_false(stage_has_joined(c.second));
    has_devices(&c, 1);
    free(link);
    play_end(c.p);
}

/* The thief has an account of their own, shows it under the link's slot, and answers. */
static void an_answer_of_another_account_is_refused(void **state)
{
    char *link;
    struct pair c = link_asked(&link);
    const struct own *mallory = engine_own(stage_engine(c.bob));
    struct buf answer = BUF(LINK_ANSWER_MOST);
    struct newcomer theirs;
    struct own made;
    struct arena a = ARENA(65536);
    struct bytes list;

    (void)state;
    assert_ok(newcomer_load(engine_vault(stage_engine(c.second)), &theirs));
    assert_ok(vault_get(engine_vault(stage_engine(c.bob)), VAULT_LIST,
                        ID_BYTES(mallory->me.who.aid), 1, &a, &list));
    const struct link_answer in = {.root = mallory->root,
                                   .domain = bytes_text(mallory->domain),
                                   .handle = bytes_text("alice"),
                                   .ark_secret = mallory->me.ark_secret,
                                   .list = list};

    /* Under the link as it is no honest program seals it; under mallory's own it does not open. */
    assert_err(link_answer_seal(&theirs.link, &theirs.ask, &in, stage_now(c.p), &answer), E_FORGED);
    struct device_link own = theirs.link;
    own.aid = mallory->me.who.aid;
    struct link_ask ask = theirs.ask;
    assert_ok(names_device(&own.aid, &mallory->me.dsk, &ask.did));
    ask.dsk = mallory->me.dsk;
    assert_ok(link_answer_seal(&own, &ask, &in, stage_now(c.p), &answer));
    assert_err(newcomer_adopt(&theirs, engine_vault(stage_engine(c.second)), buf_view(&answer),
                              stage_now(c.p), &made),
               E_FORGED);
    newcomer_free(&theirs);
    buf_free(&answer);
    arena_free(&a);
    free(link);
    play_end(c.p);
}

const struct CMUnitTest linking_thieves[] = {
    cmocka_unit_test(another_box_in_the_place_of_the_true_one_has_other_digits),
    cmocka_unit_test(a_box_that_is_swapped_after_it_was_shown_changes_nothing),
    cmocka_unit_test(the_name_of_the_true_device_with_other_keys_is_refused),
    cmocka_unit_test(who_asked_first_is_found_out_and_the_true_one_told),
    cmocka_unit_test(a_link_to_something_else_joins_nothing),
    cmocka_unit_test(an_answer_of_another_account_is_refused),
};
const size_t linking_thieves_n = sizeof linking_thieves / sizeof linking_thieves[0];
