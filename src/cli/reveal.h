/* SPDX-License-Identifier: Apache-2.0 */
/* reveal: a file that somebody sent, on this terminal and nowhere else. */
#ifndef TACET_CLI_REVEAL_H
#define TACET_CLI_REVEAL_H

#include "tacet/files.h"
#include "terminal/words.h"

/* A transfer of tacet_show_file() has ended: say what it brought, if it is text, as harmless as a
 * message, and wipe it. */
enum words_end reveal_file(struct tacet_client *client, uint64_t number);

#endif
