/* SPDX-License-Identifier: Apache-2.0 */
#include "client/host/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assert_err.h"

static void check_name(const char *theirs, unsigned number, const char *ours)
{
    char out[FOLDER_NAME_MAX + 16];

    folder_name(bytes_text(theirs), number, out);
    assert_string_equal(out, ours);
}

static void a_name_is_as_near_as_can_be(void **state)
{
    check_name("tides.txt", 1, "tides.txt");
    check_name("tides.txt", 2, "tides (2).txt");
    check_name("tides.tar.gz", 10000, "tides.tar (10000).gz");
    check_name("tides", 2, "tides (2)");
    check_name("\xc3\xa9t\xc3\xa9 1", 1, "\xc3\xa9t\xc3\xa9 1");
}

static void no_name_leads_away_or_hides(void **state)
{
    check_name("../../etc/passwd", 1, "passwd");
    check_name("C:\\Windows\\a.dll", 1, "a.dll");
    check_name("/", 1, "file");
    check_name("..", 1, "file");
    check_name("", 1, "file");
    check_name("", 3, "file (3)");
    check_name(".bashrc", 1, "bashrc");
    check_name(" -rf", 1, "rf");
    check_name("a\nb\x1b[2J\x7f", 1, "ab[2J");
    check_name("gpj\xe2\x80\xae.exe", 1, "gpj.exe");
    check_name("a\xff\xfe:b. .", 1, "ab");
    check_name("\xc2\x85\xe2\x80\x8b", 1, "file");
}

static void a_name_has_an_end(void **state)
{
    char theirs[1001], out[FOLDER_NAME_MAX + 16];

    memset(theirs, 'a', sizeof theirs - 1);
    theirs[1000] = '\0';
    folder_name(bytes_text(theirs), 10000, out);
    assert_int_equal(strlen(out), FOLDER_NAME_MAX + strlen(" (10000)"));
}

struct place {
    char top[64], path[128];
    struct folder folder;
    struct filing f;
    struct bytes at;
};

static void begin(struct place *x)
{
    *x = (struct place){.top = "/tmp/tacet-folder-XXXXXX"};
    assert_non_null(mkdtemp(x->top));
    x->f = folder_filing(&x->folder);
    x->at = bytes_text(x->top);
}

static const char *in(struct place *x, const char *name)
{
    snprintf(x->path, sizeof x->path, "%s/%s", x->top, name);
    return x->path;
}

static void end(struct place *x)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf %s", x->top);
    assert_int_equal(system(command), 0);
}

static void a_draft_is_kept_beside_what_is_there(void **state)
{
    struct place x;
    struct bytes kept;
    struct stat st;

    begin(&x);
    for (unsigned i = 0; i < 2; i++) {
        assert_ok(x.f.write(x.f.ctx, x.at, 7, 0, BYTES_LITERAL("hello")));
        assert_ok(x.f.write(x.f.ctx, x.at, 7, 5, BYTES_LITERAL(" there")));
        assert_ok(x.f.sync(x.f.ctx, x.at, 7));
        assert_ok(x.f.keep(x.f.ctx, x.at, 7, BYTES_LITERAL("a.txt"), &kept));
        assert_bytes(kept, bytes_text(in(&x, i == 0 ? "a.txt" : "a (2).txt")));
        assert_int_equal(lstat(x.path, &st), 0);
        assert_true(S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0600 && st.st_size == 11 &&
                    st.st_nlink == 1);
    }
    assert_err(x.f.keep(x.f.ctx, x.at, 7, BYTES_LITERAL("a.txt"), &kept), E_ABSENT);
    end(&x);
}

static void what_is_missing_of_a_draft_is_noticed(void **state)
{
    struct place x;

    begin(&x);
    assert_err(x.f.write(x.f.ctx, x.at, 7, 5, BYTES_LITERAL("x")), E_ABSENT);
    assert_ok(x.f.write(x.f.ctx, x.at, 7, 0, BYTES_LITERAL("hello")));
    assert_err(x.f.write(x.f.ctx, x.at, 7, 6, BYTES_LITERAL("x")), E_ABSENT);
    x.f.drop(x.f.ctx, x.at, 7);
    x.f.drop(x.f.ctx, x.at, 7);
    assert_err(x.f.sync(x.f.ctx, x.at, 7), E_ABSENT);
    assert_err(x.f.write(x.f.ctx, bytes_text("/nowhere/at/all"), 7, 0, BYTES_LITERAL("x")),
               E_ABSENT);
    end(&x);
}

/* Somebody else's file, or a way out of the folder, under the draft's name. */
static void a_draft_that_is_not_ours_is_not_written(void **state)
{
    struct place x;
    int fd;

    begin(&x);
    assert_int_equal(symlink("/tmp/tacet-elsewhere", in(&x, ".tacet-7.part")), 0);
    assert_err(x.f.write(x.f.ctx, x.at, 7, 0, BYTES_LITERAL("x")), E_DENIED);
    assert_int_equal(access("/tmp/tacet-elsewhere", F_OK), -1);
    fd = open(in(&x, "other"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    {
        char other[128];

        memcpy(other, x.path, sizeof other);
        assert_int_equal(link(other, in(&x, ".tacet-8.part")), 0);
    }
    assert_err(x.f.write(x.f.ctx, x.at, 8, 0, BYTES_LITERAL("x")), E_DENIED);
    end(&x);
}

static void what_is_sent_is_a_file_and_is_all_there(void **state)
{
    struct place x;
    uint8_t out[8];
    uint64_t size;
    FILE *f;

    begin(&x);
    f = fopen(in(&x, "a"), "wb");
    assert_non_null(f);
    assert_true(fputs("hello", f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_ok(x.f.measure(x.f.ctx, bytes_text(x.path), &size));
    assert_int_equal(size, 5);
    assert_ok(x.f.read(x.f.ctx, bytes_text(x.path), 1, out, 4));
    assert_memory_equal(out, "ello", 4);
    assert_err(x.f.read(x.f.ctx, bytes_text(x.path), 1, out, 5), E_CONFLICT);
    assert_err(x.f.measure(x.f.ctx, x.at, &size), E_DENIED);
    assert_int_equal(mkfifo(in(&x, "pipe"), 0600), 0);
    assert_err(x.f.measure(x.f.ctx, bytes_text(x.path), &size), E_DENIED);
    assert_err(x.f.measure(x.f.ctx, bytes_text(in(&x, "none")), &size), E_ABSENT);
    assert_err(x.f.measure(x.f.ctx, bytes("a\0b", 3), &size), E_LIMIT);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_as_near_as_can_be),
        cmocka_unit_test(no_name_leads_away_or_hides),
        cmocka_unit_test(a_name_has_an_end),
        cmocka_unit_test(a_draft_is_kept_beside_what_is_there),
        cmocka_unit_test(what_is_missing_of_a_draft_is_noticed),
        cmocka_unit_test(a_draft_that_is_not_ours_is_not_written),
        cmocka_unit_test(what_is_sent_is_a_file_and_is_all_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
