/* SPDX-License-Identifier: Apache-2.0 */
/* stage_tls: what only the stage with a real server can tell. */
#ifndef TACET_TESTS_SCENARIO_STAGE_TLS_H
#define TACET_TESTS_SCENARIO_STAGE_TLS_H

#include <sys/types.h>

#include "scenario/play.h"

/* tacetd's process; 0 while it is dead. */
pid_t stage_server_process(const struct play *p);

#endif
