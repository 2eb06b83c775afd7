/* SPDX-License-Identifier: Apache-2.0 */
/* desk: where the network's root signs policies, and its operator publishes them. */
#ifndef TACET_TESTS_SCENARIO_DESK_H
#define TACET_TESTS_SCENARIO_DESK_H

#include "scenario/hostile.h"
#include "statement/policy.h"

/* The one after `last` (number 0: the first), in force in so long: hybrid, and nobody keeps copies.
 */
struct network_policy desk_next(struct play *p, const struct network_policy *last, uint64_t in_ms);

/* All conversations are kept by this account. */
void desk_keep(struct network_policy *policy, struct person *keeper, bool strict);

/* Append the statement, signed by the root, and fill in the hash. */
void desk_sign(struct play *p, struct network_policy *policy, struct buf *out);

/* Sign it, and the server has it from now on. */
void desk_publish(struct play *p, struct network_policy *policy);

#endif
