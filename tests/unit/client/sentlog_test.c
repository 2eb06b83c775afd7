/* SPDX-License-Identifier: Apache-2.0 */
#include "client/sentlog.h"

#include "e2ee/identity.h"
#include "statement/roster.h"
#include "unit/client/safe.h"

#define NOW_MS UINT64_C(1790000000000)

#define LARGE 500 /* accounts of a room */

static const struct room_id ROOM = {{9}};
static const struct network_id NID = {{4}};

/* The upload with which the message in place `seq` was sealed; 0: a control message. */
static struct sentlog_entry entry(uint64_t upload, uint64_t seq)
{
    struct sentlog_entry s = {.upload = upload, .made_ms = NOW_MS, .contact = 3, .place = seq};

    s.ctx[0] = (uint8_t)upload;
    s.core = (struct core){.room = ROOM,
                           .seq = seq,
                           .sent_ms = NOW_MS,
                           .ttl_s = 60,
                           .type = seq == 0 ? PAYLOAD_HELLO : PAYLOAD_TEXT};
    if (seq > 1)
        memset(s.core.prev, 1, sizeof s.core.prev);
    return s;
}

static void put(struct safe *s, struct sentlog_entry *e)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, sentlog_put(s->vault, e)));
}

static void drop(struct safe *s, uint64_t upload)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, sentlog_drop(s->vault, upload)));
}

/* The upload under which it is found; 0: none. */
static uint64_t by_ctx(struct safe *s, uint8_t ctx)
{
    struct arena a = ARENA(65536);
    uint8_t key[CONTROL_MARK_SIZE] = {ctx};
    struct sentlog_entry e = {.upload = 0};
    struct err err = sentlog_by_ctx(s->vault, key, &a, &e);

    assert_true(err.code == E_OK || err.code == E_ABSENT);
    arena_free(&a);
    return err.code == E_OK ? e.upload : 0;
}

static uint64_t by_place(struct safe *s, uint64_t seq)
{
    struct arena a = ARENA(65536);
    struct sentlog_entry e = {.upload = 0};
    struct err err = sentlog_by_place(s->vault, &ROOM, seq, &a, &e);

    assert_true(err.code == E_OK || err.code == E_ABSENT);
    arena_free(&a);
    return err.code == E_OK ? e.upload : 0;
}

static void what_was_sealed_is_found_by_upload_ctx_and_place(void **state)
{
    struct safe *s = *state;
    struct sentlog_entry e = entry(5, 2), control = entry(6, 0), got;
    struct arena a = ARENA(65536);

    control.content = BYTES_LITERAL("what it says");
    control.partial = true;
    control.to.b[0] = 4;
    control.tries = 2;
    put(s, &e);
    put(s, &control);
    safe_again(s);
    assert_int_equal(by_ctx(s, 5), 5);
    assert_int_equal(by_place(s, 2), 5);
    assert_int_equal(by_ctx(s, 6), 6);
    assert_int_equal(by_place(s, 0), 0);
    assert_ok(sentlog_by_upload(s->vault, 6, &a, &got));
    assert_bytes(got.content, control.content);
    assert_true(got.partial && ID_SAME(got.to, control.to));
    assert_int_equal(got.tries, 2);
    assert_int_equal(got.core.ttl_s, 60);
    assert_err(sentlog_by_upload(s->vault, 7, &a, &got), E_ABSENT);
    arena_free(&a);
}

static void a_repair_does_not_take_the_place_of_what_was_for_all(void **state)
{
    struct safe *s = *state;
    struct sentlog_entry first = entry(5, 2), repair = entry(6, 2);

    repair.partial = true;
    put(s, &first);
    put(s, &repair);
    assert_int_equal(by_place(s, 2), 5);
    drop(s, 6);
    assert_int_equal(by_place(s, 2), 5);
    drop(s, 5);
    assert_int_equal(by_place(s, 2), 0);
    assert_int_equal(by_ctx(s, 5), 0);
    drop(s, 5);
}

