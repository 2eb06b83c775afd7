/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames of a call [PROTOCOL 14.6], from somebody who has the keys: what is sealed is taken as it
 * stands (see trusted.c).
 *
 * Input: any number of frames, each with its length in a u8 before it.  They are heard one after
 * the other by a receiver of the first one's key id.
 */
#include "e2ee/call_key.h"

#include "fuzz/fuzz.h"

#define FRAMES_MOST 512

static uint64_t had[FRAMES_MOST];
static size_t had_n;

static bool was_had(uint64_t ctr)
{
    for (size_t i = 0; i < had_n; i++)
        if (had[i] == ctr)
            return true;
    return false;
}

static uint64_t highest(void)
{
    uint64_t most = 0;

    for (size_t i = 0; i < had_n; i++)
        most = had[i] > most ? had[i] : most;
    return most;
}

static enum err_code expected(const struct call_receiver *r, struct bytes frame)
{
    struct call_header h;
    size_t n;
    struct err err = call_key_parse_header(frame, &h, &n);

    if (err.code != E_OK)
        return err.code;
    if (h.kid != r->keys.kid)
        return E_ABSENT;
    if (h.ctr >= CALL_KEY_FRAMES_MOST)
        return E_LIMIT;
    if (had_n > 0 && h.ctr + CALL_KEY_WINDOW <= highest())
        return E_STALE;
    if (was_had(h.ctr))
        return E_CONFLICT;
    return frame.n - n < AEAD_TAG_SIZE ? E_TRUNCATED : E_OK;
}

/* What is read is written back equal. */
static void read_header(struct bytes frame)
{
    uint8_t again[CALL_KEY_HEADER_MOST];
    struct call_header h;
    size_t n;
    struct err err;

    FUZZ_FILLED(h);
    err = call_key_parse_header(frame, &h, &n);
    if (err.code != E_OK) {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&h, sizeof h));
        return;
    }
    invariant(n <= frame.n && call_key_write_header(&h, again) == n);
    invariant(memcmp(again, frame.at, n) == 0);
}

static void hear(struct call_receiver *r, struct bytes frame)
{
    struct buf media = BUF(512);
    struct call_receiver before;
    enum err_code want = expected(r, frame);
    struct call_header h;
    size_t n;

    memcpy(&before, r, sizeof before); /* with what lies between the fields */
    read_header(frame);
    invariant(call_key_open(r, bytes(NULL, 0), frame, &media).code == want);
    if (want == E_OK) {
        invariant(call_key_parse_header(frame, &h, &n).code == E_OK && had_n < FRAMES_MOST);
        invariant(bytes_same(buf_view(&media), bytes(frame.at + n, frame.n - n - AEAD_TAG_SIZE)));
        had[had_n++] = h.ctr;
    } else {
        invariant(media.n == 0 && bytes_same(bytes(r, sizeof *r), bytes(&before, sizeof before)));
    }
    buf_free(&media);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct reader r = reader(bytes(at, n));
    struct call_receiver receiver = {.end = 0};
    struct call_header first;
    size_t first_n;

    had_n = 0;
    if (n > 1 && call_key_parse_header(bytes(at + 1, n - 1), &first, &first_n).code == E_OK)
        receiver.keys.kid = first.kid;
    while (reader_left(&r) > 0 && had_n < FRAMES_MOST) {
        size_t size = reader_u8(&r);

        hear(&receiver, reader_take(&r, size < reader_left(&r) ? size : reader_left(&r)));
    }
    return 0;
}
