/* SPDX-License-Identifier: Apache-2.0 */
#include "scripted.h"

#include "statement/policy.h"

#define ACCOUNT "1111111111111111111111111111111111111111111111111111111111111111"
#define ROOM_A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ROOM_B  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char BOTH_ROOMS[] = ROOM_B "," ROOM_A, UNENDED[] = ROOM_A ",";
static char first_file[96], second_file[96];

static int open_all(void **state)
{
    open_stage(state);
    make_network(&root_key);
    write_root_file(root_key);
    snprintf(first_file, sizeof first_file, "%s/policy-1", directory);
    snprintf(second_file, sizeof second_file, "%s/policy-2", directory);
    return 0;
}

static int close_all(void **state)
{
    unlink(first_file);
    unlink(second_file);
    sign_private_free(root_key);
    return close_stage(state);
}

static struct bytes read_back(const char *path, struct buf *b)
{
    FILE *f = fopen(path, "rb");
    uint8_t *at = buf_extend(b, POLICY_MAX_SIZE);
    size_t n;

    assert_non_null(f);
    n = fread(at, 1, POLICY_MAX_SIZE, f);
    fclose(f);
    buf_cut(b, n);
    return buf_view(b);
}

/* The words behind "policy sign", the root key and its passphrase. */
static int sign(const char *passphrase, const char *const *words, size_t n)
{
    const char *all[28] = {"policy", "sign", "--root", root_file, "--passphrase-fd"};
    int fds[2], code;
    char fd[16];

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], passphrase, strlen(passphrase)), strlen(passphrase));
    close(fds[1]);
    snprintf(fd, sizeof fd, "%d", fds[0]);
    all[5] = fd;
    for (size_t i = 0; i < n; i++)
        all[6 + i] = words[i];
    code = run(all, 6 + n);
    close(fds[0]);
    return code;
}
#define SIGN(passphrase, ...)                            \
    sign(passphrase, (const char *const[]){__VA_ARGS__}, \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void wrong_calls_end_with_2(void **state)
{
    assert_int_equal(RUN("policy"), 2);
    assert_int_equal(RUN("policy", "frob"), 2);
    assert_int_equal(RUN("policy", "sign"), 2);
    assert_int_equal(RUN("policy", "publish"), 2);
    assert_int_equal(RUN("policy", "show", "more"), 2);
    assert_int_equal(RUN("policy", "show", "--root", "x"), 2);
    assert_int_equal(RUN("policy", "publish", "x", "--json"), 2);
    assert_int_equal(SIGN("secret\n", "--domain", "x.example", "--out", first_file, "--days", "3"),
                     2);
    assert_int_equal(SIGN("secret\n", "--domain", "X", "--out", first_file), 2);
    assert_int_equal(
        SIGN("secret\n", "--domain", "x.example", "--out", first_file, "--profile", "none"), 2);
    assert_int_equal(
        SIGN("secret\n", "--domain", "x.example", "--out", first_file, "--retain", "alice"), 2);
    assert_int_equal(SIGN("secret\n", "--domain", "x.example", "--out", first_file, "--retain",
                          ACCOUNT, "--days", "366"),
                     2);
    assert_int_equal(SIGN("secret\n", "--domain", "x.example", "--out", first_file, "--retain",
                          ACCOUNT, "--scope", UNENDED),
                     2);
    assert_int_equal(access(first_file, F_OK), -1);
}

static void policies_are_signed_one_after_the_other(void **state)
{
    struct buf first = BUF(2 * POLICY_MAX_SIZE), second = BUF(2 * POLICY_MAX_SIZE);
    uint64_t now = (uint64_t)time(NULL) * 1000 + 5000;
    struct network_policy p, q;

    assert_int_equal(SIGN("secret\n", "--domain", "x.example", "--out", first_file), 0);
    assert_ok(policy_check(read_back(first_file, &first), &nid, &root, NULL, now, &p));
    assert_int_equal(p.number, 1);
    assert_int_equal(p.profile, POLICY_HYBRID);
    assert_false(p.retains);
    assert_int_equal(p.from_ms, p.made_ms);
    assert_int_equal(SIGN("secret\n", "--domain", "x.example", "--out", second_file, "--previous",
                          first_file, "--retain", ACCOUNT, "--scope", BOTH_ROOMS, "--strict",
                          "--days", "30", "--from", "24"),
                     0);
    assert_ok(policy_check(read_back(second_file, &second), &nid, &root, &p, now, &q));
    assert_int_equal(q.number, 2);
    assert_int_equal(q.retention.days, 30);
    assert_true(q.retention.strict);
    assert_int_equal(q.retention.rooms, 2);
    assert_int_equal(q.retention.room[0].b[0], 0xaa);
    assert_int_equal(q.retention.aid.b[0], 0x11);
    assert_int_equal(q.from_ms, q.made_ms + CLOCK_DAY_MS);
    assert_non_null(strstr(err, "retained by " ACCOUNT));
    buf_free(&first);
    buf_free(&second);
}

static void nothing_is_signed_that_does_not_fit(void **state)
{
    char again[sizeof first_file + 2];

    snprintf(again, sizeof again, "%s-x", first_file);
    assert_int_equal(SIGN("wrong\n", "--domain", "x.example", "--out", again), 1);
    assert_non_null(strstr(err, "Wrong passphrase"));
    assert_int_equal(
        SIGN("secret\n", "--domain", "y.example", "--out", again, "--previous", first_file), 1);
    assert_non_null(strstr(err, "not of this root key and domain"));
    assert_int_equal(SIGN("secret\n", "--domain", "x.example", "--out", first_file), 1);
    assert_non_null(strstr(err, "is there already"));
    assert_int_equal(
        SIGN("secret\n", "--domain", "x.example", "--out", again, "--previous", "/none"), 1);
    assert_non_null(strstr(err, "/none cannot be read"));
    assert_int_equal(access(again, F_OK), -1);
}

static void a_policy_is_published_as_it_is(void **state)
{
    struct buf file = BUF(2 * POLICY_MAX_SIZE);
    struct arena a = ARENA(FRAME_MAX);
    Tacet__Wire__PublishPolicy *m;
    uint8_t request[POLICY_MAX_SIZE + 16];

    next_answer(0);
    assert_int_equal(SERVED("--data", directory, "policy", "publish", first_file), 0);
    assert_ok(frame_unpack(bytes(request, kept_request(request, sizeof request)),
                           &tacet__wire__publish_policy__descriptor, &a, &m));
    assert_bytes(frame_bytes(m->statement), read_back(first_file, &file));
    next_answer(E_CONFLICT);
    assert_int_equal(SERVED("--data", directory, "policy", "publish", first_file), 1);
    assert_non_null(strstr(err, "has not the next number"));
    assert_int_equal(RUN("--data", directory, "policy", "publish", "/none"), 1);
    buf_free(&file);
    arena_free(&a);
}

static void answer_both(struct buf *files)
{
    Tacet__Wire__Policies m = TACET__WIRE__POLICIES__INIT;
    ProtobufCBinaryData statement[2];

    for (size_t i = 0; i < 2; i++) {
        files[i] = BUF(2 * POLICY_MAX_SIZE);
        statement[i] = frame_data(read_back(i == 0 ? first_file : second_file, &files[i]));
    }
    m.statements = statement;
    m.n_statements = 2;
    m.in_force = 1;
    m.root = frame_data(BYTES(root.b));
    m.domain = frame_data(BYTES_LITERAL("x.example"));
    frame_pack(&m, next_answer(0));
}

static void what_holds_and_what_comes_is_shown(void **state)
{
    struct buf files[2], back = BUF(2 * POLICY_MAX_SIZE);
    char newest[sizeof first_file + 8];

    snprintf(newest, sizeof newest, "%s-newest", first_file);
    answer_both(files);
    assert_int_equal(SERVED("--data", directory, "policy", "show", "--out", newest), 0);
    assert_non_null(strstr(out, "policy 1, in force since "));
    assert_non_null(strstr(out, "policy 2, in force from "));
    assert_non_null(strstr(out, "    " ROOM_A "\n    " ROOM_B "\n"));
    assert_bytes(read_back(newest, &back), buf_view(&files[1]));
    unlink(newest);
    buf_free(&files[0]);
    buf_free(&files[1]);
    answer_both(files);
    assert_int_equal(SERVED("--data", directory, "policy", "show", "--json"), 0);
    assert_non_null(strstr(out, "\"in_force\":true"));
    assert_non_null(strstr(out, "\"account_id\":\"" ACCOUNT "\""));
    next_answer(0);
    assert_int_equal(SERVED("--data", directory, "policy", "show"), 0);
    assert_non_null(strstr(err, "There is no policy in force"));
    next_answer(0);
    assert_int_equal(SERVED("--data", directory, "policy", "show", "--out", newest), 1);
    buf_free(&files[0]);
    buf_free(&files[1]);
    buf_free(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_calls_end_with_2),
        cmocka_unit_test(policies_are_signed_one_after_the_other),
        cmocka_unit_test(nothing_is_signed_that_does_not_fit),
        cmocka_unit_test(a_policy_is_published_as_it_is),
        cmocka_unit_test(what_holds_and_what_comes_is_shown),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
