/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/room.h"

#include <sys/resource.h>

size_t room_for_clients(void)
{
    struct rlimit limit, most;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return ROOM_KEPT;
    most = (struct rlimit){limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &most) == 0)
        limit = most;
    /* Of very few, half: then at least somebody gets in. */
    return limit.rlim_cur > 2 * ROOM_KEPT ? (size_t)limit.rlim_cur - ROOM_KEPT
                                          : (size_t)limit.rlim_cur / 2;
}
