/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "assert_err.h"
#include "terminal/prompt.h"

/* ---- from a descriptor */

static int pipe_with(struct bytes text)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], text.at, text.n), text.n);
    close(fds[1]);
    return fds[0];
}

static struct err read_from(struct bytes text, struct buf *out)
{
    int fd = pipe_with(text);
    struct err err = prompt_passphrase(fd, "", PROMPT_NEW, out);

    close(fd);
    return err;
}

static void a_descriptor_gives_its_first_line(void **state)
{
    struct buf out = PROMPT_BUF;
    int fd = pipe_with(BYTES_LITERAL("correct horse \nand this stays"));
    char rest[32] = {0};

    assert_ok(prompt_passphrase(fd, "", PROMPT_KNOWN, &out));
    assert_bytes(buf_view(&out), BYTES_LITERAL("correct horse "));
    assert_int_equal(read(fd, rest, sizeof rest), 14);
    assert_string_equal(rest, "and this stays");
    close(fd);
    buf_free(&out);
    assert_ok(read_from(BYTES_LITERAL("no line feed"), &out));
    assert_bytes(buf_view(&out), BYTES_LITERAL("no line feed"));
    buf_free(&out);
}

static void what_is_no_passphrase_is_refused(void **state)
{
    static uint8_t text[PROMPT_MAX + 2];
    struct buf out = PROMPT_BUF;

    memset(text, 'x', sizeof text);
    assert_err(read_from(BYTES(text), &out), E_LIMIT);
    assert_int_equal(out.n, 0);
    assert_err(read_from(bytes(text, PROMPT_MAX + 1), &out), E_LIMIT);
    assert_ok(read_from(bytes(text, PROMPT_MAX), &out));
    assert_int_equal(out.n, PROMPT_MAX);
    buf_free(&out);
    text[PROMPT_MAX] = '\n';
    assert_ok(read_from(BYTES(text), &out));
    assert_int_equal(out.n, PROMPT_MAX);
    buf_free(&out);
    assert_err(read_from(BYTES_LITERAL("a\0b\n"), &out), E_MALFORMED);
    assert_err(read_from(BYTES_LITERAL("\nb\n"), &out), E_TRUNCATED);
    assert_err(read_from(BYTES_LITERAL(""), &out), E_CLOSED);
    assert_int_equal(out.n, 0);
    assert_err(prompt_passphrase(999, "", PROMPT_KNOWN, &out), E_IO);
}

/* ---- at a terminal: a child asks, and this process is the person */

static int person;

static pid_t let_ask(enum prompt_kind kind)
{
    struct buf out = PROMPT_BUF;
    struct err err;
    pid_t child = forkpty(&person, NULL, NULL, NULL);

    assert_true(child >= 0);
    if (child > 0)
        return child;
    err = prompt_passphrase(-1, "Passphrase", kind, &out);
    printf("[%s:%.*s]\n", err_name(err.code), (int)out.n, (const char *)out.at);
    fflush(stdout);
    buf_free(&out);
    pause(); /* until the person hangs up, so that nothing is lost with the terminal */
    _exit(0);
}

/* All that was seen, and how much of it was awaited. */
static char seen[4096];
static size_t awaited;

/* Read until `text` has been seen, behind what was awaited before. */
static void await(const char *text)
{
    size_t n = strlen(seen);
    const char *found;

    while ((found = strstr(seen + awaited, text)) == NULL) {
        ssize_t got = read(person, &seen[n], sizeof seen - 1 - n);

        assert_true(got > 0);
        n += (size_t)got;
        seen[n] = '\0';
    }
    awaited = (size_t)(found - seen) + strlen(text);
}

static void forget(void)
{
    memset(seen, 0, sizeof seen);
    awaited = 0;
}

static void type(const char *text)
{
    assert_int_equal(write(person, text, strlen(text)), strlen(text));
}

static bool echoes(void)
{
    struct termios t;

    assert_int_equal(tcgetattr(person, &t), 0);
    return t.c_lflag & ECHO;
}

static int hang_up(pid_t child)
{
    int status;

    close(person);
    assert_int_equal(waitpid(child, &status, 0), child);
    forget();
    return status;
}

static void what_is_typed_is_not_shown(void **state)
{
    pid_t child = let_ask(PROMPT_KNOWN);

    await("Passphrase: ");
    assert_false(echoes());
    type("correct horse\n");
    await("[ok:correct horse]");
    assert_true(echoes());
    assert_ptr_equal(strstr(seen, "correct"), strstr(seen, "[ok:") + 4);
    hang_up(child);
}

static void a_new_passphrase_is_asked_for_until_both_agree(void **state)
{
    pid_t child = let_ask(PROMPT_NEW);

    await("Passphrase: ");
    type("one\n");
    await("again: ");
    type("two\n");
    await("Once more");
    await("Passphrase: ");
    type("three\n");
    await("again: ");
    type("three\n");
    await("[ok:three]");
    hang_up(child);
}

static void two_that_never_agree_are_refused(void **state)
{
    pid_t child = let_ask(PROMPT_NEW);

    for (int i = 0; i < 3; i++) {
        await("Passphrase: ");
        type("one\n");
        await("again: ");
        type("two\n");
    }
    await("[conflict:]");
    hang_up(child);
}

static void an_interrupt_gives_the_terminal_back_and_ends_the_program(void **state)
{
    pid_t child = let_ask(PROMPT_KNOWN);
    int status, slave = open(ptsname(person), O_RDWR | O_NOCTTY);

    await("Passphrase: ");
    assert_false(echoes());
    type("half of it\003");
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    assert_true(echoes());
    assert_null(strstr(seen, "half"));
    close(slave);
    close(person);
    forget();
}

static void without_a_terminal_there_is_nobody_to_ask(void **state)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct buf out = PROMPT_BUF;

        setsid();
        _exit(prompt_passphrase(-1, "", PROMPT_KNOWN, &out).code == E_ABSENT ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_descriptor_gives_its_first_line),
        cmocka_unit_test(what_is_no_passphrase_is_refused),
        cmocka_unit_test(what_is_typed_is_not_shown),
        cmocka_unit_test(a_new_passphrase_is_asked_for_until_both_agree),
        cmocka_unit_test(two_that_never_agree_are_refused),
        cmocka_unit_test(an_interrupt_gives_the_terminal_back_and_ends_the_program),
        cmocka_unit_test(without_a_terminal_there_is_nobody_to_ask),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
