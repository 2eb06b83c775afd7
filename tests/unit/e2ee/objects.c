/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/e2ee/objects.h"

#include "assert_err.h"
#include "crypto/hash.h"
#include "e2ee/call_key.h"
#include "e2ee/control.h"
#include "statement/invitation.h"
#include "statement/notice.h"
#include "statement/roster.h"
#include "unit/e2ee/parsed.h"

#define ROOM (UPLOAD_BODY_MOST + 1024)
#define CTX  BYTES_LITERAL("ctx")

struct objects objects = {.upload = {.max = LIMIT_FRAME}, .delivery = {.max = ROOM}};
static struct file_descriptor file = {.size = 5};

void objects_begin(void)
{
    struct random random = random_system();
    struct seal_request rq;

    joining_begin(&objects.joining);
    cast_enter(&objects.alice, 1);
    cast_enter(&objects.bob, 2);
    cast_connect(&objects.line, &objects.alice, &objects.bob);
    cast_write(&objects.letter, &objects.alice, 1, BYTES_LITERAL("hello"));
    cast_address(&objects.letter, &objects.line);
    cast_enclose(&objects.letter, &objects.line);
    assert_ok(random_fill(&random, objects.keys.mk, sizeof objects.keys.mk));
    assert_ok(agree_generate(&objects.keys.e, objects.keys.point));
    rq = cast_request(&objects.letter);
    assert_ok(seal_with(&rq, &objects.keys, &objects.upload));
    cast_deliver(buf_view(&objects.upload), 0, &objects.delivery);
    memcpy(file.key, objects.keys.mk, sizeof file.key); /* one secret more in common */
    assert_ok(file_key_begin(&file, &objects.opening));
}

void objects_end(void)
{
    joining_end(&objects.joining);
    cast_leave(&objects.alice);
    cast_leave(&objects.bob);
    agree_private_free(objects.keys.e);
    file_key_free(&objects.opening);
    buf_free(&objects.upload);
    buf_free(&objects.delivery);
}

struct err objects_accept(const struct upload_capsule_form *form)
{
    struct channel_receiver me = cast_receiver(&objects.bob);
    struct channel_claim claim;
    struct epoch epoch;

    TRY(channel_accept(form, &me, CAST_NOW_MS, &claim, &epoch));
    return channel_verify(&claim, &objects.alice.me.dsk, CAST_NOW_MS);
}

/* ---- objects that nobody signs as a whole: made, and taken by whom they are for */

static void make_upload(struct buf *out)
{
    buf_bytes(out, buf_view(&objects.upload));
}

static struct err as_upload(struct bytes in)
{
    struct arena arena = ARENA(4096);
    struct upload u;
    struct err err = upload_parse(in, &arena, &u);

    arena_free(&arena);
    return err;
}

static void make_delivery(struct buf *out)
{
    buf_bytes(out, buf_view(&objects.delivery));
}

static struct err as_delivery(struct bytes in)
{
    struct reading r;
    struct err err = cast_read(&objects.line, in, &r);

    cast_close(&r);
    return err;
}

static void make_delivered_capsule(struct buf *out)
{
    upload_write_capsule(UPLOAD_PROFILE_HYBRID, cast_capsule(&objects.line), out);
}

static struct err as_delivered_capsule(struct bytes in)
{
    struct upload_capsule_form form;

    TRY(upload_parse_capsule(in, &form));
    return objects_accept(&form);
}

static void make_capsule(struct buf *out)
{
    buf_bytes(out, cast_capsule(&objects.line));
}

static struct err as_capsule(struct bytes in)
{
    struct upload_capsule_form form;

    TRY(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, in, &form));
    return objects_accept(&form);
}

static void make_trailer(struct buf *out)
{
    assert_ok(
        trailer_sign(&objects.letter.core, &objects.letter.wrap, CTX, &objects.alice.me, out));
}

static struct err as_trailer(struct bytes in)
{
    struct core core;
    struct wrap wrap;
    struct bytes sig;

    TRY(trailer_parse(in, &core, &wrap, &sig));
    return trailer_verify(in, CTX, &objects.alice.me.who.nid, parsed(&objects.alice.me.dsk));
}

static void make_core(struct buf *out)
{
    trailer_write_core(&objects.letter.core, out);
}

static struct err as_core(struct bytes in)
{
    struct core core;

    return trailer_parse_core(in, &core);
}

static void make_content(struct buf *out)
{
    assert_ok(payload_pad(objects.letter.content, out));
}

static struct err as_content(struct bytes in)
{
    struct bytes content;

    return payload_unpad(in, &content);
}

static void make_identity(struct buf *out)
{
    assert_ok(identity_write(&objects.alice.me, out));
}

static struct err as_identity(struct bytes in)
{
    struct identity me;
    struct err err = identity_parse(in, &me);

    if (err.code == E_OK)
        identity_free(&me);
    return err;
}

static void make_roster(struct buf *out)
{
    const struct roster_network network = {.nid = {{1}}};
    const struct roster_account account = {.aid = {{1}}, .list_version = 1};
    struct roster r = {.network = &network, .account = &account, .networks = 1, .accounts = 1};

    roster_write(&r, out);
}

static struct err as_roster(struct bytes in)
{
    struct arena arena = ARENA(4096);
    struct roster r;
    struct err err = roster_parse(in, &arena, &r);

    arena_free(&arena);
    return err;
}

static void make_notice(struct buf *out)
{
    const struct upload_notice n = {1, objects.bob.me.who.did, E_FULL};

    notice_write(&n, out);
}

static struct err as_notice(struct bytes in)
{
    struct upload_notice n;

    return notice_parse(in, &n);
}

