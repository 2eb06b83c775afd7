/* SPDX-License-Identifier: Apache-2.0 */
#include "scripted.h"

#include "base/reader.h"

/* ---- what it is called with */

static void wrong_calls_end_with_2(void **state)
{
    assert_int_equal(RUN("frob"), 2);
    assert_int_equal(RUN("people"), 2);
    assert_non_null(strstr(err, "--data DIR is missing"));
    assert_int_equal(RUN("--data", directory, "invite"), 2);
    assert_int_equal(RUN("--data", directory, "invite", "Alice"), 2);
    assert_int_equal(RUN("--data", directory, "invite", "alice", "--for", "721"), 2);
    assert_int_equal(RUN("--data", directory, "invite", "alice", "--revoke", "--for", "3"), 2);
    assert_int_equal(RUN("--data", directory, "remove", "a", "b"), 2);
    assert_int_equal(RUN("--data", directory, "root", "sign-directory"), 2);
    assert_int_equal(RUN("--data", directory, "root", "frob", "--root", "x"), 2);
    assert_string_equal(out, "");
    assert_int_equal(RUN("help", "invite"), 0);
    assert_int_equal(RUN("--version"), 0);
    assert_memory_equal(out, "tacetctl 0.1.0 (commit ", 23);
}

static void without_a_server_the_question_is_whether_it_runs(void **state)
{
    assert_int_equal(RUN("--data", directory, "people"), 75);
    assert_non_null(strstr(err, "There is no server at /tmp/tacet-ctl-"));
    assert_non_null(strstr(err, "/control.sock: is tacetd running?"));
}

/* ---- orders */

static void an_invitation_is_a_link_and_a_qr_code(void **state)
{
    Tacet__Wire__Invited m = TACET__WIRE__INVITED__INIT;
    Tacet__Wire__Invite *asked;
    struct arena a = ARENA(FRAME_MAX);
    uint8_t request[512];

    m.link = frame_data(BYTES_LITERAL("tacet://join/abc"));
    m.expires_ms = UINT64_C(1795297080000);
    frame_pack(&m, next_answer(0));
    assert_int_equal(SERVED("--data", directory, "invite", "alice", "--for", "3"), 0);
    assert_memory_equal(out, "tacet://join/abc\n", 17);
    assert_non_null(strstr(out, "\u2588"));
    assert_non_null(strstr(err, "2026-11-2"));
    assert_ok(frame_unpack(bytes(request, kept_request(request, sizeof request)),
                           &tacet__wire__invite__descriptor, &a, &asked));
    assert_bytes(frame_bytes(asked->handle), BYTES_LITERAL("alice"));
    assert_int_equal(asked->lives_s, 3 * 3600);
    arena_free(&a);
}

static void refusals_are_said_in_words(void **state)
{
    next_answer(E_CONFLICT);
    assert_int_equal(SERVED("--data", directory, "invite", "alice"), 1);
    assert_string_equal(err, "There is a person with this handle already.\n");
    next_answer(E_ABSENT);
    assert_int_equal(SERVED("--data", directory, "invite", "alice", "--revoke"), 1);
    assert_non_null(strstr(err, "no invitation"));
    next_answer(E_FULL);
    assert_int_equal(SERVED("--data", directory, "remove", "alice"), 1);
    assert_string_equal(err, "The server's disk is full.\n");
    next_answer(4711);
    assert_int_equal(SERVED("--data", directory, "remove", "alice"), 1);
}

static void people_come_in_pages(void **state)
{
    Tacet__Wire__People m = TACET__WIRE__PEOPLE__INIT;
    Tacet__Wire__PeopleRow row = TACET__WIRE__PEOPLE_ROW__INIT, *rows[] = {&row};

    row.handle = frame_data(BYTES_LITERAL("alice"));
    row.state = 1;
    row.since_ms = UINT64_C(1795297080000);
    row.waiting = 2;
    m.rows = rows;
    m.n_rows = 1;
    m.next = 5;
    frame_pack(&m, next_answer(0));
    row.handle = frame_data(BYTES_LITERAL("bob"));
    row.state = 3;
    row.expires_ms = row.since_ms;
    m.next = 0;
    frame_pack(&m, next_answer(0));
    assert_int_equal(SERVED("--data", directory, "people", "--json"), 0);
    assert_string_equal(
        out, "{\"handle\":\"alice\",\"state\":\"active\",\"account_id\":\"\",\"waiting\":2,"
             "\"since\":\"2026-11-21T21:38:00.000Z\"}\n"
             "{\"handle\":\"bob\",\"state\":\"invited\",\"account_id\":\"\",\"waiting\":2,"
             "\"since\":\"2026-11-21T21:38:00.000Z\","
             "\"expires\":\"2026-11-21T21:38:00.000Z\"}\n");
}

