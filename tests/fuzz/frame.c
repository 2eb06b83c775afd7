/* SPDX-License-Identifier: Apache-2.0 */
/* Frames, and the bodies that stand in them, of every form of schema/tacet.proto. */
#include "wire/frame.h"

#include "fuzz/fuzz.h"
#include "wire/limits.h"
#include "wire/tacet.pb-c.h"

#define ARENA_MAX (256 * 1024)

static const ProtobufCMessageDescriptor *const FORMS[] = {
    &tacet__wire__versions__descriptor,
    &tacet__wire__sign_in__descriptor,
    &tacet__wire__welcome__descriptor,
    &tacet__wire__join__descriptor,
    &tacet__wire__joined__descriptor,
    &tacet__wire__ask_person__descriptor,
    &tacet__wire__person__descriptor,
    &tacet__wire__person_answer__descriptor,
    &tacet__wire__publish_prekey__descriptor,
    &tacet__wire__publish_list__descriptor,
    &tacet__wire__ask_roster__descriptor,
    &tacet__wire__roster_answer__descriptor,
    &tacet__wire__send__descriptor,
    &tacet__wire__stale__descriptor,
    &tacet__wire__item__descriptor,
    &tacet__wire__deliver__descriptor,
    &tacet__wire__acknowledge__descriptor,
    &tacet__wire__ask_kem_keys__descriptor,
    &tacet__wire__kem_keys__descriptor,
    &tacet__wire__invite__descriptor,
    &tacet__wire__invited__descriptor,
    &tacet__wire__revoke__descriptor,
    &tacet__wire__ask_people__descriptor,
    &tacet__wire__people_row__descriptor,
    &tacet__wire__people__descriptor,
    &tacet__wire__remove__descriptor,
    &tacet__wire__ask_directory__descriptor,
    &tacet__wire__directory__descriptor,
    &tacet__wire__certify_directory__descriptor,
    &tacet__wire__register_roster__descriptor,
    &tacet__wire__ask_policy__descriptor,
    &tacet__wire__policy_answer__descriptor,
    &tacet__wire__ask_room__descriptor,
    &tacet__wire__room_state__descriptor,
    &tacet__wire__room_answer__descriptor,
    &tacet__wire__change_room__descriptor,
    &tacet__wire__publish_policy__descriptor,
    &tacet__wire__ask_policies__descriptor,
    &tacet__wire__policies__descriptor,
    &tacet__wire__ask_server_keys__descriptor,
    &tacet__wire__server_keys__descriptor,
    &tacet__wire__kem_name__descriptor,
    &tacet__wire__tls_key__descriptor,
    &tacet__wire__tls_keys__descriptor,
    &tacet__wire__ask_tls__descriptor,
    &tacet__wire__announce_tls__descriptor,
    &tacet__wire__switch_tls__descriptor,
    &tacet__wire__open_link__descriptor,
    &tacet__wire__ask_link__descriptor,
    &tacet__wire__link_answer__descriptor,
    &tacet__wire__look_link__descriptor,
    &tacet__wire__link_asked__descriptor,
    &tacet__wire__answer_link__descriptor,
    &tacet__wire__keep_recovery__descriptor,
    &tacet__wire__recover__descriptor,
    &tacet__wire__recovered__descriptor,
    &tacet__wire__recover_list__descriptor,
    &tacet__wire__ask_rooms__descriptor,
    &tacet__wire__rooms_answer__descriptor,
};

static void unpack(struct bytes body, const ProtobufCMessageDescriptor *form)
{
    struct arena a = ARENA(ARENA_MAX);
    struct buf b = BUF(body.n);
    const void *message = NULL;
    struct err err = frame_unpack(body, form, &a, &message);

    if (err.code == E_OK) {
        frame_pack(message, &b);
        invariant(bytes_same(buf_view(&b), body));
    } else {
        invariant(err.code == E_MALFORMED || err.code == E_LIMIT);
        invariant(message == NULL);
    }
    invariant(a.used <= a.max);
    arena_free(&a);
    buf_free(&b);
}

static void unpack_all(struct bytes body)
{
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++)
        unpack(body, FORMS[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct arena a = ARENA(ARENA_MAX);
    struct buf b = BUF(LIMIT_FRAME);
    struct frame f;
    struct err err;

    FUZZ_FILLED(f);
    err = frame_parse(bytes(at, n), &a, &f);
    if (err.code == E_OK) {
        frame_write(&f, &b);
        invariant(bytes_same(buf_view(&b), bytes(at, n)));
        unpack_all(f.body);
    } else {
        invariant(err.code == E_MALFORMED || err.code == E_LIMIT);
        invariant(fuzz_is_filled(&f, sizeof f));
        unpack_all(bytes(at, n));
    }
    arena_free(&a);
    buf_free(&b);
    return 0;
}
