/* SPDX-License-Identifier: Apache-2.0 */
#include "client/newcomer.h"

#include "base/reader.h"
#include "crypto/secret.h"

static const struct bytes NO_KEY = {NULL, 0};

#define RECORD_MOST (1024 + LINK_ASK_BOX_MOST)

/* ---- what is kept */

struct scalars {
    uint8_t dsk[SIGN_PRIVATE_SIZE], point[AGREE_PRIVATE_SIZE], kem[MLKEM_PRIVATE_SIZE];
};

static struct err write(const struct newcomer *n, struct buf *b, struct bytes *written)
{
    struct err err = OK;
    struct scalars s;

    TRY_OUT(sign_private_write(n->dsk, s.dsk));
    TRY_OUT(agree_private_write(n->point, s.point));
    mlkem_private_write(n->kem, s.kem);
    buf_bytes(b, ID_BYTES(n->link.nid));
    buf_bytes(b, BYTES(n->link.pin));
    buf_bytes(b, ID_BYTES(n->link.aid));
    buf_bytes(b, BYTES(n->link.secret));
    buf_u8(b, (uint8_t)n->link.address_n);
    buf_bytes(b, bytes(n->link.address, n->link.address_n));
    buf_bytes(b, BYTES(s.dsk));
    buf_bytes(b, BYTES(s.point));
    buf_bytes(b, BYTES(s.kem));
    buf_u8(b, (uint8_t)n->ask.name_n);
    buf_bytes(b, bytes(n->ask.name, n->ask.name_n));
    buf_bytes(b, bytes(n->box, n->box_n));
    TRY_OUT(buf_end(b, written));
out:
    secret_wipe(&s, sizeof s);
    return err;
}

static struct err put(struct vault *v, const struct newcomer *n)
{
    struct err err = OK;
    struct buf b = BUF(RECORD_MOST);
    struct bytes value;

    TRY_OUT(write(n, &b, &value));
    TRY_OUT(vault_put(v, VAULT_NEWCOMER, NO_KEY, 0, value));
out:
    buf_free(&b);
    return err;
}

/* The public halves, and the name of the device. */
static struct err fill_ask(struct newcomer *n)
{
    TRY(sign_private_public(n->dsk, n->ask.dsk.b));
    TRY(agree_private_public(n->point, n->ask.point));
    mlkem_private_public(n->kem, n->ask.kem);
    return names_device(&n->link.aid, &n->ask.dsk, &n->ask.did);
}

static struct err read_keys(struct reader *r, struct newcomer *n)
{
    struct bytes dsk = reader_take(r, SIGN_PRIVATE_SIZE),
                 point = reader_take(r, AGREE_PRIVATE_SIZE),
                 kem = reader_take(r, MLKEM_PRIVATE_SIZE);

    if (r->failed != E_OK)
        return FAIL(r->failed);
    TRY(sign_private_parse(&n->dsk, dsk));
    TRY(agree_private_parse(&n->point, point));
    return mlkem_private_parse(&n->kem, kem);
}

static void read_link(struct reader *r, struct device_link *link)
{
    reader_copy(r, link->nid.b, sizeof link->nid.b);
    reader_copy(r, link->pin, sizeof link->pin);
    reader_copy(r, link->aid.b, sizeof link->aid.b);
    reader_copy(r, link->secret, sizeof link->secret);
    link->address_n = reader_u8(r); /* at most LINK_FORM_ADDRESS_MAX */
    reader_copy(r, (uint8_t *)link->address, link->address_n);
}

static struct err read(struct bytes value, struct newcomer *n)
{
    struct reader r = reader(value);

    read_link(&r, &n->link);
    TRY(read_keys(&r, n));
    n->ask.name_n = reader_u8(&r);
    reader_require(&r, n->ask.name_n <= LINK_ASK_NAME_MAX, E_MALFORMED);
    reader_copy(&r, (uint8_t *)n->ask.name, r.failed == E_OK ? n->ask.name_n : 0);
    n->box_n = reader_left(&r);
    reader_require(&r, n->box_n <= sizeof n->box, E_MALFORMED);
    reader_copy(&r, n->box, r.failed == E_OK ? n->box_n : 0);
    TRY(reader_end(&r));
    return fill_ask(n);
}

struct err newcomer_load(struct vault *v, struct newcomer *out)
{
    struct err err = OK;
    struct arena a = ARENA(2 * RECORD_MOST);
    struct bytes value;

