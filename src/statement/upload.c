/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/upload.h"

#include "crypto/hash.h"

static const size_t STEP_LEAST = UPLOAD_BODY_LEAST - 16;
static const size_t STEP_MOST = UPLOAD_BODY_MOST - 16;
static const size_t TAG_SIZE = 16;
static const size_t FLAGS_AT = 3; /* in the head */
static const size_t PLACE_SIZE = 2;
static const size_t PROFILE_AT = 2;

/* Steps are 2^k and 1.5 * 2^k.  [PROTOCOL 6.1] */
size_t upload_padding_step(size_t n)
{
    size_t power = STEP_LEAST;

    while (power < n && power < STEP_MOST) {
        if (power + power / 2 >= n)
            return power + power / 2;
        power *= 2;
    }
    return power >= n && power <= STEP_MOST ? power : 0;
}

bool upload_is_padding_step(size_t n)
{
    return n != 0 && upload_padding_step(n) == n;
}

uint8_t upload_profile(struct bytes front)
{
    struct reader r = reader(front);

    reader_take(&r, PROFILE_AT);
    return reader_u8(&r);
}

size_t upload_capsule_size(uint8_t profile)
{
    switch (profile) {
    case UPLOAD_PROFILE_STANDARD:
        return UPLOAD_CAPSULE_LEAST;
    case UPLOAD_PROFILE_HYBRID:
        return UPLOAD_CAPSULE_MOST;
    default: /* a byte from outside */
        return 0;
    }
}

static bool is_body(struct bytes body)
{
    return body.n > TAG_SIZE && upload_is_padding_step(body.n - TAG_SIZE);
}

size_t upload_places(const struct upload_shared *shared)
{
    return shared->scope.n == 0 ? 0 : shared->scope.n / PLACE_SIZE - 1;
}

uint16_t upload_place(const struct upload_shared *shared, size_t i)
{
    struct reader r = reader(shared->scope);

    invariant(i < upload_places(shared));
    reader_take(&r, (1 + i) * PLACE_SIZE); /* the count, and those before */
    return reader_u16(&r);
}

void upload_write_scope(const uint16_t *place, size_t n, struct buf *out)
{
    invariant(n >= 1 && n <= LIMIT_RECIPIENTS);
    buf_u16(out, (uint16_t)n);
    for (size_t i = 0; i < n; i++) {
        invariant(i == 0 || place[i - 1] < place[i]);
        buf_u16(out, place[i]);
    }
}

static void write_shared_front(const struct upload_shared *s, struct buf *out)
{
    invariant(is_body(s->body) && s->trailer.n == UPLOAD_TRAILER_SIZE);
    invariant((s->scope.n > 0) == (s->head[FLAGS_AT] == UPLOAD_FLAG_PARTIAL));
    buf_bytes(out, BYTES(s->head));
    buf_bytes(out, s->scope);
    buf_bytes(out, BYTES(s->com));
    buf_bytes(out, ID_BYTES(s->roster));
}

void upload_write(const struct upload *u, struct buf *out)
{
    size_t opened, capsule_size = upload_capsule_size(upload_profile(BYTES(u->shared.head)));

    invariant(u->capsules <= LIMIT_CAPSULES && u->recipients <= LIMIT_RECIPIENTS);
    invariant(u->entries.n == u->recipients * UPLOAD_ENTRY_SIZE);
    write_shared_front(&u->shared, out);
    buf_u64(out, u->number);
    buf_u16(out, (uint16_t)u->capsules);
    for (size_t i = 0; i < u->capsules; i++) {
        invariant(u->capsule[i].capsule.n == capsule_size);
        buf_u16(out, u->capsule[i].recipient);
        buf_bytes(out, u->capsule[i].capsule);
    }
    buf_u16(out, (uint16_t)u->recipients);
    buf_bytes(out, u->entries);
    opened = buf_open(out);
    buf_bytes(out, u->shared.body);
    buf_close(out, opened);
    buf_bytes(out, u->shared.trailer);
}

void upload_write_delivery(const struct upload_shared *shared, struct bytes entry, struct buf *out)
{
    invariant(entry.n == UPLOAD_ENTRY_SIZE);
    write_shared_front(shared, out);
    buf_bytes(out, entry);
    buf_bytes(out, shared->body);
    buf_bytes(out, shared->trailer);
}

