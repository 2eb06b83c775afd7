/* SPDX-License-Identifier: Apache-2.0 */
/* tls_test: the plays with a real server over TLS, and what only a real connection can show. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/plays.h"
#include "statement/invitation.h"

/* Somebody else answers at the address: nothing of ours is sent there. */
static void a_server_with_another_key_is_refused(void **state)
{
    struct play *p = play_begin();
    struct person *eve;
    char *link = invited(p, "eve");
    struct invitation invitation;
    struct buf altered = BUF(INVITATION_LINK_MAX);

    (void)state;
    assert_ok(invitation_read(bytes_text(link), &invitation));
    invitation.pin[0] ^= 1;
    assert_ok(invitation_write(&invitation, &altered));
    buf_u8(&altered, 0);
    assert_int_equal(joins_by(p, "eve", (const char *)altered.at, &eve), E_FORGED);
    buf_free(&altered);
    free(link);
    play_end(p);
}

/* The address is right and the network is not: the root key of the answer does not fit. */
static void another_network_is_refused(void **state)
{
    struct play *p = play_begin();
    struct person *eve;
    char *link = invited(p, "eve");
    struct invitation invitation;
    struct buf altered = BUF(INVITATION_LINK_MAX);
    enum err_code code;

    (void)state;
    assert_ok(invitation_read(bytes_text(link), &invitation));
    invitation.nid.b[0] ^= 1;
    assert_ok(invitation_write(&invitation, &altered));
    buf_u8(&altered, 0);
    code = joins_by(p, "eve", (const char *)altered.at, &eve);
    assert_int_equal(code, E_FORGED);
    buf_free(&altered);
    free(link);
    play_end(p);
}

static void nobody_answers(void **state)
{
    struct play *p = play_begin();
    struct person *eve;
    char *link = invited(p, "eve");

    (void)state;
    server_dies(p);
    assert_int_equal(joins_by(p, "eve", link, &eve), E_CLOSED);
    free(link);
    play_end(p);
}

static const struct CMUnitTest connections[] = {
    cmocka_unit_test(a_server_with_another_key_is_refused),
    cmocka_unit_test(another_network_is_refused),
    cmocka_unit_test(nobody_answers),
};

int main(void)
{
    int failed = _cmocka_run_group_tests("plays over TLS", plays, plays_n, NULL, NULL);

    return failed + cmocka_run_group_tests_name("connections", connections, NULL, NULL);
}
