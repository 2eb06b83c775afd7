/* SPDX-License-Identifier: Apache-2.0 */
#include "client/streams.h"

#include "base/reader.h"

static const struct bytes NO_KEY = {NULL, 0};

#define RECORD_MAX      (16 * 1024)
#define ASK_AFTER_MS    CLOCK_MINUTE_MS
#define ASK_INTERVAL_MS CLOCK_HOUR_MS
#define DOUBLINGS       5 /* 1, 2, 4, 8 and 16 hours; then days */

/* ---- ranges */

static uint64_t places(const struct streams_range *r)
{
    return r->last - r->first + 1;
}

static void drop_range(struct streams_ranges *l, size_t at)
{
    l->n--;
    memmove(&l->at[at], &l->at[at + 1], (l->n - at) * sizeof l->at[0]);
}

/* Room for one more at `at`.  When there is none, the oldest, which is the first, is given up: from
 * then on a stream that misses it begins behind it. */
static struct streams_range *add_range(struct stream *s, struct streams_ranges *l, size_t at,
                                       uint64_t *given_up)
{
    if (l->n == STREAMS_RANGES_MAX) {
        if (l == &s->missing) {
            *given_up += places(&l->at[0]);
            s->baseline = l->at[0].last + 1;
        }
        drop_range(l, 0);
        at -= at > 0;
    }
    memmove(&l->at[at + 1], &l->at[at], (l->n - at) * sizeof l->at[0]);
    l->n++;
    return &l->at[at];
}

/* SIZE_MAX: the place is in none. */
static size_t find_range(const struct streams_ranges *l, uint64_t seq)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->at[i].first <= seq && seq <= l->at[i].last)
            return i;
    return SIZE_MAX;
}

/* What of a range lies in first..last, which it has in common with it. */
static struct streams_range part(const struct streams_range *r, uint64_t first, uint64_t last)
{
    struct streams_range p = *r;

    p.first = first;
    p.last = last;
    p.has_before = r->has_before && first == r->first;
    p.has_after = r->has_after && last == r->last;
    return p;
}

/* The places first..last are no longer in range `at`; what is left of it keeps the end that it
 * had. */
static void cut(struct stream *s, struct streams_ranges *l, size_t at, uint64_t first,
                uint64_t last, uint64_t *given_up)
{
    const struct streams_range whole = l->at[at];

    if (first == whole.first && last == whole.last) {
        drop_range(l, at);
    } else if (first == whole.first) {
        l->at[at] = part(&whole, last + 1, whole.last);
    } else {
        l->at[at] = part(&whole, whole.first, first - 1);
        if (last < whole.last)
            *add_range(s, l, at + 1, given_up) = part(&whole, last + 1, whole.last);
    }
}

/* ---- taking */

static struct err move_to(struct stream *s, const struct core *core)
{
    s->highest = core->seq;
    return trailer_link(core, s->link);
}

static struct err begin(struct stream *s, const struct core *core, enum streams_result result,
                        struct streams_step *out)
{
    s->baseline = core->seq;
    s->missing.n = s->over.n = 0;
    out->result = result;
    return move_to(s, core);
}

/* What was before the first that came may have been for others, or may have been lost: the sender
 * knows. */
static struct err begin_first(struct stream *s, const struct core *core, uint64_t now_ms,
                              struct streams_step *out)
{
    TRY(begin(s, core, STREAMS_BASELINE, out));
    if (core->seq == 1 || core->restart)
        return OK;
    s->missing.n = 1;
    s->missing.at[0] = (struct streams_range){
        .first = 1, .last = core->seq - 1, .has_after = true, .since_ms = now_ms};
    memcpy(s->missing.at[0].after, core->prev, sizeof s->missing.at[0].after);
    return OK;
}

static struct err go_on(struct stream *s, const struct core *core, uint64_t now_ms,
                        struct streams_step *out)
{
    if (core->seq == s->highest + 1) {
        out->result = bytes_same(BYTES(core->prev), BYTES(s->link)) ? STREAMS_NEXT : STREAMS_FAULT;
    } else {
        struct streams_range *gap = add_range(s, &s->missing, s->missing.n, &out->given_up);

        *gap = (struct streams_range){.first = s->highest + 1,
                                      .last = core->seq - 1,
                                      .has_before = true,
                                      .has_after = true,
                                      .since_ms = now_ms};
        memcpy(gap->before, s->link, sizeof gap->before);
        memcpy(gap->after, core->prev, sizeof gap->after);
        out->result = STREAMS_GAP;
        out->missing = places(gap);
    }
    return move_to(s, core);
}

/* What it is next to learns its end from it, fits or not. */
static void mend_ends(struct streams_ranges *l, const struct core *core, const uint8_t *link)
{
    for (size_t i = 0; i < l->n; i++) {
        struct streams_range *r = &l->at[i];

        if (r->last + 1 == core->seq) {
            r->has_after = !core->restart;
            memcpy(r->after, core->prev, sizeof r->after);
        }
        if (r->first == core->seq + 1) {
            r->has_before = true;
            memcpy(r->before, link, sizeof r->before);
        }
    }
}

