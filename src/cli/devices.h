/* SPDX-License-Identifier: Apache-2.0 */
/* devices: what can be done with the devices of an account: each a word behind `tacet devices`. */
#ifndef TACET_CLI_DEVICES_H
#define TACET_CLI_DEVICES_H

#include "tacet/client.h"
#include "terminal/words.h"

enum words_end devices_list(struct options *o, const void *setting);
enum words_end devices_add(struct options *o, const void *setting);
enum words_end devices_remove(struct options *o, const void *setting);

/* The next contact after *c (number 0: the first) who was not seen to write by my list of this
 * version, or a later one; false: there are no more.  Nobody counts who was removed, or whose
 * account is another one now. */
bool devices_behind(struct tacet_client *client, uint32_t list, struct tacet_contact *c);

/* The same as one line, if there is anybody. */
void devices_show_behind(struct tacet_client *client, uint32_t list);

#endif
