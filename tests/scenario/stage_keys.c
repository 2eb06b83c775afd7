/* SPDX-License-Identifier: Apache-2.0 */
/* The stage's keystore: keys that are nothing but their pins. */
#include "scenario/stage_internal.h"

static struct err look(void *ctx, struct keystore_key *out)
{
    const struct play *p = ctx;

    *out = (struct keystore_key){p->key, p->now_ms + CLOCK_DAY_MS};
    return OK;
}

static struct err look_next(void *ctx, struct keystore_key *out)
{
    const struct play *p = ctx;

    if (!p->has_next)
        return FAIL(E_ABSENT);
    *out = (struct keystore_key){p->next, p->now_ms + CLOCK_DAY_MS};
    return OK;
}

static struct err renew(void *ctx, uint64_t now_ms)
{
    (void)ctx, (void)now_ms;
    return OK;
}

static struct err make_next(void *ctx, uint64_t now_ms)
{
    struct play *p = ctx;

    (void)now_ms;
    p->has_next = true;
    return random_fill(&p->random, p->next.b, sizeof p->next.b);
}

static struct err put_next(void *ctx, struct bytes certificate, struct bytes key)
{
    (void)ctx, (void)certificate, (void)key;
    return FAIL(E_DENIED);
}

static struct err promote(void *ctx)
{
    struct play *p = ctx;

    if (p->has_next)
        p->key = p->next;
    return OK;
}

static struct err drop_next(void *ctx)
{
    struct play *p = ctx;

    p->has_next = false;
    return OK;
}

void stage_open_keys(struct play *p)
{
    static const struct server_pin first = {{7}};

    if (p->keystore.ctx == NULL) {
        p->keystore = (struct keystore){p,         false,    look,    look_next, renew,
                                        make_next, put_next, promote, drop_next};
        p->key = first;
    }
    p->shown = p->key;
    memcpy(p->server.pin, p->key.b, sizeof p->server.pin);
    p->server.keystore = &p->keystore;
}

void stage_change_key(void *play, struct bytes pin)
{
    struct play *p = play;

    assert_bytes(pin, ID_BYTES(p->key));
    p->shown = p->key;
}

bool stage_accepts(const struct play *p, struct bytes pins)
{
    for (size_t at = 0; at + sizeof p->shown.b <= pins.n; at += sizeof p->shown.b)
        if (bytes_same(bytes(pins.at + at, sizeof p->shown.b), ID_BYTES(p->shown)))
            return true;
    return false;
}

void stage_show_key(struct play *p, const struct server_pin *pin)
{
    p->shown = *pin;
}

struct server_pin stage_key(const struct play *p)
{
    return p->key;
}
