/* SPDX-License-Identifier: Apache-2.0 */
/* Files between two people, with the real folders of both and of the server.  [PROTOCOL 13] */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "client/host/folder.h"
#include "client/transfers.h"
#include "e2ee/payload.h"
#include "scenario/play.h"
#include "scenario/stage_internal.h"
#include "unit/storage/scratch.h"
#include "unit/storage/shelves.h"
#include "wire/tacet.pb-c.h"

#define LARGE  (5 * 1024 * 1024 + 12345) /* two batches of chunks */
#define PATH   4096
#define MARKER "This stands in the file, and nowhere at the server."

struct told {
    struct play *p;
    struct person *alice, *bob;
    struct shelves shelves;
    struct folder folder;
    struct filing filing;
    char source[PATH], inbox[PATH];
};

static void begin(struct told *x)
{
    *x = (struct told){.p = play_begin()};
    shelves_begin(&x->shelves);
    x->filing = folder_filing(&x->folder);
    x->p->blobs = &x->shelves.store;
    server_dies(x->p);
    server_comes_back(x->p);
    x->alice = joins(x->p, "alice");
    x->bob = joins(x->p, "bob");
    says(x->bob, x->alice, "hello");
    sees(x->alice, x->bob, "hello");
    says(x->alice, x->bob, "hello");
    sees(x->bob, x->alice, "hello");
    x->alice->filing = x->bob->filing = &x->filing;
    leaves(x->alice);
    leaves(x->bob);
    returns(x->alice);
    returns(x->bob);
    snprintf(x->source, sizeof x->source, "%s/source", x->p->dir);
    snprintf(x->inbox, sizeof x->inbox, "%s/inbox", x->p->dir);
    assert_int_equal(mkdir(x->inbox, 0700), 0);
}

static void end(struct told *x)
{
    play_end(x->p);
    shelves_end(&x->shelves);
}

/* Bytes that say where they stand, with a text in front. */
static void write_source(struct told *x, size_t n, unsigned salt)
{
    FILE *f = fopen(x->source, "wb");

    assert_non_null(f);
    for (size_t i = 0; i < n; i++)
        putc(i < sizeof MARKER - 1 ? MARKER[i] : (int)((i * 2654435761u + salt) >> 11 & 0xff), f);
    assert_int_equal(fclose(f), 0);
}

static bool are_same(const char *a, const char *b)
{
    FILE *f = fopen(a, "rb"), *g = fopen(b, "rb");
    int c, d;

    assert_non_null(f);
    assert_non_null(g);
    do {
        c = getc(f);
        d = getc(g);
    } while (c == d && c != EOF);
    fclose(f);
    fclose(g);
    return c == d;
}

/* How many files are in the inbox, drafts among them; `name` is the last one's. */
static unsigned count_inbox(struct told *x, char name[256])
{
    DIR *d = opendir(x->inbox);
    struct dirent *entry;
    unsigned n = 0;

    assert_non_null(d);
    while ((entry = readdir(d)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            snprintf(name, 256, "%s", entry->d_name);
            n++;
        }
    closedir(d);
    return n;
}

static enum err_code send_as(struct told *x, const char *name, bool view_only)
{
    const struct attachment about = {
        .name = bytes_text(name), .type = bytes_text("text/plain"), .view_only = view_only};
    struct command c = {.kind = COMMAND_FILE_SEND,
                        .handle = bytes_text("bob"),
                        .text = bytes_text(x->source),
                        .about = &about};
    enum err_code code = engine_command(x->alice->engine, &c, stage_clock(x->alice)).code;

    stage_settle(x->p);
    return code;
}

static const struct message *next_file(struct told *x)
{
    const struct message *m = stage_next_shown(x->bob);

    assert_non_null(m);
    assert_int_equal(m->type, PAYLOAD_FILE);
    assert_int_equal(m->notes & MESSAGE_UNREADABLE, 0);
    return m;
}

static enum err_code fetch(struct told *x)
{
    const struct message *m = next_file(x);
    struct command c = {.kind = COMMAND_FILE_FETCH,
                        .handle = bytes_text("alice"),
                        .number = m->place,
                        .text = bytes_text(x->inbox)};
    enum err_code code = engine_command(x->bob->engine, &c, stage_clock(x->bob)).code;

    stage_settle(x->p);
    return code;
}

static void check_kept(struct told *x, const char *name)
{
    char path[2 * PATH];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", x->inbox, name);
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0600);
    assert_true(are_same(x->source, path));
}

