/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_places: people say where they are, once or for a while, and who somebody is.
 * [PROTOCOL 6.14] */
#include "client/engine_internal.h"
#include "scenario/deeds.h"

#define GATE  525163000, 133777000
#define QUAY  525180000, 133790000
#define HOUR  3600
#define LABEL "The gate"

struct two {
    struct play *p;
    struct person *alice, *bob;
    uint64_t with_bob, with_alice; /* alice's conversation, and bob's */
};

static struct two begin(void)
{
    struct two t = {.p = play_begin()};

    t.alice = joins(t.p, "alice");
    t.bob = joins(t.p, "bob");
    meet(t.alice, t.bob);
    t.with_bob = pair_with(t.alice, t.bob);
    t.with_alice = pair_with(t.bob, t.alice);
    return t;
}

/* Says that they are there, called LABEL. */
static enum err_code places(struct play *p, struct person *who, uint64_t conversation,
                            int32_t latitude, int32_t longitude, uint64_t live_s)
{
    const struct position at = {
        .latitude = latitude, .longitude = longitude, .accuracy_m = 15, .label = bytes_text(LABEL)};

    return does(p, who, conversation,
                &(struct command){.kind = COMMAND_POSITION, .number = live_s, .position = &at});
}

/* And by now there; or (stops) no more. */
static enum err_code moves(struct play *p, struct person *who, uint64_t conversation,
                           const char *what, int32_t latitude, int32_t longitude)
{
    struct arena a = ARENA(1 << 22);
    const struct position at = {.latitude = latitude, .longitude = longitude};
    struct command c = {.kind = COMMAND_MOVE, .position = &at};
    enum err_code code;

    c.number = the(who, conversation, what, &a).place;
    code = does(p, who, conversation, &c);
    arena_free(&a);
    return code;
}

static enum err_code stops(struct play *p, struct person *who, uint64_t conversation)
{
    struct arena a = ARENA(1 << 22);
    struct command c = {.kind = COMMAND_STOP};
    enum err_code code;

    c.number = the(who, conversation, LABEL, &a).place;
    code = does(p, who, conversation, &c);
    arena_free(&a);
    return code;
}

/* Where the writer of LABEL is, as `who` sees it. */
static struct position is_at(struct person *who, uint64_t conversation, int32_t latitude,
                             int32_t longitude)
{
    struct arena a = ARENA(1 << 22);
    struct message m = the(who, conversation, LABEL, &a);
    struct deeds_view view;

    assert_int_equal(m.type, PAYLOAD_POSITION);
    assert_ok(
        deeds_view(engine_vault(stage_engine(who)), engine_own(stage_engine(who)), &m, &a, &view));
    assert_true(view.located);
    assert_int_equal(view.at.latitude, latitude);
    assert_int_equal(view.at.longitude, longitude);
    assert_bytes(view.text, bytes_text(LABEL));
    arena_free(&a);
    view.at.label = bytes_text(LABEL);
    return view.at;
}

static void where_somebody_is_comes(void **state)
{
    struct two t = begin();
    struct position at;

    (void)state;
    assert_int_equal(places(t.p, t.alice, t.with_bob, GATE, 0), E_OK);
    is(t.alice, "accepted");
    at = is_at(t.bob, t.with_alice, GATE);
    assert_int_equal(at.accuracy_m, 15);
    assert_true(at.until_ms == 0);
    is_at(t.alice, t.with_bob, GATE);
    assert_int_equal(moves(t.p, t.alice, t.with_bob, LABEL, QUAY), E_EXPIRED); /* none follows */
    assert_int_equal(stops(t.p, t.alice, t.with_bob), E_STALE);
    assert_int_equal(edits(t.p, t.alice, t.with_bob, LABEL, "Elsewhere"), E_ABSENT);
    reacts(t.p, t.bob, t.with_alice, LABEL, "+1");
    assert_int_equal(answers(t.p, t.bob, t.with_alice, LABEL, "I come."), E_OK);
    sees_answer(t.alice, t.with_bob, "I come.", LABEL);
    play_end(t.p);
}

