/* SPDX-License-Identifier: Apache-2.0 */
/* losing: what the words say and do about losing every device. */
#ifndef TACET_CLI_LOSING_H
#define TACET_CLI_LOSING_H

#include "cli/choice.h"

/* How things stand with the recovery key: for programs, and for people. */
const char *losing_name(enum tacet_recovery recovery);
const char *losing_sentence(enum tacet_recovery recovery);

/* The letters, from the terminal, unseen, or the descriptor's next line; false: there are none, and
 * it was said.  `out` is an empty PROMPT_BUF. */
bool losing_ask_letters(int fd, struct buf *out);

/* Come back into the account; `link` NULL: it is asked for, unless this profile has begun. */
enum words_end losing_come_back(const struct choice *c, const char *link, bool keep, bool json);

#endif
