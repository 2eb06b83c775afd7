/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal: what sealing and opening cost beside the curve operations that they cannot do without.
 *
 * Sealing is the next message on open channels, to recipients whose keys are parsed: steps of the
 * chains, key generation and signature included.  Opening is from the delivered bytes of such a
 * message to its content.  Lines that end in _ratio and _over say how far that is from the
 * operations alone, in the same run.
 */
#include "bench/crowd.h"
#include "client/host/threads.h"

#define ROUNDS 15

static struct crowd crowd;

/* The bare operations, on keys that are parsed. */
static struct sign_public *dsk;
static uint8_t signature[SIGN_SIZE];
static const uint8_t SIGNED[64] = "what is signed";

static void run_ecdh(void *ctx)
{
    uint8_t shared[AGREE_SHARED_SIZE];

    (void)ctx;
    measure_must(agree_derive(crowd.device[0].secret, crowd.device[1].key, shared));
}

static void run_ecdsa_verify(void *ctx)
{
    const struct bytes text = BYTES(SIGNED);

    (void)ctx;
    measure_must(sign_verify(dsk, &text, 1, signature));
}

static void run_seal(void *ctx)
{
    struct buf upload = BUF(LIMIT_FRAME);

    crowd_seal(&crowd, *(const size_t *)ctx, &upload);
    buf_free(&upload);
}

static void run_seal_on_two(void *ctx)
{
    size_t two = 2;
    const struct pool pool = {threads_run, &two};

    crowd.pool = &pool;
    run_seal(ctx);
    crowd.pool = NULL;
}

/* [PROTOCOL 6.5], but for what a client looks up in its vault. */
static void run_open(void *ctx)
{
    const struct buf *delivery = ctx;
    const struct crowd_device *me = &crowd.device[0];
    struct opened o;
    struct arena arena = ARENA(4096);
    struct buf content = BUF(LIMIT_TEXT);
    struct epoch after;
    struct skipped *passed;
    size_t n_passed;
    uint8_t mk[CHANNEL_KEY_SIZE];
    struct open_candidate c = {&crowd.me.who.did,     &me->who,     1,
                               UPLOAD_PROFILE_HYBRID, me->epoch.id, mk};

    measure_must(open_begin(buf_view(delivery), &o));
    measure_must(open_hint(&o, me->secret, &me->who.did));
    measure_must(channel_reach(&me->epoch, o.n, &arena, &after, mk, &passed, &n_passed));
    measure_must(open_entry(&o, &c));
    if (!ID_SAME(o.core.sender.did, crowd.me.who.did) ||
        !ID_SAME(o.wrap.roster, o.in.shared.roster))
        measure_must(FAIL(E_FORGED));
    measure_must(open_content(&o, dsk, &content));
    open_wipe(&o);
    arena_free(&arena);
    buf_free(&content);
}

enum line { ECDH, ECDSA_VERIFY, SEAL_1, SEAL_10, SEAL_100, SEAL_1000, ON_TWO, OPEN, LINES };

/* What the curve costs in any case, and what is added to it. */
static void print_ratios(const struct measure line[LINES])
{
    const double ecdh = line[ECDH].least_us, seal_1000 = line[SEAL_1000].least_us;

    printf("seal_10_over %.1f us\n", line[SEAL_10].least_us - 10 * ecdh);
    printf("seal_1000_ratio %.1f ecdh\n", seal_1000 / ecdh);
    printf("seal_1000_2threads_ratio %.3f seal_1000\n", line[ON_TWO].least_us / seal_1000);
    printf("open_ratio %.3f ecdh+ecdsa_verify\n",
           line[OPEN].least_us / (ecdh + line[ECDSA_VERIFY].least_us));
}

int main(void)
{
    size_t one = 1, ten = 10, hundred = 100, thousand = 1000;
    struct buf upload = BUF(LIMIT_FRAME), delivery = BUF(LIMIT_FRAME);
    struct measure line[LINES] = {
        [ECDH] = {"ecdh", run_ecdh, NULL, 40, MEASURE_CPU, 0},
        [ECDSA_VERIFY] = {"ecdsa_verify", run_ecdsa_verify, NULL, 40, MEASURE_CPU, 0},
        [SEAL_1] = {"seal_1", run_seal, &one, 20, MEASURE_CPU, 0},
        [SEAL_10] = {"seal_10", run_seal, &ten, 4, MEASURE_CPU, 0},
        [SEAL_100] = {"seal_100", run_seal, &hundred, 1, MEASURE_CPU, 0},
        [SEAL_1000] = {"seal_1000", run_seal, &thousand, 1, MEASURE_CPU, 0},
        [ON_TWO] = {"seal_1000_2threads", run_seal_on_two, &thousand, 1, MEASURE_WALL, 0},
        [OPEN] = {"open", run_open, &delivery, 40, MEASURE_CPU, 0},
    };

    crowd_gather(&crowd);
    measure_must(
        sign_make(crowd.me.dsk_secret, &(const struct bytes){SIGNED, sizeof SIGNED}, 1, signature));
    measure_must(sign_public_parse(&dsk, BYTES(crowd.me.dsk.b)));
    crowd_seal(&crowd, 1, &upload);
    crowd_deliver(&upload, 0, &delivery);
    measure_in_turn(line, LINES, ROUNDS);
    print_ratios(line);
    sign_public_free(dsk);
    crowd_part(&crowd);
    buf_free(&upload);
    buf_free(&delivery);
    return 0;
}
