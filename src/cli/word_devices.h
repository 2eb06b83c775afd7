/* SPDX-License-Identifier: Apache-2.0 */
/* word_devices: what can be done with the devices of an account: each a word behind `devices`. */
#ifndef TACET_CLI_WORD_DEVICES_H
#define TACET_CLI_WORD_DEVICES_H

#include "tacet/client.h"
#include "terminal/words.h"

enum words_end word_devices_list(struct options *o, const void *setting);
enum words_end word_devices_add(struct options *o, const void *setting);
enum words_end word_devices_remove(struct options *o, const void *setting);

#endif
