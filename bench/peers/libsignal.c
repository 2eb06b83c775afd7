/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libsignal: the same content sealed for many devices, one session each, and one message opened, by
 * libsignal-protocol-c.
 *
 * Sessions have seen a message each way before the clock starts.  The library reads a session out
 * of its store and writes it back for every message; the store here is memory.
 */
#include <signal/key_helper.h>
#include <signal/protocol.h>
#include <signal/session_builder.h>
#include <signal/session_cipher.h>
#include <string.h>

#include "bench/peers/evp.h"
#include "bench/peers/peers.h"

#define PREKEY 1 /* number of everybody's only signed prekey */

/* One device and what it keeps. */
struct device {
    signal_protocol_store_context *store;
    ratchet_identity_key_pair *identity;
    session_signed_pre_key *prekey;
    size_t sessions;
    signal_buffer **session; /* by the other device's number, from 1 */
};

static signal_context *ctx;
static const uint8_t TEXT[PEERS_TEXT] = {'x'};

static void must(int code, const char *what)
{
    peers_must(code >= 0, what);
}

/* ---- the store of a device */

static signal_buffer **session_of(struct device *d, const signal_protocol_address *a)
{
    peers_must(a->device_id >= 1 && (size_t)a->device_id <= d->sessions, "session number");
    return &d->session[a->device_id - 1];
}

static int load_session(signal_buffer **record, signal_buffer **user_record,
                        const signal_protocol_address *address, void *user_data)
{
    signal_buffer *kept = *session_of(user_data, address);

    *user_record = NULL;
    if (kept == NULL)
        return 0;
    *record = signal_buffer_copy(kept);
    return *record == NULL ? SG_ERR_NOMEM : 1;
}

static int store_session(const signal_protocol_address *address, uint8_t *record, size_t record_len,
                         uint8_t *user_record, size_t user_record_len, void *user_data)
{
    signal_buffer **kept = session_of(user_data, address);

    (void)user_record;
    (void)user_record_len;
    signal_buffer_bzero_free(*kept);
    *kept = signal_buffer_create(record, record_len);
    return *kept == NULL ? SG_ERR_NOMEM : SG_SUCCESS;
}

static int contains_session(const signal_protocol_address *address, void *user_data)
{
    return *session_of(user_data, address) != NULL;
}

static int load_prekey(signal_buffer **record, uint32_t number, void *user_data)
{
    const struct device *d = user_data;

    return number == PREKEY ? session_signed_pre_key_serialize(record, d->prekey)
                            : SG_ERR_INVALID_KEY_ID;
}

static int identity_pair(signal_buffer **public_data, signal_buffer **private_data, void *user_data)
{
    const struct device *d = user_data;
    int code =
        ec_public_key_serialize(public_data, ratchet_identity_key_pair_get_public(d->identity));

    if (code < 0)
        return code;
    return ec_private_key_serialize(private_data,
                                    ratchet_identity_key_pair_get_private(d->identity));
}

static int registration(void *user_data, uint32_t *out)
{
    (void)user_data;
    *out = 1;
    return SG_SUCCESS;
}

static int save_identity(const signal_protocol_address *address, uint8_t *key, size_t key_len,
                         void *user_data)
{
    (void)address;
    (void)key;
    (void)key_len;
    (void)user_data;
    return SG_SUCCESS;
}

static int trust(const signal_protocol_address *address, uint8_t *key, size_t key_len,
                 void *user_data)
{
    (void)address;
    (void)key;
    (void)key_len;
    (void)user_data;
    return 1;
}

