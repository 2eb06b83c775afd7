/* SPDX-License-Identifier: Apache-2.0 */
/* devices: the devices of an account.  What is done with them are words of their own, behind it. */
#include <string.h>

#include "cli/cli.h"
#include "cli/device_name.h"
#include "cli/devices_history.h"
#include "cli/word_devices.h"

static const struct {
    const char *name;
    enum words_end (*run)(struct options *o, const void *setting);
} PARTS[] = {
    {"list", word_devices_list},    {"add", word_devices_add},      {"remove", word_devices_remove},
    {"give", devices_history_give}, {"take", devices_history_take},
};

static enum words_end run(struct options *o, const void *setting)
{
    bool none = options_flag(o, "--none");

    if (device_name_is_meant(o)) {
        (void)options_next(o);
        return device_name_run(o, setting, none);
    }
    if (none)
        return words_say(WORDS_USAGE, "--none goes with tacet devices name.");
    for (size_t i = 0; o->n > 0 && i < sizeof PARTS / sizeof PARTS[0]; i++)
        if (strcmp(o->at[0], PARTS[i].name) == 0) {
            options_next(o);
            return PARTS[i].run(o, setting);
        }
    return word_devices_list(o, setting);
}

const struct word word_devices = {
    .name = "devices",
    .run = run,
    .usage =
        "[list [HANDLE] | add [--confirm CODE] | remove ID | name ID [NAME] | give ID | take ID]"
        " [--wait N] [--json] [--none]",
    .what = "List your devices, or somebody's; add, remove or name one, give one what was said"
            " before.",
    .details =
        "list [HANDLE]  An account signs the list of its devices; this is the newest list that is\n"
        "    known here, with its number and date.  The server is not asked.  Whether the account\n"
        "    is whose you think it is, only comparing safety numbers says: tacet help verify\n"
        "    `tacet devices` and `tacet devices HANDLE` are the same.\n"
        "\n"
        "add  Shows a link.  Open it on the new device within ten minutes, with\n"
        "    tacet join LINK\n"
        "    Then both show twelve digits.  Compare them, and type yes here: the new device is "
        "one\n"
        "    of yours then.  It gets what is written from then on, and nothing from before unless\n"
        "    that is given to it.\n"
        "    Whoever sees the link can ask, and no more: it is your word that adds a device.\n"
        "\n"
        "remove ID  Takes a device out of the list: its name, or the beginning of its id.  From "
        "the\n"
        "    moment the list is in force nobody can send to it.  When it connects next, it "
        "deletes\n"
        "    what it holds.  Who has not been seen to write by the new list yet is said.\n"
        "\n"
        "name ID NAME  The device of yours whose id begins with ID is called NAME on all of them, "
        "and\n"
        "    nowhere else.\n"
        "\n"
        "give ID, take ID  A device that was added has nothing of what was said before.  `give` "
        "on\n"
        "    a device that has it, and `take` on the new one, each with the id of the other (its\n"
        "    beginning is enough), in either order within a day, bring it there: whole messages,\n"
        "    with the signatures of who wrote them, but none whose time is over, and none of\n"
        "    rooms.  It goes on whenever both are connected, and stands in the list of your\n"
        "    devices, for all to see.\n"
        "\n"
        "  --confirm CODE     With add: go on with the link that is open, and confirm the device\n"
        "                     that shows this code.\n"
        "  --json             One JSON object a line: handle, id, name, here, since, verified,\n"
        "                     revoked_at (0: in the list), list, list_made, given_history; of\n"
        "                     add event (link, asked, confirmed, added, late, over) and what\n"
        "                     belongs to it; of remove device, list, seconds, behind; of give and\n"
        "                     take device, giving, phase (offered, going, ended), done, of, code.\n"
        "  --wait N           With give and take: wait for N seconds at most; else until it is\n"
        "                     through, or Ctrl-C.\n"
        "  --none             With name: take the device's name away.\n",
};
