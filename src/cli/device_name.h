/* SPDX-License-Identifier: Apache-2.0 */
/* device_name: `tacet devices name`: what one calls a device of one's own. */
#ifndef TACET_CLI_DEVICE_NAME_H
#define TACET_CLI_DEVICE_NAME_H

#include "cli/choice.h"

/* Are these its words?  They begin with "name" and an id: a person may be called "name", too. */
bool device_name_is_meant(const struct options *o);

/* Behind the word "name".  `none`: its name goes. */
enum words_end device_name_run(struct options *o, const struct choice *c, bool none);

#endif
