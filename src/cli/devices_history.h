/* SPDX-License-Identifier: Apache-2.0 */
/* devices_history: `tacet devices give` and `take`: what was said before goes to a new device. */
#ifndef TACET_CLI_DEVICES_HISTORY_H
#define TACET_CLI_DEVICES_HISTORY_H

#include "terminal/words.h"

enum words_end devices_history_give(struct options *o, const void *setting);
enum words_end devices_history_take(struct options *o, const void *setting);

#endif
