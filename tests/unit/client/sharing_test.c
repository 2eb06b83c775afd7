/* SPDX-License-Identifier: Apache-2.0 */
/* What one engine makes of what a device of its account says, and queues for it; that they come to
 * agree is shown by scenario/devices. */
#include "client/engine_internal.h"
#include "client/registers.h"
#include "unit/client/safe.h"
#include "unit/statement/people.h"

static const struct device_id SIBLING = {{7}};
static const uint8_t BOB[32] = {9};

struct one {
    struct safe *safe;
    struct engine *e;
    struct repairs_asker from; /* the sibling, as it should */
};

static void one_begin(struct one *o, struct safe *s)
{
    struct key root = key_new(1);
    struct invitation link = {.pin = {5}, .token = {6}, .address = "127.0.0.1:8443"};
    struct contact me;
    struct own own;
    struct buf number = BUF(8);

    assert_ok(names_network(&root.pub, BYTES_LITERAL("x.example"), &link.nid));
    assert_ok(own_create(s->vault, &link, PEOPLE_NOW_MS, &own));
    key_free(&root);
    *o = (struct one){.safe = s};
    o->from.who = own.me.who;
    o->from.who.did = SIBLING;
    assert_ok(names_pair_room(&own.nid, &own.me.who.aid, &own.me.who.aid, &o->from.room));
    assert_ok(vault_begin(s->vault)); /* the row that each account has of itself */
    assert_ok(people_add(s->vault, BYTES_LITERAL("alice"), &me));
    buf_u64(&number, me.number);
    assert_ok(vault_put(s->vault, VAULT_ACCOUNT, ID_BYTES(own.me.who.aid), 0, buf_view(&number)));
    assert_ok(vault_commit(s->vault));
    buf_free(&number);
    own_free(&own);
    assert_ok(engine_new(&o->e, s->vault, &s->random, PEOPLE_NOW_MS));
}

static struct err hears(struct one *o, enum payload_type type, struct bytes content,
                        uint32_t *kinds)
{
    struct sharing_said said = {(uint16_t)type, content};
    struct arena a = ARENA(2 << 20);
    struct err err;

    assert_ok(vault_begin(o->safe->vault));
    err = vault_end(o->safe->vault, sharing_control(o->e, &o->from, &said, &a, kinds));
    arena_free(&a);
    return err;
}

/* One change of somebody's, the numbers before it told as well. */
static void state_of(const struct device_id *writer, uint64_t after, uint64_t number,
                     const char *value, struct buf *out)
{
    struct shared_change c = {.kind = REGISTERS_NICKNAME,
                              .key = BYTES(BOB),
                              .value = bytes_text(value),
                              .writer = *writer,
                              .number = number,
                              .stamp_ms = PEOPLE_NOW_MS + number};
    struct shared_range r = {*writer, after, number};
    struct shared_state s = {1, 1, &r, &c};

    shared_state_write(&s, out);
    assert_int_equal(out->failed, E_OK);
}

static void assert_name(struct one *o, const char *name)
{
    struct arena a = ARENA(1 << 20);
    struct bytes value = {NULL, 0};
    struct err err = registers_get(o->safe->vault, REGISTERS_NICKNAME, BYTES(BOB), &a, &value);

    assert_int_equal(err.code, *name == '\0' ? E_ABSENT : E_OK);
    assert_bytes(value, bytes_text(name));
    arena_free(&a);
}

static void what_my_device_says_stands_and_nobody_else_is_heard(void **state)
{
    struct one o;
    struct buf said = BUF(LIMIT_TEXT);
    struct repairs_asker mine;
    uint32_t kinds;

    one_begin(&o, *state);
    mine = o.from;
    state_of(&SIBLING, 0, 1, "Robert", &said);
    o.from.who.aid.b[0] ^= 1; /* another account's device */
    assert_ok(hears(&o, PAYLOAD_STATE, buf_view(&said), &kinds));
    assert_int_equal(kinds, 0);
    o.from = mine;
    o.from.room.b[0] ^= 1; /* another conversation */
    assert_ok(hears(&o, PAYLOAD_STATE, buf_view(&said), &kinds));
    assert_int_equal(kinds, 0);
    assert_name(&o, "");
    o.from = mine;
    assert_ok(hears(&o, PAYLOAD_STATE, buf_view(&said), &kinds));
    assert_int_equal(kinds, 1u << REGISTERS_NICKNAME);
    assert_name(&o, "Robert");
    assert_ok(hears(&o, PAYLOAD_STATE, buf_view(&said), &kinds));
    assert_int_equal(kinds, 0); /* no news */
    engine_free(o.e);
    buf_free(&said);
}

