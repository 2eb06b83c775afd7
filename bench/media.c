/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media: what sealing and opening cost a byte of a file, digests and root included, and a frame of
 * a call, of which a second of video has some hundreds.
 */
#include "bench/measure.h"
#include "e2ee/call_key.h"
#include "e2ee/file_key.h"

#define ROUNDS     15
#define FILE_SIZE  (64 * FILE_KEY_CHUNK_SIZE)
#define FRAME_SIZE 1200 /* what a packet of the network holds */
#define FRAMES     500

static struct file_descriptor file = {.size = FILE_SIZE};
static uint8_t sealed[64 * FILE_KEY_SEALED_MOST];

static void run_file_seal(void *ctx)
{
    static const uint8_t content[FILE_KEY_CHUNK_SIZE];
    uint8_t digest[FILE_KEY_DIGEST_SIZE];
    struct file_key f;

    (void)ctx;
    measure_must(file_key_begin(&file, &f));
    while (f.next < f.shape.chunks)
        measure_must(file_key_seal(&f, BYTES(content),
                                   sealed + file_key_chunk(&f.shape, f.next).sealed_at, digest));
    measure_must(file_key_end(&f, file.root));
    file_key_free(&f);
}

static void run_file_open(void *ctx)
{
    static uint8_t out[FILE_KEY_CHUNK_SIZE];
    uint8_t digest[FILE_KEY_DIGEST_SIZE];
    struct bytes part;
    struct file_key f;

    (void)ctx;
    measure_must(file_key_begin(&file, &f));
    while (f.next < f.shape.chunks) {
        struct file_chunk c = file_key_chunk(&f.shape, f.next);

        measure_must(file_key_open(&f, bytes(sealed + c.sealed_at, c.padded + AEAD_TAG_SIZE), out,
                                   &part, digest));
    }
    measure_must(file_key_check(&f, file.root));
    file_key_free(&f);
}

struct call {
    struct call_sender sender;
    struct call_receiver receiver;
    struct buf frames[FRAMES], media;
    size_t next;
};

static void run_frame_seal(void *ctx)
{
    static const uint8_t media[FRAME_SIZE];
    struct call *c = ctx;
    struct buf *frame = &c->frames[c->next++ % FRAMES];

    buf_cut(frame, 0);
    measure_must(call_key_seal(&c->sender, BYTES_LITERAL("video 1"), BYTES(media), frame));
}

/* Those that were sealed last: each once, in order. */
static void run_frame_open(void *ctx)
{
    struct call *c = ctx;

    buf_cut(&c->media, 0);
    measure_must(call_key_open(&c->receiver, BYTES_LITERAL("video 1"),
                               buf_view(&c->frames[c->next++ % FRAMES]), &c->media));
}

int main(void)
{
    static const uint8_t secret[CALL_KEY_SECRET_SIZE] = {1};
    static const struct device_id did = {{1}};
    static struct call call;
    struct measure lines[] = {
        {"file_seal_mb_s", run_file_seal, NULL, 2, MEASURE_CPU, 0},
        {"file_open_mb_s", run_file_open, NULL, 2, MEASURE_CPU, 0},
        {"frame_seal_us", run_frame_seal, &call, FRAMES, MEASURE_CPU, 0},
        {"frame_open_us", run_frame_open, &call, FRAMES, MEASURE_CPU, 0},
    };

    for (size_t i = 0; i < FRAMES; i++)
        call.frames[i] = BUF(FRAME_SIZE + 64);
    call.media = BUF(FRAME_SIZE);
    measure_must(call_key_sender(secret, &did, 1, 0, &call.sender));
    measure_must(call_key_receiver(secret, &did, 1, 0, &call.receiver));
    measure_rounds(lines, sizeof lines / sizeof lines[0], ROUNDS);
    for (size_t i = 0; i < 2; i++)
        printf("%s %.0f MB/s\n", lines[i].name, FILE_SIZE / lines[i].least_us);
    measure_print(&lines[2], 2);
    for (size_t i = 0; i < FRAMES; i++)
        buf_free(&call.frames[i]);
    buf_free(&call.media);
    return 0;
}
