/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys: what the bytes of a terminal's keyboard mean to a program that has the whole screen.
 *
 * Byte by byte.  What is none of the keys that are named here is left to whoever edits a line
 * (terminal/line.h), with all its bytes.
 */
#ifndef TACET_TERMINAL_KEYS_H
#define TACET_TERMINAL_KEYS_H

#include "base/bytes.h"

#define KEYS_MOST 8 /* bytes of one key */

enum key {
    KEYS_NONE = 0, /* more bytes are needed */
    KEYS_OTHER,    /* `bytes` say which */
    KEYS_ENTER,
    KEYS_ESCAPE,
    KEYS_TAB,
    KEYS_UP,
    KEYS_DOWN,
    KEYS_PAGE_UP,
    KEYS_PAGE_DOWN,
    KEYS_HELP,  /* F1 */
    KEYS_FIND,  /* Ctrl-F */
    KEYS_AGAIN, /* Ctrl-L */
    KEYS_END,   /* Ctrl-D */
};

struct keys {
    uint8_t byte[KEYS_MOST];
    size_t n;
};

/* One byte more.  After anything but KEYS_NONE the bytes of the key are in `byte` and `n`, until
 * the next call of keys_taken(). */
enum key keys_take(struct keys *k, uint8_t byte);
void keys_taken(struct keys *k);

/* There are no more bytes for now: what began as a key of several bytes was the key Escape. */
enum key keys_pause(struct keys *k);

#endif
