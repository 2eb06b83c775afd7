/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of PROTOCOL 15: lists with a recovery key, a link, what is asked and answered, letters.
 */
#include "crypto/aead.h"
#include "e2ee/link_answer.h"
#include "e2ee/recovery.h"
#include "statement/device_change.h"
#include "vectors/make.h"

enum { OLD, NEW, THIRD, RECOVERY, KEYS };
enum { LISTS = 4 };

#define HANDLE BYTES_LITERAL("alice")

struct account {
    const struct people *people;
    struct signer ark, dsk[KEYS];
    struct device_id did[KEYS];
    struct device_list list[LISTS];
    struct buf statement[LISTS];
    struct device_link link;
    struct link_ask ask;
    struct agreer point;
    struct encapsulator kem;
};

static void draw_account(struct account *a, const struct people *p)
{
    a->people = p;
    make_signer(&a->ark);
    a->link.nid = p->nid;
    must(names_account(&p->nid, &a->ark.pub, &a->link.aid));
    for (size_t i = 0; i < KEYS; i++) {
        make_signer(&a->dsk[i]);
        must(names_device(&a->link.aid, &a->dsk[i].pub, &a->did[i]));
    }
    make_bytes(a->link.pin, sizeof a->link.pin);
    make_bytes(a->link.secret, sizeof a->link.secret);
    a->link.address_n = strlen("tacet.example:4433");
    memcpy(a->link.address, "tacet.example:4433", a->link.address_n);
    make_agreer(&a->point);
    make_encapsulator(&a->kem);
}

static void sign_list(struct account *a, size_t i, size_t signer)
{
    a->statement[i] = BUF(DEVICE_LIST_MAX_SIZE);
    must(device_list_sign(&a->list[i], &a->link.nid, a->ark.secret, &a->did[signer],
                          a->dsk[signer].secret, &a->statement[i]));
}

static void begin_list(struct account *a, size_t i)
{
    must(device_change_begin(&a->list[i - 1], MAKE_NOW_MS - 9000 + 1000 * i, &a->list[i]));
}

static void let_in(struct account *a, size_t i, size_t who)
{
    const struct device_entry e = {.did = a->did[who],
                                   .dsk = a->dsk[who].pub,
                                   .role = who == RECOVERY ? DEVICE_RECOVERY : DEVICE_PLAIN,
                                   .added_ms = a->list[i].made_ms};

    must(device_change_add(&a->list[i], &e));
}

/* One device; it lets in another; it gives that history and makes a recovery key; which later lets
 * in a third one in the place of both. */
static void make_lists(struct account *a)
{
    a->list[0] =
        (struct device_list){.aid = a->link.aid, .version = 1, .made_ms = MAKE_NOW_MS - 9000};
    let_in(a, 0, OLD);
    sign_list(a, 0, OLD);
    begin_list(a, 1);
    let_in(a, 1, NEW);
    sign_list(a, 1, OLD);
    begin_list(a, 2);
    let_in(a, 2, RECOVERY);
    for (size_t i = 0; i < a->list[2].devices; i++)
        if (ID_SAME(a->list[2].device[i].did, a->did[NEW]))
            a->list[2].device[i].capabilities = DEVICE_GIVEN_HISTORY;
    sign_list(a, 2, OLD);
    begin_list(a, 3);
    must(device_change_revoke(&a->list[3], &a->did[OLD]));
    must(device_change_revoke(&a->list[3], &a->did[NEW]));
    let_in(a, 3, THIRD);
    sign_list(a, 3, RECOVERY);
}

static void put_list(json_t *o, const struct device_list *l, struct bytes statement)
{
    json_t *devices, *revoked;

    put_number(o, "version", l->version);
    put_bytes(o, "previous", BYTES(l->previous));
    put_number(o, "made_ms", l->made_ms);
    devices = put_array(o, "devices");
    for (size_t i = 0; i < l->devices; i++) {
        json_t *d = add_object(devices);

        put_bytes(d, "did", ID_BYTES(l->device[i].did));
        put_bytes(d, "dsk", BYTES(l->device[i].dsk.b));
        put_number(d, "role", l->device[i].role);
        put_number(d, "added_ms", l->device[i].added_ms);
        put_number(d, "capabilities", l->device[i].capabilities);
    }
    revoked = put_array(o, "revoked");
    for (size_t i = 0; i < l->revoked; i++) {
        json_t *d = add_object(revoked);

        put_bytes(d, "did", ID_BYTES(l->gone[i].did));
        put_number(d, "at_version", l->gone[i].at_version);
    }
    put_bytes(o, "signer", ID_BYTES(l->signer));
    put_number(o, "recovered", device_list_is_recovered(l));
    put_bytes(o, "statement", statement);
    put_bytes(o, "hash", BYTES(l->hash));
}

static void put_account(json_t *o, const struct account *a)
{
    static const char *const name[KEYS] = {"old", "new", "third", "recovery_key"};
    json_t *lists, *who = put_object(o, "account");

    put_bytes(who, "aid", ID_BYTES(a->link.aid));
    put_signer(who, "ark", &a->ark);
    for (size_t i = 0; i < KEYS; i++) {
        json_t *device = put_object(who, name[i]);

        put_signer(device, "dsk", &a->dsk[i]);
        put_bytes(device, "did", ID_BYTES(a->did[i]));
    }
    lists = put_array(o, "lists");
    for (size_t i = 0; i < LISTS; i++)
        put_list(add_object(lists), &a->list[i], buf_view(&a->statement[i]));
}

