/* SPDX-License-Identifier: Apache-2.0 */
#include "base/version.h"

#include "base/version_built.h"

const char *version_text(void)
{
    return VERSION_BUILT;
}
