/* SPDX-License-Identifier: Apache-2.0 */
/* invite: a link for one person, or its withdrawal. */
#include <stdio.h>

#include "base/clock.h"
#include "ctl/order.h"
#include "statement/invitation.h"
#include "terminal/qr.h"
#include "terminal/show.h"
#include "wire/tacet.pb-c.h"

#define ANSWER_MAX (64 * 1024)
#define HOURS_MOST 720 /* 30 days */

static const struct sentence INVITING[] = {
    {E_CONFLICT, "There is a person with this handle already."},
    {E_MALFORMED, "The address is not HOST:PORT, or the handle is none."},
    {E_LIMIT, "The address is too long, or the time is: at most 720 hours."},
    {E_OK, NULL},
};

static const struct sentence REVOKING[] = {
    {E_ABSENT, "There is no invitation for this handle, or it was used already: see people."},
    {E_OK, NULL},
};

static enum words_end revoke(const struct ctl_setting *s, const char *handle)
{
    Tacet__Wire__Revoke m = TACET__WIRE__REVOKE__INIT;
    const struct order order = {OP_REVOKE, &m, NULL, REVOKING};
    struct arena a = ARENA(ANSWER_MAX);
    enum words_end end;

    m.handle = frame_data(bytes_text(handle));
    end = order_give(s, &order, &a, NULL);
    if (end == WORDS_FINE)
        fprintf(stderr, "The invitation for %s is withdrawn.\n", handle);
    arena_free(&a);
    return end;
}

static void show_link(struct bytes link, const char *handle, uint64_t expires_ms, struct arena *a)
{
    const char *text = arena_text(a, link);

    show_text(stdout, link);
    printf("\n");
    fflush(stdout);
    if (text != NULL)
        qr_show(text);
    fflush(stdout);
    fprintf(stderr,
            "Whoever has this link becomes %s: give it to nobody else.  It is good once, until ",
            handle);
    show_time(stderr, expires_ms);
    fputs(".\n", stderr);
}

static enum words_end invite(const struct ctl_setting *s, const char *handle, unsigned hours,
                             const char *address)
{
    Tacet__Wire__Invite m = TACET__WIRE__INVITE__INIT;
    Tacet__Wire__Invited *answer = NULL;
    const struct order order = {OP_INVITE, &m, &tacet__wire__invited__descriptor, INVITING};
    struct arena a = ARENA(ANSWER_MAX); /* wiped when it is freed: the link is a secret */
    enum words_end end;

    m.handle = frame_data(bytes_text(handle));
    m.lives_s = (uint64_t)hours * 3600;
    m.address = frame_data(bytes_text(address == NULL ? "" : address));
    end = order_give(s, &order, &a, &answer);
    if (end == WORDS_FINE)
        show_link(frame_bytes(answer->link), handle, answer->expires_ms, &a);
    arena_free(&a);
    return end;
}

static enum words_end run(struct options *o, const void *setting)
{
    const char *address = options_text(o, "--address"), *handle;
    bool withdraw = options_flag(o, "--revoke"), timed;
    unsigned hours = 0;

    timed = options_number(o, "--for", 1, HOURS_MOST, &hours);
    handle = options_handle(o);
    if (!options_end(o))
        return WORDS_USAGE;
    if (withdraw && (timed || address != NULL))
        return words_say(WORDS_USAGE, "--revoke goes with neither --for nor --address.");
    return withdraw ? revoke(setting, handle) : invite(setting, handle, hours, address);
}

const struct word order_invite = {
    .name = "invite",
    .run = run,
    .usage = "HANDLE [--for HOURS] [--address HOST:PORT] [--revoke]",
    .what = "Make an invitation link for a person, or withdraw it.",
    .details =
        "Prints the link and its QR code.  The link is good for one account and expires; inviting\n"
        "the same handle again replaces an invitation that was not used.\n"
        "\n"
        "  --for HOURS        How long it is good: 1 to 720, 48 if not said.\n"
        "  --address H:P      Where the person's device reaches the server, if not at the address\n"
        "                     that tacetd was started with.\n"
        "  --revoke           Withdraw the invitation instead.\n",
};