static bool has_ended(const struct person *who, enum err_code code)
{
    return who->moves > 0 && who->moved.transfer.ended && who->moved.code == code;
}

static bool has_transfers(struct person *who)
{
    struct arena a = ARENA(1 << 20);
    struct transfer t;
    bool any = transfers_next(who->vault, 0, &a, &t).code == E_OK;

    arena_free(&a);
    return any;
}

static void files_of_all_sizes_go_and_come(void **state)
{
    static const size_t sizes[] = {0, 1, 1024, 65536, 65537, 3 * 65536, LARGE};
    struct told x;
    char name[64];

    (void)state;
    begin(&x);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        write_source(&x, sizes[i], (unsigned)i);
        snprintf(name, sizeof name, "tides %zu.txt", i);
        assert_int_equal(send_as(&x, name, false), E_OK);
        assert_true(has_ended(x.alice, E_OK));
        assert_int_equal(fetch(&x), E_OK);
        assert_true(has_ended(x.bob, E_OK));
        assert_int_equal(x.bob->moved.transfer.done, sizes[i]);
        check_kept(&x, name);
        stage_skip_shown(x.bob);
    }
    assert_false(has_transfers(x.alice) || has_transfers(x.bob));
    end(&x);
}

static void look_for(struct told *x, const char *what, unsigned times)
{
    char command[2 * PATH], out[32] = "";
    FILE *f;

    snprintf(command, sizeof command, "grep -raoF -e '%s' %s %s/server | wc -l", what,
             x->shelves.folder, x->p->dir);
    f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(out, sizeof out, f));
    pclose(f);
    assert_int_equal(strtoul(out, NULL, 10), times);
}

static void the_server_has_neither_name_nor_text(void **state)
{
    struct told x;

    (void)state;
    begin(&x);
    write_source(&x, LARGE, 1);
    assert_int_equal(send_as(&x, "unmistakable-name.txt", false), E_OK);
    assert_true(has_ended(x.alice, E_OK));
    look_for(&x, MARKER, 0);
    look_for(&x, "unmistakable-name", 0);
    end(&x);
}

static void a_name_leads_nowhere_and_nothing_is_overwritten(void **state)
{
    struct told x;

    (void)state;
    begin(&x);
    for (unsigned i = 0; i < 3; i++) {
        write_source(&x, 1000, i);
        assert_int_equal(send_as(&x, "../../.bashrc.\xe2\x80\xaetxt", false), E_OK);
        assert_int_equal(fetch(&x), E_OK);
        check_kept(&x, i == 0 ? "bashrc.txt" : i == 1 ? "bashrc (2).txt" : "bashrc (3).txt");
        stage_skip_shown(x.bob);
    }
    end(&x);
}

static void what_is_not_to_be_kept_is_not_written(void **state)
{
    struct told x;
    char name[256];

    (void)state;
    begin(&x);
    write_source(&x, 1000, 1);
    assert_int_equal(send_as(&x, "a", true), E_OK);
    assert_int_equal(fetch(&x), E_DENIED);
    assert_int_equal(count_inbox(&x, name), 0);
    end(&x);
}

