/* SPDX-License-Identifier: Apache-2.0 */
/* uploads: what the liar does to uploads before the server's own handlers see them. */
#ifndef TACET_TESTS_PROPERTY_UPLOADS_H
#define TACET_TESTS_PROPERTY_UPLOADS_H

#include "property/liar.h"

/* True: the frame is another one now. */
bool uploads_alter(struct liar *l, struct frame *f, struct arena *a);

/* The byte of an entry to damage in the place of one that would say that the message is thousands
 * of steps ahead: a schedule would do nothing but take them. */
size_t uploads_spare(size_t at);

#endif
