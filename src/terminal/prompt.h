/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prompt: a passphrase, from the person at the terminal or from a descriptor that a script opened.
 *
 * Never from the arguments or the environment, which other programs can read.  At the terminal it
 * is not shown, and the terminal is as it was before whatever signal ends or stops the program.
 */
#ifndef TACET_TERMINAL_PROMPT_H
#define TACET_TERMINAL_PROMPT_H

#include "base/buf.h"

#define PROMPT_MAX 1024 /* bytes of a passphrase */

/* What a passphrase is read into: buf_free() wipes it. */
#define PROMPT_BUF BUF(PROMPT_MAX + 1)

enum prompt_kind {
    PROMPT_KNOWN = 1, /* asked for once */
    PROMPT_NEW,       /* asked for twice: a slip would lock its owner out */
};

/*
 * The first line of descriptor `fd`, without its line feed; nothing behind that is read.  With
 * `fd` < 0 the answer to `question` at the terminal.  `out` is an empty PROMPT_BUF.
 * E_ABSENT: no terminal.  E_TRUNCATED: an empty passphrase.  E_LIMIT: over PROMPT_MAX.
 * E_MALFORMED: a NUL in it.  E_CONFLICT: the two differ, again and again.  E_CLOSED: the input
 * ended first.  E_IO, E_NOMEM.  On error `out` is wiped and empty.
 */
FALLIBLE prompt_passphrase(int fd, const char *question, enum prompt_kind kind, struct buf *out);

/* The same, asking a person again who only pressed Enter; false: stderr says in one sentence why
 * there is no passphrase. */
bool prompt_ask(int fd, const char *question, enum prompt_kind kind, struct buf *out);

#endif
