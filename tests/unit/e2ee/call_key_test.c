/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/call_key.h"

#include "assert_err.h"
#include "wire/limits.h"

#define ROOM (CALL_KEY_MEDIA_MOST + 64)

static const uint8_t secret[CALL_KEY_SECRET_SIZE] = {7}, other_secret[CALL_KEY_SECRET_SIZE] = {8};
static const struct device_id did = {{1}}, other_did = {{2}};
static const struct bytes NOTHING = {NULL, 0};
static struct call_sender s;
static struct call_receiver r;

static int ring(void **state)
{
    assert_ok(call_key_sender(secret, &did, 3, 5, &s));
    assert_ok(call_key_receiver(secret, &did, 3, 5, &r));
    return 0;
}

/* The frame with this counter. */
static void say(uint64_t ctr, struct buf *frame)
{
    s.next = ctr;
    buf_cut(frame, 0);
    assert_ok(call_key_seal(&s, BYTES_LABEL("m"), bytes(&ctr, sizeof ctr), frame));
    assert_int_equal(s.next, ctr + 1);
}

static struct err hear(const struct buf *frame)
{
    struct call_receiver before;
    struct buf media = BUF(ROOM);
    struct err err;

    memcpy(&before, &r, sizeof r); /* with what lies between the fields */
    err = call_key_open(&r, BYTES_LABEL("m"), buf_view(frame), &media);
    if (err.code == E_OK) {
        assert_int_equal(media.n, sizeof(uint64_t));
    } else {
        assert_int_equal(media.n, 0);
        assert_memory_equal(&r, &before, sizeof r); /* no failure of any kind changes it */
    }
    buf_free(&media);
    return err;
}

static struct err say_and_hear(uint64_t ctr)
{
    struct buf frame = BUF(ROOM);
    struct err err;

    say(ctr, &frame);
    err = hear(&frame);
    buf_free(&frame);
    return err;
}

static void ids_name_device_and_epoch(void **state)
{
    static const struct {
        uint32_t epoch, index;
        uint64_t kid;
    } known[] = {{0, 0, 0}, {0, 1023, 1023}, {1, 0, 1024}, {UINT32_MAX, 1023, (1ULL << 42) - 1}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint32_t epoch, index;
        uint64_t kid;

        assert_ok(call_key_id(known[i].epoch, known[i].index, &kid));
        assert_int_equal(kid, known[i].kid);
        assert_ok(call_key_whose(known[i].kid, &epoch, &index));
        assert_int_equal(epoch, known[i].epoch);
        assert_int_equal(index, known[i].index);
    }
}

static void an_id_of_no_epoch_is_malformed(void **state)
{
    uint32_t epoch = 7, index = 7;

    assert_err(call_key_whose(1ULL << 42, &epoch, &index), E_MALFORMED);
    assert_err(call_key_whose(UINT64_MAX, &epoch, &index), E_MALFORMED);
    assert_true(epoch == 7 && index == 7);
}

static void there_is_no_index_over_the_limit(void **state)
{
    uint64_t kid = 7;

    assert_err(call_key_id(0, LIMIT_CALL_DEVICES, &kid), E_LIMIT);
    assert_int_equal(kid, 7);
    assert_err(call_key_sender(secret, &did, 0, LIMIT_CALL_DEVICES, &s), E_LIMIT);
    assert_err(call_key_receiver(secret, &did, 0, LIMIT_CALL_DEVICES, &r), E_LIMIT);
}

/* Any change of secret, device, epoch or index is another key. */
static void every_device_has_a_key_of_its_own_in_every_epoch(void **state)
{
    struct call_sender all[5];

    assert_ok(call_key_sender(secret, &did, 3, 5, &all[0]));
    assert_ok(call_key_sender(other_secret, &did, 3, 5, &all[1]));
    assert_ok(call_key_sender(secret, &other_did, 3, 5, &all[2]));
    assert_ok(call_key_sender(secret, &did, 4, 5, &all[3]));
    assert_ok(call_key_sender(secret, &did, 3, 6, &all[4]));
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(all[i].next, 0);
        for (size_t k = i + 1; k < 5; k++) {
            assert_memory_not_equal(all[i].keys.key, all[k].keys.key, AEAD_KEY_SIZE);
            assert_memory_not_equal(all[i].keys.salt, all[k].keys.salt, AEAD_NONCE_SIZE);
        }
    }
}

