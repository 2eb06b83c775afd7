/* SPDX-License-Identifier: Apache-2.0 */
/* slash: a line of a conversation that is for Tacet itself: a word, and what stands behind it. */
#ifndef TACET_CLI_SLASH_H
#define TACET_CLI_SLASH_H

#include "base/bytes.h"

/* The line's word with its slash, up to the first blank; `*rest`: what follows the blanks behind
 * it, as it was typed, or nothing.  Both borrow from the line. */
struct bytes slash_word(struct bytes line, struct bytes *rest);

#endif
