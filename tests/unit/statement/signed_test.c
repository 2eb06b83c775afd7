/* SPDX-License-Identifier: Apache-2.0 */
/* What no kind of statement may do alone: pass for another kind.  [PROTOCOL 1.2, 1.5] */
#include "people.h"
#include "refusals.h"
#include "statement/directory.h"
#include "statement/export.h"
#include "statement/policy.h"
#include "statement/prekey.h"
#include "statement/room_commit.h"
#include "statement/server_keys.h"
#include "statement/signin.h"

static const uint8_t exporter[SIGNIN_BINDING_SIZE] = {1, 2, 3};

static struct network_id nid;
static struct person ada; /* whose device key signs every kind here, so that only labels differ */
static const struct key *key;

static void write_certificate(struct buf *out)
{
    struct directory_certificate c = {.key = key->pub,
                                      .made_ms = PEOPLE_NOW_MS,
                                      .expires_ms = PEOPLE_NOW_MS + 1,
                                      .name = BYTES_LITERAL("Example")};

    assert_ok(directory_certify(&c, &nid, key->secret, out));
}

static struct err check_certificate(struct bytes in)
{
    struct directory_certificate c;

    return directory_check_certificate(in, &nid, &key->pub, PEOPLE_NOW_MS, &c);
}

static void write_statement(struct buf *out)
{
    struct directory_statement s = {.number = 1,
                                    .aid = ada.aid,
                                    .ark = ada.ark.pub,
                                    .role = DIRECTORY_MEMBER,
                                    .state = DIRECTORY_ACTIVE,
                                    .made_ms = PEOPLE_NOW_MS,
                                    .handle = BYTES_LITERAL("ada")};

    assert_ok(directory_sign(&s, &nid, key->secret, out));
}

static struct err check_statement(struct bytes in)
{
    struct directory_statement s;

    return directory_check(in, &nid, &key->pub, PEOPLE_NOW_MS, &s);
}

static void write_list(struct buf *out)
{
    struct device_list l = person_list(&ada, 1);

    assert_ok(device_list_sign(&l, &nid, ada.ark.secret, &ada.did[0], key->secret, out));
}

static struct err check_list(struct bytes in)
{
    struct device_list l;

    return device_list_check(in, &nid, &ada.ark.pub, NULL, PEOPLE_NOW_MS, &l);
}

static void write_prekey(struct buf *out)
{
    struct prekey p = {.aid = ada.aid,
                       .did = ada.did[0],
                       .number = 1,
                       .made_ms = PEOPLE_NOW_MS,
                       .list_version = 1};

    memcpy(p.point, key->pub.b, sizeof p.point);
    p.kem_digest[0] = 1;
    assert_ok(prekey_sign(&p, &nid, key->secret, out));
}

static struct err check_prekey(struct bytes in)
{
    struct prekey p;

    return prekey_check(in, &nid, &key->pub, PEOPLE_NOW_MS, &p);
}

static void write_signin(struct buf *out)
{
    struct signin s = {.did = ada.did[0],
                       .domain = BYTES_LITERAL("example.org"),
                       .binding = BYTES(exporter),
                       .generation = 1};

    assert_ok(signin_sign(&s, &nid, key->secret, out));
}

static struct err check_signin(struct bytes in)
{
    return signin_check(in, &nid, BYTES_LITERAL("example.org"), BYTES(exporter), &key->pub);
}

static void write_export(struct buf *out)
{
    struct export_word w = {.aid = ada.aid, .did = ada.did[0], .digest = {1}};

    assert_ok(export_sign(&w, &nid, key->secret, out));
}

static struct err check_export(struct bytes in)
{
    struct export_word w;

    return export_check(in, &nid, &key->pub, PEOPLE_NOW_MS, &w);
}

static void write_server_keys(struct buf *out)
{
    struct server_keys s = {.number = 1, .pins = 1};

    assert_ok(server_keys_sign(&s, &nid, key->secret, out));
}

static struct err check_server_keys(struct bytes in)
{
    struct server_keys s;

    return server_keys_check(in, &nid, &key->pub, PEOPLE_NOW_MS, &s);
}

static void write_policy(struct buf *out)
{
    struct network_policy p = {.number = 1, .profile = POLICY_HYBRID};

    assert_ok(policy_sign(&p, &nid, key->secret, out));
}

static struct err check_policy(struct bytes in)
{
    struct network_policy p;

    return policy_check(in, &nid, &key->pub, NULL, PEOPLE_NOW_MS, &p);
}