static void it_follows_until_it_is_stopped(void **state)
{
    struct two t = begin();
    struct position at;

    (void)state;
    assert_int_equal(places(t.p, t.alice, t.with_bob, GATE, HOUR), E_OK);
    at = is_at(t.bob, t.with_alice, GATE);
    assert_true(at.until_ms > 0);
    stage_skip_shown(t.bob);
    assert_int_equal(moves(t.p, t.alice, t.with_bob, LABEL, QUAY), E_OK);
    assert_true(is_at(t.bob, t.with_alice, QUAY).until_ms == at.until_ms);
    assert_int_equal(is_at(t.alice, t.with_bob, QUAY).accuracy_m, 0);
    sees_nothing(t.bob); /* no row of its own */
    says_now(t.bob, t.with_alice, LABEL, LABEL, 2);
    assert_int_equal(moves(t.p, t.bob, t.with_alice, LABEL, GATE), E_DENIED);
    assert_int_equal(stops(t.p, t.bob, t.with_alice), E_DENIED);
    assert_int_equal(stops(t.p, t.alice, t.with_bob), E_OK);
    assert_true(is_at(t.bob, t.with_alice, QUAY).until_ms < at.until_ms);
    assert_int_equal(stops(t.p, t.alice, t.with_bob), E_STALE);
    assert_int_equal(moves(t.p, t.alice, t.with_bob, LABEL, GATE), E_EXPIRED);
    play_end(t.p);
}