/* ---- the TLS key */

static void answer_tls(bool announced)
{
    static uint8_t pin[2][32] = {{0xab}, {0xcd}};
    Tacet__Wire__TlsKeys m = TACET__WIRE__TLS_KEYS__INIT;
    Tacet__Wire__TlsKey force = TACET__WIRE__TLS_KEY__INIT, next = TACET__WIRE__TLS_KEY__INIT;

    force.pin = frame_data(BYTES(pin[0]));
    force.expires_ms = UINT64_C(1795297080000);
    next.pin = frame_data(BYTES(pin[1]));
    m.in_force = &force;
    m.number = 3;
    if (announced) {
        m.announced = &next;
        m.announced_ms = UINT64_C(1795297080000);
    }
    frame_pack(&m, next_answer(0));
}

static void the_tls_keys_are_shown(void **state)
{
    answer_tls(true);
    assert_int_equal(SERVED("--data", directory, "tls", "show"), 0);
    assert_memory_equal(out, "in force   ab00000000", 21);
    assert_non_null(strstr(out, ", certificate until 2026-11-2"));
    assert_non_null(strstr(out, "\nannounced  cd00000000"));
    answer_tls(false);
    assert_int_equal(SERVED("--data", directory, "tls", "show", "--json"), 0);
    assert_string_equal(out, "{\"number\":3,\"outside\":false,\"in_force\":{\"pin\":\"ab"
                             "00000000000000000000000000000000000000000000000000000000000000\","
                             "\"certificate_expires\":\"2026-11-21T21:38:00.000Z\"}}\n");
}

static void a_switch_says_for_how_long_and_what_it_costs(void **state)
{
    Tacet__Wire__SwitchTls *asked;
    struct arena a = ARENA(FRAME_MAX);
    uint8_t request[64];

    answer_tls(true);
    next_answer(E_LIMIT);
    assert_int_equal(SERVED("--data", directory, "tls", "switch"), 1);
    assert_non_null(strstr(err, "The key was announced for "));
    assert_non_null(strstr(err, "needs a new invitation"));
    assert_non_null(strstr(err, "say --yes"));
    answer_tls(true);
    answer_tls(false);
    assert_int_equal(SERVED("--data", directory, "tls", "switch", "--yes"), 0);
    assert_ok(frame_unpack(bytes(request, kept_request(request, sizeof request)),
                           &tacet__wire__switch_tls__descriptor, &a, &asked));
    assert_int_equal(asked->early, 1);
    answer_tls(false);
    next_answer(E_ABSENT);
    assert_int_equal(SERVED("--data", directory, "tls", "switch"), 1);
    assert_null(strstr(err, "was announced for"));
    assert_non_null(strstr(err, "no announced key"));
    arena_free(&a);
}

static void wrong_calls_of_tls_end_with_2(void **state)
{
    assert_int_equal(RUN("--data", directory, "tls"), 2);
    assert_int_equal(RUN("--data", directory, "tls", "frob"), 2);
    assert_int_equal(RUN("--data", directory, "tls", "announce", "--key", "x"), 2);
    assert_int_equal(RUN("--data", directory, "tls", "show", "--yes"), 2);
    assert_int_equal(RUN("--data", directory, "tls", "renew", "--certificate", "x"), 2);
    assert_int_equal(RUN("--data", directory, "tls", "announce", "--certificate", "/none"), 1);
    assert_non_null(strstr(err, "/none cannot be read"));
}

/* ---- the root key */

