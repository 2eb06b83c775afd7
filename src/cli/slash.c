/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/slash.h"

struct bytes slash_word(struct bytes line, struct bytes *rest)
{
    size_t n = 0, behind;

    while (n < line.n && line.at[n] != ' ')
        n++;
    behind = n;
    while (behind < line.n && line.at[behind] == ' ')
        behind++;
    *rest = bytes(line.at + behind, line.n - behind);
    return bytes(line.at, n);
}
