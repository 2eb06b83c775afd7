/* SPDX-License-Identifier: Apache-2.0 */
/* hearsay: what people are told of what came to others, and of what these do, is so. */
#ifndef TACET_TESTS_SIM_HEARSAY_H
#define TACET_TESTS_SIM_HEARSAY_H

#include "client/engine.h"

struct world;
struct person;

/* It was told that more of what it wrote came to somebody, or was read; or that somebody writes. */
void hearsay_hear(struct world *w, struct person *who, const struct event *e);

#endif