static void write_commit(struct buf *out)
{
    struct room_commit c = {.version = 1};

    assert_ok(room_commit_sign(&c, &nid, key->secret, out));
}

static struct err check_commit(struct bytes in)
{
    struct room_commit c;

    return room_commit_check(in, &nid, &key->pub, PEOPLE_NOW_MS, &c);
}

/* Of ada's device, or with the same key as the directory's. */
static void write_room(struct buf *out, bool successor)
{
    struct room_member m = {.aid = ada.aid, .role = ROOM_MODERATOR, .since = 1};
    struct room_state s = {.version = 2,
                           .networks = 1,
                           .network = {nid},
                           .members = 1,
                           .member = &m,
                           .posting = ROOM_POSTING_ALL};

    if (successor) {
        assert_ok(room_state_sign_successor(&s, key->secret, out));
    } else {
        s.signer = (struct room_signer){nid, ada.aid, ada.did[0]};
        assert_ok(room_state_sign(&s, key->secret, out));
    }
}

static void write_state(struct buf *out)
{
    write_room(out, false);
}

static void write_successor(struct buf *out)
{
    write_room(out, true);
}

static struct err check_room(struct bytes in, bool successor)
{
    struct arena a = ARENA(4096);
    struct room_state s;
    struct err err = room_state_parse(in, &a, &s);

    if (err.code == E_OK)
        err = room_state_is_successor(&s) == successor ? room_state_verify(in, &s, &key->pub)
                                                       : FAIL(E_FORGED);
    arena_free(&a);
    return err;
}

static struct err check_state(struct bytes in)
{
    return check_room(in, false);
}

static struct err check_successor(struct bytes in)
{
    return check_room(in, true);
}

static const struct kind {
    const char *name;
    struct bytes label;
    void (*write)(struct buf *out);
    struct err (*check)(struct bytes in);
} kinds[] = {
#define LABELLED(text)                        \
    {                                         \
        (const uint8_t *)(text), sizeof(text) \
    }
    {"certificate", LABELLED("tacet1 dirkey"), write_certificate, check_certificate},
    {"directory statement", LABELLED("tacet1 dir"), write_statement, check_statement},
    {"prekey", LABELLED("tacet1 spk"), write_prekey, check_prekey},
    {"sign-in", LABELLED("tacet1 signin"), write_signin, check_signin},
    {"export", LABELLED("tacet1 export"), write_export, check_export},
    {"server keys", LABELLED("tacet1 srvkeys"), write_server_keys, check_server_keys},
    {"policy", LABELLED("tacet1 policy"), write_policy, check_policy},
    {"commit", LABELLED("tacet1 room commit"), write_commit, check_commit},
    {"room state", LABELLED("tacet1 room"), write_state, check_state},
    {"successor", LABELLED("tacet1 room successor"), write_successor, check_successor},
    {"device list", LABELLED("tacet1 list device"), write_list, check_list},
};
enum { KINDS = sizeof kinds / sizeof kinds[0], LIST = KINDS - 1 };

static int begin(void **state)
{
    (void)state;
    nid = people_network("example.org");
    ada = person_new(&nid, 10, 1);
    key = &ada.dsk[0];
    return 0;
}

static int end(void **state)
{
    (void)state;
    person_free(&ada);
    return 0;
}

static void no_statement_is_taken_for_another_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

        kinds[i].write(&out);
        for (size_t j = 0; j < KINDS; j++) {
            bool accepted = kinds[j].check(buf_view(&out)).code == E_OK;

            if (accepted != (i == j))
                fail_msg("%s fed as %s: accepted is %d", kinds[i].name, kinds[j].name, accepted);
        }
        buf_free(&out);
    }
}

/* The same body, the same key, the same network: only the label is another's. */
static void no_signature_is_taken_for_one_of_another_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        struct buf out = BUF(DEVICE_LIST_MAX_SIZE);
        size_t proof = i == LIST ? 2 * SIGN_SIZE + 16 : SIGN_SIZE;

        kinds[i].write(&out);
        for (size_t j = 0; j < KINDS; j++) {
            uint8_t *signature = out.at + out.n - SIGN_SIZE;
            struct bytes body = bytes(out.at, out.n - proof);

            assert_ok(
                sign_make(key->secret, HASH_PARTS(kinds[j].label, ID_BYTES(nid), body), signature));
            assert_err(kinds[i].check(buf_view(&out)), i == j ? E_OK : E_FORGED);
        }
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_statement_is_taken_for_another_kind),
        cmocka_unit_test(no_signature_is_taken_for_one_of_another_kind),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
