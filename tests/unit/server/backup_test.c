/* SPDX-License-Identifier: Apache-2.0 */
/* A backup that is ordered on the control socket and taken part by part; and what is made of it. */
#include "server/main/backup.h"

#include <sys/stat.h>

#include "net/tls_certificate.h"
#include "server/main/house.h"
#include "server/main/restore.h"
#include "world.h"

static const char ACCOUNTS[] = "SELECT count(*) FROM account";

#define MOST 1000 /* questions in one backup */

static struct backup b;
static char file[300], restored[300];

static void keep(struct world *w, const char *name, struct bytes content)
{
    char path[HOUSE_PATH_SIZE];

    assert_ok(house_path(w->scratch->folder, name, path));
    assert_ok(house_replace(path, content));
}

static void stock(struct world *w)
{
    struct buf key = BUF(8192), certificate = BUF(8192);
    uint8_t scalar[SIGN_PRIVATE_SIZE];

    assert_ok(sign_private_write(w->directory, scalar));
    keep(w, HOUSE_DIRECTORY_KEY, BYTES(scalar));
    assert_ok(tls_certificate_make("example.org", w->now_ms, &key, &certificate));
    keep(w, HOUSE_TLS_KEY, buf_view(&key));
    keep(w, HOUSE_TLS_CERT, buf_view(&certificate));
    buf_free(&key);
    buf_free(&certificate);
    backup_open(&b, w->scratch->folder, w->db, w->networks);
    w->server.backups = &b.backups;
    snprintf(file, sizeof file, "%s/backup", w->scratch->folder);
    snprintf(restored, sizeof restored, "%s-restored", w->scratch->folder);
}

static Tacet__Wire__BackupPart none = TACET__WIRE__BACKUP_PART__INIT;

/* One question of this session, and what the worker does behind the batch. */
static enum err_code ask(struct world *w, struct session *s, uint64_t at,
                         Tacet__Wire__BackupPart **out)
{
    Tacet__Wire__AskBackup in = TACET__WIRE__ASK_BACKUP__INIT;
    struct answer a;

    in.at = at;
    a = world_ask(w, s, OP_BACKUP, &in);
    backup_settle(&b, w->now_ms);
    *out = &none;
    if (a.code == E_OK)
        world_read(w, a, backup_part, out);
    return a.code;
}

/* All that follows, into the file. */
static uint64_t take(struct world *w, struct session *s)
{
    FILE *f = fopen(file, "wb");
    Tacet__Wire__BackupPart *part;
    uint64_t at = 0;
    unsigned n = 0;

    assert_non_null(f);
    do {
        assert_true(n++ < MOST);
        assert_int_equal(ask(w, s, at, &part), E_OK);
        assert_int_equal(fwrite(part->part.data, 1, part->part.len, f), part->part.len);
        at += part->part.len;
    } while (part->end == 0);
    fclose(f);
    return at;
}

static struct err restore(enum restore_stage *stage)
{
    struct backup_head head;

    return restore_make(file, restored, &head, stage);
}

static void remove_restored(void)
{
    for (enum backup_part i = BACKUP_DIRECTORY_KEY; i < BACKUP_PARTS; i++) {
        char path[HOUSE_PATH_SIZE];

        assert_ok(house_path(restored, backup_file_name(i), path));
        assert_ok(house_erase(path));
    }
    assert_int_equal(rmdir(restored), 0);
}

static void session(struct world *w, struct session *s)
{
    api_session(s, ++w->ids, SESSION_CONTROL, features_routes(), bytes(NULL, 0), w->now_ms);
}

static void a_backup_is_restored_as_it_was_at_its_beginning(void **state)
{
    struct world *w = *state;
    Tacet__Wire__BackupPart *part;
    enum restore_stage stage;
    struct backup_news news;
    struct db *db = NULL;
    char path[HOUSE_PATH_SIZE];
    uint64_t size;

    stock(w);
    assert_int_equal(world_invite(w, "alice", 3600, NULL).code, E_OK);
    assert_int_equal(ask(w, &w->control, 0, &part), E_OK);
    assert_int_equal(part->part.len, 0); /* ordered, and begun behind the batch */
    assert_int_equal(world_invite(w, "bob", 3600, NULL).code, E_OK);
    size = take(w, &w->control);
    news = backup_take_news(&b);
    assert_true(news.begun && !news.stored && news.size == size);
    assert_int_equal(ask(w, &w->control, size, &part), E_OK);
    assert_int_equal(part->end, 1);
    assert_true(backup_take_news(&b).stored);
    assert_ok(restore(&stage));
    assert_ok(house_path(restored, HOUSE_DATABASE, path));
    assert_ok(sqlite_open(&db, path, false, true));
    assert_int_equal(scratch_number(db, ACCOUNTS), 1);
    assert_int_equal(scratch_number(w->db, ACCOUNTS), 2);
    db_close(db);
    remove_restored();
    backup_close(&b);
}