static void a_header_reads_back_and_no_cut_of_it_does(void **state)
{
    for (unsigned k = 0; k < 64; k += 3)
        for (unsigned c = 0; c < 64; c += 5) {
            struct call_header h = {1ULL << k, (1ULL << c) - 1}, back = {0, 0};
            uint8_t at[CALL_KEY_HEADER_MOST];
            size_t n = call_key_write_header(&h, at), read = 99;

            for (size_t cut = 0; cut < n; cut++)
                assert_err(call_key_parse_header(bytes(at, cut), &back, &read), E_TRUNCATED);
            assert_int_equal(read, 99);
            assert_ok(call_key_parse_header(BYTES(at), &back, &read));
            assert_int_equal(read, n);
            assert_true(back.kid == h.kid && back.ctr == h.ctr);
        }
}

static void a_header_longer_than_needed_is_malformed(void **state)
{
    const struct bytes wrong[] = {
        BYTES_LITERAL("\x08\x00"),     /* a counter of 0 in a byte of its own */
        BYTES_LITERAL("\x08\x07"),     /* of 7 */
        BYTES_LITERAL("\x80\x07"),     /* a key id of 7 */
        BYTES_LITERAL("\x09\x00\xff"), /* in two bytes what one can hold */
        BYTES_LITERAL("\x90\x00\xff"), /* the same in the key id */
        BYTES_LITERAL("\x0f\0\xff\xff\xff\xff\xff\xff\xff"),
    };
    struct call_header h;
    size_t n;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_err(call_key_parse_header(wrong[i], &h, &n), E_MALFORMED);
}

static void media_of_any_size_come_through(void **state)
{
    static uint8_t media[CALL_KEY_MEDIA_MOST + 1];
    static const size_t sizes[] = {0, 1, 160, 1500, CALL_KEY_MEDIA_MOST};
    uint8_t metadata[CALL_KEY_METADATA_MOST + 1] = {1, 2, 3};
    struct buf frame = BUF(ROOM), back = BUF(ROOM);

    memset(media, 0x5a, sizeof media);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct bytes said = i == 0 ? NOTHING : bytes(media, sizes[i]);
        struct bytes beside = bytes(metadata, i == 1 ? 0 : CALL_KEY_METADATA_MOST);

        buf_cut(&frame, 0);
        buf_cut(&back, 0);
        assert_ok(call_key_seal(&s, beside, said, &frame));
        assert_int_equal(frame.n, 3 + sizes[i] + AEAD_TAG_SIZE);
        assert_ok(call_key_open(&r, beside, buf_view(&frame), &back));
        assert_bytes(buf_view(&back), said);
    }
    assert_int_equal(s.next, 5);
    buf_cut(&frame, 0);
    assert_err(call_key_seal(&s, NOTHING, BYTES(media), &frame), E_LIMIT);
    assert_err(call_key_seal(&s, BYTES(metadata), NOTHING, &frame), E_LIMIT);
    assert_int_equal(frame.n, 0);
    assert_int_equal(s.next, 5);
    buf_free(&frame);
    buf_free(&back);
}

static void a_frame_over_the_limits_is_refused_before_it_is_opened(void **state)
{
    static uint8_t frame[3 + CALL_KEY_MEDIA_MOST + 1 + AEAD_TAG_SIZE];
    uint8_t metadata[CALL_KEY_METADATA_MOST + 1] = {0};
    struct call_header h = {r.keys.kid, 0};
    size_t n = call_key_write_header(&h, frame);
    struct buf media = BUF(ROOM);

    assert_int_equal(n, 3);
    assert_err(call_key_open(&r, NOTHING, BYTES(frame), &media), E_LIMIT);
    assert_err(call_key_open(&r, BYTES(metadata), bytes(frame, 64), &media), E_LIMIT);
    assert_int_equal(media.n, 0);
    buf_free(&media);
}

static void what_is_appended_to_stays(void **state)
{
    struct buf frame = BUF(64), media = BUF(64), small = BUF(20);

    buf_text(&frame, "before");
    buf_text(&media, "before");
    assert_ok(call_key_seal(&s, NOTHING, BYTES_LITERAL("after"), &frame));
    assert_memory_equal(frame.at, "before", 6);
    assert_ok(call_key_open(&r, NOTHING, bytes(frame.at + 6, frame.n - 6), &media));
    assert_bytes(buf_view(&media), BYTES_LITERAL("beforeafter"));
    assert_err(call_key_open(&r, NOTHING, bytes(frame.at + 6, frame.n - 6), &media), E_CONFLICT);
    assert_bytes(buf_view(&media), BYTES_LITERAL("beforeafter"));
    assert_err(call_key_seal(&s, NOTHING, BYTES_LITERAL("after"), &small), E_LIMIT);
    assert_int_equal(small.n, 0);
    assert_int_equal(s.next, 2); /* a counter that was begun with does not come back */
    buf_free(&frame);
    buf_free(&media);
    buf_free(&small);
}