static struct err fill(struct stream *s, struct streams_ranges *l, size_t at,
                       const struct core *core, struct streams_step *out)
{
    const struct streams_range *r = &l->at[at];
    uint8_t link[NAMES_H32_SIZE];
    bool fits = true;

    TRY(trailer_link(core, link));
    if (core->seq == r->first && r->has_before && !core->restart)
        fits = bytes_same(BYTES(core->prev), BYTES(r->before));
    if (core->seq == r->last && r->has_after)
        fits = fits && bytes_same(BYTES(link), BYTES(r->after));
    cut(s, l, at, core->seq, core->seq, &out->given_up);
    mend_ends(&s->missing, core, link);
    mend_ends(&s->over, core, link);
    out->result = fits ? STREAMS_FILLED : STREAMS_FAULT;
    return OK;
}

struct err streams_take(struct stream *s, const struct core *core, uint64_t now_ms,
                        struct streams_step *out)
{
    size_t at;

    *out = (struct streams_step){.result = STREAMS_FAULT};
    if (s->highest == 0)
        return begin_first(s, core, now_ms, out);
    if (core->seq > s->highest)
        return core->restart ? begin(s, core, STREAMS_RESTART, out) : go_on(s, core, now_ms, out);
    at = find_range(&s->missing, core->seq);
    if (at != SIZE_MAX)
        return fill(s, &s->missing, at, core, out);
    at = find_range(&s->over, core->seq);
    if (at != SIZE_MAX)
        return fill(s, &s->over, at, core, out);
    if (core->seq < s->baseline)
        out->result = STREAMS_BEFORE;
    return OK;
}

static void note_over(struct stream *s, const struct streams_range *r)
{
    uint64_t ignored = 0;
    size_t at = 0;

    while (at < s->over.n && s->over.at[at].first < r->first)
        at++;
    *add_range(s, &s->over, at, &ignored) = *r;
}

/* From the end on, as what is dropped moves what is behind it.  A range that is cut in two holds
 * all of first..last, so that it is no matter which others move to make room. */
static uint64_t close_ranges(struct stream *s, uint64_t first, uint64_t last, bool over)
{
    uint64_t closed = 0, given_up = 0;

    for (size_t i = s->missing.n; i-- > 0;) {
        const struct streams_range r = s->missing.at[i];
        const struct streams_range p =
            part(&r, first > r.first ? first : r.first, last < r.last ? last : r.last);

        if (p.first > p.last)
            continue;
        closed += places(&p);
        cut(s, &s->missing, i, p.first, p.last, &given_up);
        if (over)
            note_over(s, &p);
    }
    return closed;
}

uint64_t streams_void(struct stream *s, uint64_t first, uint64_t last)
{
    return close_ranges(s, first, last, true);
}

bool streams_close(struct stream *s, uint64_t seq)
{
    return close_ranges(s, seq, seq, false) > 0;
}

/* ---- asking */

uint64_t streams_due_at(uint64_t since_ms, uint64_t drained_ms, uint8_t asks)
{
    unsigned doublings = asks < DOUBLINGS ? asks : DOUBLINGS;
    uint64_t waited =
        ((UINT64_C(1) << doublings) - 1) * CLOCK_HOUR_MS + (asks - doublings) * CLOCK_DAY_MS;
    uint64_t due = clock_add(clock_add(since_ms, ASK_AFTER_MS), waited);
    uint64_t drained = clock_add(drained_ms, ASK_AFTER_MS);

    return due > drained ? due : drained;
}

static uint64_t due_at(const struct stream *s, const struct streams_range *r, uint64_t drained_ms)
{
    uint64_t at = streams_due_at(r->since_ms, drained_ms, r->asks);
    uint64_t again = s->asked_ms == 0 ? 0 : clock_add(s->asked_ms, ASK_INTERVAL_MS);

    return again > at ? again : at;
}

uint64_t streams_ask_at(const struct stream *s, uint64_t drained_ms)
{
    uint64_t first = UINT64_MAX;

    for (size_t i = 0; i < s->missing.n; i++)
        if (s->missing.at[i].asks < STREAMS_ASKS_MAX &&
            due_at(s, &s->missing.at[i], drained_ms) < first)
            first = due_at(s, &s->missing.at[i], drained_ms);
    return first;
}

size_t streams_ask(struct stream *s, uint64_t drained_ms, uint64_t now_ms,
                   struct control_range out[STREAMS_RANGES_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < s->missing.n; i++) {
        struct streams_range *r = &s->missing.at[i];

        if (r->asks == STREAMS_ASKS_MAX || due_at(s, r, drained_ms) > now_ms)
            continue;
        r->asks++;
        out[n++] = (struct control_range){r->first, r->last};
    }
    if (n > 0)
        s->asked_ms = now_ms == 0 ? 1 : now_ms;
    return n;
}

/* ---- records */

struct bytes streams_key(const struct room_id *room, const struct device_id *sender,
                         uint8_t out[STREAMS_KEY_SIZE])
{
    memcpy(out, room->b, sizeof room->b);
    memcpy(out + sizeof room->b, sender->b, sizeof sender->b);
    return bytes(out, STREAMS_KEY_SIZE);
}