static void a_part_may_be_asked_for_again_and_no_other(void **state)
{
    struct world *w = *state;
    Tacet__Wire__BackupPart *part, *again;

    stock(w);
    assert_int_equal(ask(w, &w->control, 0, &part), E_OK);
    assert_int_equal(ask(w, &w->control, 0, &part), E_OK);
    assert_int_equal(ask(w, &w->control, 0, &again), E_OK);
    assert_true(part->part.len > 0 && part->end == 0);
    assert_bytes(frame_bytes(part->part), frame_bytes(again->part));
    assert_int_equal(ask(w, &w->control, part->part.len, &again), E_OK);
    assert_int_equal(ask(w, &w->control, 1, &again), E_MALFORMED);
    backup_close(&b);
}

static void there_is_one_at_a_time(void **state)
{
    struct world *w = *state;
    Tacet__Wire__BackupPart *part;
    struct session other;

    stock(w);
    session(w, &other);
    assert_int_equal(ask(w, &other, 100, &part), E_STALE);
    assert_int_equal(ask(w, &w->control, 0, &part), E_OK);
    assert_int_equal(ask(w, &other, 0, &part), E_CONFLICT);
    backup_leave(&b, other.id);
    assert_int_equal(ask(w, &other, 0, &part), E_CONFLICT);
    backup_leave(&b, w->control.id);
    assert_int_equal(backup_take_news(&b).why.code, E_CLOSED);
    assert_int_equal(ask(w, &other, 0, &part), E_OK);
    assert_int_equal(ask(w, &other, 0, &part), E_OK);
    assert_true(part->part.len > 0);
    backup_close(&b);
}

static void what_nobody_asks_for_is_given_up(void **state)
{
    struct world *w = *state;
    Tacet__Wire__BackupPart *part;
    uint64_t size;

    stock(w);
    assert_int_equal(ask(w, &w->control, 0, &part), E_OK);
    w->now_ms += BACKUP_IDLE_MS - 1;
    backup_settle(&b, w->now_ms);
    assert_false(backup_take_news(&b).given_up);
    w->now_ms += 1;
    backup_settle(&b, w->now_ms);
    assert_int_equal(backup_take_news(&b).why.code, E_AGAIN);
    assert_ok(db_copy_begin(w->db, &size)); /* the database is free again */
    db_copy_end(w->db);
    assert_int_equal(ask(w, &w->control, 0, &part), E_AGAIN);
    backup_close(&b);
}

/* To bring it onto a disk may take long. */
static void who_has_all_of_it_may_take_their_time(void **state)
{
    struct world *w = *state;
    Tacet__Wire__BackupPart *part;
    uint64_t size;

    stock(w);
    assert_int_equal(ask(w, &w->control, 0, &part), E_OK);
    size = take(w, &w->control);
    w->now_ms += 10 * BACKUP_IDLE_MS;
    backup_settle(&b, w->now_ms);
    assert_int_equal(ask(w, &w->control, size, &part), E_OK);
    assert_true(backup_take_news(&b).stored);
    assert_int_equal(ask(w, &w->control, size, &part), E_OK); /* said again */
    assert_int_equal(part->end, 1);
    assert_false(backup_take_news(&b).stored);
}

static void without_its_keys_there_is_no_backup(void **state)
{
    struct world *w = *state;
    Tacet__Wire__BackupPart *part;
    char path[HOUSE_PATH_SIZE];

    stock(w);
    assert_ok(house_path(w->scratch->folder, HOUSE_DIRECTORY_KEY, path));
    assert_ok(house_erase(path));
    assert_int_equal(ask(w, &w->control, 0, &part), E_OK);
    assert_int_equal(backup_take_news(&b).why.code, E_ABSENT);
    assert_int_equal(ask(w, &w->control, 0, &part), E_ABSENT);
}

static void a_host_that_makes_none_says_so(void **state)
{
    struct world *w = *state;
    Tacet__Wire__BackupPart *part;

    assert_int_equal(ask(w, &w->control, 0, &part), E_ABSENT);
}

/* ---- restoring */

/* A whole backup, of which a byte is changed, or which is cut, or made longer. */
static void taken(struct world *w, struct buf *out)
{
    FILE *f;
    uint8_t part[4096];
    Tacet__Wire__BackupPart *answer;
    size_t n;

    stock(w);
    assert_int_equal(ask(w, &w->control, 0, &answer), E_OK);
    (void)take(w, &w->control);
    backup_close(&b);
    f = fopen(file, "rb");
    assert_non_null(f);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_bytes(out, bytes(part, n));
    fclose(f);
    assert_int_equal(out->failed, E_OK);
}

