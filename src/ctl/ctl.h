/* SPDX-License-Identifier: Apache-2.0 */
/* ctl: the program `tacetctl`, as a table of words ("orders").  Each is a file and a row. */
#ifndef TACET_CTL_CTL_H
#define TACET_CTL_CTL_H

#include "terminal/words.h"

struct ctl_setting {
    const char *data; /* the server's data directory; NULL: it was not said */
};

extern const struct word order_backup, order_invite, order_people, order_policy, order_remove,
    order_reset, order_root, order_tls;

int ctl_run(int argc, char **argv);

#endif
