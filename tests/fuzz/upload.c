/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads and what one device gets of them [PROTOCOL 6.3, 6.4], as they travel. */
#include "statement/upload.h"

#include "fuzz/fuzz.h"
#include "wire/limits.h"

#define ARENA_MAX (64 * 1024)

static void borrows(const struct upload_shared *s, struct bytes in)
{
    invariant(fuzz_is_within(s->body, in) && fuzz_is_within(s->trailer, in));
    invariant(s->body.n >= UPLOAD_BODY_LEAST && s->body.n <= UPLOAD_BODY_MOST);
    invariant(s->trailer.n == UPLOAD_TRAILER_SIZE && upload_is_padding_step(s->body.n - 16));
}

static void names_places(const struct upload_shared *s, struct bytes in)
{
    size_t n = upload_places(s);

    invariant(fuzz_is_within(s->scope, in) && (n > 0) == (s->scope.n > 0));
    for (size_t i = 0; i < n; i++) {
        invariant(upload_place(s, i) < LIMIT_RECIPIENTS);
        invariant(i == 0 || upload_place(s, i - 1) < upload_place(s, i));
    }
}

static void read_delivery(struct bytes in)
{
    struct upload_delivery d;
    struct buf b = BUF(in.n);
    struct err err;

    FUZZ_FILLED(d);
    err = upload_parse_delivery(in, &d);
    if (err.code == E_OK) {
        borrows(&d.shared, in);
        names_places(&d.shared, in);
        invariant(fuzz_is_within(d.entry, in) && d.entry.n == UPLOAD_ENTRY_SIZE);
        upload_write_delivery(&d.shared, d.entry, &b);
        invariant(bytes_same(buf_view(&b), in));
    } else {
        invariant(fuzz_is_filled(&d, sizeof d));
    }
    buf_free(&b);
}

/* Its parts are all of it, in this order. */
static void is_capsule_again(const struct upload_capsule_form *form, struct bytes in)
{
    struct buf parts = BUF(UPLOAD_CAPSULE_MOST), b = BUF(in.n);

    buf_bytes(&parts, form->point);
    buf_u32(&parts, form->prekey);
    buf_bytes(&parts, form->ct);
    buf_bytes(&parts, form->box);
    upload_write_capsule(form->profile, buf_view(&parts), &b);
    invariant(bytes_same(buf_view(&b), in));
    buf_free(&parts);
    buf_free(&b);
}

static void read_capsule(struct bytes in)
{
    struct upload_capsule_form form;
    struct err err;

    FUZZ_FILLED(form);
    err = upload_parse_capsule(in, &form);
    if (err.code == E_OK) {
        invariant(fuzz_is_within(form.point, in) && fuzz_is_within(form.box, in));
        invariant(form.prekey != 0 && form.box.n == UPLOAD_BOX_SIZE);
        invariant(form.ct.n == 0 || fuzz_is_within(form.ct, in));
        invariant(in.n == UPLOAD_CAPSULE_FRONT + upload_capsule_size(form.profile));
        is_capsule_again(&form, in);
    } else {
        invariant(fuzz_is_filled(&form, sizeof form));
    }
}

/* Each device's part of an upload is a delivery or a capsule that parses. */
static void hand_out(const struct upload *u, struct bytes in)
{
    struct buf b = BUF(in.n);
    struct upload_delivery d;

    for (size_t i = 0; i < u->recipients; i += u->recipients / 4 + 1) {
        invariant(fuzz_is_within(upload_entry(u, i), u->entries));
        upload_entry_prekey(u, i);
        upload_write_delivery(&u->shared, upload_entry(u, i), &b);
        invariant(upload_parse_delivery(buf_view(&b), &d).code == E_OK);
        buf_cut(&b, 0);
    }
    for (size_t i = 0; i < u->capsules; i++) {
        struct upload_capsule_form form;

        invariant(u->capsule[i].recipient < u->recipients);
        invariant(i == 0 || u->capsule[i - 1].recipient < u->capsule[i].recipient);
        upload_write_capsule(upload_profile(in), u->capsule[i].capsule, &b);
        invariant(upload_parse_capsule(buf_view(&b), &form).code == E_OK);
        buf_cut(&b, 0);
    }
    buf_free(&b);
}

static void read_upload(struct bytes in)
{
    struct arena a = ARENA(ARENA_MAX);
    struct buf b = BUF(in.n);
    struct upload u;
    uint8_t mark[8];
    struct err err;

    FUZZ_FILLED(u);
    err = upload_parse(in, &a, &u);
    if (err.code == E_OK) {
        borrows(&u.shared, in);
        names_places(&u.shared, in);
        invariant(u.shared.scope.n == 0 || upload_places(&u.shared) == u.recipients);
        invariant(u.capsules <= LIMIT_CAPSULES && u.recipients <= LIMIT_RECIPIENTS);
        invariant(u.recipients >= 1 && fuzz_is_within(u.entries, in));
        upload_write(&u, &b);
        invariant(bytes_same(buf_view(&b), in));
        invariant(upload_mark(in, mark).code == E_OK);
        hand_out(&u, in);
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED || err.code == E_LIMIT);
        invariant(fuzz_is_filled(&u, sizeof u));
    }
    arena_free(&a);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    read_upload(bytes(at, n));
    read_delivery(bytes(at, n));
    read_capsule(bytes(at, n));
    invariant(upload_padding_step(n) == 0 || upload_padding_step(n) >= n);
    return 0;
}
