/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libolm: the same content sealed for many devices with Olm, one session each, or once for all of
 * them with Megolm, and one message opened.
 *
 * Sessions have seen a message each way before the clock starts, and stay in memory; Megolm's key
 * is with its receiver already.  Messages are base64, as the library makes them.
 */
#include <olm/olm.h>
#include <string.h>

#include "bench/peers/peers.h"
#include "crypto/random.h"

#define KEY_SIZE    43 /* a Curve25519 key in base64 */
#define MESSAGE_MAX (2 * PEERS_TEXT)
#define RANDOM_MAX  4096
#define JSON_MAX    1024

struct letter {
    size_t type, n;
    uint8_t at[MESSAGE_MAX];
};

static const uint8_t TEXT[PEERS_TEXT] = {'x'};

static size_t must(size_t result, const char *what)
{
    peers_must(result != olm_error(), what);
    return result;
}

static void *memory(size_t n)
{
    void *at = malloc(n);

    peers_must(at != NULL, "memory");
    return at;
}

static uint8_t *random_bytes(size_t n)
{
    static uint8_t room[RANDOM_MAX];
    struct random random = random_system();

    peers_must(n <= sizeof room, "randomness");
    measure_must(random_fill(&random, room, n));
    return room;
}

/* ---- accounts: the key behind the last mark in a JSON object */

static void find_key(const char *json, const char *mark, char out[KEY_SIZE])
{
    const char *at = strstr(json, mark);

    peers_must(at != NULL && strlen(at) >= strlen(mark) + KEY_SIZE, "key");
    memcpy(out, at + strlen(mark), KEY_SIZE);
}

static OlmAccount *account_new(void)
{
    OlmAccount *a = olm_account(memory(olm_account_size()));
    size_t n = olm_create_account_random_length(a);

    must(olm_create_account(a, random_bytes(n), n), "account");
    n = olm_account_generate_one_time_keys_random_length(a, 1);
    must(olm_account_generate_one_time_keys(a, 1, random_bytes(n), n), "one-time key");
    return a;
}

static void account_free(OlmAccount *a)
{
    olm_clear_account(a);
    free(a);
}

static void identity_key(OlmAccount *a, char out[KEY_SIZE])
{
    char json[JSON_MAX] = {0};

    must(olm_account_identity_keys(a, json, olm_account_identity_keys_length(a)), "keys");
    find_key(json, "\"curve25519\":\"", out);
}

static void one_time_key(OlmAccount *a, char out[KEY_SIZE])
{
    char json[JSON_MAX] = {0};

    must(olm_account_one_time_keys(a, json, olm_account_one_time_keys_length(a)), "keys");
    find_key(json, "AAAAAQ\":\"", out);
}

/* ---- sessions */

static OlmSession *session_new(void)
{
    return olm_session(memory(olm_session_size()));
}

static void session_free(OlmSession *s)
{
    olm_clear_session(s);
    free(s);
}

static void seal(OlmSession *s, struct letter *out)
{
    size_t random_n = olm_encrypt_random_length(s);

    out->type = must(olm_encrypt_message_type(s), "type");
    out->n = must(olm_encrypt(s, TEXT, sizeof TEXT, random_n == 0 ? NULL : random_bytes(random_n),
                              random_n, out->at, sizeof out->at),
                  "sealing");
}

static void check_text(const uint8_t *plain, size_t n)
{
    peers_must(n == sizeof TEXT && memcmp(plain, TEXT, sizeof TEXT) == 0, "text");
}

/* The library writes over what it opens. */
static void open_letter(OlmSession *s, struct letter *in)
{
    uint8_t plain[MESSAGE_MAX];

    check_text(plain,
               must(olm_decrypt(s, in->type, in->at, in->n, plain, sizeof plain), "opening"));
}

static void carry(OlmSession *from, OlmSession *to)
{
    struct letter l;

    seal(from, &l);
    open_letter(to, &l);
}

/* ---- what is measured */

static struct {
    OlmSession *to[PEERS_DEVICES], *back; /* back: of the first */
    struct letter mail[PEERS_MAIL], group_mail[PEERS_MAIL];
    size_t opened, group_opened;
    OlmOutboundGroupSession *group;
    OlmInboundGroupSession *member;
} crowd;

