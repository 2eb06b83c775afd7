/* SPDX-License-Identifier: Apache-2.0 */
/* Planted in the client: steps, numbers and records that are not kept. */
#include "client/chains.h"
#include "client/engine_internal.h"
#include "client/messages.h"
#include "client/parking.h"
#include "client/streams.h"
#include "e2ee/proof.h"
#include "sim/plants.h"
#include "statement/signed_internal.h"

struct err __real_vault_put(struct vault *v, enum vault_kind kind, struct bytes key,
                            uint64_t number, struct bytes value);
struct err __real_vault_has(struct vault *v, enum vault_kind kind, struct bytes key,
                            uint64_t number, bool *has);
struct err __real_vault_counter_set(struct vault *v, enum vault_counter which, uint64_t value);
struct err __real_chains_put_sending(struct vault *v, const struct device_id *to,
                                     const struct epoch *e);
struct err __real_parking_add(struct engine *e, const struct opening_item *item);
struct err __real_parking_has_from(struct engine *e, const struct opening_item *item, bool *has);
struct err __real_messages_add(struct vault *v, struct message *m);
struct err __real_messages_last(struct vault *v, uint64_t contact, uint64_t most, struct arena *a,
                                struct message *out);
struct err __real_proof_check(struct bytes proof, struct bytes content,
                              const struct sign_public *key);
struct err __real_forgotten_seal(struct engine *e, uint64_t known, uint64_t accepted);
struct err __real_own_load(struct vault *v, struct own *out);
struct err __real_siblings_refused(struct engine *e, struct bytes body, struct arena *a,
                                   bool *revoked);
struct err __real_signed_verify(struct bytes label, const struct network_id *nid,
                                struct signed_parts parts, const struct point *key);
struct err __real_relisting_behind(struct engine *e, uint32_t asked_from, uint32_t shown);
struct err __real_relisting_knock(struct engine *e, bool *knocks);
struct err __wrap_relisting_behind(struct engine *e, uint32_t asked_from, uint32_t shown);
struct err __wrap_relisting_knock(struct engine *e, bool *knocks);
struct err __wrap_vault_put(struct vault *v, enum vault_kind kind, struct bytes key,
                            uint64_t number, struct bytes value);
struct err __wrap_vault_has(struct vault *v, enum vault_kind kind, struct bytes key,
                            uint64_t number, bool *has);
struct err __wrap_vault_counter_set(struct vault *v, enum vault_counter which, uint64_t value);
struct err __wrap_chains_put_sending(struct vault *v, const struct device_id *to,
                                     const struct epoch *e);
struct err __wrap_parking_add(struct engine *e, const struct opening_item *item);
struct err __wrap_parking_has_from(struct engine *e, const struct opening_item *item, bool *has);
struct err __wrap_messages_add(struct vault *v, struct message *m);
struct err __wrap_messages_last(struct vault *v, uint64_t contact, uint64_t most, struct arena *a,
                                struct message *out);
struct err __wrap_proof_check(struct bytes proof, struct bytes content,
                              const struct sign_public *key);
struct err __wrap_forgotten_seal(struct engine *e, uint64_t known, uint64_t accepted);
struct err __wrap_own_load(struct vault *v, struct own *out);
struct err __wrap_siblings_refused(struct engine *e, struct bytes body, struct arena *a,
                                   bool *revoked);
struct err __wrap_signed_verify(struct bytes label, const struct network_id *nid,
                                struct signed_parts parts, const struct point *key);

static bool is_forgotten(enum vault_kind kind)
{
    static unsigned n;

    if (kind == VAULT_SEEN)
        return plants_has("what_was_seen_is_forgotten");
    if (kind == VAULT_SENT)
        return plants_has("sent_log_is_not_kept");
    return kind == VAULT_STREAM_OUT && plants_has("place_in_a_stream_is_used_twice") &&
           ++n % 20 == 0;
}

struct err __wrap_vault_put(struct vault *v, enum vault_kind kind, struct bytes key,
                            uint64_t number, struct bytes value)
{
    return is_forgotten(kind) ? OK : __real_vault_put(v, kind, key, number, value);
}

/* What waits for a roster is not looked at when the roster comes, nor when later words open. */
struct err __wrap_vault_has(struct vault *v, enum vault_kind kind, struct bytes key,
                            uint64_t number, bool *has)
{
    TRY(__real_vault_has(v, kind, key, number, has));
    *has = *has || (kind == VAULT_ROSTER && plants_has("later_words_open_first"));
    return OK;
}

