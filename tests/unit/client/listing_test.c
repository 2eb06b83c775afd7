/* SPDX-License-Identifier: Apache-2.0 */
#include "client/listing.h"

#include "unit/client/safe.h"

#define NOW_MS UINT64_C(1790000000000)

static struct device_entry entry(uint8_t which, enum device_role role)
{
    struct device_entry e = {.did = {{which}}, .role = role, .added_ms = NOW_MS};

    e.dsk.b[0] = which;
    return e;
}

/* Devices 1 and 2, and the recovery key 9. */
static struct own account(void)
{
    struct own o = {.joined = true};

    o.me.who.did = (struct device_id){{1}};
    o.list = (struct device_list){.version = 4, .made_ms = NOW_MS, .devices = 3};
    o.list.device[0] = entry(1, DEVICE_PLAIN);
    o.list.device[1] = entry(2, DEVICE_PLAIN);
    o.list.device[2] = entry(9, DEVICE_RECOVERY);
    return o;
}

static enum err_code apply(const struct listing_change *c, struct device_list *next, bool *there)
{
    struct own o = account();

    return listing_apply(&o.list, c, NOW_MS, next, there).code;
}

static void each_change_makes_the_next_list(void **state)
{
    struct listing_change c = {LISTING_ADD, entry(3, DEVICE_PLAIN)};
    struct device_list next;
    bool there;

    (void)state;
    assert_int_equal(apply(&c, &next, &there), E_OK);
    assert_false(there);
    assert_int_equal(next.version, 5);
    assert_non_null(device_list_find_device(&next, &c.entry.did));

    c = (struct listing_change){LISTING_REVOKE, entry(2, DEVICE_PLAIN)};
    assert_int_equal(apply(&c, &next, &there), E_OK);
    assert_null(device_list_find(&next, &c.entry.did));
    assert_non_null(device_list_find_revoked(&next, &c.entry.did));

    c = (struct listing_change){LISTING_RECOVERY, entry(8, DEVICE_RECOVERY)};
    assert_int_equal(apply(&c, &next, &there), E_OK);
    assert_int_equal(device_list_recovery(&next)->did.b[0], 8);
    assert_non_null(device_list_find_revoked(&next, &(struct device_id){{9}}));

    c = (struct listing_change){LISTING_CAPABILITIES, entry(2, DEVICE_PLAIN)};
    c.entry.capabilities = DEVICE_GIVEN_HISTORY;
    assert_int_equal(apply(&c, &next, &there), E_OK);
    assert_int_equal(device_list_find(&next, &c.entry.did)->capabilities, DEVICE_GIVEN_HISTORY);
}

static void what_a_list_has_is_there(void **state)
{
    const struct listing_change there_already[] = {
        {LISTING_ADD, entry(2, DEVICE_PLAIN)},
        {LISTING_REVOKE, entry(3, DEVICE_PLAIN)},
        {LISTING_RECOVERY, entry(9, DEVICE_RECOVERY)},
        {LISTING_CAPABILITIES, entry(2, DEVICE_PLAIN)}, /* none */
    };

    (void)state;
    for (size_t i = 0; i < sizeof there_already / sizeof there_already[0]; i++) {
        struct device_list next;
        bool there = false;

        assert_int_equal(apply(&there_already[i], &next, &there), E_OK);
        assert_true(there);
    }
}

static void a_device_that_was_revoked_does_not_come_back(void **state)
{
    struct listing_change c = {LISTING_ADD, entry(5, DEVICE_PLAIN)};
    struct own o = account();
    struct device_list next;
    bool there;

    (void)state;
    o.list.gone[0] = (struct device_revoked){{{5}}, 3, DEVICE_REVOKED};
    o.list.revoked = 1;
    assert_int_equal(listing_apply(&o.list, &c, NOW_MS, &next, &there).code, E_REMOVED);
    c.kind = LISTING_CAPABILITIES;
    c.entry.capabilities = 1;
    assert_int_equal(listing_apply(&o.list, &c, NOW_MS, &next, &there).code, E_REMOVED);
    c.entry.did.b[0] = 6; /* and of one that never was there nothing is said */
    assert_int_equal(listing_apply(&o.list, &c, NOW_MS, &next, &there).code, E_REMOVED);
}

static enum err_code put(struct safe *s, const struct own *o, const struct listing_change *c)
{
    assert_ok(vault_begin(s->vault));
    return vault_end(s->vault, listing_put(s->vault, o, c, NOW_MS)).code;
}

