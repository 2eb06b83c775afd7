/* SPDX-License-Identifier: Apache-2.0 */
/* tests/vectors/files.json, frames.json, and sframe.json with what RFC 9605 says.  [PROTOCOL 13,
 * 14] */
#include "crypto/kdf.h"
#include "e2ee/attachment.h"
#include "e2ee/call_key.h"
#include "e2ee/file_key.h"
#include "vectors/vector.h"

static int leave(void **state)
{
    arena_free(&vector_memory);
    return 0;
}

static void sizes_are_those_of_the_vectors(void **state)
{
    json_t *file = vector_load("files.json"), *line;
    size_t i;

    json_array_foreach(vector_get(file, "sizes"), i, line)
    {
        struct file_shape s;

        assert_ok(file_key_shape(vector_number(line, "size"), &s));
        assert_int_equal(s.padded, vector_number(line, "padded"));
        assert_int_equal(s.chunks, vector_number(line, "chunks"));
        assert_int_equal(s.sealed, vector_number(line, "sealed_size"));
    }
    assert_true(i > 0);
    json_decref(file);
}

/* The chunk is made again, and opened; a short one is in the vector whole. */
static void check_chunk(json_t *o, struct file_key *f)
{
    static uint8_t own[FILE_KEY_CHUNK_SIZE], sealed[FILE_KEY_SEALED_MOST], out[FILE_KEY_CHUNK_SIZE];
    struct file_chunk c = file_key_chunk(&f->shape, f->next);
    uint8_t digest[FILE_KEY_DIGEST_SIZE], nonce[AEAD_NONCE_SIZE];
    struct bytes part, whole = {sealed, c.padded + AEAD_TAG_SIZE};

    for (uint64_t i = c.at; i < c.at + c.own; i++)
        own[i - c.at] = (uint8_t)(7 * i + i / 251);
    assert_int_equal(c.own, vector_number(o, "own"));
    assert_int_equal(c.padded, vector_number(o, "padded"));
    vector_copy(o, "digest", digest, sizeof digest);
    assert_ok(file_key_seal_again(f, f->next, digest, bytes(own, c.own), sealed));
    assert_field(bytes(sealed + c.padded, AEAD_TAG_SIZE), o, "tag");
    if (json_object_get(o, "sealed") != NULL)
        assert_field(whole, o, "sealed");
    vector_copy(o, "nonce", nonce, sizeof nonce);
    assert_ok(aead_open(f->key, nonce, bytes(NULL, 0), whole, out));
    assert_ok(file_key_open(f, whole, out, &part, digest));
    assert_bytes(part, bytes(own, c.own));
    assert_field(BYTES(digest), o, "digest");
}

static void files_are_sealed_and_opened_as_in_the_vectors(void **state)
{
    json_t *file = vector_load("files.json"), *o, *chunk;
    size_t i, k;

    json_array_foreach(vector_get(file, "files"), i, o)
    {
        struct file_descriptor d;
        struct buf again = BUF(FILE_KEY_DESCRIPTOR_SIZE);
        struct file_key f;

        assert_ok(file_key_parse(vector_bytes(o, "descriptor"), &d));
        assert_int_equal(d.size, vector_number(o, "size"));
        assert_field(BYTES(d.key), o, "key");
        assert_field(BYTES(d.root), o, "root");
        assert_ok(file_key_begin(&d, &f));
        assert_field(BYTES(f.key), o, "chunk_key");
        assert_int_equal(f.shape.padded, vector_number(o, "padded"));
        assert_int_equal(f.shape.sealed, vector_number(o, "sealed_size"));
        json_array_foreach(vector_get(o, "chunks"), k, chunk) check_chunk(chunk, &f);
        assert_ok(file_key_check(&f, d.root));
        file_key_write(&d, &again);
        assert_field(buf_view(&again), o, "descriptor");
        buf_free(&again);
        file_key_free(&f);
    }
    assert_true(i > 0);
    json_decref(file);
}

static void attachments_are_those_of_the_vectors(void **state)
{
    json_t *file = vector_load("files.json"), *o;
    size_t i;

    json_array_foreach(vector_get(file, "attachments"), i, o)
    {
        struct buf descriptor = BUF(FILE_KEY_DESCRIPTOR_SIZE), again = BUF(ATTACHMENT_MAX_SIZE);
        struct attachment a;

        assert_ok(attachment_parse(vector_bytes(o, "content"), &a));
        assert_field(BYTES(a.id), o, "id");
        file_key_write(&a.file, &descriptor);
        assert_field(buf_view(&descriptor), o, "descriptor");
        assert_int_equal(a.voice, vector_number(o, "voice"));
        assert_int_equal(a.view_only, vector_number(o, "view_only"));
        assert_int_equal(a.forwarded, vector_number(o, "forwarded"));
        assert_int_equal(a.duration_ms, vector_number(o, "duration_ms"));
        assert_field(a.name, o, "name");
        assert_field(a.type, o, "type");
        assert_field(a.preview, o, "preview");
        assert_ok(attachment_write(&a, &again));
        assert_field(buf_view(&again), o, "content");
        buf_free(&descriptor);
        buf_free(&again);
    }
    assert_true(i > 0);
    json_decref(file);
}

