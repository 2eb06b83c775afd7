/* SPDX-License-Identifier: Apache-2.0 */
#include "wiped/remains.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#define PIECES_MAX  8192
#define PIECE_SIZE  8
#define STACK_DEPTH (256 * 1024) /* what a call may have used */
#define STACK_ROOM  2048         /* for the frames of those who look */

static struct piece {
    uint64_t value;
    const char *name;
    size_t at;
} pieces[PIECES_MAX];
static size_t n_pieces;

/* The low 16 bits that some piece has. */
static bool likely[65536];

static bool watching;
static size_t found;

static uint64_t load(const volatile uint8_t *at)
{
    uint64_t v = 0;

    for (size_t i = 0; i < PIECE_SIZE; i++)
        v |= (uint64_t)at[i] << 8 * i;
    return v;
}

/* Runs of a single byte are everywhere, and say nothing. */
static bool is_telling(const uint8_t *at)
{
    unsigned changes = 0;

    for (size_t i = 1; i < PIECE_SIZE; i++)
        changes += at[i] != at[i - 1];
    return changes >= 4;
}

static void seek_piece(const char *name, uint64_t value, size_t at)
{
    if (n_pieces == PIECES_MAX)
        abort();
    pieces[n_pieces++] = (struct piece){value, name, at};
    likely[value & 0xffff] = true;
}

/* OpenSSL computes on P-521 with nine limbs of 58 bits; the number's least byte is its last. */
static void seek_limbs(const char *name, struct bytes number)
{
    for (size_t limb = 0; limb < 9; limb++) {
        uint64_t value = 0;

        for (size_t bit = 58 * limb; bit < 58 * (limb + 1) && bit < 521; bit++)
            value |= (uint64_t)(number.at[number.n - 1 - bit / 8] >> bit % 8 & 1)
                     << (bit - 58 * limb);
        seek_piece(name, value, number.n);
    }
}

/* Pieces from the front, and from the back: a number's least digit stands at its end. */
void remains_seek(const char *name, struct bytes secret)
{
    for (size_t i = 0; i + PIECE_SIZE <= secret.n; i += PIECE_SIZE) {
        size_t back = secret.n - PIECE_SIZE - i;

        if (is_telling(secret.at + i)) {
            seek_piece(name, load(secret.at + i), i);
            seek_piece(name, __builtin_bswap64(load(secret.at + i)), i);
        }
        if (secret.n % PIECE_SIZE != 0 && is_telling(secret.at + back))
            seek_piece(name, __builtin_bswap64(load(secret.at + back)), back);
    }
    if (secret.n == 66)
        seek_limbs(name, secret);
}

void remains_forget(void)
{
    n_pieces = 0;
    memset(likely, 0, sizeof likely);
    memset(pieces, 0, sizeof pieces);
}

/* Most of a stack is zeros. */
static bool is_likely(const volatile uint8_t *at)
{
    return load(at) != 0 && likely[at[0] | at[1] << 8];
}

/* Holds nothing that it reads while it prints, as that would be found on the stack. */
static size_t look(const volatile uint8_t *at, size_t n, const char *where)
{
    size_t here = 0;

    for (size_t i = 0; i + PIECE_SIZE <= n; i++) {
        if (!is_likely(at + i))
            continue;
        for (size_t k = 0; k < n_pieces; k++)
            if (load(at + i) == pieces[k].value) {
                fprintf(stderr, "%s: %s[%zu] at %zu of %zu\n", where, pieces[k].name, pieces[k].at,
                        i, n);
                here++;
            }
    }
    return here;
}

/* In the place of the C library's: ours and OpenSSL's calls end here.  What is freed is also wiped,
 * so that nothing is found twice when the memory is used again. */
void __libc_free(void *at);

__attribute__((visibility("default"))) void free(void *at)
{
    if (at == NULL)
        return;
    if (watching) {
        watching = false; /* printing frees memory too */
        found += look(at, malloc_usable_size(at), "freed block");
        watching = true;
    }
    explicit_bzero(at, malloc_usable_size(at));
    __libc_free(at);
}

__attribute__((visibility("default"))) void *realloc(void *at, size_t n)
{
    void *grown = malloc(n);
    size_t had = at == NULL ? 0 : malloc_usable_size(at);

    if (grown == NULL)
        return NULL;
    memcpy(grown, at == NULL ? grown : at, had < n ? had : n);
    free(at);
    return grown;
}

__attribute__((noinline)) static void clear_stack(void)
{
    uint8_t stack[STACK_DEPTH];

    explicit_bzero(stack, sizeof stack);
}

/* Deeper than those who look afterwards. */
__attribute__((noinline)) static void make(void (*call)(void))
{
    uint8_t room[STACK_ROOM];

    explicit_bzero(room, 1);
    call();
    explicit_bzero(room, 1); /* it stood under the call */
}

__attribute__((noinline)) size_t remains_after(void (*call)(void))
{
    const volatile uint8_t *frame = __builtin_frame_address(0);

    clear_stack();
    found = 0;
    watching = true;
    make(call);
    watching = false;
    return found + look(frame - STACK_DEPTH, STACK_DEPTH - STACK_ROOM / 2, "stack");
}