    *out = (struct newcomer){.box_n = 0};
    TRY_OUT(vault_get(v, VAULT_NEWCOMER, NO_KEY, 0, &a, &value));
    TRY_OUT(read(value, out));
out:
    arena_free(&a);
    if (err.code != E_OK)
        newcomer_free(out);
    return err;
}

void newcomer_free(struct newcomer *n)
{
    sign_private_free(n->dsk);
    agree_private_free(n->point);
    mlkem_private_free(n->kem);
    secret_wipe(n, sizeof *n);
}

struct err newcomer_asks_by(struct vault *v, const struct device_link *link, bool *same)
{
    struct newcomer n;

    TRY(newcomer_load(v, &n));
    *same = ID_SAME(n.link.nid, link->nid) && ID_SAME(n.link.aid, link->aid) &&
            secret_same(BYTES(n.link.secret), BYTES(link->secret));
    newcomer_free(&n);
    return OK;
}

/* ---- making */

static struct err make_keys(struct newcomer *n)
{
    struct point dsk;
    uint8_t point[AGREE_PUBLIC_SIZE], kem[MLKEM_PUBLIC_SIZE];

    TRY(sign_generate(&n->dsk, dsk.b));
    TRY(agree_generate(&n->point, point));
    TRY(mlkem_generate(&n->kem, kem));
    return fill_ask(n);
}

struct err newcomer_make(struct vault *v, const struct device_link *link, struct bytes name,
                         struct random *random)
{
    struct err err = OK;
    struct newcomer n = {.link = *link};
    struct buf box = BUF(LINK_ASK_BOX_MOST);

    if (name.n > LINK_ASK_NAME_MAX)
        TRY_OUT(FAIL(E_LIMIT));
    n.ask.name_n = name.n;
    if (name.n > 0)
        memcpy(n.ask.name, name.at, name.n);
    TRY_OUT(make_keys(&n));
    TRY_OUT(link_ask_seal(link, &n.ask, n.dsk, random, &box));
    n.box_n = box.n;
    memcpy(n.box, box.at, box.n);
    TRY_OUT(vault_begin(v));
    TRY_OUT(vault_end(v, put(v, &n)));
out:
    buf_free(&box);
    newcomer_free(&n);
    return err;
}

/* ---- the answer */

static struct err adopt_in(struct newcomer *n, struct vault *v, struct identity *me,
                           const struct link_answer *answer, uint64_t now_ms, struct own *out)
{
    TRY(own_adopt(v,
                  &(struct own_adopted){.me = me,
                                        .point = &n->point,
                                        .kem = &n->kem,
                                        .root = BYTES(answer->root.b),
                                        .domain = answer->domain,
                                        .handle = answer->handle,
                                        .address = bytes(n->link.address, n->link.address_n),
                                        .pin = BYTES(n->link.pin),
                                        .list = answer->list},
                  now_ms, out));
    return vault_erase(v, VAULT_NEWCOMER, NO_KEY, 0);
}

static struct err become(struct newcomer *n, struct vault *v, struct link_answer *answer,
                         uint64_t now_ms, struct own *out)
{
    struct identity me;
    struct err err;

    TRY(identity_of(&n->link.nid, &answer->ark_secret, &n->dsk, &me));
    err = vault_begin(v);
    if (err.code != E_OK) {
        identity_free(&me);
        return err;
    }
    *out = (struct own){.joined = false};
    err = vault_end(v, adopt_in(n, v, &me, answer, now_ms, out));
    identity_free(&me);
    if (err.code != E_OK)
        own_free(out);
    return err;
}

struct err newcomer_adopt(struct newcomer *n, struct vault *v, struct bytes answer, uint64_t now_ms,
                          struct own *out)
{
    const struct link_answer_keys keys = {n->point, n->kem};
    struct err err = OK;
    struct buf plain = BUF(LINK_ANSWER_PLAIN_MOST);
    struct link_answer got = {.ark_secret = NULL};
    struct device_list devices;

    TRY_OUT(link_answer_open(&n->link, &n->ask, &keys, answer, now_ms, &plain, &got, &devices));
    TRY_OUT(become(n, v, &got, now_ms, out));
    newcomer_free(n);
out:
    sign_private_free(got.ark_secret);
    buf_free(&plain);
    return err;
}