static void put(struct bytes content)
{
    FILE *f = fopen(file, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(content.at, 1, content.n, f), content.n);
    fclose(f);
}

/* Nothing is made. */
static enum err_code refused(enum restore_stage *stage)
{
    enum err_code code = restore(stage).code;

    assert_int_not_equal(access(restored, F_OK), 0);
    return code;
}

static void damage_and_cuts_are_refused_and_make_nothing(void **state)
{
    struct world *w = *state;
    struct buf whole = BUF(4 << 20);
    enum restore_stage stage;
    enum err_code code;

    taken(w, &whole);
    for (size_t at = 0; at < whole.n; at += at < 300 ? 1 : whole.n / 40) {
        whole.at[at] ^= 0x20;
        put(buf_view(&whole));
        code = refused(&stage);
        if (code != E_FORGED && code != E_MALFORMED && code != E_TRUNCATED && code != E_VERSION)
            fail_msg("byte %zu: %s", at, err_name(code));
        assert_int_equal(stage, RESTORE_READING);
        whole.at[at] ^= 0x20;
        put(bytes(whole.at, at));
        assert_int_equal(refused(&stage), E_TRUNCATED);
    }
    put(bytes(whole.at, whole.n - 1));
    assert_int_equal(refused(&stage), E_TRUNCATED);
    buf_u8(&whole, 0);
    put(buf_view(&whole));
    assert_int_equal(refused(&stage), E_MALFORMED);
    put(BYTES_LITERAL("SQLite format 3"));
    assert_int_equal(refused(&stage), E_MALFORMED);
    unlink(file);
    assert_int_equal(refused(&stage), E_ABSENT);
    buf_free(&whole);
}

static void what_is_there_is_left_alone(void **state)
{
    struct world *w = *state;
    struct buf whole = BUF(4 << 20);
    enum restore_stage stage;
    char path[HOUSE_PATH_SIZE];

    taken(w, &whole);
    assert_int_equal(mkdir(restored, 0700), 0);
    assert_ok(house_path(restored, "theirs", path));
    assert_ok(house_write(path, BYTES_LITERAL("x")));
    assert_err(restore(&stage), E_CONFLICT);
    assert_int_equal(stage, RESTORE_HOUSE);
    assert_int_equal(unlink(path), 0);
    assert_ok(restore(&stage));
    remove_restored();
    buf_free(&whole);
}

/* The same bytes with the digest that goes with them. */
static void seal_again(struct buf *whole)
{
    uint8_t digest[HASH_SHA384_SIZE];
    size_t n = whole->n - sizeof digest;

    assert_ok(hash_sha384(HASH_PARTS(bytes(whole->at, n)), digest));
    memcpy(&whole->at[n], digest, sizeof digest);
    put(buf_view(whole));
}

/* Whoever made it so: what does not fit together never becomes a server. */
static void what_does_not_fit_together_is_refused(void **state)
{
    struct world *w = *state;
    struct buf whole = BUF(4 << 20);
    struct backup_head head;
    enum restore_stage stage;
    size_t key, database;

    taken(w, &whole);
    assert_ok(backup_file_parse(buf_view(&whole), &head));
    assert_true(ID_SAME(head.nid, w->nid));
    assert_true(head.made_ms == w->now_ms && head.schema == features_steps());
    key = (size_t)head.length;
    database =
        (size_t)(backup_file_size(&head) - BACKUP_FILE_DIGEST_SIZE - head.size[BACKUP_DATABASE]);
    whole.at[key + 65] ^= 1;
    seal_again(&whole);
    assert_int_equal(refused(&stage), E_FORGED);
    assert_int_equal(stage, RESTORE_KEYS);
    whole.at[key + 65] ^= 1;
    memset(&whole.at[database + 2 * SQLITE_PAGE], 0xff, SQLITE_PAGE);
    seal_again(&whole);
    assert_int_equal(refused(&stage), E_MALFORMED);
    assert_int_equal(stage, RESTORE_DATABASE);
    buf_free(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(a_backup_is_restored_as_it_was_at_its_beginning),
        world_test(a_part_may_be_asked_for_again_and_no_other),
        world_test(there_is_one_at_a_time),
        world_test(what_nobody_asks_for_is_given_up),
        world_test(who_has_all_of_it_may_take_their_time),
        world_test(without_its_keys_there_is_no_backup),
        world_test(a_host_that_makes_none_says_so),
        world_test(damage_and_cuts_are_refused_and_make_nothing),
        world_test(what_is_there_is_left_alone),
        world_test(what_does_not_fit_together_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