/* The sender's program ends before each of its steps in turn, and comes back. */
static void a_sender_that_is_killed_goes_on(void **state)
{
    struct told x;
    unsigned killed = 0;

    (void)state;
    for (unsigned step = 1; step < 60; step += step < 12 ? 1 : 5) {
        char name[256];

        begin(&x);
        write_source(&x, LARGE, step);
        stage_crash_at(x.alice, step);
        assert_int_equal(send_as(&x, "a", false), E_OK);
        if (!stage_is_running(x.alice)) {
            killed++;
            returns(x.alice);
            stage_forward(x.p, 5 * CLOCK_MINUTE_MS);
        }
        assert_int_equal(fetch(&x), E_OK);
        assert_true(has_ended(x.bob, E_OK));
        check_kept(&x, "a");
        stage_skip_shown(x.bob);
        assert_null(stage_next_shown(x.bob)); /* and it came once */
        assert_int_equal(count_inbox(&x, name), 1);
        end(&x);
    }
    assert_in_range(killed, 10, 60);
}

static void a_receiver_that_is_killed_goes_on(void **state)
{
    struct told x;
    unsigned killed = 0;

    (void)state;
    begin(&x);
    write_source(&x, LARGE, 1);
    assert_int_equal(send_as(&x, "a", false), E_OK);
    for (unsigned step = 1; step < 60; step += step < 12 ? 1 : 5) {
        char name[256], path[2 * PATH];

        stage_crash_at(x.bob, step);
        assert_int_equal(fetch(&x), E_OK);
        if (!stage_is_running(x.bob)) {
            killed++;
            returns(x.bob);
            stage_forward(x.p, 5 * CLOCK_MINUTE_MS);
        }
        stage_crash_at(x.bob, 0);
        assert_true(has_ended(x.bob, E_OK));
        assert_int_equal(count_inbox(&x, name), 1);
        check_kept(&x, name);
        snprintf(path, sizeof path, "%s/%s", x.inbox, name);
        assert_int_equal(unlink(path), 0);
    }
    assert_in_range(killed, 10, 60);
    end(&x);
}

/* Frames up to the server are counted, and at one of them it dies. */
struct death {
    struct told *x;
    unsigned left;
    bool due;
};

static bool count_down(void *ctx, struct person *who, struct buf *frame)
{
    struct death *d = ctx;

    (void)who;
    (void)frame;
    if (d->left > 0 && --d->left == 0)
        d->due = true;
    return !d->due; /* from then on nothing reaches it */
}

static void a_server_that_dies_and_loses_what_it_did_not_sync_is_gone_on_with(void **state)
{
    for (unsigned at = 1; at < 40; at += 3) {
        struct told x;
        struct death d = {&x, at, false};

        (void)state;
        begin(&x);
        write_source(&x, LARGE, at);
        stage_tamper_up(x.p, count_down, &d);
        assert_int_equal(send_as(&x, "a", false), E_OK);
        stage_tamper_up(x.p, NULL, NULL);
        server_dies(x.p);
        shelves_again(&x.shelves);
        server_comes_back(x.p);
        stage_forward(x.p, 5 * CLOCK_MINUTE_MS);
        assert_true(has_ended(x.alice, E_OK));
        assert_int_equal(fetch(&x), E_OK);
        assert_true(has_ended(x.bob, E_OK));
        check_kept(&x, "a");
        end(&x);
    }
}

static void a_file_that_was_changed_meanwhile_is_not_sent(void **state)
{
    struct told x;

    (void)state;
    begin(&x);
    write_source(&x, LARGE, 1);
    stage_crash_at(x.alice, 12);
    assert_int_equal(send_as(&x, "a", false), E_OK);
    assert_false(stage_is_running(x.alice));
    write_source(&x, LARGE, 2);
    returns(x.alice);
    stage_forward(x.p, 5 * CLOCK_MINUTE_MS);
    assert_true(has_ended(x.alice, E_CONFLICT));
    assert_null(stage_next_shown(x.bob));
    assert_false(has_transfers(x.alice));
    end(&x);
}

/* What comes down in answer to FILE_READ, changed. */
struct twist {
    enum { FLIP = 1, CUT, OTHER_SIZE } how;
};

