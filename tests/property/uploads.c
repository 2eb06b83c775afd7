/* SPDX-License-Identifier: Apache-2.0 */
#include "property/uploads.h"

#include <string.h>

#include "statement/upload.h"

/* Bits 8 to 23 of n in an entry, behind prekey and prefix, and the last 8.  [PROTOCOL 5.3] */
#define STEPS       9
#define FEWER_STEPS 11

size_t uploads_spare(size_t at)
{
    return at == STEPS || at == STEPS + 1 ? FEWER_STEPS : at;
}

/* The entry of one recipient, and the capsule for it: as if it was never to get any. */
static void leave_out(struct upload *u, size_t gone, struct arena *a)
{
    uint8_t *entries = ARENA_ARRAY(a, u->entries.n, uint8_t);
    struct upload_capsule *capsule = ARENA_ARRAY(a, u->capsules + 1, struct upload_capsule);
    size_t before = gone * UPLOAD_ENTRY_SIZE, n = 0;

    assert_non_null(entries);
    assert_non_null(capsule);
    memcpy(entries, u->entries.at, before);
    memcpy(entries + before, u->entries.at + before + UPLOAD_ENTRY_SIZE,
           u->entries.n - before - UPLOAD_ENTRY_SIZE);
    for (size_t i = 0; i < u->capsules; i++) {
        if (u->capsule[i].recipient == gone)
            continue;
        capsule[n] = u->capsule[i];
        if (capsule[n].recipient > gone)
            capsule[n].recipient--;
        n++;
    }
    u->capsule = capsule;
    u->capsules = n;
    u->entries = bytes(entries, u->entries.n - UPLOAD_ENTRY_SIZE);
    u->recipients--;
}

/* One device is to open something else than the others, or nothing. */
static void damage(struct upload *u, struct dice *d, struct arena *a)
{
    struct bytes entries;
    size_t entry = dice_below(d, u->recipients) * UPLOAD_ENTRY_SIZE;
    size_t at = entry + uploads_spare(dice_below(d, UPLOAD_ENTRY_SIZE));

    assert_ok(arena_copy(a, u->entries, &entries));
    ((uint8_t *)(uintptr_t)entries.at)[at] ^= (uint8_t)(1u << dice_below(d, 8));
    u->entries = entries;
}

bool uploads_alter(struct liar *l, struct frame *f, struct arena *a)
{
    Tacet__Wire__Send *m;
    struct buf b = BUF(LIMIT_FRAME);
    struct bytes upload;
    struct upload u;

    if (!dice_once_in(l->dice, 2 * l->one_in))
        return false;
    assert_ok(frame_unpack(f->body, &tacet__wire__send__descriptor, a, &m));
    assert_ok(upload_parse(frame_bytes(m->upload), a, &u));
    if (u.recipients > 1) {
        leave_out(&u, dice_below(l->dice, u.recipients), a);
        l->lies[LIE_LEFT_OUT]++;
    } else if (dice_once_in(l->dice, 2)) {
        damage(&u, l->dice, a);
        l->lies[LIE_DAMAGE]++;
        l->junk++;
        l->spoilt = true;
    }
    upload_write(&u, &b);
    assert_ok(arena_copy(a, buf_view(&b), &upload));
    m->upload = frame_data(upload);
    assert_ok(frame_pack_into(m, LIMIT_FRAME, a, &f->body));
    buf_free(&b);
    return true;
}