static void it_ends_by_itself(void **state)
{
    struct two t = begin();

    (void)state;
    assert_int_equal(places(t.p, t.alice, t.with_bob, GATE, POSITION_LIVE_MAX + 1), E_LIMIT);
    assert_int_equal(places(t.p, t.alice, t.with_bob, 900000001, 0, 0), E_MALFORMED);
    assert_int_equal(places(t.p, t.alice, t.with_bob, GATE, HOUR), E_OK);
    stage_forward(t.p, CLOCK_HOUR_MS - CLOCK_MINUTE_MS);
    assert_int_equal(moves(t.p, t.alice, t.with_bob, LABEL, QUAY), E_OK);
    stage_forward(t.p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(moves(t.p, t.alice, t.with_bob, LABEL, GATE), E_EXPIRED);
    is_at(t.bob, t.with_alice, QUAY);
    play_end(t.p);
}

static void it_is_taken_back_with_all_that_followed(void **state)
{
    struct two t = begin();

    (void)state;
    assert_int_equal(places(t.p, t.alice, t.with_bob, GATE, HOUR), E_OK);
    assert_int_equal(moves(t.p, t.alice, t.with_bob, LABEL, QUAY), E_OK);
    is_at(t.bob, t.with_alice, QUAY);
    assert_int_equal(recalls(t.p, t.alice, t.with_bob, LABEL), E_OK);
    lost(t.bob, t.with_alice, LABEL, 1);
    lost(t.alice, t.with_bob, LABEL, 1);
    play_end(t.p);
}

/* In a room, and on both devices, of which either may say it. */
static void all_devices_say_where_their_person_is(void **state)
{
    struct pair c = pair_met();
    struct room_id id = makes(c.p, c.alice, ABOUT_GROUP, "Harbour");
    uint64_t first, second, bobs;

    (void)state;
    assert_int_equal(adds(c.p, c.alice, &id, "bob"), E_OK);
    stage_forward(c.p, CLOCK_HOUR_MS);
    first = room_of(c.alice, &id).number;
    second = room_of(c.second, &id).number;
    bobs = room_of(c.bob, &id).number;
    assert_int_equal(places(c.p, c.alice, first, GATE, HOUR), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    is_at(c.bob, bobs, GATE);
    assert_int_equal(moves(c.p, c.second, second, LABEL, QUAY), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    is_at(c.bob, bobs, QUAY);
    is_at(c.alice, first, QUAY);
    play_end(c.p);
}

/* Say of a message that is there what a program of ours would not. */
static void says_instead(struct two *t, struct person *who, uint64_t conversation, const char *what,
                         enum payload_type type, struct bytes text)
{
    struct arena a = ARENA(1 << 22);
    struct message m = the(who, conversation, what, &a);
    struct reference ref = {
        .sender = m.sender, .id = m.id, .stamp = UINT64_C(1) << 60, .text = text};
    struct buf b = BUF(4096);

    assert_ok(reference_write((uint16_t)type, &ref, &b));
    assert_ok(outgoing_queue(stage_engine(who), conversation, type, buf_view(&b)));
    stage_forward(t->p, 2 * CLOCK_MINUTE_MS);
    is(who, "accepted");
    buf_free(&b);
    arena_free(&a);
}

static void a_text_is_nowhere_and_a_position_says_no_text(void **state)
{
    static const uint8_t here[POSITION_MIN_SIZE];
    struct two t = begin();
    struct arena a = ARENA(1 << 22);
    struct deeds_view view;
    struct message m;

    (void)state;
    assert_int_equal(places(t.p, t.alice, t.with_bob, GATE, HOUR), E_OK);
    says_instead(&t, t.alice, t.with_bob, LABEL, PAYLOAD_EDIT, bytes_text("Elsewhere"));
    is_at(t.bob, t.with_alice, GATE);
    is_at(t.alice, t.with_bob, GATE);
    says(t.alice, t.bob, "Meet at nine.");
    says_instead(&t, t.alice, t.with_bob, "Meet at nine.", PAYLOAD_MOVED, BYTES(here));
    m = the(t.bob, t.with_alice, "Meet at nine.", &a);
    assert_ok(deeds_view(engine_vault(stage_engine(t.bob)), engine_own(stage_engine(t.bob)), &m, &a,
                         &view));
    assert_false(view.located);
    assert_bytes(view.text, bytes_text("Meet at nine."));
    assert_int_equal(moves(t.p, t.alice, t.with_bob, "Meet at nine.", QUAY), E_ABSENT);
    arena_free(&a);
    /* And of another one's nobody says where they are. */
    says_instead(&t, t.bob, t.with_alice, LABEL, PAYLOAD_MOVED, BYTES(here));
    is_at(t.alice, t.with_bob, GATE);
    is_at(t.bob, t.with_alice, GATE);
    play_end(t.p);
}

/* ---- cards */

static enum err_code introduces(struct play *p, struct person *who, uint64_t conversation,
                                const char *whom)
{
    return does(p, who, conversation,
                &(struct command){.kind = COMMAND_CARD, .text = bytes_text(whom)});
}

static void is_card_of(struct person *who, uint64_t conversation, struct person *whom)
{
    struct arena a = ARENA(1 << 22);
    struct message m = the(who, conversation, stage_handle(whom), &a);
    struct deeds_view view;

    assert_int_equal(m.type, PAYLOAD_CARD);
    assert_ok(
        deeds_view(engine_vault(stage_engine(who)), engine_own(stage_engine(who)), &m, &a, &view));
    assert_true(view.introduces);
    assert_memory_equal(&view.card.aid, &engine_own(stage_engine(whom))->me.who.aid,
                        sizeof view.card.aid);
    assert_memory_equal(&view.card.nid, &engine_own(stage_engine(whom))->nid, sizeof view.card.nid);
    arena_free(&a);
}

static void who_somebody_is_comes(void **state)
{
    struct two t = begin();
    struct person *carol = joins(t.p, "carol");

    (void)state;
    meet(t.bob, carol);
    assert_int_equal(introduces(t.p, t.bob, t.with_alice, "carol"), E_OK);
    is(t.bob, "accepted");
    is_card_of(t.alice, t.with_bob, carol);
    assert_int_equal(introduces(t.p, t.bob, t.with_alice, "bob"), E_OK);
    is_card_of(t.alice, t.with_bob, t.bob);
    assert_int_equal(introduces(t.p, t.bob, t.with_alice, "nobody"), E_ABSENT);
    play_end(t.p);
}

/* Nobody who was not asked about is introduced, and nobody becomes a contact by a card. */
static void a_card_introduces_nobody_by_itself(void **state)
{
    struct two t = begin();
    struct person *carol = joins(t.p, "carol");
    struct contact c;

    (void)state;
    meet(t.bob, carol);
    assert_int_equal(introduces(t.p, t.bob, t.with_alice, "carol"), E_OK);
    stage_forward(t.p, CLOCK_MINUTE_MS);
    assert_int_equal(
        people_by_handle(engine_vault(stage_engine(t.alice)), bytes_text("carol"), &c).code,
        E_ABSENT);
    assert_int_equal(introduces(t.p, t.alice, t.with_bob, "carol"), E_ABSENT);
    stage_cut_off(t.alice, true);
    assert_int_equal(commands(t.p, t.alice,
                              &(struct command){.kind = COMMAND_SEND,
                                                .handle = bytes_text("carol"),
                                                .text = bytes_text("Hello")}),
                     E_OK);
    assert_int_equal(introduces(t.p, t.alice, t.with_bob, "carol"), E_AGAIN);
    play_end(t.p);
}

const struct CMUnitTest deeds_places[] = {
    cmocka_unit_test(where_somebody_is_comes),
    cmocka_unit_test(it_follows_until_it_is_stopped),
    cmocka_unit_test(it_ends_by_itself),
    cmocka_unit_test(it_is_taken_back_with_all_that_followed),
    cmocka_unit_test(all_devices_say_where_their_person_is),
    cmocka_unit_test(a_text_is_nowhere_and_a_position_says_no_text),
    cmocka_unit_test(who_somebody_is_comes),
    cmocka_unit_test(a_card_introduces_nobody_by_itself),
};
const size_t deeds_places_n = sizeof deeds_places / sizeof deeds_places[0];
