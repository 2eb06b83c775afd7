/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

static const size_t CHUNK_LEAST = 2048, CHUNK_MOST = 64 * 1024;

struct arena_chunk {
    struct arena_chunk *older;
    size_t used, room;
    alignas(max_align_t) uint8_t at[];
};

static struct arena_chunk *chunk_for(struct arena *a, size_t n)
{
    size_t room = CHUNK_LEAST;
    struct arena_chunk *chunk = a->newest;

    if (chunk != NULL && chunk->room - chunk->used >= n)
        return chunk;
    if (chunk != NULL)
        room = chunk->room < CHUNK_MOST / 2 ? chunk->room * 2 : CHUNK_MOST;
    if (room < n)
        room = n;
    chunk = malloc(sizeof *chunk + room);
    if (chunk == NULL)
        return NULL;
    *chunk = (struct arena_chunk){.older = a->newest, .room = room};
    a->newest = chunk;
    return chunk;
}

/* n bytes that are not zeroed yet. */
static void *take(struct arena *a, size_t n)
{
    const size_t unit = alignof(max_align_t);
    struct arena_chunk *chunk;
    uint8_t *at;

    if (n == 0)
        n = 1; /* takes memory like any other, and so counts */
    if (n > a->max - a->used || n > SIZE_MAX / 2) {
        a->full = true;
        return NULL;
    }
    n = (n + unit - 1) / unit * unit;
    chunk = chunk_for(a, n);
    if (chunk == NULL) {
        a->full = true;
        return NULL;
    }
    at = chunk->at + chunk->used;
    chunk->used += n;
    a->used = n > a->max - a->used ? a->max : a->used + n;
    return at;
}

void *arena_alloc(struct arena *a, size_t n)
{
    uint8_t *at = take(a, n);

    if (at != NULL)
        memset(at, 0, n == 0 ? 1 : n);
    return at;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        a->full = true;
        return NULL;
    }
    return arena_alloc(a, count * size);
}

struct err arena_copy(struct arena *a, struct bytes in, struct bytes *out)
{
    uint8_t *at = take(a, in.n);

    if (at == NULL)
        return FAIL(E_NOMEM);
    if (in.n > 0)
        memcpy(at, in.at, in.n);
    *out = (struct bytes){at, in.n};
    return OK;
}

char *arena_text(struct arena *a, struct bytes in)
{
    char *at = arena_alloc(a, in.n + 1);

    if (at != NULL && in.n > 0)
        memcpy(at, in.at, in.n);
    return at;
}

void arena_free(struct arena *a)
{
    while (a->newest != NULL) {
        struct arena_chunk *chunk = a->newest;

        a->newest = chunk->older;
        explicit_bzero(chunk->at, chunk->used);
        free(chunk);
    }
    *a = ARENA(a->max);
}
