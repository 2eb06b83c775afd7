/* SPDX-License-Identifier: Apache-2.0 */
/* A recovery key as a device keeps it, and whoever comes back with one.  [PROTOCOL 15.6] */
#include "client/recovering.h"

#include "client/coming.h"
#include "client/diary.h"
#include "unit/client/safe.h"

#define NOW_MS UINT64_C(1790000000000)

/* An account, and what a key of it opens. */
struct account {
    struct own own;
    struct recovery_key key;
    struct recovering_key kept;
    struct buf blob;
    char letters[RECOVERY_LETTERS_SIZE];
};

static void account_begin(struct safe *s, struct account *a)
{
    struct recovery_account sealed;
    struct sign_private *dsk;
    struct device_entry entry = {.role = DEVICE_RECOVERY};

    *a = (struct account){.blob = BUF(RECOVERY_BLOB_MOST)};
    memset(a->own.nid.b, 7, sizeof a->own.nid.b);
    assert_ok(identity_make(&a->own.nid, &a->own.me));
    assert_ok(recovery_make(&s->random, &a->key));
    assert_ok(sign_generate(&dsk, entry.dsk.b));
    assert_ok(names_device(&a->own.me.who.aid, &entry.dsk, &entry.did));
    sealed = (struct recovery_account){.aid = a->own.me.who.aid,
                                       .domain = BYTES_LITERAL("x.example"),
                                       .handle = BYTES_LITERAL("ann"),
                                       .ark_secret = a->own.me.ark_secret,
                                       .dsk_secret = dsk};
    assert_ok(recovery_seal(&a->key, &a->own.nid, &sealed, &s->random, &a->blob));
    sign_private_free(dsk);
    a->own.list = (struct device_list){.version = 2, .devices = 1, .device = {entry}};
    a->kept = (struct recovering_key){
        .state = RECOVERING_UNCONFIRMED, .did = entry.did, .blob = buf_view(&a->blob)};
    assert_ok(recovery_slot(&a->key, &a->own.nid, a->kept.slot));
    recovery_letters(&a->key, a->letters);
}

static void account_end(struct account *a)
{
    identity_free(&a->own.me);
    buf_free(&a->blob);
}

static void put(struct safe *s, uint64_t number, const struct recovering_key *key)
{
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, recovering_put(s->vault, number, key)));
}

static enum recovering_state look(struct safe *s, const struct account *a)
{
    enum recovering_state state;

    assert_ok(recovering_look(s->vault, &a->own, &state));
    return state;
}

static enum err_code compare(struct safe *s, const struct account *a, const char *letters)
{
    return recovering_compare(s->vault, &a->own, bytes_text(letters)).code;
}

static void what_stands_is_what_the_list_has(void **state)
{
    struct safe *s = *state;
    struct account a;

    account_begin(s, &a);
    assert_int_equal(look(s, &a), RECOVERING_ELSEWHERE);
    put(s, RECOVERING_IN_FORCE, &a.kept);
    assert_int_equal(look(s, &a), RECOVERING_UNCONFIRMED);
    a.kept.state = RECOVERING_UNSEEN;
    put(s, RECOVERING_NEW, &a.kept);
    safe_again(s);
    assert_int_equal(look(s, &a), RECOVERING_UNSEEN);
    a.own.list.device[0].did.b[0] ^= 1;
    assert_int_equal(look(s, &a), RECOVERING_ELSEWHERE);
    a.own.list.devices = 0;
    assert_int_equal(look(s, &a), RECOVERING_NONE);
    account_end(&a);
}

static void letters_are_those_of_the_key_or_not(void **state)
{
    struct safe *s = *state;
    struct account a;

    account_begin(s, &a);
    assert_int_equal(compare(s, &a, a.letters), E_CONFLICT);
    put(s, RECOVERING_IN_FORCE, &a.kept);
    assert_int_equal(compare(s, &a, a.letters), E_OK);
    assert_int_equal(compare(s, &a, "none"), E_MALFORMED);
    a.letters[0] = a.letters[0] == 'a' ? 'b' : 'a';
    assert_int_equal(compare(s, &a, a.letters), E_FORGED);
    a.own.list.devices = 0;
    assert_int_equal(compare(s, &a, a.letters), E_ABSENT);
    account_end(&a);
}

static void a_blob_that_was_changed_is_not_confirmed(void **state)
{
    struct safe *s = *state;
    struct account a;

    account_begin(s, &a);
    a.blob.at[a.blob.n - 1] ^= 1;
    put(s, RECOVERING_IN_FORCE, &a.kept);
    assert_int_equal(compare(s, &a, a.letters), E_FORGED);
    account_end(&a);
}