/* A session with somebody new; theirs is given back. */
static OlmSession *meet(OlmAccount *me, OlmSession **mine)
{
    OlmAccount *other = account_new();
    OlmSession *theirs = session_new();
    char identity[KEY_SIZE], once[KEY_SIZE];
    struct letter first, copy;
    size_t n;

    *mine = session_new();
    identity_key(other, identity);
    one_time_key(other, once);
    n = olm_create_outbound_session_random_length(*mine);
    must(olm_create_outbound_session(*mine, me, identity, sizeof identity, once, sizeof once,
                                     random_bytes(n), n),
         "session");
    seal(*mine, &first);
    copy = first;
    must(olm_create_inbound_session(theirs, other, copy.at, copy.n), "session");
    open_letter(theirs, &first);
    carry(theirs, *mine);
    account_free(other);
    return theirs;
}

static void found_group(void)
{
    uint8_t key[JSON_MAX];
    size_t n;

    crowd.group = olm_outbound_group_session(memory(olm_outbound_group_session_size()));
    n = olm_init_outbound_group_session_random_length(crowd.group);
    must(olm_init_outbound_group_session(crowd.group, random_bytes(n), n), "group");
    n = must(olm_outbound_group_session_key(crowd.group, key, sizeof key), "group key");
    crowd.member = olm_inbound_group_session(memory(olm_inbound_group_session_size()));
    must(olm_init_inbound_group_session(crowd.member, key, n), "group");
}

static void group_seal(struct letter *out)
{
    out->n =
        must(olm_group_encrypt(crowd.group, TEXT, sizeof TEXT, out->at, sizeof out->at), "sealing");
}

static void run_seal(void *n)
{
    struct letter l;

    for (size_t i = 0; i < *(const size_t *)n; i++)
        seal(crowd.to[i], &l);
}

static void run_open(void *unused)
{
    (void)unused;
    open_letter(crowd.back, &crowd.mail[crowd.opened++]);
}

/* There and back: each side's key pair is a new one, as after every change of who speaks. */
static void run_turn(void *unused)
{
    (void)unused;
    carry(crowd.to[0], crowd.back);
    carry(crowd.back, crowd.to[0]);
}

static void run_group_seal(void *unused)
{
    struct letter l;

    (void)unused;
    group_seal(&l);
}

static void run_group_open(void *unused)
{
    struct letter *in = &crowd.group_mail[crowd.group_opened++];
    uint8_t plain[MESSAGE_MAX];
    uint32_t index;

    (void)unused;
    check_text(plain,
               must(olm_group_decrypt(crowd.member, in->at, in->n, plain, sizeof plain, &index),
                    "opening"));
}

static void gather(void)
{
    OlmAccount *me = account_new();

    crowd.back = meet(me, &crowd.to[0]);
    for (size_t i = 1; i < PEERS_DEVICES; i++)
        session_free(meet(me, &crowd.to[i]));
    account_free(me);
    found_group();
    for (size_t i = 0; i < PEERS_MAIL; i++)
        seal(crowd.to[0], &crowd.mail[i]);
    for (size_t i = 0; i < PEERS_MAIL; i++)
        group_seal(&crowd.group_mail[i]);
}

static void part(void)
{
    for (size_t i = 0; i < PEERS_DEVICES; i++)
        session_free(crowd.to[i]);
    session_free(crowd.back);
    olm_clear_outbound_group_session(crowd.group);
    olm_clear_inbound_group_session(crowd.member);
    free(crowd.group);
    free(crowd.member);
}

int main(void)
{
    size_t one = 1, ten = 10, hundred = 100, thousand = 1000;
    struct measure opening = {"peer_olm_open", run_open, NULL, PEERS_OPENED, MEASURE_CPU, 0};
    struct measure turning = {"peer_olm_turn", run_turn, NULL, 10, MEASURE_CPU, 0};
    struct measure rest[] = {
        {"peer_olm_seal_1", run_seal, &one, 100, MEASURE_CPU, 0},
        {"peer_olm_seal_10", run_seal, &ten, 10, MEASURE_CPU, 0},
        {"peer_olm_seal_100", run_seal, &hundred, 1, MEASURE_CPU, 0},
        {"peer_olm_seal_1000", run_seal, &thousand, 1, MEASURE_CPU, 0},
        {"peer_megolm_seal", run_group_seal, NULL, 40, MEASURE_CPU, 0},
        {"peer_megolm_open", run_group_open, NULL, PEERS_OPENED, MEASURE_CPU, 0},
    };

    gather();
    /* What is sealed last stays unopened: a session with gaps would be slower. */
    measure_in_turn(&opening, 1, PEERS_ROUNDS);
    measure_in_turn(&turning, 1, PEERS_ROUNDS);
    measure_in_turn(rest, sizeof rest / sizeof rest[0], PEERS_ROUNDS);
    part();
    return 0;
}
