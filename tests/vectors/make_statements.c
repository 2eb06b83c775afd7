/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of PROTOCOL 2, 4, 7 and 8: names, statements, rosters, invitations, safety numbers. */
#include "e2ee/fingerprint.h"
#include "statement/directory.h"
#include "statement/invitation.h"
#include "statement/prekey.h"
#include "statement/roster.h"
#include "statement/server_keys.h"
#include "statement/signin.h"
#include "vectors/make.h"

static void put_certificate(json_t *to, const struct people *p)
{
    struct directory_certificate c = {.key = p->directory.pub,
                                      .made_ms = MAKE_NOW_MS,
                                      .expires_ms = MAKE_NOW_MS + DIRECTORY_LIFE_MS,
                                      .name = BYTES_LITERAL("Example network")};
    struct buf b = BUF(DIRECTORY_CERTIFICATE_MAX);
    json_t *o = put_object(to, "certificate");

    must(directory_certify(&c, &p->nid, p->root.secret, &b));
    put_signer(o, "key", &p->directory);
    put_text(o, "name", c.name);
    put_number(o, "made_ms", c.made_ms);
    put_number(o, "expires_ms", c.expires_ms);
    put_bytes(o, "statement", buf_view(&b));
    buf_free(&b);
}

static void put_directory(json_t *to, const struct people *p)
{
    struct directory_statement s = {.number = 1,
                                    .aid = p->alice.device[0].aid,
                                    .ark = p->alice.ark.pub,
                                    .role = DIRECTORY_MEMBER,
                                    .state = DIRECTORY_ACTIVE,
                                    .made_ms = MAKE_NOW_MS,
                                    .handle = BYTES_LITERAL("alice")};
    struct buf b = BUF(DIRECTORY_STATEMENT_MAX);
    json_t *o = put_object(to, "directory");

    must(directory_sign(&s, &p->nid, p->directory.secret, &b));
    put_number(o, "number", s.number);
    put_number(o, "role", s.role);
    put_number(o, "state", s.state);
    put_number(o, "made_ms", s.made_ms);
    put_text(o, "handle", s.handle);
    put_bytes(o, "statement", buf_view(&b));
    buf_free(&b);
}

static void add_device(struct device_list *list, const struct person *who, size_t i)
{
    list->device[list->devices++] = (struct device_entry){.did = who->device[i].did,
                                                          .dsk = who->dsk[i].pub,
                                                          .role = DEVICE_PLAIN,
                                                          .added_ms = list->made_ms};
}

/* Signed by device 1, which is in both versions. */
static void put_list(json_t *to, const struct person *who, struct device_list *list)
{
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    json_t *o = add_object(to);

    must(device_list_sign(list, &who->device[1].nid, who->ark.secret, &who->device[1].did,
                          who->dsk[1].secret, &b));
    put_number(o, "version", list->version);
    put_bytes(o, "previous", BYTES(list->previous));
    put_number(o, "made_ms", list->made_ms);
    put_bytes(o, "signer", ID_BYTES(who->device[1].did));
    put_bytes(o, "statement", buf_view(&b));
    put_bytes(o, "hash", BYTES(list->hash));
    buf_free(&b);
}

/* Version 1 has one device; version 2 has both, and the one that is new stands first. */
static void make_lists(json_t *to, const struct person *who, struct device_list list[2])
{
    list[0] = (struct device_list){
        .aid = who->device[0].aid, .version = 1, .made_ms = MAKE_NOW_MS - 2000};
    add_device(&list[0], who, 1);
    put_list(to, who, &list[0]);
    list[1] = (struct device_list){
        .aid = who->device[0].aid, .version = 2, .made_ms = MAKE_NOW_MS - 1000};
    memcpy(list[1].previous, list[0].hash, sizeof list[1].previous);
    add_device(&list[1], who, 0);
    list[1].device[list[1].devices++] = list[0].device[0];
    put_list(to, who, &list[1]);
}

