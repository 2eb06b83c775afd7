/* SPDX-License-Identifier: Apache-2.0 */
/* adding: devices of this account come and go, as a caller asks for it.  [PROTOCOL 15] */
#include <stdio.h>

#include "base/encoding.h"
#include "client/host/client_internal.h"

static enum tacet_code command(struct tacet_client *c, enum command_kind kind, struct bytes text)
{
    const struct command cmd = {.kind = kind, .text = text};

    return client_command(c, &cmd);
}

void adding_out(struct tacet_client *c, const struct adding *in, struct tacet_event *out)
{
    out->adding = (enum tacet_adding)in->step;
    memcpy(out->digits, in->code, sizeof out->digits);
    memcpy(out->called, in->name, sizeof out->called);
    snprintf(out->from, sizeof out->from, "%s", in->from);
    if (in->step != ADDING_OPEN)
        client_hex(ID_BYTES(in->did), out->device);
    c->asked = in->step == ADDING_ASKED ? *in : (struct adding){0};
}

enum tacet_code tacet_add_device(struct tacet_client *c)
{
    c->asked = (struct adding){0};
    return command(c, COMMAND_OFFER, (struct bytes){0});
}

enum tacet_code tacet_device_link(struct tacet_client *c, char out[TACET_LINK_SIZE])
{
    struct buf link = BUF(TACET_LINK_SIZE);
    struct err err = engine_link(c->engine, &link);

    if (err.code == E_OK)
        buf_u8(&link, 0);
    if (err.code == E_OK && link.failed != E_OK)
        err = FAIL(link.failed);
    if (err.code == E_OK)
        memcpy(out, link.at, link.n);
    buf_free(&link);
    return client_code(err);
}

/* Digits as typed: anything but digits is passed over, on both sides. */
static bool are_digits_of(const char *typed, const char *shown)
{
    for (;; typed++, shown++) {
        while (*typed != '\0' && (*typed < '0' || *typed > '9'))
            typed++;
        while (*shown == ' ')
            shown++;
        if (*typed != *shown || *typed == '\0')
            return *typed == *shown;
    }
}

enum tacet_code tacet_confirm_device(struct tacet_client *c, const char *digits)
{
    if (c->asked.step != ADDING_ASKED)
        return TACET_ABSENT;
    if (!are_digits_of(digits, c->asked.code))
        return TACET_FORGED;
    return command(c, COMMAND_OFFER_CONFIRM, BYTES(c->asked.digest));
}

enum tacet_code tacet_cancel_device(struct tacet_client *c)
{
    return command(c, COMMAND_OFFER_CANCEL, (struct bytes){0});
}

/* About a device of mine, by its id. */
static enum tacet_code with_device(struct tacet_client *c, enum command_kind kind, const char *id)
{
    struct device_id did;

    if (encoding_hex_read(bytes_text(id), did.b, sizeof did.b).code != E_OK)
        return TACET_MALFORMED;
    return command(c, kind, ID_BYTES(did));
}

enum tacet_code tacet_remove_device(struct tacet_client *c, const char *id)
{
    return with_device(c, COMMAND_REVOKE, id);
}

/* ---- what was said before  [PROTOCOL 15.5] */

void adding_history_out(const struct history_news *in, struct tacet_event *out)
{
    out->history = (enum tacet_history)in->phase;
    out->giving = in->giving;
    out->done = in->done;
    out->of = in->of;
    client_hex(ID_BYTES(in->with), out->device);
}

enum tacet_code tacet_give_history(struct tacet_client *c, const char *id)
{
    return with_device(c, COMMAND_GIVE, id);
}

enum tacet_code tacet_take_history(struct tacet_client *c, const char *id)
{
    return with_device(c, COMMAND_TAKE, id);
}
