/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agrees: odd.json in the folder TACET_VECTORS, which make_vectors.js wrote, has statements that
 * say something odd under good signatures, and forms that no encoder would produce, each with what
 * the JavaScript implementation says of it.  The library says the same.
 */
#include "e2ee/attachment.h"
#include "e2ee/call_key.h"
#include "e2ee/card.h"
#include "e2ee/control.h"
#include "e2ee/file_key.h"
#include "e2ee/filed.h"
#include "e2ee/receipt.h"
#include "e2ee/recovery.h"
#include "e2ee/reference.h"
#include "e2ee/trailer.h"
#include "statement/device_link.h"
#include "statement/directory.h"
#include "statement/export.h"
#include "statement/invitation.h"
#include "statement/policy.h"
#include "statement/prekey.h"
#include "statement/room_chain.h"
#include "statement/roster.h"
#include "statement/server_keys.h"
#include "statement/signin.h"
#include "statement/upload.h"
#include "vectors/vector.h"

#define DOMAIN "tacet.example"

/* The file, and whose word counts in it. */
static json_t *v;
static struct network_id nid;
static struct point root, directory, ark, dsk;
static struct device_list alice, bob;
static uint64_t now_ms;

/* One device that may sign rooms. */
static void know(json_t *o, struct device_list *l)
{
    *l = (struct device_list){.version = 1, .devices = 1};
    vector_copy(o, "aid", l->aid.b, sizeof l->aid.b);
    l->device[0].role = DEVICE_PLAIN;
    l->device[0].dsk = vector_signer(o, "dsk", NULL);
    assert_ok(names_device(&l->aid, &l->device[0].dsk, &l->device[0].did));
}

static int load(void **state)
{
    json_t *o;

    v = vector_load("odd.json");
    o = vector_get(v, "alice");
    vector_copy(v, "nid", nid.b, sizeof nid.b);
    now_ms = vector_number(v, "now_ms");
    root = vector_signer(v, "root", NULL);
    directory = vector_signer(v, "directory", NULL);
    ark = vector_signer(o, "ark", NULL);
    dsk = vector_signer(o, "dsk", NULL);
    know(o, &alice);
    know(vector_get(v, "bob"), &bob);
    return 0;
}

static int forget(void **state)
{
    json_decref(v);
    arena_free(&vector_memory);
    return 0;
}

/* What stands in an array of bytes. */
static struct bytes element(json_t *array, size_t i)
{
    json_t *text = json_array_get(array, i);
    size_t n = json_string_length(text) / 2;
    uint8_t *at = arena_alloc(&vector_memory, n);

    assert_non_null(at);
    assert_ok(encoding_hex_read(bytes(json_string_value(text), 2 * n), at, n));
    return bytes(at, n);
}

static struct err check_list(json_t *o, struct bytes in)
{
    static struct device_list list[3];
    json_t *before = vector_get(o, "before");
    size_t n = json_array_size(before);

    for (size_t i = 0; i < n; i++)
        assert_ok(device_list_check(element(before, i), &nid, &ark, i == 0 ? NULL : &list[i - 1],
                                    now_ms, &list[i]));
    return device_list_check(in, &nid, &ark, n == 0 ? NULL : &list[n - 1], now_ms, &list[n]);
}

static struct err check_roster(struct bytes in)
{
    struct arena a = ARENA(1 << 20);
    struct roster r;
    struct err err = roster_parse(in, &a, &r);

    arena_free(&a);
    return err;
}

static struct err check_signin(struct bytes in)
{
    uint8_t binding[SIGNIN_BINDING_SIZE];

    memset(binding, 7, sizeof binding);
    return signin_check(in, &nid, BYTES_LITERAL(DOMAIN), BYTES(binding), &dsk);
}

static struct err check_export(struct bytes in)
{
    struct export_word w;

    return export_check(in, &nid, &dsk, now_ms, &w);
}

static struct err check_state(json_t *o, const char *kind, size_t i, struct bytes in,
                              struct room_state *s, struct arena *a)
{
    static const bool none[3] = {false};
    const char *by = json_string_value(json_array_get(vector_get(o, "signers"), i));
    const struct device_list *known[] = {strcmp(by, "bob") == 0 ? &bob : &alice};
    struct room_commit commit;
    struct room_chain_witness w = {{known, 1}, &commit, now_ms};

    TRY(room_commit_check(element(vector_get(o, "commits"), i), &nid, &directory, now_ms, &commit));
    if (i == 0)
        return room_chain_check_genesis(in, &w, a, &s[i]);
    if (strcmp(kind, "successor") == 0)
        return room_chain_check_successor(in, &s[i - 1], &directory, none, &w, a, &s[i]);
    return room_chain_check_next(in, &s[i - 1], &w, a, &s[i]);
}

static struct err check_room(json_t *o, const char *kind, struct bytes in)
{
    struct arena a = ARENA(1 << 16);
    struct room_state s[3];
    json_t *before = vector_get(o, "before");
    size_t n = json_array_size(before);
    struct err err;