void upload_write_capsule(uint8_t profile, struct bytes capsule, struct buf *out)
{
    invariant(capsule.n != 0 && capsule.n == upload_capsule_size(profile));
    buf_u8(out, UPLOAD_VERSION);
    buf_u8(out, UPLOAD_SUITE);
    buf_u8(out, profile);
    buf_bytes(out, capsule);
}

static uint8_t read_version_suite_profile(struct reader *r)
{
    uint8_t profile;

    reader_require(r, reader_u8(r) == UPLOAD_VERSION, E_MALFORMED);
    reader_require(r, reader_u8(r) == UPLOAD_SUITE, E_MALFORMED);
    profile = reader_u8(r);
    reader_require(r, upload_capsule_size(profile) != 0, E_MALFORMED);
    return profile;
}

static bool head_is_sound(struct bytes head)
{
    struct reader r = reader(head);

    read_version_suite_profile(&r);
    reader_require(&r, reader_u8(&r) <= UPLOAD_FLAG_PARTIAL, E_MALFORMED); /* flags */
    /* A reader that refused one of these takes nothing, and that is no point. */
    return agree_public_plausible(reader_take(&r, AGREE_PUBLIC_SIZE));
}

/* Sorted, and of places that a roster can have. */
static bool scope_is_sound(const struct upload_shared *s)
{
    size_t n = upload_places(s);

    for (size_t i = 1; i < n; i++)
        if (upload_place(s, i - 1) >= upload_place(s, i))
            return false;
    return n > 0 && upload_place(s, n - 1) < LIMIT_RECIPIENTS;
}

void upload_read_scope(struct reader *r, struct upload_shared *shared)
{
    struct reader ahead = *r;
    size_t n = reader_u16(&ahead);

    shared->scope = bytes(NULL, 0);
    if (shared->head[FLAGS_AT] != UPLOAD_FLAG_PARTIAL)
        return;
    reader_require(r, n <= LIMIT_RECIPIENTS, E_LIMIT);
    shared->scope = reader_take(r, (1 + n) * PLACE_SIZE);
    reader_require(r, scope_is_sound(shared), E_MALFORMED);
}

static void read_shared_front(struct reader *r, struct upload_shared *s)
{
    reader_copy(r, s->head, sizeof s->head);
    reader_require(r, head_is_sound(BYTES(s->head)), E_MALFORMED);
    upload_read_scope(r, s);
    reader_copy(r, s->com, sizeof s->com);
    reader_copy(r, s->roster.b, sizeof s->roster.b);
}

/* One upload has one E_c: its capsules share a signature over it.  [PROTOCOL 5.1] */
static bool capsule_follows(const struct upload_capsule *before, const struct upload_capsule *c)
{
    struct reader x = reader(before->capsule), y = reader(c->capsule);

    return before->recipient < c->recipient &&
           bytes_same(reader_take(&x, AGREE_PUBLIC_SIZE), reader_take(&y, AGREE_PUBLIC_SIZE));
}

static struct err read_capsules(struct reader *r, struct arena *a, struct upload *u)
{
    uint8_t profile = upload_profile(BYTES(u->shared.head));
    struct upload_capsule_form form;

    u->capsules = reader_u16(r);
    reader_require(r, u->capsules <= LIMIT_CAPSULES, E_LIMIT);
    if (r->failed != E_OK)
        return OK; /* reader_end() tells */
    u->capsule = ARENA_ARRAY(a, u->capsules, struct upload_capsule);
    if (u->capsule == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < u->capsules; i++) {
        u->capsule[i].recipient = reader_u16(r);
        u->capsule[i].capsule = reader_take(r, upload_capsule_size(profile));
        if (r->failed != E_OK)
            return OK;
        TRY(upload_parse_capsule_body(profile, u->capsule[i].capsule, &form));
        reader_require(r, i == 0 || capsule_follows(&u->capsule[i - 1], &u->capsule[i]),
                       E_MALFORMED);
    }
    return OK;
}