static void make_control(struct buf *out)
{
    struct control c = {.type = PAYLOAD_SETTLED, .n = 2, .mark = {{{1}, {{1}}}, {{2}, {{0}}}}};

    control_write(&c, out);
}

static struct err as_control(struct bytes in)
{
    struct control c;

    return control_parse(PAYLOAD_SETTLED, in, &c);
}

static void make_descriptor(struct buf *out)
{
    file_key_write(&file, out);
}

static struct err as_descriptor(struct bytes in)
{
    struct file_descriptor d;

    return file_key_parse(in, &d);
}

static void make_chunk(struct buf *out)
{
    struct file_key f;
    uint8_t digest[FILE_KEY_DIGEST_SIZE];
    uint8_t *at = buf_extend(out, FILE_KEY_PADDED_LEAST + AEAD_TAG_SIZE);

    assert_ok(file_key_begin(&file, &f));
    assert_ok(file_key_seal(&f, BYTES_LITERAL("hello"), at, digest));
    file_key_free(&f);
}

static struct err as_chunk(struct bytes in)
{
    uint8_t digest[FILE_KEY_DIGEST_SIZE], chunk[FILE_KEY_SEALED_MOST];
    struct bytes part;

    assert_ok(hash_sha384(&in, 1, digest));
    return file_key_open_alone(&objects.opening, 0, digest, in, chunk, &part);
}

static void make_frame(struct buf *out)
{
    struct call_sender s;

    assert_ok(call_key_sender(objects.keys.mk, &objects.alice.me.who.did, 1, 0, &s));
    assert_ok(call_key_seal(&s, bytes(NULL, 0), BYTES_LITERAL("hello"), out));
}

static struct err as_frame(struct bytes in)
{
    struct call_receiver r;
    struct buf media = BUF(CALL_KEY_MEDIA_MOST);
    struct err err;

    assert_ok(call_key_receiver(objects.keys.mk, &objects.alice.me.who.did, 1, 0, &r));
    err = call_key_open(&r, bytes(NULL, 0), in, &media);
    buf_free(&media);
    return err;
}

static void make_invitation(struct buf *out)
{
    struct invitation i = {.address_n = 6, .address = "x.y:80"};

    assert_ok(invitation_write(&i, out));
}

static struct err as_invitation(struct bytes in)
{
    struct invitation i;

    return invitation_read(in, &i);
}

/* ---- of a new device, and of somebody with none left  [PROTOCOL 15] */

static void make_device_link(struct buf *out)
{
    assert_ok(device_link_write(&objects.joining.link, out));
}

static struct err as_device_link(struct bytes in)
{
    struct device_link link;

    return device_link_read(in, &link);
}

static void make_ask(struct buf *out)
{
    struct random random = random_system();

    assert_ok(link_ask_seal(&objects.joining.link, &objects.joining.ask, objects.joining.dsk,
                            &random, out));
}

static struct err as_ask(struct bytes in)
{
    struct link_ask ask;

    return link_ask_open(&objects.joining.link, in, &ask);
}

static void make_answer(struct buf *out)
{
    struct link_answer in = joining_answer(&objects.joining);

    assert_ok(
        link_answer_seal(&objects.joining.link, &objects.joining.ask, &in, JOINING_NOW_MS, out));
}

static struct err as_answer(struct bytes in)
{
    return joining_take_answer(&objects.joining, in);
}

static const struct recovery_key letters = {"some letters"};

static void make_blob(struct buf *out)
{
    struct identity *me = &objects.joining.old;
    struct recovery_account a = {me->who.aid, JOINING_DOMAIN, JOINING_HANDLE, me->ark_secret,
                                 me->dsk_secret};
    struct random random = random_system();

    assert_ok(recovery_seal(&letters, &me->who.nid, &a, &random, out));
}

static struct err as_blob(struct bytes in)
{
    return joining_take_blob(&objects.joining.old.who.nid, &letters, in);
}

static void make_letters(struct buf *out)
{
    char text[RECOVERY_LETTERS_SIZE];

    recovery_letters(&letters, text);
    buf_text(out, text);
}

static struct err as_letters(struct bytes in)
{
    struct recovery_key key;

    return recovery_read_letters(in, &key);
}

/* ---- all of them */

const struct object OBJECTS[] = {
    {"upload", make_upload, as_upload},
    {"delivery", make_delivery, as_delivery},
    {"delivered capsule", make_delivered_capsule, as_delivered_capsule},
    {"capsule", make_capsule, as_capsule},
    {"trailer", make_trailer, as_trailer},
    {"core", make_core, as_core},
    {"padded content", make_content, as_content},
    {"identity", make_identity, as_identity},
    {"roster", make_roster, as_roster},
    {"notice", make_notice, as_notice},
    {"control content", make_control, as_control},
    {"file descriptor", make_descriptor, as_descriptor},
    {"file chunk", make_chunk, as_chunk},
    {"call frame", make_frame, as_frame},
    {"invitation", make_invitation, as_invitation},
    {"device link", make_device_link, as_device_link},
    {"box of an ask", make_ask, as_ask},
    {"answer to an ask", make_answer, as_answer},
    {"recovery blob", make_blob, as_blob},
    {"recovery letters", make_letters, as_letters},
};
const size_t objects_n = sizeof OBJECTS / sizeof OBJECTS[0];

void objects_make(const char *name, struct buf *out)
{
    size_t before = out->n;

    for (size_t i = 0; i < objects_n; i++)
        if (strcmp(OBJECTS[i].name, name) == 0)
            OBJECTS[i].make(out);
    assert_true(out->n > before);
}

struct err objects_take(const char *name, struct bytes in)
{
    for (size_t i = 0; i < objects_n; i++)
        if (strcmp(OBJECTS[i].name, name) == 0)
            return OBJECTS[i].take(in);
    return FAIL(E_ABSENT);
}