static void make_store(struct device *d)
{
    const signal_protocol_session_store sessions = {.load_session_func = load_session,
                                                    .store_session_func = store_session,
                                                    .contains_session_func = contains_session,
                                                    .user_data = d};
    const signal_protocol_signed_pre_key_store prekeys = {.load_signed_pre_key = load_prekey,
                                                          .user_data = d};
    const signal_protocol_identity_key_store identities = {.get_identity_key_pair = identity_pair,
                                                           .get_local_registration_id =
                                                               registration,
                                                           .save_identity = save_identity,
                                                           .is_trusted_identity = trust,
                                                           .user_data = d};

    must(signal_protocol_store_context_create(&d->store, ctx), "store");
    must(signal_protocol_store_context_set_session_store(d->store, &sessions), "store");
    must(signal_protocol_store_context_set_signed_pre_key_store(d->store, &prekeys), "store");
    must(signal_protocol_store_context_set_identity_key_store(d->store, &identities), "store");
}

/* ---- devices and what passes between them */

static void device_begin(struct device *d, size_t sessions)
{
    *d = (struct device){.sessions = sessions};
    d->session = calloc(sessions, sizeof *d->session);
    peers_must(d->session != NULL, "memory");
    must(signal_protocol_key_helper_generate_identity_key_pair(&d->identity, ctx), "identity");
    must(
        signal_protocol_key_helper_generate_signed_pre_key(&d->prekey, d->identity, PREKEY, 0, ctx),
        "prekey");
    make_store(d);
}

static void device_end(struct device *d)
{
    signal_protocol_store_context_destroy(d->store);
    for (size_t i = 0; i < d->sessions; i++)
        signal_buffer_bzero_free(d->session[i]);
    free(d->session);
    SIGNAL_UNREF(d->identity);
    SIGNAL_UNREF(d->prekey);
}

static void greet(struct device *me, const signal_protocol_address *to, const struct device *other)
{
    session_builder *builder;
    session_pre_key_bundle *bundle;
    ec_public_key *prekey =
        ec_key_pair_get_public(session_signed_pre_key_get_key_pair(other->prekey));

    must(session_pre_key_bundle_create(&bundle, 1, to->device_id, 0, NULL, PREKEY, prekey,
                                       session_signed_pre_key_get_signature(other->prekey),
                                       session_signed_pre_key_get_signature_len(other->prekey),
                                       ratchet_identity_key_pair_get_public(other->identity)),
         "bundle");
    must(session_builder_create(&builder, me->store, to, ctx), "builder");
    must(session_builder_process_pre_key_bundle(builder, bundle), "bundle");
    session_builder_free(builder);
    SIGNAL_UNREF(bundle);
}

static ciphertext_message *sealed_by(session_cipher *from)
{
    ciphertext_message *m;

    must(session_cipher_encrypt(from, TEXT, sizeof TEXT, &m), "sealing");
    return m;
}

static void check_text(signal_buffer *plain)
{
    peers_must(signal_buffer_len(plain) == sizeof TEXT &&
                   memcmp(signal_buffer_data(plain), TEXT, sizeof TEXT) == 0,
               "text");
    signal_buffer_free(plain);
}

/* From its bytes on. */
static void open_next(session_cipher *to, const signal_buffer *bytes)
{
    signal_message *m;
    signal_buffer *plain;

    must(signal_message_deserialize(&m, signal_buffer_const_data(bytes), signal_buffer_len(bytes),
                                    ctx),
         "message");
    must(session_cipher_decrypt_signal_message(to, m, NULL, &plain), "opening");
    SIGNAL_UNREF(m);
    check_text(plain);
}

static void open_first(session_cipher *to, const signal_buffer *bytes)
{
    pre_key_signal_message *m;
    signal_buffer *plain;

    must(pre_key_signal_message_deserialize(&m, signal_buffer_const_data(bytes),
                                            signal_buffer_len(bytes), ctx),
         "message");
    must(session_cipher_decrypt_pre_key_signal_message(to, m, NULL, &plain), "opening");
    SIGNAL_UNREF(m);
    check_text(plain);
}

static void carry(session_cipher *from, session_cipher *to,
                  void (*opens)(session_cipher *to, const signal_buffer *bytes))
{
    ciphertext_message *m = sealed_by(from);

    opens(to, ciphertext_message_get_serialized(m));
    SIGNAL_UNREF(m);
}

