/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static Tacet__Wire__Directory *ask(struct world *w)
{
    Tacet__Wire__AskDirectory in = TACET__WIRE__ASK_DIRECTORY__INIT;
    Tacet__Wire__Directory *out = NULL;
    struct answer a = world_ask(w, &w->control, OP_DIRECTORY, &in);

    assert_int_equal(a.code, E_OK);
    world_read(w, a, directory, &out);
    return out;
}

static enum err_code certify(struct world *w, struct bytes certificate)
{
    Tacet__Wire__CertifyDirectory in = TACET__WIRE__CERTIFY_DIRECTORY__INIT;

    in.certificate = frame_data(certificate);
    return world_ask(w, &w->control, OP_CERTIFY, &in).code;
}

static void the_directory_says_what_the_root_must_certify(void **state)
{
    struct world *w = *state;
    Tacet__Wire__Directory *d = ask(w);
    struct directory_certificate c;

    assert_bytes(frame_bytes(d->root), BYTES(w->root_point.b));
    assert_bytes(frame_bytes(d->domain), WORLD_DOMAIN);
    assert_bytes(frame_bytes(d->key), BYTES(networks_key(w->networks)->b));
    assert_ok(directory_check_certificate(frame_bytes(d->certificate), &w->nid, &w->root_point,
                                          w->now_ms, &c));
}

static void a_new_certificate_replaces_the_old(void **state)
{
    struct world *w = *state;
    const struct point *key = networks_key(w->networks);
    struct bytes next;

    w->now_ms += 80 * CLOCK_DAY_MS;
    next = world_certificate(w, key, w->now_ms);
    assert_int_equal(certify(w, next), E_OK);
    assert_bytes(frame_bytes(ask(w)->certificate), next);
    world_again(w);
    assert_bytes(frame_bytes(ask(w)->certificate), next);
}

static void certificates_that_do_not_hold_are_refused(void **state)
{
    struct world *w = *state;
    const struct point *key = networks_key(w->networks);
    struct sign_private *other;
    struct bytes before = frame_bytes(ask(w)->certificate);
    struct bytes forged;
    struct point pub;

    assert_ok(sign_generate(&other, pub.b));
    assert_int_equal(certify(w, world_certificate(w, &pub, w->now_ms)), E_CONFLICT);
    assert_int_equal(certify(w, world_certificate(w, key, w->now_ms + 2 * CLOCK_HOUR_MS)), E_CLOCK);
    assert_int_equal(certify(w, world_certificate(w, key, w->now_ms - 91 * CLOCK_DAY_MS)),
                     E_EXPIRED);
    forged = world_certificate(w, key, w->now_ms);
    ((uint8_t *)(uintptr_t)forged.at)[forged.n - 1] ^= 1;
    assert_int_equal(certify(w, forged), E_FORGED);
    assert_int_equal(certify(w, BYTES_LITERAL("no certificate")), E_MALFORMED);
    assert_bytes(frame_bytes(ask(w)->certificate), before);
    sign_private_free(other);
}

static void it_is_known_when_the_certificate_will_be_over(void **state)
{
    struct world *w = *state;

    uint64_t ends_ms = 0;

    assert_ok(networks_ends(w->db, &ends_ms));
    assert_int_equal(ends_ms, w->now_ms + DIRECTORY_LIFE_MS);
}

static void there_is_one_network_a_server(void **state)
{
    struct world *w = *state;

    assert_err(networks_create(w->db, &w->root_point, WORLD_DOMAIN,
                               world_certificate(w, networks_key(w->networks), w->now_ms),
                               w->now_ms),
               E_CONFLICT);
}

static void only_the_certified_key_opens_the_network(void **state)
{
    struct world *w = *state;
    uint8_t scalar[SIGN_PRIVATE_SIZE];
    struct networks *n = NULL;

    assert_ok(sign_private_write(w->root, scalar));
    assert_err(networks_open(w->db, BYTES(scalar), &n), E_FORGED);
    assert_err(networks_open(w->db, BYTES_LITERAL("short"), &n), E_MALFORMED);
    assert_ok(db_run(w->db, "DELETE FROM network", DB_NO_VALUES, NULL));
    assert_err(networks_open(w->db, BYTES(scalar), &n), E_ABSENT);
    assert_null(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(the_directory_says_what_the_root_must_certify),
        world_test(a_new_certificate_replaces_the_old),
        world_test(certificates_that_do_not_hold_are_refused),
        world_test(it_is_known_when_the_certificate_will_be_over),
        world_test(there_is_one_network_a_server),
        world_test(only_the_certified_key_opens_the_network),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