static void put_prekey(json_t *to, const struct people *p, const struct device_list *list)
{
    struct prekey k = {.aid = p->alice.device[1].aid,
                       .did = p->alice.device[1].did,
                       .number = 70000,
                       .made_ms = MAKE_NOW_MS,
                       .list_version = list->version};
    struct agreer pair;
    struct encapsulator kem;
    struct buf b = BUF(PREKEY_SIZE);
    json_t *o = put_object(to, "prekey");

    make_agreer(&pair);
    make_encapsulator(&kem);
    memcpy(k.kem_digest, kem.digest, sizeof k.kem_digest);
    memcpy(k.point, pair.point, sizeof k.point);
    memcpy(k.list_hash, list->hash, sizeof k.list_hash);
    must(prekey_sign(&k, &p->nid, p->alice.dsk[1].secret, &b));
    put_agreer(o, "key", &pair);
    put_encapsulator(o, "kem", &kem);
    put_bytes(o, "did", ID_BYTES(k.did));
    put_number(o, "number", k.number);
    put_number(o, "made_ms", k.made_ms);
    put_number(o, "list_version", k.list_version);
    put_bytes(o, "list_hash", BYTES(k.list_hash));
    put_bytes(o, "statement", buf_view(&b));
    buf_free(&b);
    free_agreer(&pair);
    free_encapsulator(&kem);
}

/* Pins are not drawn: what follows stays as it was. */
static void put_server_keys(json_t *to, const struct people *p)
{
    struct server_keys s = {.number = 7, .made_ms = MAKE_NOW_MS, .pins = 2};
    struct buf b = BUF(SERVER_KEYS_MAX_SIZE);
    json_t *o = put_object(to, "server_keys"), *pins = put_array(o, "pins");

    for (size_t i = 0; i < s.pins; i++) {
        memset(s.pin[i].b, (int)(0xa1 + i), sizeof s.pin[i].b);
        put_bytes(add_object(pins), "pin", ID_BYTES(s.pin[i]));
    }
    must(server_keys_sign(&s, &p->nid, p->directory.secret, &b));
    put_number(o, "number", s.number);
    put_number(o, "made_ms", s.made_ms);
    put_bytes(o, "statement", buf_view(&b));
    buf_free(&b);
}

static void put_signin(json_t *to, const struct people *p)
{
    uint8_t binding[SIGNIN_BINDING_SIZE];
    struct signin s = {p->alice.device[1].did, BYTES_LITERAL(MAKE_DOMAIN), BYTES(binding), 7};
    struct buf b = BUF(SIGNIN_MAX_SIZE);
    json_t *o = put_object(to, "signin");

    make_bytes(binding, sizeof binding);
    must(signin_sign(&s, &p->nid, p->alice.dsk[1].secret, &b));
    put_bytes(o, "did", ID_BYTES(s.did));
    put_text(o, "domain", s.domain);
    put_bytes(o, "binding", s.binding);
    put_number(o, "generation", s.generation);
    put_bytes(o, "statement", buf_view(&b));
    buf_free(&b);
}

static struct roster_account account_of(const struct device_list *list)
{
    struct roster_account a = {.aid = list->aid, .list_version = list->version};

    memcpy(a.list_hash, list->hash, sizeof a.list_hash);
    return a;
}

/* Alice at version 2 and bob at version 2, whose first device has no prekey that is still valid. */
static void put_roster(json_t *to, const struct people *p, const struct device_list *alice,
                       const struct device_list *bob)
{
    struct roster_network network = {.nid = p->nid};
    struct roster_account account[2] = {account_of(alice), account_of(bob)};
    struct roster_skipped skipped = {p->bob.device[0].did, ROSTER_NO_PREKEY};
    struct roster r = {.network = &network,
                       .account = account,
                       .skipped = &skipped,
                       .networks = 1,
                       .accounts = 2,
                       .skips = 1};
    struct roster_id digest;
    struct buf b = BUF(ROSTER_MAX_SIZE);
    json_t *o = put_object(to, "roster");

    if (memcmp(&account[0].aid, &account[1].aid, sizeof account[0].aid) > 0) {
        account[0] = account_of(bob);
        account[1] = account_of(alice);
    }
    must(names_pair_room(&p->nid, &alice->aid, &bob->aid, &r.room));
    roster_write(&r, &b);
    must(roster_digest(buf_view(&b), &digest));
    put_bytes(o, "room", ID_BYTES(r.room));
    put_bytes(o, "skipped", ID_BYTES(skipped.did));
    put_bytes(o, "roster", buf_view(&b));
    put_bytes(o, "digest", ID_BYTES(digest));
    buf_free(&b);
}