    for (size_t i = 0; i < n; i++)
        assert_ok(check_state(o, "state", i, element(before, i), s, &a));
    err = check_state(o, kind, n, in, s, &a);
    arena_free(&a);
    return err;
}

static struct err check_upload(struct bytes in)
{
    struct arena a = ARENA(1 << 16);
    struct upload u;
    struct err err = upload_parse(in, &a, &u);

    arena_free(&a);
    return err;
}

static struct err check_certificate(struct bytes in)
{
    struct directory_certificate c;

    return directory_check_certificate(in, &nid, &root, now_ms, &c);
}

static struct err check_directory(struct bytes in)
{
    struct directory_statement s;

    return directory_check(in, &nid, &directory, now_ms, &s);
}

static struct err check_server_keys(struct bytes in)
{
    struct server_keys k;

    return server_keys_check(in, &nid, &directory, now_ms, &k);
}

static struct err check_prekey(struct bytes in)
{
    struct prekey k;

    return prekey_check(in, &nid, &dsk, now_ms, &k);
}

static struct err check_policy(struct bytes in)
{
    struct network_policy p;

    return policy_check(in, &nid, &root, NULL, now_ms, &p);
}

static struct err check_delivery(struct bytes in)
{
    struct upload_delivery d;

    return upload_parse_delivery(in, &d);
}

static struct err check_capsule(struct bytes in)
{
    struct upload_capsule_form form;

    return upload_parse_capsule(in, &form);
}

static struct err check_trailer(struct bytes in)
{
    struct core core;
    struct wrap wrap;
    struct bytes sig;

    return trailer_parse(in, &core, &wrap, &sig);
}

static struct err check_descriptor(struct bytes in)
{
    struct file_descriptor d;

    return file_key_parse(in, &d);
}

static struct err check_attachment(struct bytes in)
{
    struct attachment a;

    return attachment_parse(in, &a);
}

static struct err check_header(struct bytes in)
{
    struct call_header h;
    size_t n;

    return call_key_parse_header(in, &h, &n);
}

static struct err check_link(struct bytes in)
{
    struct invitation i;

    return invitation_read(in, &i);
}

static struct err check_device_link(struct bytes in)
{
    struct device_link k;

    return device_link_read(in, &k);
}

static struct err check_letters(struct bytes in)
{
    struct recovery_key key;

    return recovery_read_letters(in, &key);
}

static struct err check_receipt(struct bytes in)
{
    struct receipt r;

    return receipt_parse(in, &r);
}

static struct err check_position(struct bytes in)
{
    struct position p;

    return position_parse(in, &p);
}

static struct err check_card(struct bytes in)
{
    struct card c;

    return card_parse(in, &c);
}

static struct err check_filed(struct bytes in)
{
    struct filed f;

    return filed_parse(in, &f);
}

static const struct {
    const char *kind;
    struct err (*check)(struct bytes in);
} checks[] = {
    {"certificate", check_certificate},
    {"directory", check_directory},
    {"server_keys", check_server_keys},
    {"prekey", check_prekey},
    {"signin", check_signin},
    {"policy", check_policy},
    {"roster", check_roster},
    {"upload", check_upload},
    {"delivery", check_delivery},
    {"capsule", check_capsule},
    {"trailer", check_trailer},
    {"descriptor", check_descriptor},
    {"attachment", check_attachment},
    {"header", check_header},
    {"link", check_link},
    {"device_link", check_device_link},
    {"letters", check_letters},
    {"export", check_export},
    {"receipt", check_receipt},
    {"position", check_position},
    {"card", check_card},
    {"filed", check_filed},
};

static struct err check(json_t *o, const char *kind, struct bytes in)
{
    struct reference ref;
    struct control control;

    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (strcmp(kind, checks[i].kind) == 0)
            return checks[i].check(in);
    if (strcmp(kind, "list") == 0)
        return check_list(o, in);
    if (strcmp(kind, "content") == 0)
        return reference_parse((uint16_t)vector_number(o, "type"), in, &ref);
    if (strcmp(kind, "control") == 0)
        return control_parse((uint16_t)vector_number(o, "type"), in, &control);
    return check_room(o, kind, in);
}

static void every_odd_statement_is_judged_as_by_the_other_implementation(void **state)
{
    json_t *o;
    size_t i, wrong = 0;

    json_array_foreach(vector_get(v, "cases"), i, o)
    {
        const char *kind = json_string_value(vector_get(o, "kind"));
        const char *want = json_string_value(vector_get(o, "says"));
        const char *got = err_name(check(o, kind, vector_bytes(o, "statement")).code);

        arena_free(&vector_memory);
        if (strcmp(got, want) == 0)
            continue;
        print_error("%s, %s: %s here, %s there\n", kind, json_string_value(vector_get(o, "what")),
                    got, want);
        wrong++;
    }
    assert_true(i > 0);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_odd_statement_is_judged_as_by_the_other_implementation),
    };
    return cmocka_run_group_tests(tests, load, forget);
}
