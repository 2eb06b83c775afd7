/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena: memory with one lifetime and a ceiling.
 *
 * What is allocated here is zeroed, aligned for any type, never freed alone, and wiped when the
 * arena is freed.  Allocation at the ceiling yields NULL and the arena remembers it.
 */
#ifndef TACET_BASE_ARENA_H
#define TACET_BASE_ARENA_H

#include "base/bytes.h"
#include "base/err.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *newest;
    size_t used, max; /* bytes handed out, and the most that ever will be */
    bool full;        /* an allocation failed */
};

/* An arena that will never hand out more than `ceiling` bytes.  Nothing is allocated yet. */
#define ARENA(ceiling) ((struct arena){NULL, 0, (ceiling), false})

/* n zeroed bytes, of which none count as one; NULL at the ceiling or when memory is exhausted. */
void *arena_alloc(struct arena *a, size_t n);

/* The same for count items of `size` bytes, with the multiplication checked. */
void *arena_array(struct arena *a, size_t count, size_t size);

#define ARENA_NEW(a, type)          ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, count, type) ((type *)arena_array((a), (count), sizeof(type)))

/* A copy that lives in the arena.  E_NOMEM. */
FALLIBLE arena_copy(struct arena *a, struct bytes in, struct bytes *out);

/* A copy with a NUL behind it; NULL as arena_alloc. */
char *arena_text(struct arena *a, struct bytes in);

/* Wipes and frees all of it; the arena is empty again, with the same ceiling. */
void arena_free(struct arena *a);

#endif
