/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads for several devices: for some of them alone, and when a mailbox of one is full.
 * [PROTOCOL 6.3, 6.4, 10 M1, 11] */
#include "letter.h"
#include "statement/notice.h"

/* Ann writes to the two devices of Bob. */
struct trio {
    struct world *w;
    struct person ann, bob[2]; /* in the order of his list */
    struct letter l;
    uint16_t place[3];
    struct buf scope;
};

/* His list with both, which no operation brings about yet. */
static void publish_both(struct world *w, struct person *old, struct person *fresh)
{
    bool first = ID_RISES(fresh->did, old->did);

    memcpy(old->list.previous, old->list.hash, sizeof old->list.previous);
    old->list.version = 2;
    old->list.devices = 2;
    old->list.device[first ? 1 : 0] = old->list.device[0];
    old->list.device[first ? 0 : 1] = (struct device_entry){
        .did = fresh->did, .dsk = fresh->dsk_point, .role = DEVICE_PLAIN, .added_ms = w->now_ms};
    person_sign_list(w, old);
    fresh->list = old->list;
    assert_ok(db_run(w->db,
                     "INSERT INTO device_list (account, version, statement)"
                     " SELECT account, 2, $2 FROM device WHERE did = $1",
                     DB_VALUES(DB_BYTES_OF(ID_BYTES(old->did)), DB_BYTES_OF(old->list_statement)),
                     NULL));
    assert_ok(db_run(w->db,
                     "INSERT INTO device (did, account, dsk, state, marks)"
                     " SELECT $2, account, $3, state, marks FROM device WHERE did = $1",
                     DB_VALUES(DB_BYTES_OF(ID_BYTES(old->did)), DB_BYTES_OF(ID_BYTES(fresh->did)),
                               DB_BYTES_OF(BYTES(fresh->dsk_point.b))),
                     NULL));
}

static void add_device(struct world *w, struct person *old, struct person *fresh)
{
    *fresh = (struct person){.aid = old->aid};
    assert_ok(sign_generate(&fresh->dsk, fresh->dsk_point.b));
    assert_ok(names_device(&fresh->aid, &fresh->dsk_point, &fresh->did));
    publish_both(w, old, fresh);
    person_connect(w, fresh);
    fresh->session.signed_in = true;
    fresh->session.did = fresh->did;
    fresh->session.aid = fresh->aid;
    assert_int_equal(person_publish_prekey(w, fresh, person_prekey(w, fresh, 1)), E_OK);
}

/* The next letter to both, all of it right. */
static void write_next(struct trio *x)
{
    letter_make(x->w, &x->l, &x->ann, &x->bob[0]);
    x->l.upload.recipients = 2;
    memset(x->l.entry + UPLOAD_ENTRY_SIZE, 7, UPLOAD_ENTRY_SIZE);
    x->l.entry[UPLOAD_ENTRY_SIZE] = 0;
    x->l.entry[UPLOAD_ENTRY_SIZE + 1] = (uint8_t)x->bob[1].prekey;
    letter_write(x->w, &x->l);
}

static void begin(struct trio *x, void **state)
{
    struct person fresh;

    *x = (struct trio){.w = *state, .scope = BUF(UPLOAD_SCOPE_MOST)};
    person_enter(x->w, &x->ann, "ann");
    person_enter(x->w, &x->bob[0], "bob");
    add_device(x->w, &x->bob[0], &fresh);
    x->bob[1] = fresh;
    x->bob[1].list = x->bob[0].list;
    if (ID_RISES(fresh.did, x->bob[0].did)) {
        x->bob[1] = x->bob[0];
        x->bob[0] = fresh;
    }
    write_next(x);
    assert_int_equal(letter_register(x->w, &x->ann, &x->l).code, E_OK);
}

static void end(struct trio *x)
{
    person_free(&x->ann);
    person_free(&x->bob[0]);
    person_free(&x->bob[1]);
    buf_free(&x->scope);
}