static void put_link(json_t *to, const struct account *a)
{
    uint8_t slot[DEVICE_LINK_SLOT_SIZE], key[DEVICE_LINK_KEY_SIZE];
    struct buf b = BUF(DEVICE_LINK_MAX);
    json_t *o = put_object(to, "link");

    must(device_link_write(&a->link, &b));
    must(device_link_slot(&a->link, slot));
    must(device_link_key(&a->link, key));
    put_bytes(o, "pin", BYTES(a->link.pin));
    put_bytes(o, "secret", BYTES(a->link.secret));
    put_text(o, "address", bytes_text(a->link.address));
    put_text(o, "link", buf_view(&b));
    put_bytes(o, "slot", BYTES(slot));
    put_bytes(o, "key", BYTES(key));
    buf_free(&b);
}

/* What a box holds: ask | signature. */
static void put_box(json_t *o, const struct device_link *link, struct bytes box)
{
    uint8_t slot[DEVICE_LINK_SLOT_SIZE], key[DEVICE_LINK_KEY_SIZE], plain[LINK_ASK_BOX_MOST];
    size_t n = box.n - AEAD_NONCE_SIZE - AEAD_TAG_SIZE;

    must(device_link_slot(link, slot));
    must(device_link_key(link, key));
    must(aead_open(key, box.at, BYTES(slot),
                   bytes(box.at + AEAD_NONCE_SIZE, box.n - AEAD_NONCE_SIZE), plain));
    put_bytes(o, "ask", bytes(plain, n - SIGN_SIZE));
    put_bytes(o, "signature", bytes(plain + n - SIGN_SIZE, SIGN_SIZE));
    put_bytes(o, "box", box);
}

static void put_ask(json_t *to, struct account *a)
{
    struct buf box = BUF(LINK_ASK_BOX_MOST);
    struct bytes name = BYTES_LITERAL("Alice\xe2\x80\x99s telephone");
    char code[LINK_ASK_CODE_SIZE];
    json_t *o = put_object(to, "ask");

    a->ask = (struct link_ask){.did = a->did[NEW], .dsk = a->dsk[NEW].pub, .name_n = name.n};
    memcpy(a->ask.name, name.at, name.n);
    memcpy(a->ask.point, a->point.point, sizeof a->ask.point);
    memcpy(a->ask.kem, a->kem.pub, sizeof a->ask.kem);
    must(link_ask_seal(&a->link, &a->ask, a->dsk[NEW].secret, make_random(), &box));
    must(link_ask_code(&a->link, &a->ask, code));
    put_agreer(o, "point", &a->point);
    put_encapsulator(o, "kem", &a->kem);
    put_text(o, "name", name);
    put_box(o, &a->link, buf_view(&box));
    put_text(o, "code", bytes_text(code));
    buf_free(&box);
}

static void put_answer(json_t *to, const struct account *a)
{
    struct link_answer in = {a->people->root.pub, BYTES_LITERAL(MAKE_DOMAIN), HANDLE, a->ark.secret,
                             buf_view(&a->statement[1])};
    uint8_t shared[MLKEM_SHARED_SIZE];
    struct buf b = BUF(LINK_ANSWER_MOST);
    json_t *o = put_object(to, "answer");

    must(link_answer_seal(&a->link, &a->ask, &in, MAKE_NOW_MS, &b));
    must(mlkem_decapsulate(a->kem.secret, bytes(b.at + AGREE_PUBLIC_SIZE, MLKEM_SEALED_SIZE),
                           shared));
    put_text(o, "domain", in.domain);
    put_text(o, "handle", in.handle);
    put_bytes(o, "shared", BYTES(shared));
    put_bytes(o, "answer", buf_view(&b));
    buf_free(&b);
}

static void put_recovery(json_t *to, const struct account *a)
{
    const struct recovery_account in = {a->link.aid, BYTES_LITERAL(MAKE_DOMAIN), HANDLE,
                                        a->ark.secret, a->dsk[RECOVERY].secret};
    struct recovery_key key;
    char letters[RECOVERY_LETTERS_SIZE];
    uint8_t slot[RECOVERY_SLOT_SIZE];
    struct buf b = BUF(RECOVERY_BLOB_MOST);
    json_t *o = put_object(to, "recovery");

    must(recovery_make(make_random(), &key));
    recovery_letters(&key, letters);
    must(recovery_slot(&key, &a->link.nid, slot));
    must(recovery_seal(&key, &a->link.nid, &in, make_random(), &b));
    put_bytes(o, "r", BYTES(key.r));
    put_text(o, "letters", bytes_text(letters));
    put_bytes(o, "slot", BYTES(slot));
    put_bytes(o, "blob", buf_view(&b));
    buf_free(&b);
}

json_t *make_joining(const struct people *p)
{
    static struct account a;
    json_t *o = json_object();

    draw_account(&a, p);
    make_lists(&a);
    put_text(o, "source", BYTES_LITERAL("PROTOCOL 4.3 and 15"));
    put_number(o, "now_ms", MAKE_NOW_MS);
    put_bytes(o, "nid", ID_BYTES(p->nid));
    put_signer(o, "root", &p->root);
    put_account(o, &a);
    put_link(o, &a);
    put_ask(o, &a);
    put_answer(o, &a);
    put_recovery(o, &a);
    for (size_t i = 0; i < LISTS; i++)
        buf_free(&a.statement[i]);
    free_signer(&a.ark);
    for (size_t i = 0; i < KEYS; i++)
        free_signer(&a.dsk[i]);
    free_agreer(&a.point);
    free_encapsulator(&a.kem);
    return o;
}
