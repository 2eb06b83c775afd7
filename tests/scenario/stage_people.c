/* SPDX-License-Identifier: Apache-2.0 */
/* stage_people: people on the stage in memory, and the verbs of a play. */
#include "crypto/hash.h"
#include "crypto/password.h"
#include "e2ee/fingerprint.h"
#include "scenario/holdings.h"
#include "scenario/stage_internal.h"
#include "storage/sqlite/sqlite.h"
#include "wire/tacet.pb-c.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nobody pulls a plug here, so nothing has to reach a disk. */
#define MEMORY "/dev/shm"

/* ---- randomness that a run can repeat */

static struct err draw(void *ctx, uint8_t *out, size_t n)
{
    struct play *p = ctx;

    while (n > 0) {
        uint8_t digest[HASH_SHA512_SIZE];
        size_t part = n < sizeof digest ? n : sizeof digest;

        p->drawn++;
        TRY(hash_sha512(HASH_PARTS(bytes(&p->drawn, sizeof p->drawn)), digest));
        memcpy(out, digest, part);
        out += part;
        n -= part;
    }
    return OK;
}

/* ---- beginning and end */

struct play *play_begin(void)
{
    struct play *p = calloc(1, sizeof *p);
    char path[128];

    assert_non_null(p);
    snprintf(p->dir, sizeof p->dir, "%s/tacet-play-XXXXXX",
             access(MEMORY, W_OK) == 0 ? MEMORY : "/tmp");
    assert_non_null(mkdtemp(p->dir));
    snprintf(path, sizeof path, "%s/server", p->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    p->now_ms = START_MS;
    p->random = (struct random){draw, p};
    p->control_answer = BUF(LIMIT_FRAME);
    assert_ok(sign_generate(&p->root_key, p->root.b));
    struct point directory;
    assert_ok(sign_generate(&p->directory_key, directory.b));
    stage_start_server(p);
    return p;
}

void stage_stop(struct person *who)
{
    if (who->line != NULL)
        stage_drop_line(who->play, who->line, E_CLOSED);
    engine_free(who->engine);
    vault_close(who->vault);
    db_close(who->db);
    who->engine = NULL;
    who->vault = NULL;
    who->db = NULL;
    who->wake_ms = 0;
    who->link = E_CLOSED;
    who->steps = 0;
}

/* One step nearer to the end that was asked for. */
bool stage_dies(struct person *who)
{
    if (who->steps == 0 || --who->steps > 0)
        return false;
    stage_stop(who);
    return true;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

void play_end(struct play *p)
{
    for (size_t i = 0; i < p->people; i++) {
        stage_stop(p->person[i]);
        for (size_t k = 0; k < p->person[i]->n_shown; k++)
            free(p->person[i]->text[k]);
    }
    if (p->up)
        server_dies(p);
    for (size_t i = 0; i < p->people; i++)
        free(p->person[i]);
    while (p->lines != NULL) {
        struct line *line = p->lines;

        p->lines = line->older;
        free(line);
    }
    sign_private_free(p->root_key);
    sign_private_free(p->directory_key);
    buf_free(&p->control_answer);
    assert_int_equal(nftw(p->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(p);
}

/* ---- people */

char *invited(struct play *p, const char *handle)
{
    Tacet__Wire__Invite m = TACET__WIRE__INVITE__INIT;
    Tacet__Wire__Invited *got;
    struct buf answer = BUF(4096);
    struct arena a = ARENA(65536);
    char *link;

    m.handle = frame_data(bytes_text(handle));
    m.lives_s = 48 * 3600;
    assert_int_equal(stage_operate(p, OP_INVITE, &m, &answer), E_OK);
    assert_ok(frame_unpack(buf_view(&answer), &tacet__wire__invited__descriptor, &a, &got));
    link = strndup((const char *)got->link.data, got->link.len);
    arena_free(&a);
    buf_free(&answer);
    return link;
}

static const struct bytes PASSPHRASE = {(const uint8_t *)"correct horse", 13};

static void open_database(struct person *who)
{
    assert_ok(sqlite_open(&who->db, who->path, true, true));
}

void stage_start(struct person *who)
{
    assert_ok(engine_new(&who->engine, who->vault, &who->play->random, stage_clock(who)));
    engine_lend(who->engine, who->pool);
    if (who->filing != NULL)
        assert_ok(engine_lend_files(who->engine, who->filing));
    stage_wake(who);
    stage_settle(who->play);
}

struct person *stage_enter(struct play *p, const char *handle, const char *file)
{
    struct person *who = calloc(1, sizeof *who);

    assert_non_null(who);
    assert_true(p->people < PEOPLE_MAX);
    p->person[p->people++] = who;
    who->play = p;
    who->skew_ms = p->skew_next_ms;
    snprintf(who->handle, sizeof who->handle, "%s", handle);
    snprintf(who->path, sizeof who->path, "%s/%zu-%s.vault", p->dir, p->people, file);
    open_database(who);
    assert_ok(vault_create(&who->vault, who->db, PASSPHRASE, PASSWORD_COST_LEAST, &p->random));
    return who;
}

void stage_open(struct person *who)
{
    open_database(who);
    assert_ok(vault_open(&who->vault, who->db, PASSPHRASE, &who->play->random));
}

enum err_code joins_by(struct play *p, const char *handle, const char *link, struct person **out)
{
    struct invitation invitation;
    struct person *who;
    struct own own;
    struct err err = invitation_read(bytes_text(link), &invitation);

    if (err.code != E_OK)
        return err.code;
    who = stage_enter(p, handle, handle);
    assert_ok(own_create(who->vault, &invitation, stage_clock(who), &own));
    own_free(&own);
    stage_start(who);
    *out = who;
    return who->joined ? E_OK : who->link;
}

struct person *joins(struct play *p, const char *handle)
{
    char *link = invited(p, handle);
    struct person *who = NULL;

    assert_int_equal(joins_by(p, handle, link, &who), E_OK);
    assert_true(engine_is_drained(who->engine));
    free(link);
    return who;
}

void leaves(struct person *who)
{
    stage_stop(who);
    stage_settle(who->play);
}

void returns(struct person *who)
{
    stage_open(who);
    stage_start(who);
}

static void copy_file(const char *from, const char *to)
{
    char command[1024];

    snprintf(command, sizeof command, "cp %s %s", from, to);
    assert_int_equal(system(command), 0);
}

void stage_copy_vault(struct person *who, unsigned copy)
{
    char to[320];

    assert_null(who->engine);
    snprintf(to, sizeof to, "%s.%u", who->path, copy);
    copy_file(who->path, to);
}

void stage_restore_vault(struct person *who, unsigned copy)
{
    char from[320];

    assert_null(who->engine);
    snprintf(from, sizeof from, "%s.%u", who->path, copy);
    copy_file(from, who->path);
}

void removes(struct play *p, const char *handle)
{
    Tacet__Wire__Remove m = TACET__WIRE__REMOVE__INIT;

    m.handle = frame_data(bytes_text(handle));
    assert_int_equal(stage_operate(p, OP_REMOVE, &m, NULL), E_OK);
}

/* ---- messages */

void says_to(struct person *who, const char *handle, const char *text)
{
    struct command c = {
        .kind = COMMAND_SEND, .handle = bytes_text(handle), .text = bytes_text(text)};
    struct err err = engine_command(who->engine, &c, stage_clock(who));

    if (err.code != E_OK) { /* refused before it was queued */
        who->state = DELIVERY_FAILED;
        who->code = err.code;
    }
    stage_settle(who->play);
}

void says(struct person *who, struct person *to, const char *text)
{
    says_to(who, to->handle, text);
}

void is(struct person *who, const char *state)
{
    assert_string_equal(delivery_name(who->state), state);
}

void failed_with(struct person *who, enum err_code code)
{
    assert_string_equal(err_name(who->code), err_name(code));
}

void sees(struct person *who, struct person *from, const char *text)
{
    if (who->seen == who->n_shown)
        fail_msg("%s sees nothing, and should see \"%s\"", who->handle, text);
    assert_string_equal(who->text[who->seen], text);
    assert_string_equal(who->from[who->seen], from->handle);
    who->seen++;
}

void sees_nothing(struct person *who)
{
    if (who->seen != who->n_shown)
        fail_msg("%s sees \"%s\"", who->handle, who->text[who->seen]);
}

/* ---- trust */

static void contact_of(struct person *who, struct person *other, struct contact *out)
{
    assert_ok(people_by_handle(who->vault, bytes_text(other->handle), out));
}

const char *safety_number(struct person *who, struct person *other)
{
    static char digits[FINGERPRINT_DIGITS + 1];
    uint8_t fingerprint[FINGERPRINT_SIZE];
    struct contact c;

    contact_of(who, other, &c);
    assert_ok(people_fingerprint(engine_own(who->engine), &c, fingerprint));
    fingerprint_digits(fingerprint, digits);
    return digits;
}

enum err_code confirms(struct person *who, struct person *other, const char *digits)
{
    struct command c = {
        .kind = COMMAND_CONFIRM, .handle = bytes_text(other->handle), .text = bytes_text(digits)};

    return engine_command(who->engine, &c, stage_clock(who)).code;
}

bool has_verified(struct person *who, struct person *other)
{
    struct contact c;

    contact_of(who, other, &c);
    return c.verified;
}

bool server_holds(struct play *p, const char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/server", p->dir);
    return holdings_have(path, bytes_text(text));
}
