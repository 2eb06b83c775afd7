/* SPDX-License-Identifier: Apache-2.0 */
/* Derived keys, trailers, padding and safety numbers when memory runs out, here or in OpenSSL. */
#include "assert_err.h"
#include "e2ee/card.h"
#include "e2ee/fingerprint.h"
#include "e2ee/payload.h"
#include "e2ee/reference.h"
#include "e2ee/schedule.h"
#include "e2ee/trailer.h"
#include "unit/e2ee/parsed.h"
#include "unit/scarce.h"
#include "wire/limits.h"

static const uint8_t MK[AEAD_KEY_SIZE] = "a message key";
static const uint8_t Z[AGREE_SHARED_SIZE] = "a shared secret";
static const uint8_t CTX[SCHEDULE_CTX_SIZE] = "a context";
static const uint8_t EPOCH[CHANNEL_EPOCH_ID_SIZE] = "epoch";
static const struct network_id NETWORK = {"a network that exists in tests"};
static const struct party TO = {{"network"}, {"account"}, {"device b"}};

static struct identity me;
static struct core core;
static const struct wrap wrap = {.list_version = 1};
static struct buf trailer = {.max = 1024};

static struct err body_key(void *out)
{
    return schedule_body_key(BYTES(MK), out);
}

static struct err commitment(void *out)
{
    return schedule_commitment(BYTES(MK), out);
}

static struct err trailer_key(void *out)
{
    return schedule_trailer_key(BYTES(MK), BYTES(CTX), out);
}

static struct err ctx(void *out)
{
    return schedule_ctx(BYTES_LITERAL("head"), BYTES_LITERAL("scope"), BYTES_LITERAL("com"),
                        BYTES_LITERAL("body"), out);
}

static struct err entry_key(void *out)
{
    const struct schedule_entry e = {
        .ctx = BYTES(CTX), .from = &me.who.did, .to = &TO, .prekey = 7, .epoch = EPOCH, .n = 1};

    return schedule_entry_key(&e, BYTES(MK), BYTES(Z), out);
}

static struct err hint_mask(void *out)
{
    return schedule_hint_mask(BYTES(CTX), &TO.did, BYTES(Z), out);
}

static const struct scarce_reader keys[] = {
    {"schedule_body_key", body_key, AEAD_KEY_SIZE, true},
    {"schedule_commitment", commitment, UPLOAD_COMMITMENT_SIZE, true},
    {"schedule_trailer_key", trailer_key, AEAD_KEY_SIZE, true},
    {"schedule_ctx", ctx, SCHEDULE_CTX_SIZE, false},
    {"schedule_entry_key", entry_key, AEAD_KEY_SIZE, true},
    {"schedule_hint_mask", hint_mask, SCHEDULE_HINT_SIZE, true},
};

static void a_key_is_whole_or_there_is_none(void **state)
{
    scarce_read_all(keys, sizeof keys / sizeof keys[0]);
}

static struct err safety_number(void *out)
{
    const struct fingerprint_side a = {me.who.nid, me.who.aid, me.ark},
                                  b = {TO.nid, TO.aid, me.dsk};

    return fingerprint_make(&a, &b, out);
}

static struct err digest(void *out)
{
    return trailer_digest(&core.id, BYTES_LITERAL("hello"), out);
}

static struct err chain_link(void *out)
{
    return trailer_link(&core, out);
}

static const struct scarce_reader digests[] = {
    {"fingerprint_make", safety_number, FINGERPRINT_SIZE, false},
    {"trailer_digest", digest, NAMES_H32_SIZE, false},
    {"trailer_link", chain_link, NAMES_H32_SIZE, false},
};

static void a_digest_is_whole_or_there_is_none(void **state)
{
    scarce_read_all(digests, sizeof digests / sizeof digests[0]);
}

static struct err sign(struct buf *out)
{
    return trailer_sign(&core, &wrap, BYTES(CTX), &me, out);
}

static struct err verify(struct bytes plain)
{
    return trailer_verify(plain, BYTES(CTX), &NETWORK, parsed(&me.dsk));
}

