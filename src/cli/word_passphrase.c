/* SPDX-License-Identifier: Apache-2.0 */
/* passphrase: another one for this profile. */
#include <string.h>

#include "cli/choice.h"
#include "cli/cli.h"

#define COST_LEAST 10
#define COST_MOST  20

static enum words_end run(struct options *o, const void *setting)
{
    struct tacet_client *client = NULL;
    enum words_end end;
    unsigned cost = TACET_COST_DEFAULT;

    const char *store = options_text(o, "--key-store");

    options_number(o, "--kdf-cost", COST_LEAST, COST_MOST, &cost);
    if (!options_end(o))
        return WORDS_USAGE;
    if (store != NULL && strcmp(store, "on") != 0 && strcmp(store, "off") != 0)
        return words_say(WORDS_USAGE, "It is --key-store on, or off.");
    if (store != NULL)
        return choice_key_store(setting, strcmp(store, "on") == 0);
    end = choice_change(setting, false, cost, &client);
    tacet_close(client);
    return end;
}

const struct word word_passphrase = {
    .name = "passphrase",
    .run = run,
    .usage = "[--kdf-cost N] [--key-store on|off]",
    .what = "Change the passphrase of this profile.",
    .details =
        "Asks for the old passphrase, and for the new one twice.  With --passphrase-fd they are\n"
        "its first and second line.  If it is cut off, one of the two opens the profile.\n"
        "\n"
        "A copy of the profile that was made before, a backup or a thief's, still opens with the\n"
        "old passphrase, and holds the same keys.  If somebody may have such a copy and the old\n"
        "passphrase, a new one does not help: have the account removed, and join anew.\n"
        "\n"
        "  --kdf-cost N       Work to try one passphrase, as a power of two: 10 to 20, usually "
        "17.\n"
        "                     It does not become less than it is.\n"
        "  --key-store WHICH  Changes no passphrase.  on: the desktop's key store (the Secret\n"
        "                     Service, by secret-tool) keeps a key of its own that opens this\n"
        "                     profile, and you are asked only when it does not, and after a lock.\n"
        "                     Any program of yours can ask it too.  off: the passphrase alone.\n",
};
