/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/courier.h"

#include <dirent.h>
#include <sys/stat.h>

#include "wire/tacet.pb-c.h"

void courier_begin(struct told *x)
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

void courier_end(struct told *x)
{
    play_end(x->p);
    shelves_end(&x->shelves);
}

/* Bytes that say where they stand, with a text in front. */
void courier_write(struct told *x, size_t n, unsigned salt)
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
unsigned courier_count(struct told *x, char name[256])
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

enum err_code courier_send(struct told *x, const char *name, bool view_only)
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

const struct message *courier_next(struct told *x)
{
    const struct message *m = stage_next_shown(x->bob);

    assert_non_null(m);
    assert_int_equal(m->type, PAYLOAD_FILE);
    assert_int_equal(m->notes & MESSAGE_UNREADABLE, 0);
    return m;
}

enum err_code courier_fetch(struct told *x)
{
    const struct message *m = courier_next(x);
    struct command c = {.kind = COMMAND_FILE_FETCH,
                        .handle = bytes_text("alice"),
                        .number = m->place,
                        .text = bytes_text(x->inbox)};
    enum err_code code = engine_command(x->bob->engine, &c, stage_clock(x->bob)).code;

    stage_settle(x->p);
    return code;
}

void courier_check_kept(struct told *x, const char *name)
{
    char path[2 * PATH];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", x->inbox, name);
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0600);
    assert_true(are_same(x->source, path));
}

bool courier_has_ended(const struct person *who, enum err_code code)
{
    return who->moves > 0 && who->moved.transfer.ended && who->moved.code == code;
}

bool courier_has_transfers(struct person *who)
{
    struct arena a = ARENA(1 << 20);
    struct transfer t;
    bool any = transfers_next(who->vault, 0, &a, &t).code == E_OK;

    arena_free(&a);
    return any;
}

bool courier_count_down(void *ctx, struct person *who, struct buf *frame)
{
    struct death *d = ctx;

    (void)who;
    (void)frame;
    if (d->left > 0 && --d->left == 0)
        d->due = true;
    return !d->due; /* from then on nothing reaches it */
}

bool courier_twist(void *ctx, struct person *who, struct buf *frame)
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