static struct err pad(struct buf *out)
{
    return payload_pad(BYTES_LITERAL("hello"), out);
}

static struct err unpad(struct bytes padded)
{
    struct bytes content;

    TRY(payload_unpad(padded, &content));
    assert_bytes(content, BYTES_LITERAL("hello"));
    return OK;
}

/* This one answers by the buf alone. */
static struct err write_qr(struct buf *out)
{
    static const uint8_t number[FINGERPRINT_SIZE] = {1};
    size_t before = out->n;
    struct bytes written;
    struct err err;

    fingerprint_qr(number, out);
    err = buf_end(out, &written);
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

static struct err check_qr(struct bytes written)
{
    assert_int_equal(written.n, strlen(FINGERPRINT_QR_PREFIX) + 86);
    return OK;
}

static struct err write_reaction(struct buf *out)
{
    struct reference ref = {.text = bytes_text("+"), .stamp = 7, .on = true};

    return reference_write(PAYLOAD_REACTION, &ref, out);
}

static struct err check_reaction(struct bytes written)
{
    struct reference ref;

    return reference_parse(PAYLOAD_REACTION, written, &ref);
}

static struct err write_moved(struct buf *out)
{
    static const uint8_t at[POSITION_MIN_SIZE];
    struct reference ref = {.text = BYTES(at), .stamp = 7};

    return reference_write(PAYLOAD_MOVED, &ref, out);
}

static struct err check_moved(struct bytes written)
{
    struct reference ref;

    return reference_parse(PAYLOAD_MOVED, written, &ref);
}

static struct err write_position(struct buf *out)
{
    return position_write(&(struct position){.latitude = 1, .label = bytes_text("here")}, out);
}

static struct err check_position(struct bytes written)
{
    struct position p;

    return position_parse(written, &p);
}

static struct err write_card(struct buf *out)
{
    return card_write(&(struct card){.handle = bytes_text("bob")}, out);
}

static struct err check_card(struct bytes written)
{
    struct card c;

    return card_parse(written, &c);
}

static struct err write_filed(struct buf *out)
{
    return filed_write(&(struct filed){true, bytes_text("a"), bytes_text("b")}, out);
}

static struct err check_filed(struct bytes written)
{
    struct filed f;

    return filed_parse(written, &f);
}

static const struct scarce_writer writers[] = {
    {"trailer_sign", sign, verify},
    {"payload_pad", pad, unpad},
    {"fingerprint_qr", write_qr, check_qr},
    {"reference_write", write_reaction, check_reaction},
    {"reference_write, moved", write_moved, check_moved},
    {"position_write", write_position, check_position},
    {"card_write", write_card, check_card},
    {"filed_write", write_filed, check_filed},
};

static void what_is_appended_is_whole_or_not_there(void **state)
{
    scarce_write_all(writers, sizeof writers / sizeof writers[0]);
}

static struct err verify_once(void *arg)
{
    const struct sign_public *dsk = parsed(&me.dsk);

    return SCARCE(trailer_verify(buf_view(&trailer), BYTES(CTX), &NETWORK, dsk));
}

static void a_good_trailer_is_never_called_forged(void **state)
{
    scarce_try("trailer_verify", verify_once, NULL);
}

static int enter(void **state)
{
    assert_ok(identity_make(&NETWORK, &me));
    core = (struct core){.sender = me.who, .seq = 1, .ttl_s = 60, .type = PAYLOAD_TEXT};
    assert_ok(sign(&trailer));
    return 0;
}

static int leave(void **state)
{
    identity_free(&me);
    buf_free(&trailer);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_whole_or_there_is_none),
        cmocka_unit_test(a_digest_is_whole_or_there_is_none),
        cmocka_unit_test(what_is_appended_is_whole_or_not_there),
        cmocka_unit_test(a_good_trailer_is_never_called_forged),
    };

    scarce_begin();
    return cmocka_run_group_tests(tests, enter, leave);
}
