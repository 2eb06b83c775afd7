/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing with linear probing.  A slot is chosen by the last bytes of a point, which are as
 * good as random; whoever makes keys that all choose the same one gains that looking for them is
 * slow, though less so than parsing.
 */
#include "client/parsed.h"

#include <stdlib.h>

#define SLOTS (2 * PARSED_MOST) /* a power of two */

_Static_assert(SIGN_PUBLIC_SIZE == AGREE_PUBLIC_SIZE, "both are points");

enum use { FREE = 0, AGREES, SIGNS };

struct slot {
    enum use use;
    uint8_t point[AGREE_PUBLIC_SIZE];
    union {
        struct agree_public *agree;
        struct sign_public *sign;
    } key;
};

struct parsed {
    size_t n;
    struct slot slot[SLOTS];
};

struct err parsed_new(struct parsed **out)
{
    struct parsed *p = calloc(1, sizeof *p);

    if (p == NULL)
        return FAIL(E_NOMEM);
    *out = p;
    return OK;
}

static void forget_all(struct parsed *p)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (p->slot[i].use == AGREES)
            agree_public_free(p->slot[i].key.agree);
        else if (p->slot[i].use == SIGNS)
            sign_public_free(p->slot[i].key.sign);
        p->slot[i] = (struct slot){.use = FREE};
    }
    p->n = 0;
}

void parsed_free(struct parsed *p)
{
    if (p == NULL)
        return;
    forget_all(p);
    free(p);
}

/* Where a key is, or the free slot where it would be.  There always is a free one. */
static struct slot *find(struct parsed *p, enum use use, const uint8_t *point)
{
    const uint8_t *last = point + (AGREE_PUBLIC_SIZE - 2);
    size_t i = (size_t)(last[0] << 8 | last[1]) % SLOTS;

    while (p->slot[i].use != FREE &&
           (p->slot[i].use != use || memcmp(p->slot[i].point, point, AGREE_PUBLIC_SIZE) != 0))
        i = (i + 1) % SLOTS;
    return &p->slot[i];
}

/* For a key that is not there. */
static struct slot *take(struct parsed *p, enum use use, const uint8_t *point)
{
    struct slot *s;

    if (p->n == PARSED_MOST)
        forget_all(p);
    s = find(p, use, point);
    s->use = use;
    memcpy(s->point, point, sizeof s->point);
    p->n++;
    return s;
}

struct err parsed_agree(struct parsed *p, const uint8_t point[AGREE_PUBLIC_SIZE],
                        struct agree_public **out)
{
    struct slot *s = find(p, AGREES, point);
    struct agree_public *key;

    if (s->use == FREE) {
        TRY(agree_public_parse(&key, bytes(point, AGREE_PUBLIC_SIZE)));
        s = take(p, AGREES, point);
        s->key.agree = key;
    }
    return agree_public_share(s->key.agree, out);
}

struct err parsed_sign(struct parsed *p, const uint8_t point[SIGN_PUBLIC_SIZE],
                       struct sign_public **out)
{
    struct slot *s = find(p, SIGNS, point);
    struct sign_public *key;

    if (s->use == FREE) {
        TRY(sign_public_parse(&key, bytes(point, SIGN_PUBLIC_SIZE)));
        s = take(p, SIGNS, point);
        s->key.sign = key;
    }
    return sign_public_share(s->key.sign, out);
}