static void what_is_sealed_anew_stands_where_it_stood(void **state)
{
    struct safe *s = *state;
    struct sentlog_entry first = entry(5, 2), again = entry(6, 2), other = entry(6, 3);

    put(s, &first);
    put(s, &again);
    drop(s, 5); /* which was refused */
    assert_int_equal(by_place(s, 2), 6);
    other.ctx[0] = 77;
    put(s, &other); /* a server that forgot counts from before, and we do not forget */
    assert_int_equal(by_ctx(s, 6), 6);
    assert_int_equal(by_ctx(s, 77), 6);
    assert_int_equal(by_place(s, 2), 6);
    assert_int_equal(by_place(s, 3), 6);
    drop(s, 6); /* the last that had the number */
    assert_int_equal(by_ctx(s, 77), 0);
    assert_int_equal(by_place(s, 2), 6);
}

static void places_are_found_in_order_and_in_their_room(void **state)
{
    struct safe *s = *state;
    struct sentlog_entry two = entry(5, 2), nine = entry(6, 9);
    struct room_id other = {{1}};
    uint64_t seq;

    put(s, &two);
    put(s, &nine);
    assert_ok(sentlog_next_place(s->vault, &ROOM, 1, 100, &seq));
    assert_int_equal(seq, 2);
    assert_ok(sentlog_next_place(s->vault, &ROOM, 3, 9, &seq));
    assert_int_equal(seq, 9);
    assert_err(sentlog_next_place(s->vault, &ROOM, 3, 8, &seq), E_ABSENT);
    assert_err(sentlog_next_place(s->vault, &other, 1, 100, &seq), E_ABSENT);
}

static void after_45_days_it_is_forgotten(void **state)
{
    struct safe *s = *state;
    struct sentlog_entry old = entry(5, 2), young = entry(6, 3);

    young.made_ms = NOW_MS + CLOCK_DAY_MS;
    put(s, &old);
    put(s, &young);
    assert_ok(vault_begin(s->vault));
    assert_ok(sentlog_forget_old(s->vault, NOW_MS + 45 * CLOCK_DAY_MS - 1));
    assert_int_equal(by_ctx(s, 5), 5);
    assert_ok(vault_end(s->vault, sentlog_forget_old(s->vault, NOW_MS + 45 * CLOCK_DAY_MS)));
    assert_int_equal(by_ctx(s, 5), 0);
    assert_int_equal(by_place(s, 2), 0);
    assert_int_equal(by_place(s, 3), 6);
}

/* Once for all and once for one device. */
static void of_a_message_that_is_over_nothing_tells_what_it_said(void **state)
{
    struct safe *s = *state;
    struct sentlog_entry e = entry(5, 2), again = entry(6, 2), other = entry(7, 3), got;
    struct arena a = ARENA(65536);

    e.core.digest[0] = again.core.digest[0] = other.core.digest[0] = 4;
    again.partial = true;
    put(s, &e);
    put(s, &again);
    put(s, &other);
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, sentlog_void(s->vault, 3, 2)));
    for (uint64_t number = 1; number <= 3; number++) {
        assert_ok(sentlog_get(s->vault, number, &a, &got));
        assert_int_equal(got.core.digest[0], number == 3 ? 4 : 0);
    }
    assert_int_equal(by_ctx(s, 5), 5); /* it is known that there was something */
    assert_int_equal(by_place(s, 2), 5);
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, sentlog_void(s->vault, 3, 2)));
    arena_free(&a);
}

/* Kept by a program of before, without names of messages. */
static void what_was_kept_before_is_found_by_its_message(void **state)
{
    struct safe *s = *state;
    struct sentlog_entry e = entry(5, 2), given = entry(6, 0), got;
    struct arena a = ARENA(65536);

    e.core.digest[0] = 4;
    given.core.type = PAYLOAD_HISTORY;
    given.content = BYTES_LITERAL("what was said");
    put(s, &e);
    put(s, &given);
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_erase_below(s->vault, VAULT_SENT_OF, INT64_MAX));
    assert_ok(sentlog_name_messages(s->vault));
    assert_ok(sentlog_void(s->vault, 3, 2));
    assert_ok(vault_commit(s->vault));
    assert_ok(sentlog_get(s->vault, 1, &a, &got));
    assert_int_equal(got.core.digest[0], 0);
    assert_ok(sentlog_get(s->vault, 2, &a, &got));
    assert_int_equal(got.content.n, 0);
    arena_free(&a);
}

