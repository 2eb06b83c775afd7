/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signin: what one connection costs the server until its mail is handed out: TLS handshake,
 * upgrade, sign-in with its signature, an empty page; and its end.
 */
#include <stdio.h>
#include <time.h>

#include "scenario/stage_tls.h"

#define ROUNDS 20
#define EACH   50

static double server_cpu_us(const struct play *p)
{
    clockid_t clock;
    struct timespec t;

    assert_int_equal(clock_getcpuclockid(stage_server_process(p), &clock), 0);
    assert_int_equal(clock_gettime(clock, &t), 0);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(void)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice");
    double least = 0;

    for (int round = 0; round < ROUNDS; round++) {
        double before = server_cpu_us(p), each;

        for (int i = 0; i < EACH; i++) {
            leaves(alice);
            returns(alice);
        }
        each = (server_cpu_us(p) - before) / EACH;
        if (least == 0 || each < least)
            least = each;
    }
    printf("signin_cpu %.1f us\n", least);
    play_end(p);
    return 0;
}
