/* SPDX-License-Identifier: Apache-2.0 */
/* settings: the config as tacetd was called: a file, the command line above it, defaults below. */
#ifndef TACET_SERVER_MAIN_SETTINGS_H
#define TACET_SERVER_MAIN_SETTINGS_H

#include "server/main/config.h"
#include "terminal/options.h"

#define SETTINGS_FINE  0
#define SETTINGS_WRONG 1 /* the file */
#define SETTINGS_USAGE 2 /* the command line */

/* Takes --config FILE and an option for each name of the config; `from_file` is whether there was a
 * file.  What is wrong is said on stderr, with its line.  An exit status. */
int settings_take(struct options *o, struct config *out, bool *from_file);

#endif
