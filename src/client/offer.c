/* SPDX-License-Identifier: Apache-2.0 */
#include "client/offer.h"

#include "base/reader.h"
#include "crypto/secret.h"

static const struct bytes NO_KEY = {NULL, 0};

enum { STATE = 0, ANSWER = 1 };

#define STATE_MOST (512 + LINK_ASK_MOST + LINK_FORM_ADDRESS_MAX)

/* ---- making */

struct err offer_make(struct offer *out, const struct own *own, struct random *random,
                      uint64_t now_ms)
{
    struct offer o = {.phase = OFFER_MADE, .made_ms = now_ms};
    struct bytes pins = own_pins(own);
    struct err err = OK;

    o.link.nid = own->nid;
    o.link.aid = own->me.who.aid;
    memcpy(o.link.pin, pins.at, sizeof o.link.pin);
    o.link.address_n = strlen(own->address);
    memcpy(o.link.address, own->address, o.link.address_n + 1);
    TRY_OUT(random_fill(random, o.link.secret, sizeof o.link.secret));
    TRY_OUT(device_link_slot(&o.link, o.slot));
    *out = o;
out:
    secret_wipe(&o, sizeof o);
    return err;
}

/* A clock that was put back would make it live for ever; a minute of it is a clock that was set. */
bool offer_is_over(const struct offer *o, uint64_t now_ms)
{
    return now_ms >= clock_add(o->made_ms, OFFER_LIFE_MS) ||
           clock_add(now_ms, CLOCK_MINUTE_MS) < o->made_ms;
}

struct err offer_take_ask(struct offer *o, struct bytes box, struct bytes from)
{
    struct link_ask ask;
    char code[LINK_ASK_CODE_SIZE];
    uint8_t digest[HASH_SHA512_SIZE];

    TRY(link_ask_open(&o->link, box, &ask));
    TRY(link_ask_digest(&ask, digest));
    TRY(link_ask_code(&o->link, &ask, code));
    o->ask = ask;
    memcpy(o->digest, digest, sizeof o->digest);
    memcpy(o->code, code, sizeof o->code);
    o->from[0] = '\0';
    if (from.n > 0 && from.n <= OFFER_FROM_MAX && text_is_utf8(from)) {
        memcpy(o->from, from.at, from.n);
        o->from[from.n] = '\0';
    }
    o->phase = OFFER_ASKED;
    return OK;
}

struct err offer_seal_answer(const struct offer *o, const struct own *own, struct bytes list,
                             uint64_t now_ms, struct buf *out)
{
    const struct link_answer answer = {.root = own->root,
                                       .domain = bytes_text(own->domain),
                                       .handle = bytes_text(own->handle),
                                       .ark_secret = own->me.ark_secret,
                                       .list = list};

    return link_answer_seal(&o->link, &o->ask, &answer, now_ms, out);
}

/* ---- what is kept */

static void write_ask(const struct offer *o, struct buf *b)
{
    buf_bytes(b, ID_BYTES(o->ask.did));
    buf_bytes(b, BYTES(o->ask.dsk.b));
    buf_bytes(b, BYTES(o->ask.point));
    buf_bytes(b, BYTES(o->ask.kem));
    buf_u8(b, (uint8_t)o->ask.name_n);
    buf_bytes(b, bytes(o->ask.name, o->ask.name_n));
    buf_bytes(b, BYTES(o->digest));
    buf_bytes(b, bytes(o->code, sizeof o->code));
    buf_bytes(b, bytes(o->from, sizeof o->from));
}

static void read_text(struct reader *r, char *out, size_t size)
{
    reader_copy(r, (uint8_t *)out, size);
    out[size - 1] = '\0';
}

static void read_ask(struct reader *r, struct offer *o)
{
    reader_copy(r, o->ask.did.b, sizeof o->ask.did.b);
    reader_copy(r, o->ask.dsk.b, sizeof o->ask.dsk.b);
    reader_copy(r, o->ask.point, sizeof o->ask.point);
    reader_copy(r, o->ask.kem, sizeof o->ask.kem);
    o->ask.name_n = reader_u8(r);
    reader_require(r, o->ask.name_n <= LINK_ASK_NAME_MAX, E_MALFORMED);
    reader_copy(r, (uint8_t *)o->ask.name, r->failed == E_OK ? o->ask.name_n : 0);
    reader_copy(r, o->digest, sizeof o->digest);
    read_text(r, o->code, sizeof o->code);
    read_text(r, o->from, sizeof o->from);
}

static void write(const struct offer *o, struct buf *b)
{
    buf_u8(b, (uint8_t)o->phase);
    buf_u64(b, o->made_ms);
    buf_bytes(b, ID_BYTES(o->link.nid));
    buf_bytes(b, BYTES(o->link.pin));
    buf_bytes(b, ID_BYTES(o->link.aid));
    buf_bytes(b, BYTES(o->link.secret));
    buf_u8(b, (uint8_t)o->link.address_n);
    buf_bytes(b, bytes(o->link.address, o->link.address_n));
    buf_bytes(b, BYTES(o->slot));
    if (o->phase >= OFFER_ASKED)
        write_ask(o, b);
}

static struct err read(struct bytes value, struct offer *o)
{
    struct reader r = reader(value);

    *o = (struct offer){.phase = (enum offer_phase)reader_u8(&r)};
    reader_require(&r, o->phase >= OFFER_MADE && o->phase <= OFFER_UNHEARD, E_MALFORMED);
    o->made_ms = reader_u64(&r);
    reader_copy(&r, o->link.nid.b, sizeof o->link.nid.b);
    reader_copy(&r, o->link.pin, sizeof o->link.pin);
    reader_copy(&r, o->link.aid.b, sizeof o->link.aid.b);
    reader_copy(&r, o->link.secret, sizeof o->link.secret);
    o->link.address_n = reader_u8(&r); /* at most LINK_FORM_ADDRESS_MAX */
    reader_copy(&r, (uint8_t *)o->link.address, o->link.address_n);
    reader_copy(&r, o->slot, sizeof o->slot);
    if (o->phase >= OFFER_ASKED)
        read_ask(&r, o);
    return reader_end(&r);
}

struct err offer_load(struct vault *v, struct offer *out)
{
    struct arena a = ARENA(2 * STATE_MOST);
    struct bytes value;
    struct err err;

    *out = (struct offer){.phase = OFFER_NONE};
    err = vault_get(v, VAULT_OFFER, NO_KEY, STATE, &a, &value);
    if (err.code == E_OK)
        err = read(value, out);
    if (err.code != E_OK)
        secret_wipe(out, sizeof *out);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err offer_put(struct vault *v, const struct offer *o)
{
    struct err err = OK;
    struct buf b = BUF(STATE_MOST);
    struct bytes value;

    write(o, &b);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_OFFER, NO_KEY, STATE, value));
out:
    buf_free(&b);
    return err;
}

struct err offer_erase(struct vault *v)
{
    TRY(vault_erase(v, VAULT_OFFER, NO_KEY, ANSWER));
    return vault_erase(v, VAULT_OFFER, NO_KEY, STATE);
}

struct err offer_put_answer(struct vault *v, struct bytes answer)
{
    return vault_put(v, VAULT_OFFER, NO_KEY, ANSWER, answer);
}

struct err offer_answer(struct vault *v, struct arena *a, struct bytes *answer)
{
    return vault_get(v, VAULT_OFFER, NO_KEY, ANSWER, a, answer);
}
