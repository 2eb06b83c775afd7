/* SPDX-License-Identifier: Apache-2.0 */
/* map: from short keys to pointers.  The pointers stay the caller's. */
#ifndef TACET_BASE_MAP_H
#define TACET_BASE_MAP_H

#include "base/bytes.h"
#include "base/err.h"

#define MAP_KEY_MAX 16

struct map_slot;

struct map {
    struct map_slot *slot;
    size_t n, room; /* entries, and places for them: a power of two */
};

/* An empty map.  Nothing is allocated yet. */
#define MAP ((struct map){NULL, 0, 0})

/* Put `value`, which is not NULL, under a key of 1 to MAP_KEY_MAX bytes, in place of what was
 * there.  E_NOMEM. */
FALLIBLE map_put(struct map *m, struct bytes key, void *value);

/* What is under the key, or NULL. */
void *map_get(const struct map *m, struct bytes key);

/* Forget the key; no harm when it is not there. */
void map_erase(struct map *m, struct bytes key);

/* Empty again. */
void map_free(struct map *m);

#endif
