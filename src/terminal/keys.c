/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/keys.h"

#include <string.h>

#define ESC      0x1b
#define CTRL(c)  ((c)&0x1f)
#define SEQUENCE 3 /* the least of the sequences that are known */

static const struct {
    const char *bytes;
    enum key key;
} SEQUENCES[] = {
    {"\033[A", KEYS_UP},   {"\033OA", KEYS_UP},       {"\033[B", KEYS_DOWN},
    {"\033OB", KEYS_DOWN}, {"\033[5~", KEYS_PAGE_UP}, {"\033[6~", KEYS_PAGE_DOWN},
    {"\033OP", KEYS_HELP}, {"\033[11~", KEYS_HELP},   {"\033[[A", KEYS_HELP},
};

/* Is it whole: ESC, a bracket, and parameters up to a final byte; or ESC O and one byte? */
static bool is_whole(const struct keys *k)
{
    uint8_t last = k->byte[k->n - 1];

    if (k->n < 2)
        return false;
    if (k->byte[1] == 'O')
        return k->n == SEQUENCE;
    if (k->byte[1] != '[')
        return true;
    if (k->n == SEQUENCE && last == '[') /* the keys of a Linux console */
        return false;
    return k->n >= SEQUENCE && last >= 0x40 && last <= 0x7e;
}

static enum key of_sequence(const struct keys *k)
{
    for (size_t i = 0; i < sizeof SEQUENCES / sizeof SEQUENCES[0]; i++)
        if (strlen(SEQUENCES[i].bytes) == k->n && memcmp(SEQUENCES[i].bytes, k->byte, k->n) == 0)
            return SEQUENCES[i].key;
    return KEYS_OTHER;
}

static enum key of_byte(uint8_t byte)
{
    switch (byte) {
    case '\r':
    case '\n':
        return KEYS_ENTER;
    case '\t':
        return KEYS_TAB;
    case CTRL('F'):
        return KEYS_FIND;
    case CTRL('L'):
        return KEYS_AGAIN;
    case CTRL('D'):
        return KEYS_END;
    default:
        return KEYS_OTHER;
    }
}

enum key keys_take(struct keys *k, uint8_t byte)
{
    k->byte[k->n++] = byte;
    if (k->byte[0] != ESC)
        return of_byte(byte);
    if (is_whole(k))
        return of_sequence(k);
    return k->n == KEYS_MOST ? KEYS_OTHER : KEYS_NONE;
}

void keys_taken(struct keys *k)
{
    *k = (struct keys){.n = 0};
}

enum key keys_pause(struct keys *k)
{
    return k->n == 0 ? KEYS_NONE : KEYS_ESCAPE;
}
