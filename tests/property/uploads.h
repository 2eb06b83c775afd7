/* SPDX-License-Identifier: Apache-2.0 */
/* uploads: what the liar does to uploads before the server's own handlers see them. */
#ifndef TACET_TESTS_PROPERTY_UPLOADS_H
#define TACET_TESTS_PROPERTY_UPLOADS_H

#include "property/liar.h"

/* True: the frame is another one now. */
bool uploads_alter(struct liar *l, struct frame *f, struct arena *a);

#endif