static void check_frame(json_t *o, struct call_sender *s, struct call_receiver *r)
{
    struct buf frame = BUF(4096), media = BUF(4096);
    struct call_header h;
    size_t n;

    s->next = vector_number(o, "ctr");
    assert_ok(call_key_parse_header(vector_bytes(o, "frame"), &h, &n));
    assert_field(bytes(vector_bytes(o, "frame").at, n), o, "header");
    assert_int_equal(h.kid, s->keys.kid);
    assert_int_equal(h.ctr, s->next);
    assert_ok(call_key_seal(s, vector_bytes(o, "metadata"), vector_bytes(o, "media"), &frame));
    assert_field(buf_view(&frame), o, "frame");
    assert_ok(call_key_open(r, vector_bytes(o, "metadata"), buf_view(&frame), &media));
    assert_field(buf_view(&media), o, "media");
    buf_free(&frame);
    buf_free(&media);
}

static void frames_are_sealed_and_opened_as_in_the_vectors(void **state)
{
    json_t *file = vector_load("frames.json"), *o, *frame;
    size_t i, k;

    json_array_foreach(vector_get(file, "senders"), i, o)
    {
        uint8_t secret[CALL_KEY_SECRET_SIZE], base[CALL_KEY_BASE_SIZE], prk[KDF_PRK_SIZE];
        uint32_t epoch = (uint32_t)vector_number(o, "epoch");
        uint32_t index = (uint32_t)vector_number(o, "index");
        struct device_id did;
        struct call_sender s;
        struct call_receiver r;

        vector_copy(file, "secret", secret, sizeof secret);
        vector_copy(o, "did", did.b, sizeof did.b);
        assert_ok(call_key_base(secret, &did, epoch, base));
        assert_field(BYTES(base), o, "base");
        assert_ok(kdf_extract(bytes(NULL, 0), BYTES(base), prk));
        assert_field(BYTES(prk), o, "sframe_secret");
        assert_ok(call_key_sender(secret, &did, epoch, index, &s));
        assert_ok(call_key_receiver(secret, &did, epoch, index, &r));
        assert_int_equal(s.keys.kid, vector_number(o, "kid"));
        assert_field(BYTES(s.keys.key), o, "key");
        assert_field(BYTES(s.keys.salt), o, "salt");
        json_array_foreach(vector_get(o, "frames"), k, frame) check_frame(frame, &s, &r);
        assert_true(k > 0);
    }
    assert_true(i > 0);
    json_decref(file);
}

static uint64_t vector_u64(json_t *from, const char *name)
{
    struct bytes b = vector_bytes(from, name);
    uint64_t v = 0;

    assert_int_equal(b.n, sizeof v);
    for (size_t i = 0; i < b.n; i++)
        v = v << 8 | b.at[i];
    return v;
}

static void headers_are_those_of_the_rfc(void **state)
{
    json_t *file = vector_load("sframe.json"), *o;
    size_t i;

    json_array_foreach(vector_get(file, "headers"), i, o)
    {
        struct call_header h = {vector_u64(o, "kid"), vector_u64(o, "ctr")}, back;
        uint8_t at[CALL_KEY_HEADER_MOST];
        size_t n = call_key_write_header(&h, at), read;

        assert_field(bytes(at, n), o, "encoded");
        assert_ok(call_key_parse_header(bytes(at, n), &back, &read));
        assert_true(read == n && back.kid == h.kid && back.ctr == h.ctr);
    }
    assert_int_equal(i, 289);
    json_decref(file);
}

static void suite_5_is_that_of_the_rfc(void **state)
{
    json_t *file = vector_load("sframe.json"), *o = vector_get(file, "suite5");
    struct buf frame = BUF(256), media = BUF(256);
    struct call_sender s = {.next = vector_number(o, "ctr")};
    struct call_receiver r = {.end = 0};
    uint8_t prk[KDF_PRK_SIZE];

    assert_ok(kdf_extract(bytes(NULL, 0), vector_bytes(o, "base_key"), prk));
    assert_field(BYTES(prk), o, "sframe_secret");
    assert_ok(call_key_derive(vector_bytes(o, "base_key"), vector_number(o, "kid"), &s.keys));
    assert_field(BYTES(s.keys.key), o, "sframe_key");
    assert_field(BYTES(s.keys.salt), o, "sframe_salt");
    r.keys = s.keys;
    assert_ok(call_key_seal(&s, vector_bytes(o, "metadata"), vector_bytes(o, "pt"), &frame));
    assert_field(buf_view(&frame), o, "ct");
    assert_ok(call_key_open(&r, vector_bytes(o, "metadata"), vector_bytes(o, "ct"), &media));
    assert_field(buf_view(&media), o, "pt");
    buf_free(&frame);
    buf_free(&media);
    json_decref(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_those_of_the_vectors),
        cmocka_unit_test(files_are_sealed_and_opened_as_in_the_vectors),
        cmocka_unit_test(attachments_are_those_of_the_vectors),
        cmocka_unit_test(frames_are_sealed_and_opened_as_in_the_vectors),
        cmocka_unit_test(headers_are_those_of_the_rfc),
        cmocka_unit_test(suite_5_is_that_of_the_rfc),
    };
    return cmocka_run_group_tests(tests, NULL, leave);
}
