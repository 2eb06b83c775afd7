/* SPDX-License-Identifier: Apache-2.0 */
/* Files and frames of calls.  [PROTOCOL 13, 14]  Their keys are plain patterns. */
#include "crypto/kdf.h"
#include "e2ee/attachment.h"
#include "e2ee/call_key.h"
#include "e2ee/file_key.h"
#include "vectors/make.h"

#define CONTENT_MOST (2 * FILE_KEY_CHUNK_SIZE + 1)
#define SHOWN_MOST   (FILE_KEY_PADDED_LEAST + 128) /* longer chunks are in the vector by digest */

static void count_up(uint8_t *out, size_t n, uint8_t from)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(from + i);
}

static void put_chunk(json_t *to, struct file_key *f, const uint8_t *content)
{
    static uint8_t sealed[FILE_KEY_SEALED_MOST];
    uint8_t digest[FILE_KEY_DIGEST_SIZE], nonce[AEAD_NONCE_SIZE] = {0};
    uint32_t i = f->next;
    struct file_chunk c = file_key_chunk(&f->shape, i);
    size_t n = c.padded + AEAD_TAG_SIZE;
    json_t *o = add_object(to);

    must(file_key_seal(f, bytes(content + c.at, c.own), sealed, digest));
    nonce[10] = (uint8_t)i;
    nonce[11] = f->next == f->shape.chunks;
    put_number(o, "own", c.own);
    put_number(o, "padded", c.padded);
    put_bytes(o, "nonce", BYTES(nonce));
    if (n <= SHOWN_MOST)
        put_bytes(o, "sealed", bytes(sealed, n));
    put_bytes(o, "tag", bytes(sealed + c.padded, AEAD_TAG_SIZE));
    put_bytes(o, "digest", BYTES(digest));
}

static void put_file(json_t *to, const uint8_t *content, size_t size, uint8_t which)
{
    struct file_descriptor d = {.size = size};
    struct file_key f;
    struct buf descriptor = BUF(FILE_KEY_DESCRIPTOR_SIZE);
    json_t *o = add_object(to), *chunks;

    count_up(d.key, sizeof d.key, (uint8_t)(32 * which));
    must(file_key_begin(&d, &f));
    put_number(o, "size", size);
    put_number(o, "padded", f.shape.padded);
    put_number(o, "sealed_size", f.shape.sealed);
    put_bytes(o, "key", BYTES(d.key));
    put_bytes(o, "chunk_key", BYTES(f.key));
    chunks = put_array(o, "chunks");
    while (f.next < f.shape.chunks)
        put_chunk(chunks, &f, content);
    must(file_key_end(&f, d.root));
    file_key_write(&d, &descriptor);
    put_bytes(o, "root", BYTES(d.root));
    put_bytes(o, "descriptor", buf_view(&descriptor));
    buf_free(&descriptor);
    file_key_free(&f);
}

/* Where the padding begins, where its step changes, and where a chunk does. */
static void put_sizes(json_t *to)
{
    static const uint64_t SIZES[] = {
        0,          1,          1024,       1025,       1088,   1089,    2048,
        2049,       65535,      65536,      65537,      100000, 1 << 20, (1 << 20) + 1,
        4294967296, 4294967297, 5368709119, 5368709120,
    };

    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        struct file_shape shape;
        json_t *o = add_object(to);

        must(file_key_shape(SIZES[i], &shape));
        put_number(o, "size", SIZES[i]);
        put_number(o, "padded", shape.padded);
        put_number(o, "chunks", shape.chunks);
        put_number(o, "sealed_size", shape.sealed);
    }
}

static void put_attachment(json_t *to, struct attachment *a, uint8_t which)
{
    struct buf descriptor = BUF(FILE_KEY_DESCRIPTOR_SIZE), content = BUF(ATTACHMENT_MAX_SIZE);
    json_t *o = add_object(to);

    count_up(a->id, sizeof a->id, (uint8_t)(16 * which));
    count_up(a->file.key, sizeof a->file.key, (uint8_t)(32 * which));
    count_up(a->file.root, sizeof a->file.root, (uint8_t)(48 * which));
    file_key_write(&a->file, &descriptor);
    must(attachment_write(a, &content));
    put_bytes(o, "id", BYTES(a->id));
    put_bytes(o, "descriptor", buf_view(&descriptor));
    put_number(o, "voice", a->voice);
    put_number(o, "view_only", a->view_only);
    put_number(o, "forwarded", a->forwarded);
    put_number(o, "duration_ms", a->duration_ms);
    put_bytes(o, "name", a->name);
    put_bytes(o, "type", a->type);
    put_bytes(o, "preview", a->preview);
    put_bytes(o, "content", buf_view(&content));
    buf_free(&descriptor);
    buf_free(&content);
}

