/* SPDX-License-Identifier: Apache-2.0 */
/* controls: messages that devices write to each other, which are carried out and not shown.
 * [PROTOCOL 6.8] */
#ifndef TACET_CLIENT_CONTROLS_H
#define TACET_CLIENT_CONTROLS_H

#include "client/opening_internal.h"

/* Once: under another sealing it may come again. */
FALLIBLE controls_was_obeyed(struct opening *op, const struct core *core, bool *was);

/* Carried out together with what it changes here; nothing of it is shown but what is over. */
FALLIBLE controls_obey(struct opening *op, const struct opened *o, bool left, struct bytes content);

#endif
