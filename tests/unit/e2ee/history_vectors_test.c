/* SPDX-License-Identifier: Apache-2.0 */
/* Control messages `history` and entries of tests/vectors are opened. */
#include "e2ee/history.h"
#include "vectors/vector.h"

static json_t *v;

static int load(void **state)
{
    v = vector_load("history.json");
    return 0;
}

static int forget(void **state)
{
    json_decref(v);
    arena_free(&vector_memory);
    return 0;
}

static void the_controls_say_what_they_say(void **state)
{
    json_t *o;
    size_t i;

    json_array_foreach(vector_get(v, "controls"), i, o)
    {
        struct buf again = BUF(1024);
        struct history h;

        assert_ok(history_parse(vector_bytes(o, "content"), &h));
        assert_int_equal(h.kind, vector_number(o, "kind"));
        assert_field(BYTES(h.transfer), o, "transfer");
        assert_int_equal(h.number, vector_number(o, "number"));
        assert_int_equal(h.last, vector_number(o, "last"));
        assert_int_equal(h.done, vector_number(o, "done"));
        assert_int_equal(h.of, vector_number(o, "of"));
        assert_int_equal(h.code, vector_number(o, "code"));
        assert_field(h.cut, o, "cut");
        history_write(&h, &again);
        assert_field(buf_view(&again), o, "content");
        buf_free(&again);
    }
    assert_int_equal(i, 5);
}

static void is_message(const struct history_entry *e, json_t *o)
{
    assert_int_equal(e->mine, vector_number(o, "mine"));
    assert_int_equal(e->read, vector_number(o, "read"));
    assert_int_equal(e->state, vector_number(o, "state"));
    assert_int_equal(e->notes, vector_number(o, "notes"));
    assert_int_equal(e->missing, vector_number(o, "missing"));
    assert_int_equal(e->kept_ms, vector_number(o, "kept_ms"));
    assert_field(ID_BYTES(e->sender), o, "did");
    assert_field(ID_BYTES(e->id), o, "id");
    assert_int_equal(e->seq, vector_number(o, "seq"));
    assert_int_equal(e->sent_ms, vector_number(o, "sent_ms"));
    assert_int_equal(e->ttl_s, vector_number(o, "ttl_s"));
    assert_int_equal(e->type, vector_number(o, "type"));
    assert_field(e->content, o, "content");
}

static struct history_entry entry(size_t i)
{
    json_t *o = json_array_get(vector_get(v, "entries"), i);
    struct buf again = BUF(HISTORY_ENTRY_MAX);
    struct history_entry e;

    assert_ok(history_entry_parse(vector_bytes(o, "entry"), &e));
    assert_int_equal(e.kind, vector_number(o, "kind"));
    history_entry_write(&e, &again);
    assert_field(buf_view(&again), o, "entry");
    if (e.kind != HISTORY_LIST)
        assert_field(ID_BYTES(e.with), o, "aid");
    if (e.kind == HISTORY_PROVED || e.kind == HISTORY_UNPROVED)
        is_message(&e, o);
    buf_free(&again);
    return e;
}

static void the_entries_say_what_they_say(void **state)
{
    struct point ark = vector_signer(v, "ark", NULL);
    struct history_entry person = entry(0), list = entry(1);
    struct network_id nid;
    struct device_list checked;

    vector_copy(v, "nid", nid.b, sizeof nid.b);
    assert_bytes(BYTES(person.ark.b), BYTES(ark.b));
    assert_bytes(person.handle, bytes_text("bob"));
    assert_ok(device_list_check(list.list, &nid, &ark, NULL, UINT64_MAX / 2, &checked));
    assert_int_equal(entry(3).kind, HISTORY_UNPROVED);
}

static void the_proof_shows_who_wrote_it(void **state)
{
    struct point dsk = vector_signer(v, "dsk", NULL);
    struct history_entry e = entry(2);
    json_t *p = vector_get(v, "proof");
    struct sign_public *key;
    struct core core;
    struct wrap wrap;

    assert_ok(sign_public_parse(&key, BYTES(dsk.b)));
    assert_ok(proof_check(e.proof, e.content, key));
    assert_err(proof_check(e.proof, bytes_text("another"), key), E_FORGED);
    assert_ok(proof_parse(e.proof, &core, &wrap));
    assert_field(ID_BYTES(core.room), p, "room");
    assert_field(BYTES(core.prev), p, "prev");
    assert_field(ID_BYTES(wrap.roster), p, "roster");
    assert_int_equal(wrap.list_version, vector_number(p, "list_version"));
    assert_field(BYTES(wrap.list_hash), p, "list_hash");
    assert_field(bytes(e.proof.at, SCHEDULE_CTX_SIZE), p, "ctx");
    sign_public_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_controls_say_what_they_say),
        cmocka_unit_test(the_entries_say_what_they_say),
        cmocka_unit_test(the_proof_shows_who_wrote_it),
    };

    return cmocka_run_group_tests(tests, load, forget);
}