struct err upload_parse(struct bytes in, struct arena *a, struct upload *out)
{
    struct reader r = reader(in);
    struct upload u = {.number = 0};

    read_shared_front(&r, &u.shared);
    u.number = reader_u64(&r);
    TRY(read_capsules(&r, a, &u));
    u.recipients = reader_u16(&r);
    reader_require(&r, u.recipients <= LIMIT_RECIPIENTS, E_LIMIT);
    reader_require(&r, u.recipients >= 1, E_MALFORMED);
    reader_require(&r, u.shared.scope.n == 0 || u.recipients == upload_places(&u.shared),
                   E_MALFORMED);
    u.entries = reader_take(&r, u.recipients * UPLOAD_ENTRY_SIZE);
    u.shared.body = reader_block(&r, UPLOAD_BODY_MOST);
    u.shared.trailer = reader_take(&r, UPLOAD_TRAILER_SIZE);
    TRY(reader_end(&r));
    if (!is_body(u.shared.body))
        return FAIL(E_MALFORMED);
    /* They rise, so that the last one speaks for all. */
    if (u.capsules > 0 && u.capsule[u.capsules - 1].recipient >= u.recipients)
        return FAIL(E_MALFORMED);
    *out = u;
    return OK;
}

struct err upload_parse_delivery(struct bytes in, struct upload_delivery *out)
{
    struct reader r = reader(in);
    struct upload_delivery d = {.entry = {NULL, 0}};
    size_t left;

    read_shared_front(&r, &d.shared);
    d.entry = reader_take(&r, UPLOAD_ENTRY_SIZE);
    left = reader_left(&r);
    reader_require(&r, left >= UPLOAD_BODY_LEAST + UPLOAD_TRAILER_SIZE, E_TRUNCATED);
    reader_require(&r, left <= UPLOAD_BODY_MOST + UPLOAD_TRAILER_SIZE, E_LIMIT);
    if (r.failed == E_OK)
        d.shared.body = reader_take(&r, left - UPLOAD_TRAILER_SIZE);
    d.shared.trailer = reader_take(&r, UPLOAD_TRAILER_SIZE);
    TRY(reader_end(&r));
    if (!is_body(d.shared.body))
        return FAIL(E_MALFORMED);
    *out = d;
    return OK;
}

static struct err parse_capsule(struct reader *r, uint8_t profile, struct upload_capsule_form *out)
{
    struct upload_capsule_form form = {.profile = profile};

    reader_require(r, upload_capsule_size(profile) != 0, E_MALFORMED);
    form.point = reader_take(r, AGREE_PUBLIC_SIZE);
    form.prekey = reader_u32(r);
    if (profile == UPLOAD_PROFILE_HYBRID)
        form.ct = reader_take(r, UPLOAD_SEALED_SIZE);
    form.box = reader_take(r, UPLOAD_BOX_SIZE);
    TRY(reader_end(r));
    if (!agree_public_plausible(form.point) || form.prekey == 0)
        return FAIL(E_MALFORMED);
    *out = form;
    return OK;
}

struct err upload_parse_capsule(struct bytes delivered, struct upload_capsule_form *out)
{
    struct reader r = reader(delivered);
    uint8_t profile = read_version_suite_profile(&r);

    return parse_capsule(&r, profile, out);
}

struct err upload_parse_capsule_body(uint8_t profile, struct bytes capsule,
                                     struct upload_capsule_form *out)
{
    struct reader r = reader(capsule);

    return parse_capsule(&r, profile, out);
}

struct bytes upload_entry(const struct upload *u, size_t i)
{
    struct reader r = reader(u->entries);

    invariant(i < u->recipients);
    reader_take(&r, i * UPLOAD_ENTRY_SIZE);
    return reader_take(&r, UPLOAD_ENTRY_SIZE);
}

uint16_t upload_entry_prekey(const struct upload *u, size_t i)
{
    struct reader r = reader(upload_entry(u, i));

    return reader_u16(&r);
}

struct err upload_mark(struct bytes in, uint8_t out[8])
{
    uint8_t digest[HASH_SHA384_SIZE];

    TRY(hash_sha384(&in, 1, digest));
    memcpy(out, digest, 8);
    return OK;
}
