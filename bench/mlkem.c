/* SPDX-License-Identifier: Apache-2.0 */
/* mlkem: the three operations of ML-KEM-1024, on keys that are parsed. */
#include "crypto/mlkem/mlkem.h"
#include "bench/measure.h"

#define ROUNDS 15
#define CALLS  50

struct pair {
    struct mlkem_private *key;
    uint8_t pub[MLKEM_PUBLIC_SIZE], sealed[MLKEM_SEALED_SIZE], shared[MLKEM_SHARED_SIZE];
};

static void run_keygen(void *ctx)
{
    struct pair *p = ctx;

    mlkem_private_free(p->key);
    measure_must(mlkem_generate(&p->key, p->pub));
}

static void run_encaps(void *ctx)
{
    struct pair *p = ctx;

    measure_must(mlkem_encapsulate(BYTES(p->pub), p->sealed, p->shared));
}

static void run_decaps(void *ctx)
{
    struct pair *p = ctx;

    measure_must(mlkem_decapsulate(p->key, BYTES(p->sealed), p->shared));
}

int main(void)
{
    struct pair p = {0};
    struct measure lines[] = {
        {"mlkem_keygen", run_keygen, &p, CALLS, MEASURE_CPU, 0},
        {"mlkem_encaps", run_encaps, &p, CALLS, MEASURE_CPU, 0},
        {"mlkem_decaps", run_decaps, &p, CALLS, MEASURE_CPU, 0},
    };

    measure_in_turn(lines, sizeof lines / sizeof *lines, ROUNDS);
    mlkem_private_free(p.key);
    return 0;
}
