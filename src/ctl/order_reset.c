/* SPDX-License-Identifier: Apache-2.0 */
/* reset: a person who lost every device and has no recovery key begins anew under their handle. */
#include <stdio.h>

#include "ctl/order.h"
#include "terminal/qr.h"
#include "terminal/show.h"
#include "wire/tacet.pb-c.h"

#define ANSWER_MAX (64 * 1024)
#define HOURS_MOST 720 /* 30 days */

static const struct sentence RESETTING[] = {
    {E_ABSENT, "There is nobody with this handle, nor was.  To invite somebody: invite"},
    {E_MALFORMED, "The address is not HOST:PORT, or the handle is none."},
    {E_LIMIT, "The address is too long, or the time is: at most 720 hours."},
    {E_OK, NULL},
};

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
            "The account that was %s is removed, and what waited for it is deleted.  Whoever has\n"
            "this link becomes %s: give it to nobody else.  It is good once, until ",
            handle, handle);
    show_time(stderr, expires_ms);
    fprintf(stderr,
            ".\nEverybody who wrote with %s is told that the account key changed, and writes to\n"
            "them only after accepting it: they should hear of this from you or from %s first.\n",
            handle, handle);
}

static enum words_end reset(const struct ctl_setting *s, const char *handle, unsigned hours,
                            const char *address)
{
    Tacet__Wire__Reset m = TACET__WIRE__RESET__INIT;
    Tacet__Wire__Invited *answer = NULL;
    const struct order order = {OP_RESET, &m, &tacet__wire__invited__descriptor, RESETTING};
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
    unsigned hours = 0;

    options_number(o, "--for", 1, HOURS_MOST, &hours);
    handle = options_handle(o);
    if (!options_end(o))
        return WORDS_USAGE;
    return reset(setting, handle, hours, address);
}

const struct word order_reset = {
    .name = "reset",
    .run = run,
    .usage = "HANDLE [--for HOURS] [--address HOST:PORT]",
    .what = "Let a person who lost every device begin anew under the same handle.",
    .details =
        "For somebody who lost every device and has no recovery key.  Their account is removed, "
        "as\n"
        "remove does, and the handle is invited, as invite does, in one: nobody else can have it "
        "in\n"
        "between.  The new account has another key: everybody who wrote with the old one is told,\n"
        "and must accept it.  Be sure who asks you for this.  The same order again makes another\n"
        "link.  Whoever has a recovery key needs none of this: tacet recovery use\n"
        "\n"
        "  --for HOURS        How long the invitation is good: 1 to 720, 48 if not said.\n"
        "  --address H:P      Where the person's device reaches the server, if not at the address\n"
        "                     that tacetd was started with.\n",
};
