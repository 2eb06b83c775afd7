/* SPDX-License-Identifier: Apache-2.0 */
/* passphrase: another one for this profile. */
#include "cli/choice.h"
#include "cli/cli.h"

#define COST_LEAST 10
#define COST_MOST  20

static enum words_end run(struct options *o, const void *setting)
{
    struct tacet_client *client = NULL;
    enum words_end end;
    unsigned cost = TACET_COST_DEFAULT;

    options_number(o, "--kdf-cost", COST_LEAST, COST_MOST, &cost);
    if (!options_end(o))
        return WORDS_USAGE;
    end = choice_change(setting, false, cost, &client);
    tacet_close(client);
    return end;
}

const struct word word_passphrase = {
    .name = "passphrase",
    .run = run,
    .usage = "[--kdf-cost N]",
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
        "                     It does not become less than it is.\n",
};