/* ---- what is measured */

static struct {
    struct device me, first; /* the other devices are gone once their sessions are there */
    signal_protocol_address to[PEERS_DEVICES];
    session_cipher *cipher[PEERS_DEVICES], *back;
    ciphertext_message *mail[PEERS_MAIL];
    size_t opened;
} crowd;

static const signal_protocol_address ME = {"me", 2, 1};

static void meet(size_t i, struct device *other, session_cipher **back)
{
    crowd.to[i] = (signal_protocol_address){"other", 5, (int32_t)i + 1};
    device_begin(other, 1);
    greet(&crowd.me, &crowd.to[i], other);
    must(session_cipher_create(&crowd.cipher[i], crowd.me.store, &crowd.to[i], ctx), "cipher");
    must(session_cipher_create(back, other->store, &ME, ctx), "cipher");
    carry(crowd.cipher[i], *back, open_first);
    carry(*back, crowd.cipher[i], open_next);
}

static void run_seal(void *n)
{
    for (size_t i = 0; i < *(const size_t *)n; i++) {
        ciphertext_message *m = sealed_by(crowd.cipher[i]);

        SIGNAL_UNREF(m);
    }
}

static void run_open(void *unused)
{
    (void)unused;
    open_next(crowd.back, ciphertext_message_get_serialized(crowd.mail[crowd.opened++]));
}

/* There and back: each side's key pair is a new one, as after every change of who speaks. */
static void run_turn(void *unused)
{
    (void)unused;
    carry(crowd.cipher[0], crowd.back, open_next);
    carry(crowd.back, crowd.cipher[0], open_next);
}

static void gather(void)
{
    must(signal_context_create(&ctx, NULL), "context");
    peers_must(evp_provider() != NULL, "provider");
    must(signal_context_set_crypto_provider(ctx, evp_provider()), "provider");
    device_begin(&crowd.me, PEERS_DEVICES);
    meet(0, &crowd.first, &crowd.back);
    for (size_t i = 1; i < PEERS_DEVICES; i++) {
        struct device other;
        session_cipher *back;

        meet(i, &other, &back);
        session_cipher_free(back);
        device_end(&other);
    }
    for (size_t i = 0; i < PEERS_MAIL; i++)
        crowd.mail[i] = sealed_by(crowd.cipher[0]);
}

static void part(void)
{
    for (size_t i = 0; i < PEERS_MAIL; i++)
        SIGNAL_UNREF(crowd.mail[i]);
    for (size_t i = 0; i < PEERS_DEVICES; i++)
        session_cipher_free(crowd.cipher[i]);
    session_cipher_free(crowd.back);
    device_end(&crowd.first);
    device_end(&crowd.me);
    signal_context_destroy(ctx);
}

int main(void)
{
    size_t one = 1, ten = 10, hundred = 100, thousand = 1000;
    struct measure opening = {"peer_signal_open", run_open, NULL, PEERS_OPENED, MEASURE_CPU, 0};
    struct measure turning = {"peer_signal_turn", run_turn, NULL, 10, MEASURE_CPU, 0};
    struct measure sealing[] = {
        {"peer_signal_seal_1", run_seal, &one, 100, MEASURE_CPU, 0},
        {"peer_signal_seal_10", run_seal, &ten, 10, MEASURE_CPU, 0},
        {"peer_signal_seal_100", run_seal, &hundred, 1, MEASURE_CPU, 0},
        {"peer_signal_seal_1000", run_seal, &thousand, 1, MEASURE_CPU, 0},
    };

    gather();
    /* What is sealed last stays unopened: a session with gaps would be slower. */
    measure_in_turn(&opening, 1, PEERS_ROUNDS);
    measure_in_turn(&turning, 1, PEERS_ROUNDS);
    measure_in_turn(sealing, sizeof sealing / sizeof sealing[0], PEERS_ROUNDS);
    part();
    return 0;
}
