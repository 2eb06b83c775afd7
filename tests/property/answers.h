/* SPDX-License-Identifier: Apache-2.0 */
/* answers: what the liar does to the server's answers; all of them in the arena. */
#ifndef TACET_TESTS_PROPERTY_ANSWERS_H
#define TACET_TESTS_PROPERTY_ANSWERS_H

#include "property/liar.h"

/* True: the frame is another one now. */
bool answers_alter(struct liar *l, struct person *who, struct frame *f, struct arena *a);

#endif