static bool twist_part(void *ctx, struct person *who, struct buf *frame)
{
    const struct twist *t = ctx;
    struct arena a = ARENA(4 << 20);
    Tacet__Wire__FilePart *m;
    struct buf body = BUF(LIMIT_FRAME);
    struct frame f;

    (void)who;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_FILE_READ && f.code == 0) {
        assert_ok(frame_unpack(f.body, &tacet__wire__file_part__descriptor, &a, &m));
        if (t->how == FLIP)
            m->part.data[m->part.len / 2] ^= 1;
        else if (t->how == CUT)
            m->part.len--;
        else if (t->how == OTHER_SIZE)
            m->size++;
        frame_pack(m, &body);
        f.body = buf_view(&body);
        buf_cut(frame, 0);
        frame_write(&f, frame);
    }
    buf_free(&body);
    arena_free(&a);
    return true;
}

static void what_a_server_changes_is_not_kept(void **state)
{
    static const enum err_code codes[] = {
        [FLIP] = E_FORGED, [CUT] = E_TRUNCATED, [OTHER_SIZE] = E_FORGED};

    (void)state;
    for (int how = FLIP; how <= OTHER_SIZE; how++) {
        struct told x;
        struct twist t = {how};
        char name[256];

        begin(&x);
        write_source(&x, LARGE, 1);
        assert_int_equal(send_as(&x, "a", false), E_OK);
        stage_tamper_down(x.p, twist_part, &t);
        assert_int_equal(fetch(&x), E_OK);
        assert_true(has_ended(x.bob, codes[how]));
        assert_int_equal(count_inbox(&x, name), 0);
        stage_tamper_down(x.p, NULL, NULL);
        assert_int_equal(fetch(&x), E_OK); /* from a server that does not */
        check_kept(&x, "a");
        end(&x);
    }
}

static void a_file_that_is_gone_is_told(void **state)
{
    struct told x;
    struct blob_name list[4];
    size_t n;

    (void)state;
    begin(&x);
    write_source(&x, 1000, 1);
    assert_int_equal(send_as(&x, "a", false), E_OK);
    assert_ok(x.shelves.store.list(x.shelves.store.ctx, NULL, list, 4, &n));
    assert_int_equal(n, 1);
    assert_ok(x.shelves.store.erase(x.shelves.store.ctx, &list[0]));
    assert_int_equal(fetch(&x), E_OK);
    assert_true(has_ended(x.bob, E_ABSENT));
    assert_false(has_transfers(x.bob));
    end(&x);
}

static void one_that_is_called_off_leaves_nothing(void **state)
{
    struct told x;
    struct command c = {.kind = COMMAND_FILE_CANCEL};
    struct death d = {&x, 6, false};

    (void)state;
    begin(&x);
    write_source(&x, LARGE, 1);
    stage_tamper_up(x.p, count_down, &d);
    assert_int_equal(send_as(&x, "a", false), E_OK);
    assert_true(has_transfers(x.alice));
    stage_tamper_up(x.p, NULL, NULL);
    c.number = engine_transfer(x.alice->engine);
    assert_ok(engine_command(x.alice->engine, &c, stage_clock(x.alice)));
    stage_settle(x.p);
    assert_false(has_transfers(x.alice));
    assert_int_equal(engine_command(x.alice->engine, &c, stage_clock(x.alice)).code, E_ABSENT);
    assert_int_equal(scratch_number(x.p->db, "SELECT count(*) FROM file"), 0);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_all_sizes_go_and_come),
        cmocka_unit_test(the_server_has_neither_name_nor_text),
        cmocka_unit_test(a_name_leads_nowhere_and_nothing_is_overwritten),
        cmocka_unit_test(what_is_not_to_be_kept_is_not_written),
        cmocka_unit_test(a_sender_that_is_killed_goes_on),
        cmocka_unit_test(a_receiver_that_is_killed_goes_on),
        cmocka_unit_test(a_server_that_dies_and_loses_what_it_did_not_sync_is_gone_on_with),
        cmocka_unit_test(a_file_that_was_changed_meanwhile_is_not_sent),
        cmocka_unit_test(what_a_server_changes_is_not_kept),
        cmocka_unit_test(a_file_that_is_gone_is_told),
        cmocka_unit_test(one_that_is_called_off_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
