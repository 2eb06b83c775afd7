/* SPDX-License-Identifier: Apache-2.0 */
/* verdicts: did a message go to whom it had to go?  [PROTOCOL 6.6] */
#ifndef TACET_CLIENT_VERDICTS_H
#define TACET_CLIENT_VERDICTS_H

#include "client/engine_internal.h"
#include "e2ee/open.h"

struct verdicts_question {
    struct engine *e;
    struct opening_item *item; /* look-ups are counted on it */
    struct arena *a;
    const struct opened *o;
    uint64_t highest;                /* of the stream; 0: nothing came yet */
    const struct roster_id *earlier; /* of the highest */
};

struct verdict {
    struct roster_finding finding;
    struct device_list theirs; /* the sender's, at the version named; unless it is WRONG */
};

/* With everything that it needs.  E_ABSENT: something must be fetched first, and was asked for
 * where that may help. */
FALLIBLE verdicts_judge(const struct verdicts_question *q, struct verdict *out);

/* What a person is told beside the text of what is shown: of enum message_note. */
uint32_t verdicts_notes(const struct roster_finding *f);

#endif
