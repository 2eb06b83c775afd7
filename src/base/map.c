/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probing; erasing moves later entries up, so there are no tombstones.
 */
#include "base/map.h"

#include <stdlib.h>

static const size_t ROOM_LEAST = 16;

struct map_slot {
    void *value; /* NULL: free */
    uint8_t n, key[MAP_KEY_MAX];
};

/* FNV-1a, 64 bits. */
static size_t hash(struct bytes key)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < key.n; i++)
        h = (h ^ key.at[i]) * UINT64_C(0x100000001b3);
    return (size_t)(h ^ h >> 32);
}

static struct bytes key_of(const struct map_slot *s)
{
    return bytes(s->key, s->n);
}

/* Where the key is, or the free slot where it would be.  There always is a free one. */
static struct map_slot *find(const struct map *m, struct bytes key)
{
    size_t i = hash(key) & (m->room - 1);

    while (m->slot[i].value != NULL && !bytes_same(key_of(&m->slot[i]), key))
        i = (i + 1) & (m->room - 1);
    return &m->slot[i];
}

static struct err grow(struct map *m)
{
    struct map bigger = {.room = m->room == 0 ? ROOM_LEAST : m->room * 2, .n = m->n};

    bigger.slot = calloc(bigger.room, sizeof *bigger.slot);
    if (bigger.slot == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < m->room; i++)
        if (m->slot[i].value != NULL)
            *find(&bigger, key_of(&m->slot[i])) = m->slot[i];
    free(m->slot);
    *m = bigger;
    return OK;
}

struct err map_put(struct map *m, struct bytes key, void *value)
{
    struct map_slot *s;

    invariant(key.n >= 1 && key.n <= MAP_KEY_MAX && value != NULL);
    if (m->n >= m->room / 2)
        TRY(grow(m));
    s = find(m, key);
    if (s->value == NULL)
        m->n++;
    s->value = value;
    s->n = (uint8_t)key.n;
    memcpy(s->key, key.at, key.n);
    return OK;
}

void *map_get(const struct map *m, struct bytes key)
{
    return m->n == 0 ? NULL : find(m, key)->value;
}

void map_erase(struct map *m, struct bytes key)
{
    size_t mask = m->room - 1, hole, i;

    if (map_get(m, key) == NULL)
        return;
    hole = (size_t)(find(m, key) - m->slot);
    m->n--;
    for (i = (hole + 1) & mask; m->slot[i].value != NULL; i = (i + 1) & mask) {
        size_t home = hash(key_of(&m->slot[i])) & mask;

        /* It may fill the hole unless its probing begins behind that. */
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            m->slot[hole] = m->slot[i];
            hole = i;
        }
    }
    m->slot[hole] = (struct map_slot){.value = NULL};
}

void map_free(struct map *m)
{
    free(m->slot);
    *m = MAP;
}