static void put_attachments(json_t *to)
{
    struct attachment all[] = {
        {.file = {.size = 100000},
         .name = BYTES_LITERAL("tides \xc3\xa9t\xc3\xa9.png"),
         .type = BYTES_LITERAL("image/png"),
         .preview = BYTES_LITERAL("a few bytes of a picture")},
        {.file = {.size = 0}},
        {.file = {.size = UINT64_C(5) << 30},
         .voice = true,
         .duration_ms = 90500,
         .view_only = true,
         .type = BYTES_LITERAL("audio/ogg")},
        {.file = {.size = 77},
         .voice = true,
         .duration_ms = 1,
         .forwarded = true,
         .name = BYTES_LITERAL("tides")},
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        put_attachment(to, &all[i], (uint8_t)(i + 1));
}

json_t *make_files(void)
{
    static const size_t SIZES[] = {0, 5, 1025, FILE_KEY_CHUNK_SIZE, CONTENT_MOST};
    static uint8_t content[CONTENT_MOST];
    json_t *o = json_object(), *files;

    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(7 * i + i / 251);
    put_text(o, "source", BYTES_LITERAL("PROTOCOL 13"));
    put_text(o, "content",
             BYTES_LITERAL("byte i is (7 i + i / 251) modulo 256, i / 251 cut to an "
                           "integer"));
    put_sizes(put_array(o, "sizes"));
    files = put_array(o, "files");
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++)
        put_file(files, content, SIZES[i], (uint8_t)i);
    put_attachments(put_array(o, "attachments"));
    return o;
}

static void put_frame(json_t *to, struct call_sender *s, struct bytes metadata, struct bytes media)
{
    struct call_header h = {s->keys.kid, s->next};
    uint8_t header[CALL_KEY_HEADER_MOST], nonce[AEAD_NONCE_SIZE];
    size_t n = call_key_write_header(&h, header);
    struct buf frame = BUF(4096), aad = BUF(4096);
    json_t *o = add_object(to);

    memcpy(nonce, s->keys.salt, sizeof nonce);
    for (size_t i = 0; i < 8; i++)
        nonce[4 + i] ^= (uint8_t)(h.ctr >> (56 - 8 * i));
    buf_bytes(&aad, bytes(header, n));
    buf_bytes(&aad, metadata);
    must(call_key_seal(s, metadata, media, &frame));
    put_number(o, "ctr", h.ctr);
    put_bytes(o, "header", bytes(header, n));
    put_bytes(o, "nonce", BYTES(nonce));
    put_bytes(o, "metadata", metadata);
    put_bytes(o, "aad", buf_view(&aad));
    put_bytes(o, "media", media);
    put_bytes(o, "frame", buf_view(&frame));
    buf_free(&frame);
    buf_free(&aad);
}

static void put_sender(json_t *to, const uint8_t *secret, uint8_t who, uint32_t epoch,
                       uint32_t index)
{
    static const uint64_t COUNTERS[] = {0, 1, 7, 8, 255, 256, CALL_KEY_FRAMES_MOST - 1};
    static const struct bytes NOTHING = {NULL, 0};
    struct device_id did;
    uint8_t base[CALL_KEY_BASE_SIZE], prk[KDF_PRK_SIZE];
    struct call_sender s;
    json_t *o = add_object(to), *frames;

    count_up(did.b, sizeof did.b, who);
    must(call_key_base(secret, &did, epoch, base));
    must(kdf_extract(NOTHING, BYTES(base), prk));
    must(call_key_sender(secret, &did, epoch, index, &s));
    put_bytes(o, "did", ID_BYTES(did));
    put_number(o, "epoch", epoch);
    put_number(o, "index", index);
    put_number(o, "kid", s.keys.kid);
    put_bytes(o, "base", BYTES(base));
    put_bytes(o, "sframe_secret", BYTES(prk));
    put_bytes(o, "key", BYTES(s.keys.key));
    put_bytes(o, "salt", BYTES(s.keys.salt));
    frames = put_array(o, "frames");
    for (size_t i = 0; i < sizeof COUNTERS / sizeof COUNTERS[0]; i++) {
        s.next = COUNTERS[i];
        put_frame(frames, &s, i % 2 == 0 ? NOTHING : BYTES_LITERAL("video 1"),
                  i == 2 ? NOTHING : BYTES_LITERAL("what the microphone heard"));
    }
}

json_t *make_frames(void)
{
    uint8_t secret[CALL_KEY_SECRET_SIZE];
    json_t *o = json_object(), *senders;

    count_up(secret, sizeof secret, 0x40);
    put_text(o, "source", BYTES_LITERAL("PROTOCOL 14"));
    put_bytes(o, "secret", BYTES(secret));
    senders = put_array(o, "senders");
    put_sender(senders, secret, 0x10, 0, 0);
    put_sender(senders, secret, 0x20, 0, 8);
    put_sender(senders, secret, 0x20, 1, 8);
    put_sender(senders, secret, 0x30, 63, 1023);
    put_sender(senders, secret, 0x30, UINT32_MAX, 1023);
    return o;
}