static void put_invitation(json_t *to, const struct people *p)
{
    struct invitation in = {.nid = p->nid, .address_n = strlen("tacet.example:4433")};
    uint8_t hash[32];
    struct buf b = BUF(INVITATION_LINK_MAX);
    json_t *o = put_object(to, "invitation");

    memcpy(in.address, "tacet.example:4433", in.address_n);
    make_bytes(in.pin, sizeof in.pin);
    make_bytes(in.token, sizeof in.token);
    must(invitation_write(&in, &b));
    must(invitation_token_hash(in.token, hash));
    put_bytes(o, "pin", BYTES(in.pin));
    put_bytes(o, "token", BYTES(in.token));
    put_text(o, "address", bytes_text(in.address));
    put_text(o, "link", buf_view(&b));
    put_bytes(o, "token_hash", BYTES(hash));
    buf_free(&b);
}

static void put_person(json_t *to, const char *name, const struct person *who)
{
    json_t *o = put_object(to, name), *devices;

    put_signer(o, "ark", &who->ark);
    put_bytes(o, "aid", ID_BYTES(who->device[0].aid));
    devices = put_array(o, "devices");
    for (size_t i = 0; i < 2; i++) {
        json_t *device = add_object(devices);

        put_signer(device, "dsk", &who->dsk[i]);
        put_bytes(device, "did", ID_BYTES(who->device[i].did));
    }
}

json_t *make_statements(const struct people *p)
{
    static struct device_list alice[2], bob[2];
    json_t *o = json_object();

    put_text(o, "source", BYTES_LITERAL("PROTOCOL 2, 4 and 8"));
    put_number(o, "now_ms", MAKE_NOW_MS);
    put_text(o, "domain", BYTES_LITERAL(MAKE_DOMAIN));
    put_signer(o, "root", &p->root);
    put_bytes(o, "nid", ID_BYTES(p->nid));
    put_person(o, "alice", &p->alice);
    put_person(o, "bob", &p->bob);
    put_certificate(o, p);
    put_directory(o, p);
    put_server_keys(o, p);
    make_lists(put_array(o, "alice_lists"), &p->alice, alice);
    make_lists(put_array(o, "bob_lists"), &p->bob, bob);
    put_prekey(o, p, &alice[1]);
    put_signin(o, p);
    put_roster(o, p, &alice[1], &bob[1]);
    put_invitation(o, p);
    return o;
}

json_t *make_safety(const struct people *p)
{
    struct fingerprint_side a = {p->nid, p->alice.device[0].aid, p->alice.ark.pub};
    struct fingerprint_side b = {p->nid, p->bob.device[0].aid, p->bob.ark.pub};
    uint8_t s[FINGERPRINT_SIZE];
    char digits[FINGERPRINT_DIGITS + 1];
    struct buf qr = BUF(256);
    json_t *o = json_object(), *sides;

    must(fingerprint_make(&a, &b, s));
    fingerprint_digits(s, digits);
    fingerprint_qr(s, &qr);
    put_text(o, "source", BYTES_LITERAL("PROTOCOL 7"));
    sides = put_array(o, "sides");
    for (size_t i = 0; i < 2; i++) {
        json_t *side = add_object(sides);

        put_bytes(side, "nid", i == 0 ? ID_BYTES(a.nid) : ID_BYTES(b.nid));
        put_bytes(side, "aid", i == 0 ? ID_BYTES(a.aid) : ID_BYTES(b.aid));
        put_bytes(side, "ark", i == 0 ? ID_BYTES(a.ark) : ID_BYTES(b.ark));
    }
    put_bytes(o, "s", BYTES(s));
    put_text(o, "digits", bytes_text(digits));
    put_text(o, "qr", buf_view(&qr));
    buf_free(&qr);
    return o;
}