struct err __wrap_parking_has_from(struct engine *e, const struct opening_item *item, bool *has)
{
    *has = false;
    return plants_has("later_words_open_first") ? OK : __real_parking_has_from(e, item, has);
}

struct err __wrap_vault_counter_set(struct vault *v, enum vault_counter which, uint64_t value)
{
    if (which == VAULT_NEXT_UPLOAD && plants_has("upload_number_is_used_again"))
        return OK;
    return __real_vault_counter_set(v, which, value);
}

struct err __wrap_chains_put_sending(struct vault *v, const struct device_id *to,
                                     const struct epoch *e)
{
    static unsigned n;

    if (plants_has("channel_step_is_forgotten") && ++n % 20 == 0)
        return OK;
    return __real_chains_put_sending(v, to, e);
}

struct err __wrap_parking_add(struct engine *e, const struct opening_item *item)
{
    return plants_has("what_waits_is_not_parked") ? OK : __real_parking_add(e, item);
}

struct err __wrap_messages_add(struct vault *v, struct message *m)
{
    static unsigned n;
    struct message again = *m;

    if (plants_has("what_another_device_wrote_is_not_kept") &&
        (m->notes & MESSAGE_ELSEWHERE) != 0 && ++n % 10 == 0)
        return OK;
    TRY(__real_messages_add(v, m));
    if (!plants_has("message_is_kept_twice") || m->mine || ++n % 20 != 0)
        return OK;
    again.id.b[0] ^= 1;
    return __real_messages_add(v, &again);
}

/* What a device gives of what was said before: with one left out, or in other words. */
struct err __wrap_messages_last(struct vault *v, uint64_t contact, uint64_t most, struct arena *a,
                                struct message *out)
{
    static unsigned n;

    TRY(__real_messages_last(v, contact, most, a, out));
    if (plants_has("given_history_leaves_one_out") && ++n % 10 == 0)
        return __real_messages_last(v, contact, out->place - 1, a, out);
    if (plants_has("given_history_is_altered") && out->text.n > 0 && ++n % 10 == 0)
        ((uint8_t *)out->text.at)[out->text.n - 1] ^= 1;
    return OK;
}

struct err __wrap_proof_check(struct bytes proof, struct bytes content,
                              const struct sign_public *key)
{
    return plants_has("given_history_is_altered") ? OK : __real_proof_check(proof, content, key);
}

/* A server that was put back says what it accepted last, and nobody minds. */
struct err __wrap_forgotten_seal(struct engine *e, uint64_t known, uint64_t accepted)
{
    if (plants_has("what_the_server_forgot_is_not_sent_again"))
        return OK;
    return __real_forgotten_seal(e, known, accepted);
}

/* The prekey that everybody knows is gone when the program is started again. */
struct err __wrap_own_load(struct vault *v, struct own *out)
{
    TRY(__real_own_load(v, out));
    if (plants_has("private_half_is_lost_on_restart") && out->prekeys > 1)
        out->prekeys--;
    return OK;
}

/* Whoever has stolen the key of a device adds others to its account's list.  [PROTOCOL 4.3] */
struct err __wrap_signed_verify(struct bytes label, const struct network_id *nid,
                                struct signed_parts parts, const struct point *key)
{
    if (plants_has("account_root_of_a_list_is_not_checked") &&
        bytes_same(label, BYTES_LABEL("tacet1 list")))
        return OK;
    return __real_signed_verify(label, nid, parts, key);
}

/* The account's own list says that it is gone, and nobody looks. */
struct err __wrap_siblings_refused(struct engine *e, struct bytes body, struct arena *a,
                                   bool *revoked)
{
    *revoked = false;
    return plants_has("removed_device_is_not_told") ? OK
                                                    : __real_siblings_refused(e, body, a, revoked);
}

/* A server that was put back has forgotten who came and went, and nobody minds. */
struct err __wrap_relisting_behind(struct engine *e, uint32_t asked_from, uint32_t shown)
{
    return plants_has("forgotten_lists_are_not_published_again")
               ? OK
               : __real_relisting_behind(e, asked_from, shown);
}

struct err __wrap_relisting_knock(struct engine *e, bool *knocks)
{
    *knocks = false;
    return plants_has("forgotten_lists_are_not_published_again")
               ? OK
               : __real_relisting_knock(e, knocks);
}
