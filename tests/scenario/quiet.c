/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/quiet.h"

bool __wrap_rules_says_receipts(uint8_t *level);

static int says = RECEIPTS_NOTHING;

void quiet_says(int level)
{
    says = level;
}

bool __wrap_rules_says_receipts(uint8_t *level)
{
    *level = says == QUIET_PERSONS ? 0 : (uint8_t)says;
    return says != QUIET_PERSONS;
}
