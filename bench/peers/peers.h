/* SPDX-License-Identifier: Apache-2.0 */
/* peers: what the benches of other libraries have in common.  bench/README.md says what their lines
 * compare and what they do not. */
#ifndef TACET_BENCH_PEERS_PEERS_H
#define TACET_BENCH_PEERS_PEERS_H

#include "bench/measure.h"

#define PEERS_DEVICES 1000
#define PEERS_TEXT    1024 /* bytes, as in bench/crowd.h */
#define PEERS_ROUNDS  15
#define PEERS_OPENED  40 /* a round */
#define PEERS_MAIL    (PEERS_ROUNDS * PEERS_OPENED)

static inline void peers_must(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s failed\n", what);
    exit(1);
}

#endif
