/* SPDX-License-Identifier: Apache-2.0 */
#include "client/standing.h"

#include "unit/client/safe.h"
#include "unit/statement/people.h"

#define NOW    PEOPLE_NOW_MS
#define MADE_2 (NOW - 10 * CLOCK_DAY_MS)

/* Three devices; list 2 revokes the last of them, and list 3 the one before. */
struct household {
    struct safe *safe;
    struct own me; /* no more of it than people_list() looks at */
    struct person ada;
    struct device_list list;
};

static void put_list(struct household *h)
{
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);

    assert_ok(device_list_sign(&h->list, &h->me.nid, h->ada.ark.secret, &h->ada.did[0],
                               h->ada.dsk[0].secret, &b));
    assert_ok(vault_begin(h->safe->vault));
    assert_ok(vault_end(h->safe->vault, vault_put(h->safe->vault, VAULT_LIST, ID_BYTES(h->ada.aid),
                                                  h->list.version, buf_view(&b))));
    buf_free(&b);
}

/* The last device of the list goes with the next. */
static void put_shorter(struct household *h)
{
    struct device_list *l = &h->list;

    l->version++;
    l->made_ms += 5 * CLOCK_DAY_MS;
    memcpy(l->previous, l->hash, sizeof l->previous);
    l->devices--;
    for (size_t i = l->revoked; i > 0; i--) /* whose did is higher */
        l->gone[i] = l->gone[i - 1];
    l->gone[0] =
        (struct device_revoked){l->device[l->devices].did, (uint32_t)l->version, DEVICE_REVOKED};
    l->revoked++;
    put_list(h);
}

static int begin(void **state)
{
    struct household *h = calloc(1, sizeof *h);
    void *safe;

    assert_non_null(h);
    safe_begin(&safe);
    h->safe = safe;
    h->me.nid = people_network("x.example");
    h->ada = person_new(&h->me.nid, 10, 3);
    h->list = (struct device_list){
        .aid = h->ada.aid, .version = 1, .made_ms = MADE_2 - 5 * CLOCK_DAY_MS, .devices = 3};
    for (size_t i = 0; i < 3; i++)
        h->list.device[i] =
            (struct device_entry){.did = h->ada.did[i], .dsk = h->ada.dsk[i].pub, .role = 1};
    *state = h;
    return 0;
}

static int begin_with_lists(void **state)
{
    begin(state);
    put_list(*state);
    put_shorter(*state);
    put_shorter(*state);
    return 0;
}

static int end(void **state)
{
    struct household *h = *state;
    void *safe = h->safe;

    person_free(&h->ada);
    safe_end(&safe);
    free(h);
    return 0;
}

static struct err ask(struct household *h, const struct device_id *did, uint64_t received_ms,
                      struct standing *out)
{
    return standing_find(h->safe->vault, &h->me, &h->ada.aid, did, received_ms, NOW, out);
}

static enum device_sender sender(struct household *h, size_t device, uint64_t received_ms)
{
    struct standing s = {.sender = 0};

    assert_ok(ask(h, &h->ada.did[device], received_ms, &s));
    assert_memory_equal(s.device.dsk.b, h->ada.dsk[device].pub.b, sizeof s.device.dsk.b);
    return s.sender;
}

static void each_device_is_judged_by_the_first_list_without_it(void **state)
{
    struct household *h = *state;
    uint64_t made_3 = MADE_2 + 5 * CLOCK_DAY_MS;

    assert_int_equal(sender(h, 0, NOW), DEVICE_SENDER_STANDS);
    assert_int_equal(sender(h, 0, 0), DEVICE_SENDER_STANDS);
    assert_int_equal(sender(h, 1, made_3 - 1), DEVICE_SENDER_LEFT);
    assert_int_equal(sender(h, 1, made_3), DEVICE_SENDER_REVOKED);
    assert_int_equal(sender(h, 2, MADE_2 - 1), DEVICE_SENDER_LEFT);
    assert_int_equal(sender(h, 2, MADE_2), DEVICE_SENDER_REVOKED);
    assert_int_equal(sender(h, 2, NOW - 30 * CLOCK_DAY_MS), DEVICE_SENDER_LEFT);
    assert_int_equal(sender(h, 2, NOW - 30 * CLOCK_DAY_MS - 1), DEVICE_SENDER_REVOKED);
}

static void who_was_in_no_list_is_told_from_who_has_none(void **state)
{
    struct household *h = *state;
    struct device_id stranger = {{1}};
    struct account_id other = {{2}};
    struct standing s;

    assert_err(ask(h, &stranger, NOW, &s), E_FORGED);
    assert_err(standing_find(h->safe->vault, &h->me, &other, &stranger, NOW, NOW, &s), E_ABSENT);
}

static void without_the_lists_of_the_time_nothing_is_said(void **state)
{
    struct household *h = *state;
    struct standing s;

    put_list(h);
    h->list.version++; /* list 2 is not known */
    h->list.devices--;
    h->list.gone[h->list.revoked++] = (struct device_revoked){h->ada.did[2], 2, DEVICE_REVOKED};
    put_shorter(h);
    assert_err(ask(h, &h->ada.did[2], NOW, &s), E_ABSENT);
    assert_err(ask(h, &h->ada.did[1], NOW, &s), E_ABSENT);
    assert_int_equal(sender(h, 0, NOW), DEVICE_SENDER_STANDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_device_is_judged_by_the_first_list_without_it,
                                        begin_with_lists, end),
        cmocka_unit_test_setup_teardown(who_was_in_no_list_is_told_from_who_has_none,
                                        begin_with_lists, end),
        cmocka_unit_test_setup_teardown(without_the_lists_of_the_time_nothing_is_said, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