/* A certificate that ran out a year before anybody came to renew it. */
static void answer_directory(const struct sign_private *signer, const struct point *certified)
{
    struct directory_certificate c = {.key = *certified,
                                      .made_ms = UINT64_C(1600000000000),
                                      .expires_ms = UINT64_C(1600000000000) + CLOCK_DAY_MS,
                                      .name = BYTES_LITERAL("Ministry of X")};
    Tacet__Wire__Directory m = TACET__WIRE__DIRECTORY__INIT;
    struct buf certificate = BUF(DIRECTORY_CERTIFICATE_MAX);

    assert_ok(directory_certify(&c, &nid, signer, &certificate));
    m.root = frame_data(BYTES(root.b));
    m.domain = frame_data(BYTES_LITERAL("x.example"));
    m.key = frame_data(BYTES(key.b));
    m.certificate = frame_data(buf_view(&certificate));
    frame_pack(&m, next_answer(0));
    buf_free(&certificate);
}

static int sign_with(const char *passphrase)
{
    int fds[2], code;
    char fd[16];

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], passphrase, strlen(passphrase)), strlen(passphrase));
    close(fds[1]);
    snprintf(fd, sizeof fd, "%d", fds[0]);
    code = SERVED("--data", directory, "root", "sign-directory", "--root", root_file,
                  "--passphrase-fd", fd);
    close(fds[0]);
    return code;
}

static void a_new_certificate_has_the_old_name_and_90_days(void **state)
{
    Tacet__Wire__CertifyDirectory *m;
    struct directory_certificate c;
    struct arena a = ARENA(FRAME_MAX);
    uint64_t now = (uint64_t)time(NULL) * 1000;
    uint8_t request[512];
    size_t n;

    make_network(&root_key);
    write_root_file(root_key);
    answer_directory(root_key, &key);
    next_answer(0);
    assert_int_equal(sign_with("secret\n"), 0);
    assert_non_null(strstr(err, "Ministry of X is certified until "));
    /* The first request was empty, so what was kept is the second. */
    n = kept_request(request, sizeof request);
    assert_ok(frame_unpack(bytes(request, n), &tacet__wire__certify_directory__descriptor, &a, &m));
    assert_ok(
        directory_check_certificate(frame_bytes(m->certificate), &nid, &root, now + 5000, &c));
    assert_bytes(c.name, BYTES_LITERAL("Ministry of X"));
    assert_bytes(BYTES(c.key.b), BYTES(key.b));
    assert_int_equal(c.expires_ms - c.made_ms, DIRECTORY_LIFE_MS);
    assert_true(c.made_ms >= now && c.made_ms <= now + 60000);
    arena_free(&a);
    sign_private_free(root_key);
}

static void nothing_is_signed_that_does_not_fit(void **state)
{
    struct sign_private *mine = NULL, *theirs = NULL;
    struct point other;

    make_network(&theirs);
    assert_ok(sign_generate(&mine, other.b));
    write_root_file(theirs);
    answer_directory(theirs, &key);
    assert_int_equal(sign_with("wrong\n"), 1);
    assert_non_null(strstr(err, "Wrong passphrase"));
    answer_directory(theirs, &other);
    assert_int_equal(sign_with("secret\n"), 1);
    assert_non_null(strstr(err, "another directory key"));
    answer_directory(mine, &key);
    assert_int_equal(sign_with("secret\n"), 1);
    assert_non_null(strstr(err, "do not sign for this server"));
    write_root_file(mine);
    answer_directory(theirs, &key);
    assert_int_equal(sign_with("secret\n"), 1);
    assert_non_null(strstr(err, "belongs to another network"));
    assert_int_equal(chmod(root_file, 0644), 0);
    answer_directory(theirs, &key);
    assert_int_equal(sign_with("secret\n"), 1);
    assert_non_null(strstr(err, "others can read"));
    assert_int_equal(truncate(root_file, 100), 0);
    answer_directory(theirs, &key);
    assert_int_equal(sign_with("secret\n"), 1);
    assert_non_null(strstr(err, "no root key file"));
    sign_private_free(mine);
    sign_private_free(theirs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_calls_end_with_2),
        cmocka_unit_test(without_a_server_the_question_is_whether_it_runs),
        cmocka_unit_test(an_invitation_is_a_link_and_a_qr_code),
        cmocka_unit_test(refusals_are_said_in_words),
        cmocka_unit_test(people_come_in_pages),
        cmocka_unit_test(the_tls_keys_are_shown),
        cmocka_unit_test(a_switch_says_for_how_long_and_what_it_costs),
        cmocka_unit_test(wrong_calls_of_tls_end_with_2),
        cmocka_unit_test(a_new_certificate_has_the_old_name_and_90_days),
        cmocka_unit_test(nothing_is_signed_that_does_not_fit),
    };

    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