static void changes_wait_in_order_with_what_was_signed(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(65536);
    struct own o = account();
    struct listing_change c = {LISTING_REVOKE, entry(2, DEVICE_PLAIN)}, got;
    uint64_t number;
    struct bytes list;

    assert_int_equal(listing_first(s->vault, &a, &number, &got, &list).code, E_ABSENT);
    assert_int_equal(put(s, &o, &c), E_OK);
    c = (struct listing_change){LISTING_ADD, entry(3, DEVICE_PLAIN)};
    assert_int_equal(put(s, &o, &c), E_OK);
    assert_ok(listing_first(s->vault, &a, &number, &got, &list));
    assert_int_equal(got.kind, LISTING_REVOKE);
    assert_int_equal(list.n, 0);
    assert_ok(listing_find(s->vault, &c.entry.did, &a, &number, &list)); /* the one that adds */
    assert_int_equal(listing_find(s->vault, &got.entry.did, &a, &number, &list).code, E_ABSENT);
    assert_ok(listing_first(s->vault, &a, &number, &got, &list));

    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, listing_signed(s->vault, number, &got, bytes_text("a list"))));
    safe_again(s);
    assert_ok(listing_first(s->vault, &a, &number, &got, &list));
    assert_true(bytes_same(list, bytes_text("a list")));
    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, listing_over(s->vault, number)));
    assert_ok(listing_first(s->vault, &a, &number, &got, &list));
    assert_int_equal(got.kind, LISTING_ADD);
    assert_int_equal(got.entry.dsk.b[0], 3);
    assert_int_equal(got.entry.role, DEVICE_PLAIN);
    assert_int_equal(got.entry.added_ms, NOW_MS);
    assert_int_equal(list.n, 0);
    arena_free(&a);
}

static void what_cannot_be_is_refused_at_once(void **state)
{
    struct safe *s = *state;
    struct own o = account();
    struct listing_change c = {LISTING_REVOKE, entry(1, DEVICE_PLAIN)};

    assert_int_equal(put(s, &o, &c), E_DENIED); /* oneself */
    c = (struct listing_change){LISTING_ADD, entry(3, DEVICE_PLAIN)};
    for (size_t i = 0; i < LISTING_MAX; i++)
        assert_int_equal(put(s, &o, &c), E_OK);
    assert_int_equal(put(s, &o, &c), E_LIMIT);
    for (uint8_t i = 3; device_list_count(&o.list) < LIMIT_LIST_DEVICES; i++)
        o.list.device[o.list.devices++] = entry((uint8_t)(i + 20), DEVICE_PLAIN);
    assert_int_equal(put(s, &o, &c), E_LIMIT); /* ten devices */
    o.me.who.did.b[0] = 77;
    assert_int_equal(put(s, &o, &c), E_DENIED); /* removed itself */
}

static bool withdraw(struct safe *s, const struct listing_change *c)
{
    bool was;

    assert_ok(vault_begin(s->vault));
    assert_ok(vault_end(s->vault, listing_withdraw(s->vault, &c->entry.did, &was)));
    return was;
}

static void a_recovery_key_is_withdrawn_until_a_list_with_it_was_signed(void **state)
{
    struct safe *s = *state;
    struct arena a = ARENA(65536);
    struct own o = account();
    struct listing_change other = {LISTING_REVOKE, entry(2, DEVICE_PLAIN)},
                          key = {LISTING_RECOVERY, entry(8, DEVICE_RECOVERY)}, got;
    uint64_t number;
    struct bytes list;

    assert_false(withdraw(s, &key));
    assert_int_equal(put(s, &o, &other), E_OK);
    assert_int_equal(put(s, &o, &key), E_OK);
    assert_true(withdraw(s, &key));
    assert_false(withdraw(s, &key));
    assert_false(withdraw(s, &other)); /* what is no key stays */
    assert_ok(listing_first(s->vault, &a, &number, &got, &list));
    assert_int_equal(got.kind, LISTING_REVOKE);
    assert_int_equal(put(s, &o, &key), E_OK);
    assert_ok(vault_begin(s->vault));
    assert_ok(
        vault_end(s->vault, listing_signed(s->vault, number + 1, &key, bytes_text("a list"))));
    assert_false(withdraw(s, &key));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_change_makes_the_next_list),
        cmocka_unit_test(what_a_list_has_is_there),
        cmocka_unit_test(a_device_that_was_revoked_does_not_come_back),
        safe_test(changes_wait_in_order_with_what_was_signed),
        safe_test(what_cannot_be_is_refused_at_once),
        safe_test(a_recovery_key_is_withdrawn_until_a_list_with_it_was_signed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
