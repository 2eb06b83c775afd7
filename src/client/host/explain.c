/* SPDX-License-Identifier: Apache-2.0 */
#include "tacet/client.h"

const char *tacet_explain(enum tacet_code code)
{
    switch (code) {
    case TACET_OK:
        return "All is well.";
    case TACET_TRUNCATED:
        return "What the other side sent ends too early; report it to the server's operator.";
    case TACET_MALFORMED:
        return "This is not what it should be; if you did not type it, report it to the server's "
               "operator.";
    case TACET_FORGED:
        return "This does not check: it is damaged, or somebody altered it. Do not go on before "
               "you know which.";
    case TACET_LIMIT:
        return "This is more than is allowed.";
    case TACET_DENIED:
        return "This is not allowed.";
    case TACET_ABSENT:
        return "There is no such thing.";
    case TACET_CONFLICT:
        return "This contradicts what is already there, or another program is using it.";
    case TACET_STALE:
        return "This has been superseded.";
    case TACET_EXPIRED:
        return "Its time is over; ask your administrator for a new one.";
    case TACET_CLOCK:
        return "The clocks differ by more than an hour: check the clock of this machine, then the "
               "server's.";
    case TACET_VERSION:
        return "The two programs are too far apart in version: update the older one.";
    case TACET_REMOVED:
        return "An administrator of the network removed this account.";
    case TACET_AGAIN:
        return "Not now: try again later.";
    case TACET_CLOSED:
        return "The server cannot be reached.";
    case TACET_NOMEM:
        return "There is not enough memory.";
    case TACET_IO:
        return "A disk or another device of this machine failed.";
    case TACET_CRYPTO:
        return "The cryptographic library of this machine failed: do not use it for secrets.";
    case TACET_FULL:
        return "A disk or a mailbox is full.";
    }
    return "Something happened that this program has no word for.";
}
