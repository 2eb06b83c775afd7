/* SPDX-License-Identifier: Apache-2.0 */
/* policy_text: what a policy says, for a person or for a program. */
#ifndef TACET_CTL_POLICY_TEXT_H
#define TACET_CTL_POLICY_TEXT_H

#include <jansson.h>
#include <stdio.h>

#include "statement/policy.h"

/* Some lines, each with a line feed. */
void policy_text_show(FILE *to, const struct network_policy *p, bool in_force);

/* NULL for want of memory. */
json_t *policy_text_json(const struct network_policy *p, bool in_force);

#endif
