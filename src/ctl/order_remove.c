/* SPDX-License-Identifier: Apache-2.0 */
/* remove: a person leaves the network. */
#include <stdio.h>

#include "ctl/order.h"
#include "wire/tacet.pb-c.h"

#define ANSWER_MAX (64 * 1024)

static const struct sentence REMOVING[] = {
    {E_ABSENT, "There is nobody with this handle.  To withdraw an invitation: invite --revoke"},
    {E_REMOVED, "This person was removed before."},
    {E_OK, NULL},
};

static enum words_end run(struct options *o, const void *setting)
{
    const char *handle = options_handle(o);
    Tacet__Wire__Remove m = TACET__WIRE__REMOVE__INIT;
    const struct order order = {OP_REMOVE, &m, NULL, REMOVING};
    struct arena a = ARENA(ANSWER_MAX);
    enum words_end end;

    if (!options_end(o))
        return WORDS_USAGE;
    m.handle = frame_data(bytes_text(handle));
    end = order_give(setting, &order, &a, NULL);
    if (end == WORDS_FINE)
        fprintf(stderr,
                "%s is removed: signed out, and what waited for them is deleted.  What their\n"
                "device had received before is still there.\n",
                handle);
    arena_free(&a);
    return end;
}

const struct word order_remove = {
    .name = "remove",
    .run = run,
    .usage = "HANDLE",
    .what = "Remove a person from the network, at once and for good.",
    .details = "Their device is signed out, nothing more can be sent to them, and what waited for\n"
               "them is deleted.  The handle can be invited again, which makes another account.\n",
};