/* The letter is for the first `n` of x->place alone. */
static void make_partial(struct trio *x, size_t n)
{
    buf_cut(&x->scope, 0);
    upload_write_scope(x->place, n, &x->scope);
    x->l.upload.shared.scope = buf_view(&x->scope);
    x->l.upload.shared.head[3] = UPLOAD_FLAG_PARTIAL;
    x->l.upload.recipients = n;
    letter_write(x->w, &x->l);
}

static enum err_code upload(struct trio *x)
{
    return letter_upload(x->w, &x->ann, &x->l).code;
}

static void fill(struct trio *x, const struct person *whose, uint64_t items, uint64_t bytes)
{
    assert_ok(db_run(
        x->w->db,
        "INSERT OR REPLACE INTO mailbox (device, items, bytes)"
        " SELECT id, $2, $3 FROM device WHERE did = $1",
        DB_VALUES(DB_BYTES_OF(ID_BYTES(whose->did)), DB_NUMBER_OF(items), DB_NUMBER_OF(bytes)),
        NULL));
}

static void an_upload_for_all_reaches_each_device(void **state)
{
    struct trio x;

    begin(&x, state);
    assert_int_equal(upload(&x), E_OK);
    assert_int_equal(world_effects(x.w, EFFECT_MAIL), 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(person_page(x.w, &x.bob[i])->n_items, 1);
    end(&x);
}

static void a_partial_upload_reaches_those_of_its_scope_alone(void **state)
{
    struct upload_delivery d;
    Tacet__Wire__Deliver *page;
    struct trio x;

    begin(&x, state);
    x.place[0] = 1;
    memcpy(x.l.entry, x.l.entry + UPLOAD_ENTRY_SIZE, UPLOAD_ENTRY_SIZE);
    make_partial(&x, 1);
    assert_int_equal(upload(&x), E_OK);
    assert_int_equal(person_page(x.w, &x.bob[0])->n_items, 0);
    page = person_page(x.w, &x.bob[1]);
    assert_int_equal(page->n_items, 1);
    assert_ok(upload_parse_delivery(frame_bytes(page->items[0]->sealed), &d));
    assert_int_equal(upload_places(&d.shared), 1);
    assert_int_equal(upload_place(&d.shared, 0), 1);
    assert_bytes(d.entry, bytes(x.l.entry, UPLOAD_ENTRY_SIZE));
    end(&x);
}

static void a_scope_of_several_is_kept_once_and_delivered_to_each(void **state)
{
    struct upload_delivery d;
    Tacet__Wire__Deliver *page;
    struct trio x;

    begin(&x, state);
    x.place[1] = 1;
    make_partial(&x, 2);
    assert_int_equal(upload(&x), E_OK);
    assert_int_equal(world_mail(x.w), 3); /* two rows and a body */
    for (size_t i = 0; i < 2; i++) {
        page = person_page(x.w, &x.bob[i]);
        assert_int_equal(page->n_items, 1);
        assert_ok(upload_parse_delivery(frame_bytes(page->items[0]->sealed), &d));
        assert_bytes(d.shared.scope, buf_view(&x.scope));
        assert_memory_equal(d.shared.com, x.l.upload.shared.com, sizeof d.shared.com);
        assert_bytes(d.entry, bytes(x.l.entry + i * UPLOAD_ENTRY_SIZE, UPLOAD_ENTRY_SIZE));
    }
    end(&x);
}

/* Byte by byte, as no writer of ours would. */
static void scopes_that_do_not_fit_are_refused(void **state)
{
    uint8_t *at;
    struct trio x;

    begin(&x, state);
    x.place[0] = 2; /* the roster has two */
    make_partial(&x, 1);
    assert_int_equal(upload(&x), E_MALFORMED);
    x.place[0] = 0;
    x.place[1] = 1;
    make_partial(&x, 2);
    at = (uint8_t *)(uintptr_t)x.l.bytes.at + UPLOAD_HEAD_SIZE;
    at[3] = 1; /* not rising */
    assert_int_equal(upload(&x), E_MALFORMED);
    at[1] = 1; /* one place, two entries, and all behind it out of step */
    assert_int_not_equal(upload(&x), E_OK);
    make_partial(&x, 2);
    at = (uint8_t *)(uintptr_t)x.l.bytes.at;
    at[3] = 0; /* a scope without its flag */
    assert_int_not_equal(upload(&x), E_OK);
    x.l.upload.shared.scope.n = 0;
    x.l.upload.shared.head[3] = 0;
    letter_write(x.w, &x.l);
    at = (uint8_t *)(uintptr_t)x.l.bytes.at;
    at[3] = UPLOAD_FLAG_PARTIAL; /* the flag without a scope */
    at[UPLOAD_HEAD_SIZE] = 0xff;
    assert_int_equal(upload(&x), E_LIMIT);
    x.l.upload.recipients = 1; /* one entry for two, and no scope that says so */
    letter_write(x.w, &x.l);
    assert_int_equal(upload(&x), E_MALFORMED);
    assert_int_equal(world_mail(x.w), 0);
    end(&x);
}

static void a_scope_has_as_many_places_as_there_are_entries(void **state)
{
    struct buf b = BUF(LIMIT_FRAME);
    size_t entries;
    struct trio x;

    begin(&x, state);
    x.place[0] = 0;
    make_partial(&x, 1);
    entries = UPLOAD_HEAD_SIZE + x.scope.n + UPLOAD_COMMITMENT_SIZE + 48 + 8 + 2;
    buf_bytes(&b, bytes(x.l.bytes.at, entries));
    buf_u16(&b, 2);
    buf_bytes(&b, bytes(x.l.entry, 2 * UPLOAD_ENTRY_SIZE));
    entries += 2 + UPLOAD_ENTRY_SIZE;
    buf_bytes(&b, bytes(x.l.bytes.at + entries, x.l.bytes.n - entries));
    x.l.bytes = buf_view(&b);
    assert_int_equal(upload(&x), E_MALFORMED);
    assert_int_equal(world_mail(x.w), 0);
    buf_free(&b);
    end(&x);
}

/* What Ann is told, as the only thing in her mailbox. */
static void assert_notice(struct trio *x, const struct person *left_out)
{
    Tacet__Wire__Deliver *page = person_page(x->w, &x->ann);
    struct upload_notice n;

    assert_int_equal(page->n_items, 1);
    assert_int_equal(page->items[0]->kind, FRAME_NOTICE);
    assert_ok(notice_parse(frame_bytes(page->items[0]->sealed), &n));
    assert_int_equal(n.number, x->l.upload.number);
    assert_true(ID_SAME(n.did, left_out->did));
    assert_int_equal(n.code, E_FULL);
}

static void a_mailbox_that_is_full_is_left_out_and_its_sender_told(void **state)
{
    const struct effect *told = NULL;
    struct trio x;

    begin(&x, state);
    letter_add_capsule(x.w, &x.l, x.bob[0].prekey); /* for the device that will not get it */
    fill(&x, &x.bob[0], LIMIT_MAILBOX_ITEMS - 1, 0);
    assert_int_equal(upload(&x), E_OK);
    assert_int_equal(world_effects(x.w, EFFECT_MAIL), 2); /* to the other, and to her */
    for (size_t i = 0; i < x.w->effects.n; i++)
        if (ID_SAME(x.w->effects.at[i].did, x.ann.did))
            told = &x.w->effects.at[i];
    assert_non_null(told);
    assert_int_equal(told->kind, EFFECT_MAIL);
    assert_int_equal(person_page(x.w, &x.bob[0])->n_items, 0);
    assert_int_equal(person_page(x.w, &x.bob[1])->n_items, 1);
    assert_notice(&x, &x.bob[0]);
    end(&x);
}

static void bytes_fill_a_mailbox_too(void **state)
{
    struct trio x;

    begin(&x, state);
    fill(&x, &x.bob[1], 0, LIMIT_MAILBOX_BYTES - 500);
    assert_int_equal(upload(&x), E_OK);
    assert_int_equal(person_page(x.w, &x.bob[0])->n_items, 1);
    assert_int_equal(person_page(x.w, &x.bob[1])->n_items, 0);
    assert_notice(&x, &x.bob[1]);
    end(&x);
}

static void when_no_device_is_left_the_upload_is_refused_and_its_number_free(void **state)
{
    struct trio x;

    begin(&x, state);
    fill(&x, &x.bob[0], LIMIT_MAILBOX_ITEMS, 0);
    fill(&x, &x.bob[1], LIMIT_MAILBOX_ITEMS, 0);
    assert_int_equal(upload(&x), E_FULL);
    assert_int_equal(world_mail(x.w), 0);
    assert_int_equal(person_page(x.w, &x.ann)->n_items, 0);
    fill(&x, &x.bob[1], 0, 0);
    assert_int_equal(upload(&x), E_OK);
    assert_notice(&x, &x.bob[0]);
    end(&x);
}

static void a_notice_finds_room_where_no_message_does_and_lives_45_days(void **state)
{
    struct trio x;
    uint64_t deleted;

    begin(&x, state);
    fill(&x, &x.ann, LIMIT_MAILBOX_ITEMS, LIMIT_MAILBOX_BYTES);
    fill(&x, &x.bob[0], LIMIT_MAILBOX_ITEMS, 0);
    assert_int_equal(upload(&x), E_OK);
    assert_notice(&x, &x.bob[0]);
    x.w->now_ms += 45 * CLOCK_DAY_MS - 1;
    assert_ok(queue_expire(x.w->db, x.w->now_ms, &deleted));
    assert_int_equal(deleted, 1); /* the message to the other: a day was its life */
    x.w->now_ms++;
    assert_ok(queue_expire(x.w->db, x.w->now_ms, &deleted));
    assert_int_equal(deleted, 1);
    end(&x);
}

/* Nothing may be lost without a word: without room for the notice nothing is accepted. */
static void where_no_notice_fits_the_upload_is_refused_whole(void **state)
{
    struct trio x;
    struct device me;
    int64_t before;

    begin(&x, state);
    fill(&x, &x.bob[0], LIMIT_MAILBOX_ITEMS, 0);
    assert_int_equal(upload(&x), E_OK);
    assert_ok(devices_get(x.w->db, &x.ann.did, &me));
    for (size_t i = 1; i < LIMIT_MAILBOX_NOTICES; i++)
        assert_ok(db_run(x.w->db,
                         "INSERT INTO mail (device, kind, body, sealed, size, received_ms,"
                         " expires_ms) SELECT device, kind, body, sealed, size, received_ms,"
                         " expires_ms FROM mail WHERE device = $1 LIMIT 1",
                         DB_VALUES(DB_NUMBER_OF(me.row)), NULL));
    before = world_mail(x.w);
    write_next(&x);
    assert_int_equal(upload(&x), E_FULL);
    assert_int_equal(world_mail(x.w), before);
    assert_int_equal(world_effects(x.w, EFFECT_MAIL), 0);
    person_acknowledge(x.w, &x.ann, UINT64_MAX);
    assert_int_equal(upload(&x), E_OK);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(an_upload_for_all_reaches_each_device),
        world_test(a_partial_upload_reaches_those_of_its_scope_alone),
        world_test(a_scope_of_several_is_kept_once_and_delivered_to_each),
        world_test(scopes_that_do_not_fit_are_refused),
        world_test(a_scope_has_as_many_places_as_there_are_entries),
        world_test(a_mailbox_that_is_full_is_left_out_and_its_sender_told),
        world_test(bytes_fill_a_mailbox_too),
        world_test(when_no_device_is_left_the_upload_is_refused_and_its_number_free),
        world_test(a_notice_finds_room_where_no_message_does_and_lives_45_days),
        world_test(where_no_notice_fits_the_upload_is_refused_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