static void read_range(struct reader *r, struct streams_range *out)
{
    out->first = reader_u64(r);
    out->last = reader_u64(r);
    reader_require(r, out->first >= 1 && out->first <= out->last, E_MALFORMED);
    out->has_before = reader_u8(r) != 0;
    out->has_after = reader_u8(r) != 0;
    reader_copy(r, out->before, sizeof out->before);
    reader_copy(r, out->after, sizeof out->after);
    out->since_ms = reader_u64(r);
    out->asks = reader_u8(r);
}

static void read_ranges(struct reader *r, struct streams_ranges *out)
{
    out->n = reader_u8(r);
    reader_require(r, out->n <= STREAMS_RANGES_MAX, E_MALFORMED);
    for (size_t i = 0; r->failed == E_OK && i < out->n; i++)
        read_range(r, &out->at[i]);
}

static struct err parse(struct bytes in, struct stream *out)
{
    struct reader r = reader(in);
    struct stream s = {0};

    s.baseline = reader_u64(&r);
    s.highest = reader_u64(&r);
    reader_copy(&r, s.link, sizeof s.link);
    reader_copy(&r, s.roster.b, sizeof s.roster.b);
    s.asked_ms = reader_u64(&r);
    s.number = reader_u64(&r);
    read_ranges(&r, &s.missing);
    if (reader_left(&r) > 0) /* a program of before kept nothing of what is over */
        read_ranges(&r, &s.over);
    TRY(reader_end(&r));
    *out = s;
    return OK;
}

static void write_ranges(const struct streams_ranges *l, struct buf *b)
{
    buf_u8(b, (uint8_t)l->n);
    for (size_t i = 0; i < l->n; i++) {
        const struct streams_range *r = &l->at[i];

        buf_u64(b, r->first);
        buf_u64(b, r->last);
        buf_u8(b, r->has_before);
        buf_u8(b, r->has_after);
        buf_bytes(b, BYTES(r->before));
        buf_bytes(b, BYTES(r->after));
        buf_u64(b, r->since_ms);
        buf_u8(b, r->asks);
    }
}

static void write(const struct stream *s, struct buf *b)
{
    buf_u64(b, s->baseline);
    buf_u64(b, s->highest);
    buf_bytes(b, BYTES(s->link));
    buf_bytes(b, ID_BYTES(s->roster));
    buf_u64(b, s->asked_ms);
    buf_u64(b, s->number);
    write_ranges(&s->missing, b);
    write_ranges(&s->over, b);
}

struct err streams_get(struct vault *v, const struct room_id *room, const struct device_id *sender,
                       struct stream *out)
{
    struct err err;
    struct arena a = ARENA(2 * RECORD_MAX);
    uint8_t key[STREAMS_KEY_SIZE];
    struct bytes value;

    *out = (struct stream){0};
    err = vault_get(v, VAULT_STREAM_IN, streams_key(room, sender, key), 0, &a, &value);
    if (err.code == E_OK)
        err = parse(value, out);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* Streams with gaps stand in a list of their own, so that they are found without looking at all. */
static struct err list_gap(struct vault *v, const struct room_id *room, const struct party *sender,
                           struct stream *s)
{
    struct err err = OK;
    struct buf b = BUF(32 + IDENTITY_PARTY_SIZE);

    if (s->missing.n == 0)
        return s->number == 0 ? OK : vault_erase(v, VAULT_STREAM_GAPS, NO_KEY, s->number);
    if (s->number == 0)
        TRY(vault_count(v, VAULT_NEXT_STREAM, &s->number));
    buf_bytes(&b, ID_BYTES(*room));
    identity_write_party(sender, &b);
    TRY_OUT(vault_put(v, VAULT_STREAM_GAPS, NO_KEY, s->number, buf_view(&b)));
out:
    buf_free(&b);
    return err;
}

struct err streams_put(struct vault *v, const struct room_id *room, const struct party *sender,
                       struct stream *s)
{
    struct err err = OK;
    struct buf b = BUF(RECORD_MAX);
    uint8_t key[STREAMS_KEY_SIZE];
    struct bytes value;

    TRY(list_gap(v, room, sender, s));
    write(s, &b);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_STREAM_IN, streams_key(room, &sender->did, key), 0, value));
out:
    buf_free(&b);
    return err;
}

struct err streams_next_gap(struct vault *v, uint64_t *number, struct room_id *room,
                            struct party *sender)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    struct bytes value;
    struct reader r;

    TRY_OUT(vault_next(v, VAULT_STREAM_GAPS, NO_KEY, *number, &a, number, &value));
    r = reader(value);
    reader_copy(&r, room->b, sizeof room->b);
    reader_copy(&r, sender->nid.b, sizeof sender->nid.b);
    reader_copy(&r, sender->aid.b, sizeof sender->aid.b);
    reader_copy(&r, sender->did.b, sizeof sender->did.b);
    TRY_OUT(reader_end(&r));
out:
    arena_free(&a);
    return err;
}
