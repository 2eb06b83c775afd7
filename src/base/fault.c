/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"

#include <signal.h>

#ifdef TACET_FAULT_POINTS
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Does `want`, a name or name:count, speak of this point?  *count is 1 when it names none. */
static bool names(const char *want, const char *name, unsigned long *count)
{
    size_t n = strlen(name);

    if (strncmp(want, name, n) != 0 || (want[n] != '\0' && want[n] != ':'))
        return false;
    *count = want[n] == ':' ? strtoul(want + n + 1, NULL, 10) : 1;
    return true;
}

void fault_point(const char *name)
{
    static atomic_ulong passed; /* only one name is ever counted in a process */
    const char *want = getenv("TACET_KILL_AT");
    unsigned long count;

    if (want != NULL && names(want, name, &count) && atomic_fetch_add(&passed, 1) + 1 == count)
        (void)raise(SIGKILL);
}
#endif
