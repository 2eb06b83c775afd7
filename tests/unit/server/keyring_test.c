/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assert_err.h"
#include "net/tls_certificate.h"

#define NOW_MS UINT64_C(1790000000000)
#define DOMAIN BYTES_LITERAL("x.example")

struct place {
    char dir[64];
    struct keyring ring;
};

static const struct keystore *store(struct place *p)
{
    return &p->ring.keystore;
}

static void make_key(const char *key, const char *certificate)
{
    struct buf k = BUF(8192), c = BUF(8192);

    assert_ok(tls_certificate_make("x.example", NOW_MS, &k, &c));
    assert_ok(house_replace(key, buf_view(&k)));
    assert_ok(house_replace(certificate, buf_view(&c)));
    buf_free(&k);
    buf_free(&c);
}

static int begin(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    assert_non_null(p);
    snprintf(p->dir, sizeof p->dir, "/tmp/tacet-keyring-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    assert_ok(keyring_open(&p->ring, p->dir, NULL, NULL, DOMAIN));
    make_key(p->ring.key, p->ring.certificate);
    *state = p;
    return 0;
}

static int end(void **state)
{
    struct place *p = *state;

    assert_ok(keyring_tidy(&p->ring));
    unlink(p->ring.key);
    unlink(p->ring.certificate);
    assert_int_equal(rmdir(p->dir), 0);
    free(p);
    return 0;
}

static struct server_pin pin_of(struct place *p, bool next)
{
    struct keystore_key k;

    assert_ok(next ? store(p)->look_next(&p->ring, &k) : store(p)->look(&p->ring, &k));
    return k.pin;
}

static void renewing_keeps_the_key_and_moves_the_end(void **state)
{
    struct place *p = *state;
    struct keystore_key before, after;

    assert_ok(store(p)->look(&p->ring, &before));
    assert_ok(store(p)->renew(&p->ring, NOW_MS + CLOCK_DAY_MS));
    assert_ok(store(p)->look(&p->ring, &after));
    assert_true(ID_SAME(before.pin, after.pin));
    assert_int_equal(after.expires_ms, before.expires_ms + CLOCK_DAY_MS);
}

static void the_next_key_takes_the_place_of_the_one_in_force(void **state)
{
    struct place *p = *state;
    struct server_pin next, now;
    struct keystore_key k;

    assert_err(store(p)->look_next(&p->ring, &k), E_ABSENT);
    assert_ok(store(p)->promote(&p->ring)); /* nothing is there: nothing happens */
    assert_ok(store(p)->make_next(&p->ring, NOW_MS));
    next = pin_of(p, true);
    assert_ok(store(p)->promote(&p->ring));
    now = pin_of(p, false);
    assert_true(ID_SAME(next, now));
    assert_err(store(p)->look_next(&p->ring, &k), E_ABSENT);
    assert_ok(store(p)->promote(&p->ring));
}

static void a_promotion_cut_off_between_its_files_is_finished(void **state)
{
    struct place *p = *state;
    struct server_pin next, now;
    struct keystore_key k;
    struct tls *t;

    assert_ok(store(p)->make_next(&p->ring, NOW_MS));
    next = pin_of(p, true);
    assert_ok(house_move(p->ring.next_key, p->ring.key));
    assert_err(keyring_load(&p->ring, &t, &k), E_CONFLICT);
    assert_ok(keyring_open(&p->ring, p->dir, NULL, NULL, DOMAIN));
    assert_ok(keyring_load(&p->ring, &t, &k));
    tls_free(t);
    now = pin_of(p, false);
    assert_true(ID_SAME(next, now));
}

static void a_key_that_others_may_read_or_write_is_refused(void **state)
{
    static const mode_t refused[] = {0604, 0602, 0601, 0620};
    struct place *p = *state;
    struct keystore_key k;

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_int_equal(chmod(p->ring.key, refused[i]), 0);
        assert_err(store(p)->look(&p->ring, &k), E_FORGED);
    }
    assert_int_equal(chmod(p->ring.key, 0640), 0); /* good where it is root's */
    assert_err(store(p)->look(&p->ring, &k), geteuid() == 0 ? E_OK : E_FORGED);
    assert_int_equal(chmod(p->ring.key, 0600), 0);
    assert_ok(store(p)->look(&p->ring, &k));
    assert_int_equal(unlink(p->ring.key), 0);
    assert_err(store(p)->look(&p->ring, &k), E_ABSENT);
}

static void a_given_key_must_be_its_certificates(void **state)
{
    struct place *p = *state;
    struct buf key = BUF(8192), certificate = BUF(8192), other = BUF(8192), third = BUF(8192);
    struct keystore_key k;

    assert_ok(tls_certificate_make("x.example", NOW_MS, &key, &certificate));
    assert_ok(tls_certificate_make("x.example", NOW_MS, &other, &third));
    assert_err(store(p)->put_next(&p->ring, buf_view(&certificate), buf_view(&other)), E_FORGED);
    assert_err(store(p)->put_next(&p->ring, buf_view(&certificate), bytes(NULL, 0)), E_MALFORMED);
    assert_err(store(p)->look_next(&p->ring, &k), E_ABSENT);
    assert_ok(store(p)->put_next(&p->ring, buf_view(&certificate), buf_view(&key)));
    assert_ok(store(p)->look_next(&p->ring, &k));
    buf_free(&key);
    buf_free(&certificate);
    buf_free(&other);
    buf_free(&third);
}

static void files_outside_are_read_and_never_written(void **state)
{
    struct place *p = *state;
    struct keyring outside;
    struct keystore_key k;
    struct buf key = BUF(8192), certificate = BUF(8192);

    assert_ok(keyring_open(&outside, p->dir, p->ring.key, p->ring.certificate, DOMAIN));
    assert_true(outside.keystore.outside);
    assert_ok(outside.keystore.look(&outside, &k));
    assert_err(outside.keystore.renew(&outside, NOW_MS), E_DENIED);
    assert_err(outside.keystore.make_next(&outside, NOW_MS), E_DENIED);
    assert_ok(tls_certificate_make("x.example", NOW_MS, &key, &certificate));
    assert_ok(outside.keystore.put_next(&outside, buf_view(&certificate), bytes(NULL, 0)));
    assert_ok(outside.keystore.look_next(&outside, &k));
    assert_int_not_equal(access(outside.next_key, F_OK), 0);
    assert_ok(outside.keystore.promote(&outside));
    assert_ok(outside.keystore.look_next(&outside, &k));
    assert_ok(outside.keystore.drop_next(&outside));
    buf_free(&key);
    buf_free(&certificate);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(renewing_keeps_the_key_and_moves_the_end),
        TEST(the_next_key_takes_the_place_of_the_one_in_force),
        TEST(a_promotion_cut_off_between_its_files_is_finished),
        TEST(a_key_that_others_may_read_or_write_is_refused),
        TEST(a_given_key_must_be_its_certificates),
        TEST(files_outside_are_read_and_never_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
