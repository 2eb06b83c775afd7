/* SPDX-License-Identifier: Apache-2.0 */
/* losing: the calls for whoever may lose every device, and for whoever has.  [PROTOCOL 15.6] */
#include "client/coming.h"
#include "client/host/client_internal.h"
#include "crypto/secret.h"

_Static_assert((int)TACET_RECOVERY_USED == (int)RECOVERING_USED, "states");
_Static_assert(TACET_LETTERS_SIZE == RECOVERY_LETTERS_SIZE, "sizes");
_Static_assert(TACET_RECOVERY_LINK_SIZE > RECOVERY_LINK_MAX, "sizes");

/* ---- the key */

enum tacet_code tacet_make_recovery(struct tacet_client *c)
{
    return client_order(c, COMMAND_RECOVERY_MAKE, "", (struct bytes){0});
}

enum tacet_code tacet_letters(struct tacet_client *c, char out[TACET_LETTERS_SIZE])
{
    return client_code(engine_letters(c->engine, out));
}

enum tacet_code tacet_letters_shown(struct tacet_client *c)
{
    return client_order(c, COMMAND_RECOVERY_SHOWN, "", (struct bytes){0});
}

enum tacet_code tacet_confirm_letters(struct tacet_client *c, const uint8_t *letters, size_t n)
{
    return client_order(c, COMMAND_RECOVERY_CONFIRM, "", bytes(letters, n));
}

/* ---- the link */

static struct err write_link(const struct own *own, struct buf *b)
{
    struct recovery_link link = {.nid = own->nid, .address_n = strlen(own->address)};

    memcpy(link.address, own->address, link.address_n);
    memcpy(link.pin, own_pins(own).at, sizeof link.pin);
    return recovery_link_write(&link, b);
}

enum tacet_code tacet_recovery_link(struct tacet_client *c, char out[TACET_RECOVERY_LINK_SIZE])
{
    struct buf b = BUF(TACET_RECOVERY_LINK_SIZE - 1);
    struct err err = write_link(engine_own(c->engine), &b);

    if (err.code == E_OK) {
        memcpy(out, b.at, b.n);
        out[b.n] = '\0';
    }
    buf_free(&b);
    return client_code(err);
}

enum tacet_code tacet_check_recovery_link(const char *link)
{
    struct recovery_link ignored;

    return client_code(recovery_link_read(bytes_text(link), &ignored));
}

/* ---- coming back */

/* What is in the profile: does it go on with this link?  E_STALE: it holds nothing, or began with
 * another link; E_CONFLICT: it is somebody's. */
static struct err go_on(struct tacet_client *c, const struct recovery_link *link)
{
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    struct coming_profile began;
    struct bytes list;
    struct own own;
    struct err err = own_load(c->vault, &own);

    if (err.code != E_ABSENT) {
        bool joined = err.code == E_OK && own.joined;

        if (err.code == E_OK)
            own_free(&own);
        return err.code != E_OK ? err : joined ? FAIL(E_CONFLICT) : FAIL(E_STALE);
    }
    err = coming_load(c->vault, &a, &began, &list);
    arena_free(&a);
    if (err.code != E_OK)
        return err.code == E_ABSENT ? FAIL(E_STALE) : err;
    if (link != NULL && (!ID_SAME(link->nid, began.link.nid) ||
                         !bytes_same(BYTES(link->pin), BYTES(began.link.pin)) ||
                         strcmp(link->address, began.link.address) != 0))
        err = FAIL(E_STALE);
    coming_free(&began);
    return err;
}

static struct err prepare(struct tacet_client *c, const struct tacet_profile *p,
                          const struct recovery_link *link, bool keep)
{
    struct err err;

    if (tacet_profile_exists(p->directory)) {
        err = client_open_vault(c, p);
        if (err.code == E_OK)
            err = go_on(c, link);
        else if (err.code == E_ABSENT) /* interrupted before the vault was made */
            err = FAIL(E_STALE);
        if (err.code != E_STALE)
            return err;
        if (link == NULL)
            return FAIL(E_ABSENT);
        TRY(client_begin_anew(c, p));
    } else {
        if (link == NULL)
            return FAIL(E_ABSENT);
        TRY(client_create_vault(c, p));
    }
    return coming_create(c->vault, link, keep);
}

/* Before anything is made on the disk. */
static struct err check_letters(struct bytes letters)
{
    struct recovery_key key;
    struct err err = recovery_read_letters(letters, &key);

    secret_wipe(&key, sizeof key);
    return err;
}

static struct err come_back(struct tacet_client **c, const struct tacet_profile *p,
                            const struct tacet_return *how)
{
    struct recovery_link link;
    struct bytes letters = bytes(how->letters, how->letters_n);
    struct command type = {.kind = COMMAND_RECOVERY_USE, .text = letters};

    if (how->link != NULL)
        TRY(recovery_link_read(bytes_text(how->link), &link));
    TRY(check_letters(letters));
    TRY(client_new(p, c));
    TRY(prepare(*c, p, how->link == NULL ? NULL : &link, how->keep));
    TRY(client_start(*c));
    return engine_command((*c)->engine, &type, carrier_clock());
}

enum tacet_code tacet_come_back(struct tacet_client **out, const struct tacet_profile *p,
                                const struct tacet_return *how)
{
    struct tacet_client *c = NULL;
    struct err err = come_back(&c, p, how);

    if (err.code == E_OK)
        *out = c;
    else
        tacet_close(c);
    return client_code(err);
}