/* ---- coming back */

static void a_profile_that_comes_back_is_as_it_was_left(void **state)
{
    struct safe *s = *state;
    struct recovery_link link = {.address_n = 6, .address = "x.y:80"};
    struct coming_profile first, again;
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    struct point dsk[2];
    struct bytes list;

    assert_err(coming_load(s->vault, &a, &first, &list), E_ABSENT);
    assert_ok(coming_create(s->vault, &link, true));
    assert_ok(coming_load(s->vault, &a, &first, &list));
    assert_int_equal(list.n, 0);
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, coming_signed(s->vault, &first, BYTES_LITERAL("a list"))));
    safe_again(s);
    assert_ok(coming_load(s->vault, &a, &again, &list));
    assert_bytes(list, BYTES_LITERAL("a list"));
    assert_true(again.keeps);
    assert_string_equal(again.link.address, "x.y:80");
    assert_ok(sign_private_public(first.dsk, dsk[0].b));
    assert_ok(sign_private_public(again.dsk, dsk[1].b));
    assert_memory_equal(&dsk[0], &dsk[1], sizeof dsk[0]);
    coming_free(&first);
    coming_free(&again);
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, coming_over(s->vault)));
    assert_err(coming_load(s->vault, &a, &again, &list), E_ABSENT);
    arena_free(&a);
}

/* So many devices and a recovery key. */
static struct device_list devices(uint8_t n)
{
    struct device_list l = {.version = 5, .devices = n + 1u};

    for (uint8_t i = 0; i <= n; i++)
        l.device[i] = (struct device_entry){.did = {{(uint8_t)(i + 1)}},
                                            .role = i < n ? DEVICE_PLAIN : DEVICE_RECOVERY};
    return l;
}

static void the_list_that_brings_back_has_one_device_or_all(void **state)
{
    const struct device_entry mine = {.did = {{99}}, .role = DEVICE_PLAIN};
    struct device_list now = devices(LIMIT_LIST_DEVICES), next;

    assert_ok(coming_next(&now, &mine, false, NOW_MS, &next));
    assert_int_equal(next.version, 6);
    assert_int_equal(device_list_count(&next), 1);
    assert_non_null(device_list_find_device(&next, &mine.did));
    assert_non_null(device_list_recovery(&next));
    assert_int_equal(next.revoked, LIMIT_LIST_DEVICES);
    assert_err(coming_next(&now, &mine, true, NOW_MS, &next), E_LIMIT);
    now = devices(2);
    assert_ok(coming_next(&now, &mine, true, NOW_MS, &next));
    assert_int_equal(device_list_count(&next), 3);
    assert_int_equal(next.revoked, 0);
    now.gone[now.revoked++] = (struct device_revoked){mine.did, 5, DEVICE_REVOKED};
    assert_err(coming_next(&now, &mine, true, NOW_MS, &next), E_REMOVED);
}

/* ---- what a conversation keeps of devices */

static void what_became_of_devices_stands_in_the_conversation(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(1 << 16);
    struct diary_devices what = {.added = 1, .removed = 2, .recovered = true, .given = 3},
                         nothing = {0}, got;
    struct message m, written = {.text = BYTES_LITERAL("123456789")};

    assert_ok(vault_begin(s->vault));
    assert_ok(diary_note(s->vault, &s->random, 3, &nothing, NOW_MS));
    assert_ok(diary_note(s->vault, &s->random, 3, &what, NOW_MS));
    assert_ok(diary_note(s->vault, &s->random, 3, &what, NOW_MS));
    assert_ok(vault_commit(s->vault));
    safe_again(s);
    assert_ok(messages_next_unread(s->vault, 0, &a, &m));
    assert_int_equal(m.contact, 3);
    assert_true(diary_read(&m, &got));
    assert_int_equal(got.added, 1);
    assert_int_equal(got.removed, 2);
    assert_true(got.recovered);
    assert_int_equal(got.given, 3);
    assert_ok(messages_next(s->vault, 3, m.place, &a, &m));
    assert_err(messages_next(s->vault, 3, m.place, &a, &m), E_ABSENT);
    assert_false(diary_read(&written, &got)); /* what others write is never taken for it */
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        safe_test(what_stands_is_what_the_list_has),
        safe_test(letters_are_those_of_the_key_or_not),
        safe_test(a_blob_that_was_changed_is_not_confirmed),
        safe_test(a_profile_that_comes_back_is_as_it_was_left),
        safe_test(the_list_that_brings_back_has_one_device_or_all),
        safe_test(what_became_of_devices_stands_in_the_conversation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
