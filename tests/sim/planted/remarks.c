/* SPDX-License-Identifier: Apache-2.0 */
/* Planted in the client: what is said of messages is not what stands. */
#include "client/deeds.h"
#include "sim/plants.h"

struct err __real_recalls_take(struct vault *v, const struct own *me, const struct target *to,
                               const struct account_id *by);
struct err __wrap_recalls_take(struct vault *v, const struct own *me, const struct target *to,
                               const struct account_id *by);
struct err __real_reactions_take(struct vault *v, const struct target *to,
                                 const struct account_id *by, const struct reaction *what);
struct err __wrap_reactions_take(struct vault *v, const struct target *to,
                                 const struct account_id *by, const struct reaction *what);
struct err __real_edits_take(struct vault *v, const struct target *to, const struct account_id *by,
                             const struct edit *what);
struct err __wrap_edits_take(struct vault *v, const struct target *to, const struct account_id *by,
                             const struct edit *what);

struct err __wrap_recalls_take(struct vault *v, const struct own *me, const struct target *to,
                               const struct account_id *by)
{
    if (plants_has("recall_of_others_is_forgotten") && !ID_SAME(*by, me->me.who.aid))
        return OK;
    return __real_recalls_take(v, me, to, by);
}

struct err __wrap_reactions_take(struct vault *v, const struct target *to,
                                 const struct account_id *by, const struct reaction *what)
{
    if (plants_has("reaction_is_never_taken_back") && !what->on)
        return OK;
    return __real_reactions_take(v, to, by, what);
}

struct err __wrap_edits_take(struct vault *v, const struct target *to, const struct account_id *by,
                             const struct edit *what)
{
    struct edits there;

    TRY(edits_of(v, to, by, &there));
    if (plants_has("first_edit_stands") && there.n > 0)
        return OK;
    return __real_edits_take(v, to, by, what);
}