static void what_is_malformed_is_its_sender_s_fault(void **state)
{
    struct one o;
    struct buf said = BUF(LIMIT_TEXT);
    uint32_t kinds;

    one_begin(&o, *state);
    state_of(&SIBLING, 0, 1, "Robert", &said);
    assert_err(hears(&o, PAYLOAD_STATE, bytes(said.at, said.n - 1), &kinds), E_TRUNCATED);
    assert_err(hears(&o, PAYLOAD_HAVE, BYTES_LITERAL("\xff"), &kinds), E_LIMIT);
    assert_name(&o, "");
    engine_free(o.e);
    buf_free(&said);
}

/* What is in the outbox for the sibling; the last one stands in *last. */
static unsigned queued(struct one *o, enum payload_type type, struct arena *a, struct bytes *last)
{
    struct outbox_row row = {.number = 0};
    unsigned n = 0;

    while (outbox_next(o->e, row.number + 1, a, &row).code == E_OK) {
        assert_int_equal(row.kind, OUTBOX_CONTROL);
        assert_true(ID_SAME(row.to, SIBLING));
        if (row.type != type)
            continue;
        n++;
        *last = row.content;
    }
    return n;
}

static void a_question_is_answered_in_as_many_pieces_as_it_takes_and_not_too_often(void **state)
{
    static uint8_t draft[SHARED_VALUE_MAX];
    struct one o;
    struct arena a = ARENA(16 << 20);
    struct bytes last;
    uint32_t kinds;

    one_begin(&o, *state);
    assert_ok(vault_begin(o.safe->vault));
    for (uint8_t i = 0; i < 9; i++)
        assert_ok(registers_set(o.safe->vault, &engine_own(o.e)->me.who.did, PEOPLE_NOW_MS,
                                REGISTERS_DRAFT, bytes(&i, 1), BYTES(draft)));
    assert_ok(vault_commit(o.safe->vault));
    assert_ok(hears(&o, PAYLOAD_HAVE, BYTES_LITERAL("\0"), &kinds));
    assert_int_equal(queued(&o, PAYLOAD_STATE, &a, &last), 3); /* of 16 KiB three go into one */
    assert_ok(hears(&o, PAYLOAD_HAVE, BYTES_LITERAL("\0"), &kinds));
    assert_int_equal(queued(&o, PAYLOAD_STATE, &a, &last), 3);
    o.e->now_ms += 10 * CLOCK_MINUTE_MS;
    assert_ok(hears(&o, PAYLOAD_HAVE, BYTES_LITERAL("\0"), &kinds));
    assert_int_equal(queued(&o, PAYLOAD_STATE, &a, &last), 6);
    engine_free(o.e);
    arena_free(&a);
}

/* A vault that was put back is told what it had said: it says so once more, under a number that
 * nobody can have noted. */
static void a_change_of_one_s_own_that_was_lost_is_made_anew(void **state)
{
    struct one o;
    struct buf said = BUF(LIMIT_TEXT);
    struct arena a = ARENA(1 << 20);
    struct shared_change c;
    struct device_id me;
    uint64_t lost;
    uint32_t kinds;

    one_begin(&o, *state);
    me = engine_own(o.e)->me.who.did;
    assert_ok(vault_begin(o.safe->vault));
    assert_ok(sharing_restored(o.e));
    assert_ok(vault_commit(o.safe->vault));
    assert_ok(vault_counter_get(o.safe->vault, VAULT_REGISTER_LOST, &lost));
    assert_int_equal(lost, 1);
    state_of(&me, 0, 5, "Robert", &said);
    assert_ok(hears(&o, PAYLOAD_STATE, buf_view(&said), &kinds));
    assert_name(&o, "Robert");
    assert_ok(registers_next(o.safe->vault, &me, 0, &a, &c));
    assert_true(c.number > 1024 * PEOPLE_NOW_MS);
    assert_true(c.stamp_ms == PEOPLE_NOW_MS + 5);
    assert_err(registers_next(o.safe->vault, &me, c.number, &a, &c), E_ABSENT);
    engine_free(o.e);
    buf_free(&said);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(what_my_device_says_stands_and_nobody_else_is_heard),
        safe_test(what_is_malformed_is_its_sender_s_fault),
        safe_test(a_question_is_answered_in_as_many_pieces_as_it_takes_and_not_too_often),
        safe_test(a_change_of_one_s_own_that_was_lost_is_made_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