static void no_room_for_the_media_changes_nothing(void **state)
{
    struct buf frame = BUF(64), tight = BUF(4);

    say(0, &frame);
    assert_err(call_key_open(&r, BYTES_LABEL("m"), buf_view(&frame), &tight), E_LIMIT);
    assert_int_equal(r.end, 0);
    assert_ok(hear(&frame));
    buf_free(&frame);
    buf_free(&tight);
}

/* Each bit of a frame, and each cut of it. */
static void a_forged_frame_changes_no_state(void **state)
{
    struct buf frame = BUF(64);

    assert_ok(say_and_hear(0));
    say(9, &frame);
    for (size_t i = 0; i < 8 * frame.n; i++) {
        frame.at[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_true(hear(&frame).code != E_OK);
        frame.at[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t n = 0; n < frame.n; n++) {
        struct buf cut = frame;

        cut.n = n;
        assert_err(hear(&cut), n < 4 + AEAD_TAG_SIZE ? E_TRUNCATED : E_FORGED);
    }
    assert_ok(hear(&frame));
    buf_free(&frame);
}

/* The highest number there is, on a frame that nobody sealed: the window stays where it was. */
static void a_forged_number_does_not_move_the_window(void **state)
{
    struct buf frame = BUF(64);
    struct call_header h = {r.keys.kid, CALL_KEY_FRAMES_MOST - 1};
    uint8_t header[CALL_KEY_HEADER_MOST];

    buf_bytes(&frame, bytes(header, call_key_write_header(&h, header)));
    buf_zeros(&frame, 40);
    assert_ok(say_and_hear(3));
    assert_err(hear(&frame), E_FORGED);
    assert_ok(say_and_hear(2));
    assert_err(say_and_hear(3), E_CONFLICT);
    buf_free(&frame);
}

static void other_metadata_are_forged(void **state)
{
    struct buf frame = BUF(64), media = BUF(64);

    say(0, &frame);
    assert_err(call_key_open(&r, BYTES_LABEL("n"), buf_view(&frame), &media), E_FORGED);
    assert_err(call_key_open(&r, NOTHING, buf_view(&frame), &media), E_FORGED);
    assert_int_equal(media.n, 0);
    assert_ok(hear(&frame));
    buf_free(&frame);
    buf_free(&media);
}

static void nothing_is_heard_twice_and_all_is_heard_once_in_any_order(void **state)
{
    static const uint64_t STEP = 389; /* prime to the window, so that each number comes once */

    for (uint64_t i = 0; i < CALL_KEY_WINDOW; i++)
        assert_ok(say_and_hear(i * STEP % CALL_KEY_WINDOW));
    assert_int_equal(r.end, CALL_KEY_WINDOW);
    for (uint64_t i = 0; i < CALL_KEY_WINDOW; i++)
        assert_err(say_and_hear(i), E_CONFLICT);
}

static void a_frame_behind_the_window_is_stale(void **state)
{
    assert_ok(say_and_hear(5000));
    assert_err(say_and_hear(5000 - CALL_KEY_WINDOW), E_STALE);
    assert_err(say_and_hear(0), E_STALE);
    assert_ok(say_and_hear(5001 - CALL_KEY_WINDOW));
    assert_err(say_and_hear(5001 - CALL_KEY_WINDOW), E_CONFLICT);
    assert_ok(say_and_hear(5001));
    assert_err(say_and_hear(5001 - CALL_KEY_WINDOW), E_STALE);
}

/* However far the highest number jumps, what was not had is not taken for had, and the reverse. */
static void the_window_forgets_what_leaves_it(void **state)
{
    static const uint64_t jumps[] = {1, 2, 63, 64, 65, 1022, 1023, 1024, 1025, 2048, 100000};
    uint64_t at = 2000;

    assert_ok(say_and_hear(at));
    for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
        uint64_t before = at;

        at += jumps[i];
        assert_ok(say_and_hear(at));
        for (uint64_t k = before + 1 > at - 1023 ? before + 1 : at - 1023; k < at; k++)
            assert_ok(say_and_hear(k));
        if (jumps[i] < CALL_KEY_WINDOW)
            assert_err(say_and_hear(before), E_CONFLICT);
        else
            assert_err(say_and_hear(before), E_STALE);
    }
}

/* A model that remembers everything says the same as the window, whatever comes. */
static void a_window_is_as_good_as_a_memory_of_all(void **state)
{
    static bool had[20000];
    uint64_t highest = 0, x = 88172645463325252;
    bool any = false;

    for (unsigned i = 0; i < 4000; i++) {
        uint64_t back, ctr;
        enum err_code want = E_OK;

        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        back = x % 1100;
        ctr = i * 4 > back ? i * 4 - back : x % 16;
        if (any && highest >= ctr + CALL_KEY_WINDOW)
            want = E_STALE;
        else if (had[ctr])
            want = E_CONFLICT;
        assert_err(say_and_hear(ctr), want);
        had[ctr] = true;
        highest = any && highest > ctr ? highest : ctr;
        any = true;
    }
}

static void the_last_counter_is_used_and_none_behind_it(void **state)
{
    struct buf frame = BUF(64);
    struct call_header h = {r.keys.kid, CALL_KEY_FRAMES_MOST};
    uint8_t header[CALL_KEY_HEADER_MOST];

    assert_ok(say_and_hear(CALL_KEY_FRAMES_MOST - 1));
    assert_err(call_key_seal(&s, NOTHING, NOTHING, &frame), E_LIMIT);
    assert_int_equal(frame.n, 0);
    assert_int_equal(s.next, CALL_KEY_FRAMES_MOST);
    buf_bytes(&frame, bytes(header, call_key_write_header(&h, header)));
    buf_zeros(&frame, 40);
    assert_err(hear(&frame), E_LIMIT);
    buf_free(&frame);
}

static void a_new_epoch_counts_anew_and_the_old_one_ends(void **state)
{
    struct buf old = BUF(64), relabelled = BUF(64);
    struct call_header h = {.ctr = 7};
    uint8_t header[CALL_KEY_HEADER_MOST];

    assert_ok(call_key_id(4, 5, &h.kid));
    assert_ok(say_and_hear(6));
    say(7, &old);
    assert_ok(call_key_sender(secret, &did, 4, 5, &s));
    assert_ok(call_key_receiver(secret, &did, 4, 5, &r));
    assert_err(hear(&old), E_ABSENT);
    buf_bytes(&relabelled, bytes(header, call_key_write_header(&h, header)));
    buf_bytes(&relabelled, bytes(old.at + 3, old.n - 3));
    assert_err(hear(&relabelled), E_FORGED);
    assert_ok(say_and_hear(0));
    assert_ok(say_and_hear(7));
    buf_free(&old);
    buf_free(&relabelled);
}

static void a_frame_of_another_device_is_absent(void **state)
{
    assert_ok(call_key_sender(secret, &other_did, 3, 6, &s));
    assert_err(say_and_hear(0), E_ABSENT);
    assert_ok(call_key_sender(secret, &other_did, 3, 5, &s)); /* which says that it is the first */
    assert_err(say_and_hear(0), E_FORGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_name_device_and_epoch),
        cmocka_unit_test(an_id_of_no_epoch_is_malformed),
        cmocka_unit_test(there_is_no_index_over_the_limit),
        cmocka_unit_test(every_device_has_a_key_of_its_own_in_every_epoch),
        cmocka_unit_test(a_header_reads_back_and_no_cut_of_it_does),
        cmocka_unit_test(a_header_longer_than_needed_is_malformed),
        cmocka_unit_test_setup(media_of_any_size_come_through, ring),
        cmocka_unit_test_setup(a_frame_over_the_limits_is_refused_before_it_is_opened, ring),
        cmocka_unit_test_setup(what_is_appended_to_stays, ring),
        cmocka_unit_test_setup(no_room_for_the_media_changes_nothing, ring),
        cmocka_unit_test_setup(a_forged_frame_changes_no_state, ring),
        cmocka_unit_test_setup(a_forged_number_does_not_move_the_window, ring),
        cmocka_unit_test_setup(other_metadata_are_forged, ring),
        cmocka_unit_test_setup(nothing_is_heard_twice_and_all_is_heard_once_in_any_order, ring),
        cmocka_unit_test_setup(a_frame_behind_the_window_is_stale, ring),
        cmocka_unit_test_setup(the_window_forgets_what_leaves_it, ring),
        cmocka_unit_test_setup(a_window_is_as_good_as_a_memory_of_all, ring),
        cmocka_unit_test_setup(the_last_counter_is_used_and_none_behind_it, ring),
        cmocka_unit_test_setup(a_new_epoch_counts_anew_and_the_old_one_ends, ring),
        cmocka_unit_test_setup(a_frame_of_another_device_is_absent, ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
