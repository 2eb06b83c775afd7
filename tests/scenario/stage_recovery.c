/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/stage_recovery.h"

#include "client/coming.h"
#include "scenario/stage_internal.h"
#include "server/networks/networks.h"
#include "storage/sqlite/sqlite.h"

static enum err_code give(struct person *who, enum command_kind kind, const char *text)
{
    struct command c = {.kind = kind, .text = bytes_text(text)};
    struct err err = engine_command(who->engine, &c, stage_clock(who));

    stage_settle(who->play);
    return err.code;
}

enum err_code stage_ask_for_letters(struct person *who)
{
    who->recovery = (struct event){.kind = 0};
    return give(who, COMMAND_RECOVERY_MAKE, "");
}

enum err_code stage_see_letters(struct person *who, char out[RECOVERY_LETTERS_SIZE])
{
    if (who->recovery.kind != EVENT_RECOVERY)
        return E_AGAIN;
    if (who->recovery.code != E_OK)
        return who->recovery.code;
    assert_ok(engine_letters(who->engine, out));
    return give(who, COMMAND_RECOVERY_SHOWN, "");
}

void stage_make_letters(struct person *who, char out[RECOVERY_LETTERS_SIZE])
{
    assert_int_equal(stage_ask_for_letters(who), E_OK);
    if (who->recovery.kind == 0) /* too many slow requests at once: a minute later */
        stage_forward(who->play, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_see_letters(who, out), E_OK);
}

enum recovering_state stage_recovery_state(struct person *who)
{
    enum recovering_state state;

    assert_ok(engine_recovery(who->engine, &state));
    return state;
}

enum err_code stage_confirm_letters(struct person *who, const char *letters)
{
    return give(who, COMMAND_RECOVERY_CONFIRM, letters);
}

struct person *stage_paper(struct play *p, const char *handle, const char *name, bool keeps)
{
    struct recovery_link link = {.nid = *networks_id(p->networks)};
    struct person *who = stage_enter(p, handle, name);

    memcpy(link.pin, p->key.b, sizeof link.pin);
    link.address_n = strlen(p->server.address);
    memcpy(link.address, p->server.address, link.address_n);
    assert_ok(coming_create(who->vault, &link, keeps));
    stage_start(who);
    return who;
}

bool stage_type_letters(struct person *who, const char *letters)
{
    assert_int_equal(give(who, COMMAND_RECOVERY_USE, letters), E_OK);
    return who->engine != NULL && !engine_is_returning(who->engine) && engine_is_ready(who->engine);
}

struct person *stage_come_back(struct play *p, const char *handle, const char *name,
                               const char *letters)
{
    struct person *who = stage_paper(p, handle, name, false);

    assert_true(stage_type_letters(who, letters));
    assert_true(engine_is_drained(who->engine));
    return who;
}

void stage_forget_passphrase(struct person *who)
{
    struct vault *vault;
    struct db *db;

    assert_null(who->engine);
    for (int i = 0; i < 3; i++) {
        assert_ok(sqlite_open(&db, who->path, true, true));
        assert_err(vault_open(&vault, db, BYTES_LITERAL("what was it?"), &who->play->random),
                   E_DENIED);
        db_close(db);
    }
}
