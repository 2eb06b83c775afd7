/* SPDX-License-Identifier: Apache-2.0 */
#include "client/dealings.h"

#include "base/clock.h"
#include "base/reader.h"

#define INTERVAL_MS (10 * CLOCK_MINUTE_MS)
#define DAY_MOST    24
#define SILENCE_MS  (7 * CLOCK_DAY_MS)

void dealings_read_count(struct reader *r, struct dealings_count *out)
{
    out->last_ms = reader_u64(r);
    out->day_ms = reader_u64(r);
    out->n = reader_u32(r);
}

void dealings_write_count(const struct dealings_count *c, struct buf *b)
{
    buf_u64(b, c->last_ms);
    buf_u64(b, c->day_ms);
    buf_u32(b, c->n);
}

struct err dealings_get(struct vault *v, const struct device_id *did, struct dealings *out)
{
    struct err err = OK;
    struct arena a = ARENA(1024);
    struct bytes value;
    struct reader r;

    *out = (struct dealings){0};
    TRY_OUT(vault_get(v, VAULT_DEALINGS, ID_BYTES(*did), 0, &a, &value));
    r = reader(value);
    out->heard_ms = reader_u64(&r);
    out->asked_ms = reader_u64(&r);
    dealings_read_count(&r, &out->resets);
    dealings_read_count(&r, &out->requests);
    TRY_OUT(reader_end(&r));
out:
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err dealings_put(struct vault *v, const struct device_id *did, const struct dealings *d)
{
    struct err err = OK;
    struct buf b = BUF(256);
    struct bytes value;

    buf_u64(&b, d->heard_ms);
    buf_u64(&b, d->asked_ms);
    dealings_write_count(&d->resets, &b);
    dealings_write_count(&d->requests, &b);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_DEALINGS, ID_BYTES(*did), 0, value));
out:
    buf_free(&b);
    return err;
}

bool dealings_may(struct dealings_count *c, uint64_t now_ms)
{
    if (c->last_ms > now_ms) /* our clock was wrong */
        *c = (struct dealings_count){0};
    if (c->last_ms != 0 && now_ms - c->last_ms < INTERVAL_MS)
        return false;
    if (clock_since(now_ms, c->day_ms) >= CLOCK_DAY_MS) {
        c->day_ms = now_ms;
        c->n = 0;
    }
    if (c->n == DAY_MOST)
        return false;
    c->n++;
    c->last_ms = now_ms;
    return true;
}

uint64_t dealings_next_ms(const struct dealings_count *c, uint64_t now_ms)
{
    uint64_t rested_ms = clock_add(c->last_ms, INTERVAL_MS);

    if (c->n == DAY_MOST && clock_since(now_ms, c->day_ms) < CLOCK_DAY_MS)
        rested_ms = clock_add(c->day_ms, CLOCK_DAY_MS);
    return rested_ms > now_ms ? rested_ms : clock_add(now_ms, INTERVAL_MS);
}

/* A date ahead of ours counts as now: it must not vouch for epochs to come. */
struct err dealings_heard(struct vault *v, const struct device_id *did, uint64_t dated_ms,
                          uint64_t now_ms)
{
    struct dealings d;

    TRY(dealings_get(v, did, &d));
    if (dated_ms > now_ms)
        dated_ms = now_ms;
    if (dated_ms <= d.heard_ms)
        return OK;
    d.heard_ms = dated_ms;
    return dealings_put(v, did, &d);
}

struct err dealings_is_silent(struct vault *v, const struct device_id *did, uint64_t opened_ms,
                              uint64_t now_ms, bool *silent)
{
    struct dealings d;

    *silent = false;
    if (clock_since(now_ms, opened_ms) < SILENCE_MS)
        return OK;
    TRY(dealings_get(v, did, &d));
    *silent = d.heard_ms <= opened_ms;
    return OK;
}