/* An account whose list the vault has, with one device. */
static void keep_list(struct safe *s, struct identity *who, struct roster_account *out)
{
    struct device_list list = {.version = 1, .made_ms = NOW_MS, .devices = 1};
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);

    assert_ok(identity_make(&NID, who));
    list.aid = who->who.aid;
    list.device[0] = (struct device_entry){
        .did = who->who.did, .dsk = who->dsk, .role = DEVICE_PLAIN, .added_ms = NOW_MS};
    assert_ok(device_list_sign(&list, &NID, who->ark_secret, &who->who.did, who->dsk_secret, &b));
    assert_ok(vault_begin(s->vault));
    assert_ok(
        vault_end(s->vault, vault_put(s->vault, VAULT_LIST, ID_BYTES(list.aid), 1, buf_view(&b))));
    *out = (struct roster_account){.aid = list.aid, .list_version = 1};
    memcpy(out->list_hash, list.hash, sizeof out->list_hash);
    buf_free(&b);
}

static int by_account(const void *a, const void *b)
{
    const struct roster_account *left = a, *right = b;

    return bytes_compare(ID_BYTES(left->aid), ID_BYTES(right->aid));
}

/* Of most of them the vault has no list, as of those who came later. */
static void write_large(struct roster_account *account, struct roster_skipped *skipped,
                        struct buf *out)
{
    const struct roster_network network = {.nid = NID};
    struct roster r = {.room = ROOM,
                       .state_version = 1,
                       .network = &network,
                       .networks = 1,
                       .account = account,
                       .accounts = LARGE,
                       .skipped = skipped,
                       .skips = 1};

    qsort(account, LARGE, sizeof *account, by_account);
    roster_write(&r, out);
    assert_int_equal(out->failed, E_OK);
}

static void who_got_it_is_found_in_the_roster_of_a_large_room(void **state)
{
    static struct roster_account account[LARGE];
    struct safe *s = *state;
    struct arena a = ARENA(1 << 20); /* as whoever asks has it */
    struct identity who[3];          /* one who got it, one who was passed over, and me */
    struct buf roster = BUF(ROSTER_MAX_SIZE);
    struct roster_skipped skipped = {.reason = ROSTER_NO_PREKEY};
    struct own me = {.nid = NID};
    const bool got[] = {true, false, false};
    bool is;

    for (size_t i = 0; i < LARGE; i++) {
        account[i] = (struct roster_account){.list_version = 1};
        assert_ok(random_fill(&s->random, account[i].aid.b, sizeof account[i].aid.b));
    }
    for (size_t i = 0; i < 3; i++)
        keep_list(s, &who[i], &account[100 * i]);
    skipped.did = who[1].who.did;
    me.me.who = who[2].who;
    write_large(account, &skipped, &roster);
    for (size_t i = 0; i < 3; i++) {
        assert_ok(sentlog_is_recipient(s->vault, &me, buf_view(&roster), &who[i].who.did, &a, &is));
        assert_int_equal(is, got[i]);
    }
    for (size_t i = 0; i < 3; i++)
        identity_free(&who[i]);
    buf_free(&roster);
    arena_free(&a);
}

static void it_lives_for_its_ttl(void **state)
{
    struct sentlog_entry e = entry(1, 1);

    assert_true(sentlog_lives(&e, NOW_MS));
    assert_true(sentlog_lives(&e, NOW_MS + 60000 - 1));
    assert_false(sentlog_lives(&e, NOW_MS + 60000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(what_was_sealed_is_found_by_upload_ctx_and_place),
        safe_test(a_repair_does_not_take_the_place_of_what_was_for_all),
        safe_test(what_is_sealed_anew_stands_where_it_stood),
        safe_test(places_are_found_in_order_and_in_their_room),
        safe_test(after_45_days_it_is_forgotten),
        safe_test(of_a_message_that_is_over_nothing_tells_what_it_said),
        safe_test(what_was_kept_before_is_found_by_its_message),
        safe_test(who_got_it_is_found_in_the_roster_of_a_large_room),
        cmocka_unit_test(it_lives_for_its_ttl),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
